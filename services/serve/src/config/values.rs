//! From text to values. Each function says what is wrong in words that go after the variable's name.

use std::{str::FromStr, time::Duration};

use http::HeaderValue;
use url::{Host, Url};

/// A whole number within bounds.
pub(super) fn number<N>(text: &str, least: N, most: N) -> Result<N, String>
where
    N: FromStr + PartialOrd + Copy + std::fmt::Display,
{
    text.parse()
        .ok()
        .filter(|n| (&least..=&most).contains(&n))
        .ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))
}

/// `10s`, `500ms`, `2m`, `1h`, or `10` for seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (count, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => 0,
    };
    count
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(millis))
        .filter(|_| millis > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            format!(
                "{text:?} is not a time: write it as 10s, 500ms, 2m or 1h (10 alone is seconds)"
            )
        })
}

/// `true` or `false`, or another usual way to say it.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Ok(true),
        "false" | "0" | "off" | "no" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

/// Values separated by commas, with or without white space around them.
pub(super) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// `name=value`.
pub(super) fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!(
            "{text:?} is not name=email, such as admin=admin@my-project.iam.gserviceaccount.com"
        )),
    }
}

/// A host and a port on this machine, such as `127.0.0.1:9099`.
pub(super) fn host(text: &str) -> Result<String, String> {
    let wrong =
        || format!("{text:?} is not a host and a port of this machine, such as 127.0.0.1:9099");
    let url = Url::parse(&format!("http://{text}/")).map_err(|_| wrong())?;
    let whole = url.port().is_some() && url.path() == "/" && url.username().is_empty();
    if whole && url.query().is_none() && is_loopback(&url) {
        Ok(text.to_owned())
    } else {
        Err(wrong())
    }
}

/// A Google Cloud project id.
pub(super) fn project_id(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:".contains(c);
    if text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(legal)
    {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "{text:?} is not a project id, such as my-project-123 (not the project's name or number)"
        ))
    }
}

/// One exact web origin, as a browser sends it in `Origin`.
pub(crate) fn origin(text: &str) -> Result<HeaderValue, String> {
    let whole = match text {
        "*" => Err("`*` would let every page call: list the origins one by one".to_owned()),
        "null" => {
            Err("`null` is the origin of every sandboxed page and file: list real ones".to_owned())
        }
        _ if text.contains('*') => Err(format!(
            "{text:?} is a pattern, and only exact origins are compared: list them one by one"
        )),
        _ => Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| {
                format!("{text:?} is not an origin: write it as https://app.example.com")
            }),
    }?
    .origin()
    .ascii_serialization();
    if whole != text {
        return Err(format!(
            "{text:?} is not what a browser sends as its origin: write {whole}"
        ));
    }
    HeaderValue::try_from(whole).map_err(|_| format!("{text:?} is not an origin"))
}

/// A URL for requests of our own: https, or http to this machine.
pub(super) fn url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user name or password, which would end up in logs".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(format!(
            "plain http goes to this machine only (127.0.0.1, [::1] or localhost), not to {}: use https",
            url.host_str().unwrap_or_default()
        )),
        scheme => Err(format!("{scheme:?} is neither https nor http")),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("10"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("1h"), Ok(Duration::from_hours(1)));
        for wrong in [
            "",
            "s",
            "-1s",
            "1.5s",
            "1 s",
            "1d",
            "99999999999999999999",
            "99999999999999999h",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_exactly_what_a_browser_sends() {
        for right in [
            "https://app.example.com",
            "http://localhost:5173",
            "http://[::1]:8080",
            "https://xn--bcher-kva.example",
        ] {
            assert_eq!(origin(right), Ok(HeaderValue::from_static(right)));
        }
        for wrong in [
            "*",
            "null",
            "https://*.example.com",
            "https://app.example.com/",
            "https://app.example.com/page",
            "https://app.example.com?query",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://user@app.example.com",
            "https://bücher.example",
            "app.example.com",
            "ftp://app.example.com",
            "file:///",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_emulator_is_on_this_machine() {
        for right in ["127.0.0.1:9099", "localhost:9099", "[::1]:9099"] {
            assert_eq!(host(right).as_deref(), Ok(right));
        }
        for wrong in [
            "10.0.0.1:9099",
            "emulator.example.com:9099",
            "localhost.example.com:9099",
            "localhost",
            "http://localhost:9099",
            "localhost:9099/path",
            "localhost:9099?query",
            "evil@localhost:9099",
            "localhost:9099@evil.example",
            "",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for right in [
            "https://www.googleapis.com/keys",
            "http://127.0.0.1:8080/keys",
            "http://[::1]/keys",
            "http://localhost:8080/keys",
        ] {
            assert!(url(right).is_ok(), "{right}");
        }
        for wrong in [
            "http://www.googleapis.com/keys",
            "http://localhost.example.com/",
            "http://10.0.0.1/",
            "http://0.0.0.0/",
            "https://user:secret@example.com/",
            "file:///etc/passwd",
            "keys",
        ] {
            assert!(url(wrong).is_err(), "{wrong}");
        }
    }
}
