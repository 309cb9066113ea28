//! For how long an answer may be kept (RFC 9111), as far as key sets need it.

use std::time::Duration;

use http::{
    HeaderMap,
    header::{AGE, CACHE_CONTROL},
};

/// Whatever the issuer says, its keys are not asked for more often than this.
pub(super) const MIN_LIFETIME: Duration = Duration::from_mins(1);
/// Nor less often (G15).
const MAX_LIFETIME: Duration = Duration::from_hours(24);
/// Where the issuer says nothing that can be understood. Google's issuers always say something.
const DEFAULT_LIFETIME: Duration = Duration::from_hours(1);

/// For how long keys that came with these headers are fresh: `max-age` less `Age`, between 1 minute and 24 hours (G15).
///
/// `no-store` and `no-cache` mean the minimum: keys that may not be kept at all would mean a request for every call.
pub(super) fn lifetime(headers: &HeaderMap) -> Duration {
    let mut max_age: Option<Duration> = None;
    for directive in list(headers, &CACHE_CONTROL) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return MIN_LIFETIME;
        }
        // Given twice, the shorter one is the safer one.
        if name.eq_ignore_ascii_case("max-age")
            && let Some(given) = seconds(value.trim_matches('"'))
        {
            max_age = Some(max_age.map_or(given, |known| known.min(given)));
        }
    }
    max_age
        .unwrap_or(DEFAULT_LIFETIME)
        .saturating_sub(age(headers))
        .clamp(MIN_LIFETIME, MAX_LIFETIME)
}

/// For how long a cache on the way has held the answer already.
pub(super) fn age(headers: &HeaderMap) -> Duration {
    list(headers, &AGE)
        .filter_map(seconds)
        .max()
        .unwrap_or_default()
}

fn list<'h>(
    headers: &'h HeaderMap,
    name: &http::HeaderName,
) -> impl Iterator<Item = &'h str> + use<'h> {
    headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

/// A number too large to hold means "for ever" (RFC 9111, section 1.2.2).
fn seconds(digits: &str) -> Option<Duration> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn lifetime_of<const N: usize>(headers: [(HeaderName, &'static str); N]) -> Duration {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        lifetime(&map)
    }

    #[test]
    fn max_age_is_obeyed_and_what_a_cache_on_the_way_took_is_subtracted() {
        let google = "public, max-age=21600, must-revalidate, no-transform";
        assert_eq!(lifetime_of([(CACHE_CONTROL, google)]), 6 * HOUR);
        assert_eq!(
            lifetime_of([(CACHE_CONTROL, google), (AGE, "3600")]),
            5 * HOUR
        );
        assert_eq!(lifetime_of([(CACHE_CONTROL, "Max-Age=\"7200\"")]), 2 * HOUR);
    }

    #[test]
    fn what_is_missing_or_garbled_means_the_default() {
        assert_eq!(lifetime_of([]), DEFAULT_LIFETIME);
        for garbled in [
            "",
            "public",
            "max-age",
            "max-age=",
            "max-age=-5",
            "max-age=1h",
            "max-age=+7",
            "s-maxage=5",
        ] {
            assert_eq!(
                lifetime_of([(CACHE_CONTROL, garbled)]),
                DEFAULT_LIFETIME,
                "{garbled}"
            );
        }
        assert_eq!(lifetime_of([(AGE, "soon")]), DEFAULT_LIFETIME);
    }

    #[test]
    fn it_is_never_shorter_than_a_minute_nor_longer_than_a_day() {
        for short in [
            "max-age=0",
            "max-age=5",
            "no-store",
            "No-Cache",
            "max-age=9000, no-cache",
            "no-cache=\"x\"",
        ] {
            assert_eq!(
                lifetime_of([(CACHE_CONTROL, short)]),
                MIN_LIFETIME,
                "{short}"
            );
        }
        assert_eq!(
            lifetime_of([(CACHE_CONTROL, "max-age=600"), (AGE, "9999")]),
            MIN_LIFETIME
        );
        for long in ["max-age=86401", "max-age=99999999999999999999999999"] {
            assert_eq!(lifetime_of([(CACHE_CONTROL, long)]), MAX_LIFETIME, "{long}");
        }
    }

    #[test]
    fn the_shorter_of_two_counts() {
        assert_eq!(
            lifetime_of([
                (CACHE_CONTROL, "max-age=7200"),
                (CACHE_CONTROL, "max-age=3600")
            ]),
            HOUR
        );
    }
}
