//! The confusion matrix: tokens of every kind, each with right and wrong keys, issuer, audience and times, offered to every
//! verifier, or to a server in every place where a token can stand. Only what is right in everything and stands in its own place
//! is accepted.
//!
//! [`assert_none`] is for verifiers:
//!
//! ```
//! use callgate::verify::Check;
//! use callgate_testkit::confusion::{self, Issuers, Kind};
//!
//! const ADMIN: &str = "admin@demo-greeter.iam.gserviceaccount.com";
//!
//! let iap = "/projects/123456789012/locations/europe-west1/services/greeter";
//! let issuers = Issuers::new("demo-greeter", 123_456_789_012, iap, "https://greeter.example.com", ADMIN);
//! // Verifiers of your own: whatever trusts these issuers.
//! let firebase = issuers.firebase.verifier();
//! let google = issuers.google.verifier([("admin", ADMIN)]);
//! let cases = confusion::assert_none(&issuers, &[Kind::Firebase, Kind::Google], |kind, token| match kind {
//!     Kind::Firebase => matches!(firebase.check(token), Check::Verified(_)),
//!     Kind::Google => matches!(google.check(token), Check::Verified(_)),
//!     _ => false,
//! });
//! println!("{cases} cases, none confused");
//! ```
//!
//! [`slots`] is for servers.

mod matrix;
mod offer;
mod report;
mod signature;
mod slot;
mod slots;

use callgate::Clock;
use serde_json::{Value, json};

use crate::{
    AppCheckIssuer, EmulatorIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
    SigningKey, TokenBuilder,
};

pub use matrix::assert_none;
pub use slot::Slot;
pub use slots::{Rule, slots};

/// A kind of token, and of verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Firebase ID token, of an end user.
    Firebase,
    /// A Firebase session cookie, of an end user.
    SessionCookie,
    /// An assertion of Identity-Aware Proxy, of an internal user.
    Iap,
    /// An ID token signed by Google, of a service account.
    Google,
    /// A Firebase App Check token, of an app.
    AppCheck,
    /// An unsigned token of Firebase's emulator, of an end user.
    Emulator,
}

/// An issuer of every kind. What is under test trusts each for its own kind, and for nothing else.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// The issuer of end users' ID tokens.
    pub firebase: FirebaseIssuer,
    /// The issuer of end users' session cookies.
    pub session_cookie: SessionCookieIssuer,
    /// The issuer of internal users' assertions.
    pub iap: IapIssuer,
    /// The issuer of service accounts' tokens.
    pub google: GoogleIssuer,
    /// The issuer of apps' tokens.
    pub app_check: AppCheckIssuer,
    /// The issuer of end users' unsigned tokens.
    pub emulator: EmulatorIssuer,
    /// The e-mail address of a service account that is known to what is under test.
    pub service_account: String,
}

// === impl Kind ===

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Firebase,
        Self::SessionCookie,
        Self::Iap,
        Self::Google,
        Self::AppCheck,
        Self::Emulator,
    ];

    /// Whether the claims of a token of this kind, but for issuer and audience, are those of a token of `other` as well.
    fn has_claims_of(self, other: Self) -> bool {
        match other {
            // A session cookie lives too long to be one of these.
            Self::Firebase | Self::Emulator => matches!(self, Self::Firebase | Self::Emulator),
            Self::SessionCookie => {
                matches!(self, Self::Firebase | Self::Emulator | Self::SessionCookie)
            }
            Self::Iap | Self::Google => self == other,
            // It says nothing that others do not say.
            Self::AppCheck => true,
        }
    }
}

// === impl Issuers ===

impl Issuers {
    /// Issuers for one project, by its id and its number, before a service with this audience of IAP and this audience for other
    /// services. `service_account` is the e-mail address of another service that may call it.
    pub fn new(
        project_id: &str,
        project_number: u64,
        iap_audience: &str,
        audience: &str,
        service_account: &str,
    ) -> Self {
        Self {
            firebase: FirebaseIssuer::new(project_id),
            session_cookie: SessionCookieIssuer::new(project_id),
            iap: IapIssuer::new(iap_audience),
            google: GoogleIssuer::new(audience),
            app_check: AppCheckIssuer::new(project_id, project_number),
            emulator: EmulatorIssuer::new(project_id),
            service_account: service_account.to_owned(),
        }
    }

