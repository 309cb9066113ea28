//! Which pages may call with what a browser sends by itself (G11).
//!
//! A cookie, of ours or of Identity-Aware Proxy, comes along whatever page makes the call. What the page cannot choose is the
//! `Origin` that its browser sends.

use http::{HeaderMap, HeaderValue, header::ORIGIN};

use super::GateError;
use crate::denial::Denial;

/// The origins whose pages may call with a cookie: the allowed ones, and the service's own.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins(Box<[HeaderValue]>);

impl Origins {
    /// Each as a browser sends it, such as `https://app.example.com`: no `*`, no `null`, no pattern, no path.
    pub(super) fn parse<O: AsRef<str>>(
        origins: impl IntoIterator<Item = O>,
    ) -> Result<Self, GateError> {
        let parsed = origins.into_iter().map(|origin| {
            let origin = origin.as_ref();
            let whole = url::Url::parse(origin)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .map(|url| url.origin().ascii_serialization());
            match whole {
                Some(whole) if whole == origin && !origin.contains('*') => {
                    HeaderValue::try_from(origin).map_err(|_| GateError::Origin(origin.to_owned()))
                }
                _ => Err(GateError::Origin(origin.to_owned())),
            }
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Exactly one `Origin`, and byte for byte one of these.
    pub(super) fn check(&self, headers: &HeaderMap) -> Result<(), Denial> {
        let mut sent = headers.get_all(ORIGIN).iter();
        match (sent.next(), sent.next()) {
            (None, _) => Err(Denial::OriginNotAllowed("it names no origin")),
            (Some(_), Some(_)) => Err(Denial::OriginNotAllowed("it names two origins")),
            (Some(origin), None) if self.0.contains(origin) => Ok(()),
            (Some(_), None) => Err(Denial::OriginNotAllowed("it names another origin")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_origin_is_demanded_byte_for_byte() {
        let origins = Origins::parse(["https://app.example.com", "http://localhost:8080"]).unwrap();
        let check = |sent: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for origin in sent {
                headers.append(ORIGIN, HeaderValue::from_static(origin));
            }
            origins.check(&headers).is_ok()
        };
        assert!(check(&["https://app.example.com"]));
        assert!(check(&["http://localhost:8080"]));
        for refused in [
            &[][..],
            &["null"],
            &[""],
            &["https://app.example.com", "https://app.example.com"],
            &["https://app.example.com/"],
            &["https://app.example.com:443"],
            &["https://App.example.com"],
            &["http://app.example.com"],
            &["https://evil.example"],
            &["https://app.example.com.evil.example"],
            &["http://localhost"],
        ] {
            assert!(!check(refused), "{refused:?}");
        }
    }

    #[test]
    fn what_is_no_exact_origin_cannot_be_allowed() {
        for wrong in [
            "*",
            "null",
            "https://*.example.com",
            "https://app.example.com/",
            "app.example.com",
            "ftp://app.example.com",
            "file:///",
            "",
        ] {
            assert!(Origins::parse([wrong]).is_err(), "{wrong}");
        }
    }
}
