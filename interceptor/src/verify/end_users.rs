//! What a token has to say to be one of a project's end users: one judge for every kind of token that they have.
//!
//! ID token, session cookie and the emulator's token differ in who signs them, in the issuer's name and in how long they live.
//! All else is demanded of each alike, so it stands here once and can be set in one place only.

mod explain;

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use super::{
    VerifierError,
    claims::Claims,
    payload::{invalid, required},
    period::{self, Period},
    settings::{self, Tenants},
};
use crate::{
    caller::{EndUser, EndUserClaims},
    clock::Clock,
    denial::{Denial, Invalid, loggable},
};

/// The longest uid, in UTF-16 units, which is how the Firebase SDKs count.
const MAX_UID: usize = 128;

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(10);

const DEFAULT_ROLES_CLAIM: &str = "roles";

/// What tells one kind of end users' tokens from another, besides its signature.
pub(super) struct Kind {
    /// What stands before the project's id in the issuer's name.
    pub(super) issuer_prefix: &'static str,
    /// The shortest and the longest that such a token lives, from `iat` to `exp`, each with its words for the log.
    pub(super) shortest: Option<(Duration, &'static str)>,
    pub(super) longest: (Duration, &'static str),
    pub(super) is_session_cookie: bool,
}

/// The end users of one project, by one kind of token.
#[derive(Clone)]
pub(super) struct EndUsers {
    kind: &'static Kind,
    issuer: Box<str>,
    project_id: Box<str>,
    period: Period,
    tenants: Tenants,
    roles_claim: Box<str>,
}

// === impl Kind ===

impl Kind {
    fn lifetime(&self, iat: Duration, exp: Duration) -> Result<(), Denial> {
        let (longest, words) = self.longest;
        period::lifetime(iat, exp, longest, words)?;
        match self.shortest {
            Some((shortest, words)) if exp < iat + shortest => {
                Err(invalid(&format!("exp is less than {words} after iat")))
            }
            _ => Ok(()),
        }
    }
}

// === impl EndUsers ===

impl EndUsers {
    pub(super) fn new(
        project_id: impl Into<String>,
        kind: &'static Kind,
    ) -> Result<Self, VerifierError> {
        let project_id = settings::project_id(project_id.into())?;
        Ok(Self {
            kind,
            issuer: issuer(kind, &project_id),
            project_id: project_id.into(),
            period: Period::new(DEFAULT_CLOCK_SKEW),
            tenants: Tenants::default(),
            roles_claim: DEFAULT_ROLES_CLAIM.into(),
        })
    }

    /// The same users by the same settings, by another kind of token.
    pub(super) fn by(&self, kind: &'static Kind) -> Self {
        Self {
            kind,
            issuer: issuer(kind, &self.project_id),
            ..self.clone()
        }
    }

    /// Whether these are the same users by the same settings, but for the kind of token and the clock.
    pub(super) fn are_like(&self, other: &Self) -> bool {
        self.project_id == other.project_id
            && self.period.skew == other.period.skew
            && self.tenants == other.tenants
            && self.roles_claim == other.roles_claim
    }

    pub(super) fn set_clock(&mut self, clock: Clock) {
        self.period.clock = clock;
    }

    pub(super) fn set_clock_skew(&mut self, skew: Duration) -> Result<(), VerifierError> {
        self.period.skew = settings::clock_skew(skew)?;
        Ok(())
    }

    pub(super) fn set_tenants<T: Into<String>>(
        &mut self,
        tenants: impl IntoIterator<Item = T>,
    ) -> Result<(), VerifierError> {
        self.tenants = Tenants::parse(tenants)?;
        Ok(())
    }

    pub(super) fn set_roles_claim(&mut self, name: impl Into<String>) -> Result<(), VerifierError> {
        self.roles_claim = settings::roles_claim(name.into())?.into();
        Ok(())
    }

    /// The clock that tokens are compared with.
    pub(super) fn period(&self) -> &Period {
        &self.period
    }

    pub(super) fn project_id(&self) -> &str {
        &self.project_id
    }

    pub(super) fn roles_claim(&self) -> &str {
        &self.roles_claim
    }

    /// Whether users of this tenant are accepted; `-` is the project's own pool.
    pub(super) fn accept_tenant(&self, tenant: &str) -> bool {
        self.tenants
            .accepts(Some(tenant).filter(|tenant| *tenant != settings::OWN_POOL))
    }

    /// What the payload of `token` proves, if it is the issuer's. Only a token that is valid in all else is told to be early or
    /// late.
    pub(super) fn judge(&self, token: &Arc<[u8]>, payload: &[u8]) -> Result<EndUser, Denial> {
        let claims = Claims::read(payload, &self.roles_claim)?;

        let iss = required(claims.iss, "iss")?;
        if *iss != *self.issuer {
            return Err(Invalid::Issuer(loggable(&iss)).into());
        }
        let aud = required(claims.aud, "aud")?;
        if *aud != *self.project_id {
            return Err(Invalid::Audience(loggable(&aud)).into());
        }

        let sub = required(claims.sub, "sub")?;
        if sub.is_empty() {
            return Err(invalid("sub is empty"));
        }
        // No text has more UTF-16 units than bytes.
        if sub.len() > MAX_UID && sub.encode_utf16().count() > MAX_UID {
            return Err(invalid("sub is longer than 128 characters"));
        }
        if claims.user_id.is_some_and(|user_id| user_id != sub) {
            return Err(invalid("user_id is not sub"));
        }

        let firebase = required(claims.firebase, "firebase")?;
        let provider = required(firebase.sign_in_provider, "firebase.sign_in_provider")?;
        if provider.is_empty() {
            return Err(invalid("firebase.sign_in_provider is empty"));
        }
        if !self.tenants.accepts(firebase.tenant.as_deref()) {
            return Err(invalid(if firebase.tenant.is_some() {
                "firebase.tenant is not a configured tenant"
            } else {
                "firebase.tenant is missing, and the project's own users are not configured"
            }));
        }

        let iat = required(claims.iat, "iat")?;
        let auth_time = required(claims.auth_time, "auth_time")?;
        let exp = required(claims.exp, "exp")?;
        self.kind.lifetime(iat, exp)?;
        self.period.judge(
            &[
                ("iat", Some(iat)),
                ("auth_time", Some(auth_time)),
                ("nbf", claims.nbf),
            ],
            exp,
        )?;

        Ok(EndUser::verified(EndUserClaims {
            uid: sub.into(),
            tenant: firebase.tenant.map(Into::into),
            email: claims.email.map(Into::into),
            email_verified: claims.email_verified.unwrap_or(false),
            name: claims.name.map(Into::into),
            picture: claims.picture.map(Into::into),
            phone_number: claims.phone_number.map(Into::into),
            sign_in_provider: provider.into(),
            second_factor: firebase.second_factor.map(Into::into),
            roles: claims.roles.into_iter().map(Into::into).collect(),
            signed_in_at: UNIX_EPOCH + auth_time,
            issued_at: UNIX_EPOCH + iat,
            // The skew is for calls that begin; what goes on is ended on time, so that its client refreshes the token.
            expires_at: UNIX_EPOCH + exp,
            session_cookie: self.kind.is_session_cookie,
            token: Arc::clone(token),
        }))
    }
}

fn issuer(kind: &Kind, project_id: &str) -> Box<str> {
    format!("{}{project_id}", kind.issuer_prefix).into()
}
