//! Where on a call a token can stand.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};

/// A place on a call where a token can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The header `authorization`, as a bearer token.
    Authorization,
    /// The cookie `__session`.
    SessionCookie,
    /// The header `x-goog-iap-jwt-assertion`.
    IapAssertion,
    /// The header `x-end-user-authorization`, as a bearer token.
    EndUserAuthorization,
    /// The header `x-firebase-appcheck`.
    AppCheck,
}

impl Slot {
    /// All slots.
    pub const ALL: [Self; 5] = [
        Self::Authorization,
        Self::SessionCookie,
        Self::IapAssertion,
        Self::EndUserAuthorization,
        Self::AppCheck,
    ];

    /// Puts a token there, besides what is there already.
    ///
    /// # Panics
    ///
    /// Where the token has characters that no header has.
    pub fn put(self, headers: &mut HeaderMap, token: &str) {
        match self {
            Self::Authorization | Self::EndUserAuthorization => {
                self.put_text(headers, &format!("Bearer {token}"));
            }
            Self::SessionCookie | Self::IapAssertion | Self::AppCheck => {
                self.put_text(headers, token);
            }
        }
    }

    /// Puts it there by a scheme that this slot has not.
    pub(super) fn put_by_wrong_scheme(self, headers: &mut HeaderMap, token: &str) {
        match self {
            Self::Authorization | Self::EndUserAuthorization => {
                self.put_text(headers, &format!("Basic {token}"));
            }
            Self::SessionCookie | Self::IapAssertion | Self::AppCheck => {
                self.put_text(headers, &format!("Bearer {token}"));
            }
        }
    }

    fn put_text(self, headers: &mut HeaderMap, text: &str) {
        let (name, value) = match self {
            Self::Authorization => (AUTHORIZATION, text.to_owned()),
            Self::SessionCookie => (COOKIE, format!("__session={text}")),
            Self::IapAssertion => (
                HeaderName::from_static("x-goog-iap-jwt-assertion"),
                text.to_owned(),
            ),
            Self::EndUserAuthorization => (
                HeaderName::from_static("x-end-user-authorization"),
                text.to_owned(),
            ),
            Self::AppCheck => (
                HeaderName::from_static("x-firebase-appcheck"),
                text.to_owned(),
            ),
        };
        let value = HeaderValue::try_from(value).expect("a token is visible ASCII");
        headers.append(name, value);
    }
}
