//! From text to values.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// `10s`, `500ms`, `2m`, `1h`, or `10` for seconds.
pub(crate) fn duration(text: &str) -> anyhow::Result<Duration> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (count, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        _ => bail!("{text:?} is not a time: write it as 10s, 500ms, 2m or 1h"),
    };
    let count: u64 = count
        .parse()
        .with_context(|| format!("{text:?} is not a time: write it as 10s, 500ms, 2m or 1h"))?;
    let millis = count.checked_mul(millis).context("the time is too long")?;
    Ok(Duration::from_millis(millis))
}

/// A moment by RFC 3339, or in whole seconds since 1970.
pub(crate) fn moment(text: &str) -> anyhow::Result<SystemTime> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(UNIX_EPOCH + Duration::from_secs(seconds.into()));
    }
    match OffsetDateTime::parse(text, &Rfc3339) {
        Ok(moment) if moment.unix_timestamp() >= 0 => Ok(moment.into()),
        _ => bail!("{text:?} is not a moment: write it as 2026-01-31T12:00:00Z or 1769860800"),
    }
}

/// Values separated by commas, with or without white space around them.
pub(crate) fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// `name=value`.
pub(crate) fn mapping(text: &str) -> anyhow::Result<(&str, &str)> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
            Ok((name.trim(), value.trim()))
        }
        _ => bail!(
            "{text:?} is not name=email, such as admin=admin@my-project.iam.gserviceaccount.com"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_either_way() {
        let same = UNIX_EPOCH + Duration::from_secs(1_769_860_801);
        for text in [
            "1769860801",
            "2026-01-31T12:00:01Z",
            "2026-01-31T13:00:01+01:00",
        ] {
            assert_eq!(moment(text).ok(), Some(same), "{text}");
        }
        for text in ["", "now", "-1", "2026-01-31", "1960-01-01T00:00:00Z"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_has_a_unit_or_is_in_seconds() {
        for (text, millis) in [("10", 10_000), ("10s", 10_000), ("5ms", 5), ("2m", 120_000)] {
            assert_eq!(duration(text).ok(), Some(Duration::from_millis(millis)));
        }
        for text in ["", "s", "1d", "-1s", "99999999999999999999s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
    #[test]
    fn a_list_of_mappings_is_read() {
        let read = list(" a = b@c , d=e#1,").map(mapping);
        let read: Vec<_> = read.map(Result::ok).collect();
        assert_eq!(read, [Some(("a", "b@c")), Some(("d", "e#1"))]);
        for text in ["a", "=b", "a=", "a= "] {
            assert!(mapping(text).is_err(), "{text}");
        }
    }
}
