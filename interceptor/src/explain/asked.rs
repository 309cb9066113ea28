//! As what a token was judged, and what people call it and do with it.

use std::borrow::Cow;

use super::Kind;

/// As what a token was judged, and whose it had to be.
pub(crate) struct Asked<'a> {
    kind: Kind,
    /// The project, or the audiences, that the verifier is configured with.
    ours: Cow<'a, str>,
}

impl<'a> Asked<'a> {
    /// `kind` is one that there is a verifier of.
    pub(crate) fn new(kind: Kind, ours: impl Into<Cow<'a, str>>) -> Self {
        Self {
            kind,
            ours: ours.into(),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The project, or the audiences, that the verifier is configured with.
    pub(super) fn ours(&self) -> &str {
        &self.ours
    }

    /// Whether what looks like this is at least of the right kind.
    pub(super) fn is(&self, kind: Kind) -> bool {
        // Google's ID token of a person differs from that of a service account in a claim only.
        kind == self.kind || kind.slug() == Some("google") && self.kind.slug() == Some("google")
    }

    /// The variable for a file of its issuer's keys.
    pub(super) fn keys_file(&self) -> &'static str {
        match self.kind {
            Kind::SessionCookie => "CALLGATE_KEYS_FILE_SESSION_COOKIE",
            Kind::IapAssertion => "CALLGATE_KEYS_FILE_IAP",
            Kind::ServiceAccountToken => "CALLGATE_KEYS_FILE_GOOGLE",
            Kind::AppCheckToken => "CALLGATE_KEYS_FILE_APP_CHECK",
            _ => "CALLGATE_KEYS_FILE_FIREBASE",
        }
    }

    /// Where a whole one is copied from.
    pub(super) fn source(&self) -> &'static str {
        match self.kind {
            Kind::SessionCookie => "the cookie that the service set (__session)",
            Kind::IapAssertion => {
                "the header that IAP adds to each call (x-goog-iap-jwt-assertion)"
            }
            Kind::ServiceAccountToken => "where the calling service gets it from Google",
            Kind::AppCheckToken => "where the app gets it (await getToken(appCheck))",
            _ => "where the app gets it (await user.getIdToken())",
        }
    }

    /// How to come by a new one.
    pub(super) fn renewal(&self) -> Cow<'static, str> {
        match self.kind {
            Kind::SessionCookie => {
                "have the user sign in again, and the service make a new cookie of that".into()
            }
            Kind::IapAssertion => {
                "IAP makes a new one for each call, for ten minutes, so take it from a call of now".into()
            }
            Kind::ServiceAccountToken => format!(
                "get a new one (gcloud auth print-identity-token --impersonate-service-account ACCOUNT --audiences {} \
                 --include-email)",
                self.ours.split(',').next().unwrap_or("AUDIENCE")
            )
            .into(),
            Kind::AppCheckToken => "get a new one with getToken(appCheck, true)".into(),
            _ => "get a new one with user.getIdToken(true)".into(),
        }
    }

    /// What renews them by itself, and where to look when it does not.
    pub(super) fn habit(&self) -> &'static str {
        match self.kind {
            Kind::SessionCookie => {
                "nothing renews a cookie, so its lifetime is how long a session lasts"
            }
            Kind::IapAssertion => "look for a place where one is kept and used again",
            Kind::ServiceAccountToken => {
                "Google's are good for an hour, so look for a place where the calling service keeps one for longer"
            }
            Kind::AppCheckToken => {
                "the Firebase SDK renews them by itself, so look for a place where the app keeps one"
            }
            _ => {
                "the Firebase SDK renews tokens by itself, so look for a place where the app keeps one for longer than an hour"
            }
        }
    }
}