    /// Takes the time from this clock, for all tokens and all verifiers.
    #[must_use]
    pub fn clock(self, clock: &Clock) -> Self {
        Self {
            firebase: self.firebase.clock(clock.clone()),
            session_cookie: self.session_cookie.clock(clock.clone()),
            iap: self.iap.clock(clock.clone()),
            google: self.google.clock(clock.clone()),
            app_check: self.app_check.clock(clock.clone()),
            emulator: self.emulator.clock(clock.clone()),
            service_account: self.service_account,
        }
    }

    /// A token that is right in everything.
    pub fn token(&self, kind: Kind) -> String {
        self.builder(kind).sign()
    }

    fn builder(&self, kind: Kind) -> TokenBuilder<()> {
        let account = self.service_account.as_str();
        // A user may well claim to be the service, who has no way to prove it.
        match kind {
            Kind::Firebase => {
                let token = self.firebase.token("ada").email(account);
                token.email_verified(false).of_nobody()
            }
            Kind::SessionCookie => {
                let cookie = self.session_cookie.cookie("ada").email(account);
                cookie.email_verified(false).of_nobody()
            }
            Kind::Emulator => {
                let token = self.emulator.token("ada").email(account);
                token.email_verified(false).of_nobody()
            }
            Kind::Iap => self.iap.assertion("ada").of_nobody(),
            Kind::Google => self.google.token(account).of_nobody(),
            Kind::AppCheck => self.app_check.token("1:1:web:1").of_nobody(),
        }
    }

    fn time(&self, kind: Kind) -> &Clock {
        match kind {
            Kind::Firebase => self.firebase.time(),
            Kind::SessionCookie => self.session_cookie.time(),
            Kind::Iap => self.iap.time(),
            Kind::Google => self.google.time(),
            Kind::AppCheck => self.app_check.time(),
            Kind::Emulator => self.emulator.time(),
        }
    }

    /// The key that the issuer of this kind signs with, and another of the same sort; none of one that does not sign.
    fn keys(&self, kind: Kind) -> Option<(SigningKey, SigningKey)> {
        match kind {
            Kind::Firebase => Some(self.firebase.signing_keys()),
            Kind::SessionCookie => Some(self.session_cookie.signing_keys()),
            Kind::Iap => Some(self.iap.signing_keys()),
            Kind::Google => Some(self.google.signing_keys()),
            Kind::AppCheck => Some(self.app_check.signing_keys()),
            Kind::Emulator => None,
        }
    }

    /// What may stand in the claim `iss`, and of which kinds it is right.
    fn names(&self) -> Vec<(Option<Value>, &'static [Kind])> {
        vec![
            (
                Some(self.firebase.name().into()),
                &[Kind::Firebase, Kind::Emulator],
            ),
            (
                Some(self.session_cookie.name().into()),
                &[Kind::SessionCookie],
            ),
            (Some(IapIssuer::NAME.into()), &[Kind::Iap]),
            (Some(GoogleIssuer::NAME.into()), &[Kind::Google]),
            (Some("accounts.google.com".into()), &[Kind::Google]),
            (Some(self.app_check.name().into()), &[Kind::AppCheck]),
            (Some("https://issuer.example.com".into()), &[]),
            (None, &[]),
        ]
    }

    /// What may stand in the claim `aud`, and of which kinds it is right.
    fn audiences(&self) -> Vec<(Option<Value>, &'static [Kind])> {
        let project_id = self.firebase.project_id();
        let [number, id] = self.app_check.audiences();
        vec![
            (
                Some(project_id.into()),
                &[Kind::Firebase, Kind::SessionCookie, Kind::Emulator],
            ),
            (Some(self.iap.audience().into()), &[Kind::Iap]),
            (Some(self.google.audience().into()), &[Kind::Google]),
            (Some(json!([number, id])), &[Kind::AppCheck]),
            (Some(json!([id])), &[Kind::AppCheck]),
            (Some(id.into()), &[]),
            (Some(json!([project_id])), &[]),
            (Some("https://audience.example.com".into()), &[]),
            (None, &[]),
        ]
    }
}
