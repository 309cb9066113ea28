//! What token is wished for, as the embedded identity is asked for it.

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::{
    args::{AppArgs, EndUserArgs, ForHowLong, IapArgs, ServiceArgs, TokenKind},
    values,
};

/// The request for a token, and what to tell whoever made it.
pub(super) struct Wish {
    /// What is posted to `/local/v1/tokens`.
    pub(super) body: Map<String, Value>,
    pub(super) title: &'static str,
    /// What goes before the moment at which it ends.
    pub(super) until: &'static str,
    pub(super) sent_as: &'static str,
}

// === impl Wish ===

impl Wish {
    pub(super) fn of(kind: TokenKind) -> anyhow::Result<Self> {
        const BEARER: &str = "`authorization: Bearer TOKEN`";
        match kind {
            TokenKind::Firebase(args) => {
                Self::new("firebase", "a Firebase ID token", BEARER).end_user(args)
            }
            TokenKind::SessionCookie(args) => Self::new(
                "session-cookie",
                "a Firebase session cookie",
                "`cookie: __session=TOKEN` from an allowed Origin, or as a bearer token",
            )
            .end_user(args),
            TokenKind::Iap(args) => Self::new(
                "iap",
                "an assertion of Identity-Aware Proxy",
                "`x-goog-iap-jwt-assertion: TOKEN` from an allowed Origin",
            )
            .internal_user(args),
            TokenKind::Google(args) => {
                Self::new("google", "an ID token of a service account", BEARER).service(args)
            }
            TokenKind::AppCheck(args) => Self::new(
                "app-check",
                "an App Check token",
                "`x-firebase-appcheck: TOKEN` beside the caller's own",
            )
            .app(args),
        }
    }

    fn new(kind: &str, title: &'static str, sent_as: &'static str) -> Self {
        Self {
            body: Map::from_iter([("kind".to_owned(), kind.into())]),
            title,
            until: "valid until",
            sent_as,
        }
    }

    fn end_user(mut self, args: EndUserArgs) -> anyhow::Result<Self> {
        let EndUserArgs {
            email,
            email_verified,
            uid,
            roles,
            tenant,
            for_how_long,
        } = args;
        self.set("email", email);
        self.set("emailVerified", email_verified.then_some(true));
        self.set("uid", uid);
        self.set("tenant", tenant);
        if !roles.is_empty() {
            let roles: Vec<_> = roles.into_iter().filter(|role| !role.is_empty()).collect();
            self.set("roles", Some(roles));
        }
        self.for_how_long(&for_how_long)
    }

    fn internal_user(mut self, args: IapArgs) -> anyhow::Result<Self> {
        let IapArgs {
            email,
            external,
            tenant,
            audience,
            for_how_long,
        } = args;
        self.set("email", Some(email));
        self.set("external", external.then_some(true));
        self.set("tenant", tenant);
        self.set("audience", audience);
        self.for_how_long(&for_how_long)
    }

    fn service(mut self, args: ServiceArgs) -> anyhow::Result<Self> {
        let ServiceArgs {
            service_account,
            audience,
            for_how_long,
        } = args;
        self.set("serviceAccount", Some(service_account));
        self.set("audience", Some(audience));
        self.for_how_long(&for_how_long)
    }

    fn app(mut self, args: AppArgs) -> anyhow::Result<Self> {
        let AppArgs {
            app_id,
            for_how_long,
        } = args;
        self.set("appId", app_id);
        self.for_how_long(&for_how_long)
    }

    fn for_how_long(mut self, args: &ForHowLong) -> anyhow::Result<Self> {
        let ForHowLong { lifetime, expired } = args;
        if let Some(lifetime) = lifetime {
            let lifetime = values::duration(lifetime).context("--lifetime")?;
            if lifetime.subsec_nanos() > 0 {
                bail!("--lifetime: whole seconds only");
            }
            self.set("lifetime", Some(lifetime.as_secs()));
        }
        if *expired {
            self.set("expired", Some(true));
            self.until = "expired since";
        }
        Ok(self)
    }

    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.body.insert(name.to_owned(), value.into());
        }
    }
}
