//! Reading the token in each slot: at most one, at most 8 KiB long, of nothing but the characters of a JWT.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE},
};

use super::{APP_CHECK, END_USER_AUTHORIZATION, IAP_ASSERTION, SESSION_COOKIE};
use crate::{denial::Denial, token::MAX_TOKEN, verify::APP_CHECK_NO_TOKEN};

type Slot<'a> = Result<Option<&'a str>, Denial>;

/// The direct caller's own token, in the form that RFC 6750 gives a bearer token.
pub(in crate::gate) fn bearer(headers: &HeaderMap) -> Slot<'_> {
    bearer_in(headers, &AUTHORIZATION)
}

/// The token of the user for whom a service calls.
pub(in crate::gate) fn end_user_bearer(headers: &HeaderMap) -> Slot<'_> {
    bearer_in(headers, &END_USER_AUTHORIZATION)
}

/// The assertion of Identity-Aware Proxy.
pub(in crate::gate) fn assertion(headers: &HeaderMap) -> Slot<'_> {
    bare(headers, &IAP_ASSERTION)
}

/// The App Check token.
pub(in crate::gate) fn app_check(headers: &HeaderMap) -> Slot<'_> {
    match only(headers, &APP_CHECK)? {
        // The app could not get a token and says so: there is none.
        Some(value) if value == APP_CHECK_NO_TOKEN => Ok(None),
        value => value.map(|value| token(value.as_bytes())).transpose(),
    }
}

/// The session cookie. HTTP/2 may split the cookie header into crumbs, but only between pairs (RFC 9113, 8.2.3).
pub(in crate::gate) fn session_cookie(headers: &HeaderMap) -> Slot<'_> {
    let pairs = headers
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

fn bearer_in<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Slot<'a> {
    let Some(value) = only(headers, name)? else {
        return Ok(None);
    };
    let mut halves = value.as_bytes().splitn(2, |b| *b == b' ');
    let scheme = halves.next().unwrap_or_default();
    let Some(text) = halves.next() else {
        return Err(Denial::TokenMalformed("the header is not `Bearer <token>`"));
    };
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(Denial::TokenMalformed("the scheme is not Bearer"));
    }
    token(text).map(Some)
}

fn bare<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Slot<'a> {
    let value = only(headers, name)?;
    value.map(|value| token(value.as_bytes())).transpose()
}

/// Two headers of one name are refused, even when they are equal: which of them counts would be a matter of taste.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Denial> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Denial::TokenMalformed("more than one header for one token")),
    }
}

