//! Taking every credential off a request.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};

use super::{APP_CHECK, END_USER_AUTHORIZATION, Found, IAP_ASSERTION, SESSION_COOKIE};

/// Credentials, of callers and of proxies on the way, that no handler may see. `authorization` is not in this list.
const OTHERS: [HeaderName; 5] = [
    END_USER_AUTHORIZATION,
    PROXY_AUTHORIZATION,
    APP_CHECK,
    IAP_ASSERTION,
    HeaderName::from_static("x-serverless-authorization"),
];

/// What Identity-Aware Proxy says of its user without proof.
const UNPROVEN_PREFIX: &str = "x-goog-authenticated-user-";

/// Takes every credential that was found off a request, so that none reaches a handler or what the handler calls.
pub(in crate::gate) fn strip(headers: &mut HeaderMap, found: Found) {
    if found.authorization {
        headers.remove(AUTHORIZATION);
    }
    if found.others {
        let others: Vec<HeaderName> = headers
            .keys()
            .filter(|name| is_other_credential(name))
            .cloned()
            .collect();
        for name in others {
            headers.remove(name);
        }
    }
    if found.cookie {
        strip_session_cookie(headers);
    }
}

pub(super) fn is_other_credential(name: &HeaderName) -> bool {
    // Most headers of a call begin otherwise, and cost no more than this look.
    matches!(name.as_str().as_bytes().first(), Some(b'x' | b'p'))
        && (name.as_str().starts_with(UNPROVEN_PREFIX) || OTHERS.contains(name))
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
    use super::{super::Headers, *};

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

    fn strip(headers: &mut HeaderMap) {
        let found = Headers::of(headers).found();
        super::strip(headers, found);
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
