//! Which header holds which credential, how one is read, and how all are taken off a request (G4, G5).

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};

use crate::denial::Denial;

/// Where a service that acts for a user puts the user's own token.
pub(super) const END_USER_AUTHORIZATION: HeaderName =
    HeaderName::from_static("x-end-user-authorization");

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// Credentials, of callers and of proxies on the way, that no handler may see. `authorization` is not in this list.
const OTHERS: [HeaderName; 5] = [
    END_USER_AUTHORIZATION,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("x-firebase-appcheck"),
    HeaderName::from_static("x-goog-iap-jwt-assertion"),
    HeaderName::from_static("x-serverless-authorization"),
];

/// What Identity-Aware Proxy says of its user without proof.
const UNPROVEN_PREFIX: &str = "x-goog-authenticated-user-";

/// The name of the cookie that holds a Firebase session.
const SESSION_COOKIE: &[u8] = b"__session";

/// The direct caller's token, in the form that RFC 6750 gives a bearer token; strictly the characters of a JWT.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Denial::TokenMalformed("more than one authorization header"));
    }
    let Some((scheme, token)) = value.to_str().ok().and_then(|v| v.split_once(' ')) else {
        return Err(Denial::TokenMalformed(
            "the authorization header is not `Bearer <token>`",
        ));
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Denial::TokenMalformed(
            "the authorization scheme is not Bearer",
        ));
    }
    if token.len() > MAX_TOKEN {
        return Err(Denial::TokenMalformed("longer than 8 KiB"));
    }
    let is_jwt_character = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if token.is_empty() || !token.bytes().all(is_jwt_character) {
        return Err(Denial::TokenMalformed(
            "characters that no token has, or none",
        ));
    }
    Ok(Some(token))
}

/// Takes every credential off a request, so that none reaches a handler or what the handler calls.
pub(super) fn strip(headers: &mut HeaderMap) {
    headers.remove(AUTHORIZATION);
    if headers.keys().any(is_other_credential) {
        let found: Vec<HeaderName> = headers
            .keys()
            .filter(|name| is_other_credential(name))
            .cloned()
            .collect();
        for name in found {
            headers.remove(name);
        }
    }
    if headers.contains_key(COOKIE) {
        strip_session_cookie(headers);
    }
}

fn is_other_credential(name: &HeaderName) -> bool {
    name.as_str().starts_with(UNPROVEN_PREFIX) || OTHERS.contains(name)
}

/// HTTP/2 may split the cookie header into crumbs (RFC 9113, 8.2.3): they are joined before the pair is taken out.
fn strip_session_cookie(headers: &mut HeaderMap) {
    let mut kept: Vec<u8> = Vec::new();
    let mut found = false;
    for pair in headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|crumb| crumb.as_bytes().split(|b| *b == b';'))
    {
        let pair = pair.trim_ascii();
        let name = pair.split(|b| *b == b'=').next().unwrap_or_default();
        if name.trim_ascii() == SESSION_COOKIE {
            found = true;
        } else if !pair.is_empty() {
            if !kept.is_empty() {
                kept.extend_from_slice(b"; ");
            }
            kept.extend_from_slice(pair);
        }
    }
    if found {
        headers.remove(COOKIE);
        if let (false, Ok(value)) = (kept.is_empty(), HeaderValue::from_bytes(&kept)) {
            headers.insert(COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let headers = headers(&[("authorization", &format!("{scheme} a.b-c_9"))]);
            assert_eq!(bearer(&headers), Ok(Some("a.b-c_9")), "{scheme}");
        }
        assert_eq!(bearer(&HeaderMap::new()), Ok(None));
    }

    #[test]
    fn whatever_is_not_one_bearer_token_is_malformed() {
        let long = format!("Bearer {}", "a".repeat(MAX_TOKEN + 1));
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  a.b.c",
            "Bearer a.b.c ",
            "Bearer a.b.c, Bearer d.e.f",
            "Basic dTpw",
            "a.b.c",
            "Bearer a.b.c=",
            "Bearer a+b.c/d.e",
            "Bearer\ta.b.c",
            "Bearer a.b.\u{e9}",
            &long,
        ] {
            let answer = bearer(&headers(&[("authorization", value)])).map(|t| t.map(str::len));
            assert!(
                matches!(answer, Err(Denial::TokenMalformed(_))),
                "{value:.40}: {answer:?}"
            );
        }
        let longest = format!("Bearer {}", "a".repeat(MAX_TOKEN));
        assert!(bearer(&headers(&[("authorization", &longest)])).is_ok());
    }

    #[test]
    fn two_authorization_headers_are_malformed_even_when_equal() {
        let mut headers = headers(&[("authorization", "Bearer a.b.c")]);
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer a.b.c"));
        assert!(matches!(bearer(&headers), Err(Denial::TokenMalformed(_))));
    }

    #[test]
    fn no_credential_is_left_and_all_else_is() {
        let mut headers = headers(&[
            ("authorization", "Bearer a.b.c"),
            ("x-end-user-authorization", "Bearer a.b.c"),
            ("proxy-authorization", "Basic dTpw"),
            ("x-goog-iap-jwt-assertion", "a.b.c"),
            ("x-firebase-appcheck", "a.b.c"),
            ("x-serverless-authorization", "Bearer a.b.c"),
            (
                "x-goog-authenticated-user-email",
                "accounts.google.com:a@b.c",
            ),
            ("x-goog-authenticated-user-id", "accounts.google.com:1"),
            ("cookie", "theme=dark; __session=a.b.c"),
            ("user-agent", "test"),
        ]);
        headers.append(
            COOKIE,
            HeaderValue::from_static(" __session = d.e.f;lang=en"),
        );
        strip(&mut headers);
        assert_eq!(headers.len(), 2, "{headers:?}");
        assert_eq!(headers["user-agent"], "test");
        assert_eq!(headers["cookie"], "theme=dark; lang=en");
    }

    #[test]
    fn a_cookie_header_with_nothing_but_the_session_goes_away() {
        let mut headers = headers(&[("cookie", "__session=a.b.c")]);
        strip(&mut headers);
        assert!(headers.is_empty());
    }
}
