//! The credentials of an outgoing call, each in its header.

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

/// Where Cloud Run's IAM looks first, and takes away the signature of what it finds.
const SERVERLESS_AUTHORIZATION: HeaderName = HeaderName::from_static("x-serverless-authorization");

/// Where a service that acts for a user puts the user's own token.
const END_USER_AUTHORIZATION: HeaderName = HeaderName::from_static("x-end-user-authorization");

/// The credentials of one call.
pub(super) struct Credentials {
    /// This service's own.
    pub(super) own: HeaderValue,
    /// Whether IAM is to see it too.
    pub(super) behind_iam: bool,
    /// The user's whom the call is made for.
    pub(super) user: Option<HeaderValue>,
}

/// A token as RFC 6750 sends it, never to be written into a log. `None` where it cannot stand in a header.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

// === impl Credentials ===

impl Credentials {
    /// Puts the credentials into a call, and nothing that was in their place before.
    pub(super) fn attach(self, headers: &mut HeaderMap) {
        let serverless = self.behind_iam.then(|| self.own.clone());
        for (name, value) in [
            (AUTHORIZATION, Some(self.own)),
            (SERVERLESS_AUTHORIZATION, serverless),
            (END_USER_AUTHORIZATION, self.user),
        ] {
            match value {
                Some(value) => drop(headers.insert(name, value)),
                None => drop(headers.remove(name)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(behind_iam: bool, user: Option<&str>) -> Credentials {
        Credentials {
            own: bearer("own").expect("a header"),
            behind_iam,
            user: user.and_then(bearer),
        }
    }

    #[test]
    fn what_is_there_already_is_replaced_or_taken_away() {
        for (behind_iam, user) in [(true, Some("user")), (false, None)] {
            let mut headers = HeaderMap::new();
            for name in [
                AUTHORIZATION,
                SERVERLESS_AUTHORIZATION,
                END_USER_AUTHORIZATION,
            ] {
                headers.append(&name, HeaderValue::from_static("Bearer other"));
                headers.append(&name, HeaderValue::from_static("Bearer another"));
            }
            credentials(behind_iam, user).attach(&mut headers);
            let sent = |name| {
                let values = headers.get_all(name).iter();
                values.map(HeaderValue::as_bytes).collect::<Vec<_>>()
            };
            let own: &[u8] = b"Bearer own";
            assert_eq!(sent(AUTHORIZATION), [own]);
            assert_eq!(
                sent(SERVERLESS_AUTHORIZATION),
                vec![own; usize::from(behind_iam)]
            );
            let of_user: &[u8] = b"Bearer user";
            assert_eq!(
                sent(END_USER_AUTHORIZATION),
                vec![of_user; usize::from(user.is_some())]
            );
        }
    }

    #[test]
    fn no_credential_shows_in_debug() {
        let mut headers = HeaderMap::new();
        credentials(true, Some("user")).attach(&mut headers);
        assert_eq!(headers.len(), 3);
        let shown = format!("{headers:?}");
        assert!(!shown.contains("Bearer"), "{shown}");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_not_sent() {
        assert_eq!(bearer("a\r\nb"), None);
    }
}
