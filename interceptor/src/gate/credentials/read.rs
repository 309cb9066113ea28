//! Taking the token out of each slot: at most one, at most 8 KiB long.
//!
//! Its characters are looked at by whoever verifies it, which decodes all of it: most tokens were verified before, and are found
//! as they are.

use http::header::COOKIE;

use super::{Headers, SESSION_COOKIE, Slot};
use crate::{denial::Denial, token::MAX_TOKEN, verify::APP_CHECK_NO_TOKEN};

/// A token, if there is one.
type Token<'a> = Result<Option<&'a [u8]>, Denial>;

/// With the one space that RFC 6750 has after it.
const SCHEME: &[u8] = b"bearer ";

/// The direct caller's own token, in the form that RFC 6750 gives a bearer token.
pub(in crate::gate) fn bearer<'a>(headers: &Headers<'a>) -> Token<'a> {
    bearer_in(headers.authorization)
}

/// The token of the user for whom a service calls.
pub(in crate::gate) fn end_user_bearer<'a>(headers: &Headers<'a>) -> Token<'a> {
    bearer_in(headers.end_user_authorization)
}

/// The assertion of Identity-Aware Proxy.
pub(in crate::gate) fn assertion<'a>(headers: &Headers<'a>) -> Token<'a> {
    let value = headers.assertion.only()?;
    value.map(|value| token(value.as_bytes())).transpose()
}

/// The App Check token.
pub(in crate::gate) fn app_check<'a>(headers: &Headers<'a>) -> Token<'a> {
    match headers.app_check.only()? {
        // The app could not get a token and says so: there is none.
        Some(value) if value == APP_CHECK_NO_TOKEN => Ok(None),
        value => value.map(|value| token(value.as_bytes())).transpose(),
    }
}

/// The session cookie. HTTP/2 may split the cookie header into crumbs, but only between pairs (RFC 9113, 8.2.3).
pub(in crate::gate) fn session_cookie<'a>(headers: &Headers<'a>) -> Token<'a> {
    let pairs = headers
        .all
        .get_all(COOKIE)
        .iter()
        .flat_map(|crumb| crumb.as_bytes().split(|b| *b == b';'));
    let mut found = None;
    for pair in pairs {
        let mut halves = pair.splitn(2, |b| *b == b'=');
        let name = halves.next().unwrap_or_default();
        if name.trim_ascii() != SESSION_COOKIE {
            continue;
        }
        let value = halves.next().unwrap_or_default().trim_ascii();
        if found.replace(value).is_some() {
            return Err(Denial::TokenMalformed("more than one session cookie"));
        }
    }
    found.map(token).transpose()
}

fn bearer_in(slot: Slot<'_>) -> Token<'_> {
    let Some(value) = slot.only()? else {
        return Ok(None);
    };
    let value = value.as_bytes();
    let Some((scheme, text)) = value.split_at_checked(SCHEME.len()) else {
        return Err(Denial::TokenMalformed("the header is not `Bearer <token>`"));
    };
    // As nearly everyone writes it, and as RFC 7235 lets anyone.
    if scheme != b"Bearer " && !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Denial::TokenMalformed("the scheme is not Bearer"));
    }
    token(text).map(Some)
}