fn token(text: &[u8]) -> Result<&str, Denial> {
    if text.len() > MAX_TOKEN {
        return Err(Denial::TokenMalformed("longer than 8 KiB"));
    }
    // To the end, whatever comes: without a way out of it, the loop looks at many bytes at once.
    let of_a_jwt = text
        .iter()
        .fold(true, |so_far, b| so_far & is_jwt_character(*b));
    match std::str::from_utf8(text) {
        Ok(token) if !text.is_empty() && of_a_jwt => Ok(token),
        _ => Err(Denial::TokenMalformed(
            "characters that no token has, or none",
        )),
    }
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches, for the loop above"
)]
const fn is_jwt_character(b: u8) -> bool {
    let is_letter = (b | 0x20).wrapping_sub(b'a') < 26;
    let is_digit = b.wrapping_sub(b'0') < 10;
    is_letter | is_digit | (b == b'_') | (b == b'.') | (b == b'-')
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
    fn the_characters_of_a_jwt_are_these_and_no_others() {
        for b in 0..=u8::MAX {
            let expected = b.is_ascii_alphanumeric() || b"_.-".contains(&b);
            assert_eq!(is_jwt_character(b), expected, "{b}");
        }
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
    fn the_other_slots_are_read_as_strictly() {
        let read = |name: &'static str, value: &str| {
            let headers = headers(&[(name, value)]);
            let answer = match name {
                "x-end-user-authorization" => end_user_bearer(&headers),
                "x-goog-iap-jwt-assertion" => assertion(&headers),
                _ => app_check(&headers),
            };
            answer.map(|token| token.map(str::to_owned))
        };
        for (name, value) in [
            ("x-end-user-authorization", "bearer a.b.c"),
            ("x-goog-iap-jwt-assertion", "a.b.c"),
            ("x-firebase-appcheck", "a.b.c"),
        ] {
            assert_eq!(read(name, value), Ok(Some("a.b.c".to_owned())), "{name}");
        }
        for (name, value) in [
            ("x-end-user-authorization", "a.b.c"),
            ("x-goog-iap-jwt-assertion", "Bearer a.b.c"),
            ("x-goog-iap-jwt-assertion", ""),
            ("x-firebase-appcheck", "a.b.c, d.e.f"),
        ] {
            let answer = read(name, value);
            assert!(
                matches!(answer, Err(Denial::TokenMalformed(_))),
                "{name}: {value}"
            );
        }
    }

    #[test]
    fn what_firebase_sends_in_place_of_an_app_check_token_is_none() {
        let headers = headers(&[("x-firebase-appcheck", APP_CHECK_NO_TOKEN)]);
        assert_eq!(app_check(&headers), Ok(None));
    }

    #[test]
    fn bytes_that_are_no_text_are_no_token() {
        type Read = fn(&HeaderMap) -> Slot<'_>;
        let cases: [(HeaderName, &[u8], Read); 6] = [
            (AUTHORIZATION, b"Bearer a.b.\xff", bearer),
            (AUTHORIZATION, b"\xff a.b.c", bearer),
            (END_USER_AUTHORIZATION, b"Bearer a.\x80.c", end_user_bearer),
            (IAP_ASSERTION, b"a.b.\xc3\xa9", assertion),
            (APP_CHECK, b"\xfe", app_check),
            (COOKIE, b"__session=a.b.\xff", session_cookie),
        ];
        for (name, value, read) in cases {
            let value = HeaderValue::from_bytes(value).unwrap();
            let headers = HeaderMap::from_iter([(name, value)]);
            assert!(
                matches!(read(&headers), Err(Denial::TokenMalformed(_))),
                "{headers:?}"
            );
        }
        // A cookie of somebody else's may be whatever it likes.
        let value = HeaderValue::from_bytes(b"a=\xff; __session=a.b.c; \xfe").unwrap();
        let headers = HeaderMap::from_iter([(COOKIE, value)]);
        assert_eq!(session_cookie(&headers), Ok(Some("a.b.c")));
    }

    #[test]
    fn the_session_cookie_is_found_in_any_crumb() {
        let mut headers = headers(&[("cookie", "theme=dark; x__session=no; __Session=no")]);
        assert_eq!(session_cookie(&headers), Ok(None));
        headers.append(COOKIE, HeaderValue::from_static("lang=en;__session=a.b.c"));
        assert_eq!(session_cookie(&headers), Ok(Some("a.b.c")));
    }

    #[test]
    fn two_session_cookies_are_refused_even_when_equal() {
        for value in [
            "__session=a.b.c; __session=a.b.c",
            "__session; __session=a.b.c",
        ] {
            let answer = session_cookie(&headers(&[("cookie", value)])).map(drop);
            assert!(matches!(answer, Err(Denial::TokenMalformed(_))), "{value}");
        }
        let mut crumbs = headers(&[("cookie", "__session=a.b.c")]);
        crumbs.append(COOKIE, HeaderValue::from_static("__session=d.e.f"));
        assert!(matches!(
            session_cookie(&crumbs),
            Err(Denial::TokenMalformed(_))
        ));
    }

    #[test]
    fn a_session_cookie_has_the_form_of_a_token() {
        for value in [
            "__session",
            "__session=",
            "__session=\"a.b.c\"",
            "__session=a.b.c=",
            "__session=a b",
        ] {
            let answer = session_cookie(&headers(&[("cookie", value)])).map(drop);
            assert!(matches!(answer, Err(Denial::TokenMalformed(_))), "{value}");
        }
    }
}
