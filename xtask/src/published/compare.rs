//! What has changed in a public interface since it was written down, and what version that wants.

use std::collections::BTreeSet;

use anyhow::Context;

/// What is different, line by line. A line that changed is one removed and one added.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) removed: Vec<String>,
    pub(crate) added: Vec<String>,
}

impl Difference {
    /// Between two listings, one item a line. The first, a comment, is none: see [`items`].
    pub(crate) fn between(written: &str, now: &str) -> Self {
        let set = |text: &str| -> BTreeSet<String> { items(text).map(str::to_owned).collect() };
        let (written, now) = (set(written), set(now));
        Self {
            removed: written.difference(&now).cloned().collect(),
            added: now.difference(&written).cloned().collect(),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// In words, for whoever changed it. `written` is the version that it was written down for, `now` the present one.
    pub(crate) fn told(
        &self,
        library: &str,
        written: &str,
        now: &str,
    ) -> anyhow::Result<Vec<String>> {
        let mut told = Vec::new();
        if !self.removed.is_empty() {
            let wanted = breaking(written)?;
            let enough = match is_at_least(now, &wanted)? {
                true => format!("the version {now} says so"),
                false => format!("that wants version {wanted}, once {written} is published"),
            };
            told.push(format!(
                "{library}: removed or changed, which breaks who uses it; {enough}"
            ));
            told.extend(self.removed.iter().map(|line| format!("  - {line}")));
        }
        if !self.added.is_empty() {
            told.push(format!("{library}: added"));
            told.extend(self.added.iter().map(|line| format!("  + {line}")));
        }
        Ok(told)
    }
}

/// The items of a listing: all lines but the comment. An attribute begins with `#` too.
pub(crate) fn items(listing: &str) -> impl Iterator<Item = &str> {
    listing.lines().filter(|line| !line.starts_with("# "))
}

/// The next version that may break its users: of 0.x the next minor one.
fn breaking(version: &str) -> anyhow::Result<String> {
    let [major, minor, _] = numbers(version)?;
    Ok(match major {
        0 => format!("0.{}.0", minor + 1),
        _ => format!("{}.0.0", major + 1),
    })
}

fn is_at_least(version: &str, wanted: &str) -> anyhow::Result<bool> {
    Ok(numbers(version)? >= numbers(wanted)?)
}

fn numbers(version: &str) -> anyhow::Result<[u64; 3]> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let numbers: Option<Vec<u64>> = release.split('.').map(|n| n.parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
    numbers.with_context(|| format!("{version:?} is not a version"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITTEN: &str = "# callgate 0.1.0: what is public\npub fn a()\npub fn b(u8)\n";

    #[test]
    fn a_line_that_changed_is_removed_and_added() {
        let difference = Difference::between(
            WRITTEN,
            "# callgate 0.2.0\npub fn a()\npub fn b(u16)\npub fn c()\n",
        );
        assert_eq!(difference.removed, ["pub fn b(u8)"]);
        assert_eq!(difference.added, ["pub fn b(u16)", "pub fn c()"]);
        assert!(Difference::between(WRITTEN, "pub fn b(u8)\npub fn a()\n").is_none());
    }

    #[test]
    fn what_breaks_users_wants_the_next_minor_version() {
        let broken = Difference::between(WRITTEN, "pub fn a()\n");
        let told = |now| broken.told("callgate", "0.1.0", now).unwrap().join("\n");
        assert!(
            told("0.1.0").contains("that wants version 0.2.0"),
            "{}",
            told("0.1.0")
        );
        assert!(told("0.1.1").contains("that wants version 0.2.0"));
        assert!(told("0.2.0").contains("the version 0.2.0 says so"));
        assert!(told("0.1.0").ends_with("\n  - pub fn b(u8)"));
        assert_eq!(breaking("1.4.2").unwrap(), "2.0.0");
    }

    #[test]
    fn an_attribute_is_part_of_an_item_and_no_comment() {
        let open = format!("{WRITTEN}pub enum E\n");
        let closed = format!("{WRITTEN}#[non_exhaustive] pub enum E\n");
        let difference = Difference::between(&open, &closed);
        assert_eq!(difference.removed, ["pub enum E"]);
        assert_eq!(difference.added, ["#[non_exhaustive] pub enum E"]);
    }

    #[test]
    fn what_is_added_wants_nothing() {
        let more = Difference::between(WRITTEN, "pub fn a()\npub fn b(u8)\npub fn c()\n");
        let told = more.told("callgate", "0.1.0", "0.1.0").unwrap();
        assert_eq!(told, ["callgate: added", "  + pub fn c()"]);
    }
}