fn token(text: &[u8]) -> Result<&[u8], Denial> {
    match text.len() {
        0 => Err(Denial::TokenMalformed("there is none")),
        1..=MAX_TOKEN => Ok(text),
        _ => Err(Denial::TokenMalformed("longer than 8 KiB")),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

    use super::{
        super::{APP_CHECK, END_USER_AUTHORIZATION, IAP_ASSERTION},
        *,
    };
    use crate::token::Parts;

    type Read = for<'a> fn(&Headers<'a>) -> Token<'a>;

    /// What a slot holds, taken apart as its verifier does first.
    fn read(slot: Read, headers: &HeaderMap) -> Result<Option<String>, Denial> {
        let Some(token) = slot(&Headers::of(headers))? else {
            return Ok(None);
        };
        Parts::split(token)?;
        Ok(Some(String::from_utf8_lossy(token).into_owned()))
    }

    fn is_malformed(slot: Read, headers: &HeaderMap) -> bool {
        matches!(read(slot, headers), Err(Denial::TokenMalformed(_)))
    }

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
            let headers = headers(&[("authorization", &format!("{scheme} YQ.Yg.-_8"))]);
            assert_eq!(
                read(bearer, &headers),
                Ok(Some("YQ.Yg.-_8".to_owned())),
                "{scheme}"
            );
        }
        assert_eq!(read(bearer, &HeaderMap::new()), Ok(None));
    }

    #[test]
    fn whatever_is_not_one_bearer_token_is_malformed() {
        let of_length = |length| format!("Bearer YQ.{}.", "A".repeat(length - 4));
        let long = of_length(MAX_TOKEN + 4);
        for value in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer  YQ.Yg.Yw",
            "Bearer YQ.Yg.Yw ",
            "Bearer YQ.Yg.Yw, Bearer ZA.ZQ.Zg",
            "Basic dTpw",
            "YQ.Yg.Yw",
            "Bearer YQ.Yg.Yw=",
            "Bearer Y+.Yg.Y/",
            "Bearer\tYQ.Yg.Yw",
            "Bearer YQ.Yg.\u{e9}",
            &long,
        ] {
            let headers = headers(&[("authorization", value)]);
            assert!(is_malformed(bearer, &headers), "{value:.40}");
        }
        let longest = of_length(MAX_TOKEN);
        assert!(read(bearer, &headers(&[("authorization", &longest)])).is_ok());
    }

    #[test]
    fn two_authorization_headers_are_malformed_even_when_equal() {
        let mut headers = headers(&[("authorization", "Bearer YQ.Yg.Yw")]);
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer YQ.Yg.Yw"));
        assert!(is_malformed(bearer, &headers));
    }

    #[test]
    fn the_other_slots_are_read_as_strictly() {
        let slot = |name: &str| -> Read {
            match name {
                "x-end-user-authorization" => end_user_bearer,
                "x-goog-iap-jwt-assertion" => assertion,
                _ => app_check,
            }
        };
        for (name, value) in [
            ("x-end-user-authorization", "bearer YQ.Yg.Yw"),
            ("x-goog-iap-jwt-assertion", "YQ.Yg.Yw"),
            ("x-firebase-appcheck", "YQ.Yg.Yw"),
        ] {
            let read = read(slot(name), &headers(&[(name, value)]));
            assert_eq!(read, Ok(Some("YQ.Yg.Yw".to_owned())), "{name}");
        }
        for (name, value) in [
            ("x-end-user-authorization", "YQ.Yg.Yw"),
            ("x-goog-iap-jwt-assertion", "Bearer YQ.Yg.Yw"),
            ("x-goog-iap-jwt-assertion", ""),
            ("x-firebase-appcheck", "YQ.Yg.Yw, ZA.ZQ.Zg"),
        ] {
            let headers = headers(&[(name, value)]);
            assert!(is_malformed(slot(name), &headers), "{name}: {value}");
        }
    }

    #[test]
    fn what_firebase_sends_in_place_of_an_app_check_token_is_none() {
        let headers = headers(&[("x-firebase-appcheck", APP_CHECK_NO_TOKEN)]);
        assert_eq!(read(app_check, &headers), Ok(None));
    }

    #[test]
    fn bytes_that_are_no_text_are_no_token() {
        let cases: [(HeaderName, &[u8], Read); 6] = [
            (AUTHORIZATION, b"Bearer YQ.Yg.\xff", bearer),
            (AUTHORIZATION, b"\xff YQ.Yg.Yw", bearer),
            (
                END_USER_AUTHORIZATION,
                b"Bearer YQ.\x80.Yw",
                end_user_bearer,
            ),
            (IAP_ASSERTION, b"YQ.Yg.\xc3\xa9", assertion),
            (APP_CHECK, b"\xfe", app_check),
            (COOKIE, b"__session=YQ.Yg.\xff", session_cookie),
        ];
        for (name, value, slot) in cases {
            let value = HeaderValue::from_bytes(value).unwrap();
            let headers = HeaderMap::from_iter([(name, value)]);
            assert!(is_malformed(slot, &headers), "{headers:?}");
        }
        // A cookie of somebody else's may be whatever it likes.
        let value = HeaderValue::from_bytes(b"a=\xff; __session=YQ.Yg.Yw; \xfe").unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, value)]);
        assert_eq!(
            read(session_cookie, &headers),
            Ok(Some("YQ.Yg.Yw".to_owned()))
        );
    }

    #[test]
    fn the_session_cookie_is_found_in_any_crumb() {
        let mut headers = headers(&[("cookie", "theme=dark; x__session=no; __Session=no")]);
        assert_eq!(read(session_cookie, &headers), Ok(None));
        headers.append(
            COOKIE,
            HeaderValue::from_static("lang=en;__session=YQ.Yg.Yw"),
        );
        assert_eq!(
            read(session_cookie, &headers),
            Ok(Some("YQ.Yg.Yw".to_owned()))
        );
    }

    #[test]
    fn two_session_cookies_are_refused_even_when_equal() {
        for value in [
            "__session=YQ.Yg.Yw; __session=YQ.Yg.Yw",
            "__session; __session=YQ.Yg.Yw",
        ] {
            let headers = headers(&[("cookie", value)]);
            assert!(is_malformed(session_cookie, &headers), "{value}");
        }
        let mut crumbs = headers(&[("cookie", "__session=YQ.Yg.Yw")]);
        crumbs.append(COOKIE, HeaderValue::from_static("__session=ZA.ZQ.Zg"));
        assert!(is_malformed(session_cookie, &crumbs));
    }

    #[test]
    fn a_session_cookie_has_the_form_of_a_token() {
        for value in [
            "__session",
            "__session=",
            "__session=\"YQ.Yg.Yw\"",
            "__session=YQ.Yg.Yw=",
            "__session=a b",
        ] {
            let headers = headers(&[("cookie", value)]);
            assert!(is_malformed(session_cookie, &headers), "{value}");
        }
    }
}
