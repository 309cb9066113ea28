//! The table of the differences that there may be.

use std::collections::BTreeMap;

use crate::Kind;

const TABLE: &str = include_str!("../DIFFERENCES.md");

/// Who accepts a token that the other one refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// callgate.
    Callgate,
    /// firebase-admin.
    FirebaseAdmin,
}

/// The differences of `DIFFERENCES.md`, by the token's kind and name.
#[derive(Debug)]
pub struct Differences(BTreeMap<(Kind, String), Side>);

impl Differences {
    /// Those that are committed.
    pub fn listed() -> Self {
        Self::parse(TABLE).unwrap_or_else(|fault| panic!("DIFFERENCES.md: {fault}"))
    }

    /// Whether the page has this line.
    pub fn have_line(line: &str) -> bool {
        TABLE.lines().any(|there| there == line)
    }

    /// Who alone accepts this token, as far as the table says.
    pub fn of(&self, kind: Kind, case: &str) -> Option<Side> {
        self.0.get(&(kind, case.to_owned())).copied()
    }

    /// The tokens, by kind and name.
    pub fn cases(&self) -> impl Iterator<Item = &(Kind, String)> {
        self.0.keys()
    }

    /// Reads headings of two levels: who accepts, then what differs. Below stand the reason and the tokens, as `subject: variant;
    /// another variant`, of each kind, or of one as `subject (kind): variant`.
    fn parse(text: &str) -> Result<Self, String> {
        let mut cases = BTreeMap::new();
        let mut side = None;
        let mut heading: Option<Heading> = None;
        for line in text.lines() {
            if let Some(title) = line.strip_prefix("## ") {
                finish(heading.take())?;
                side = Some(match title {
                    "Accepted by callgate alone" => Side::Callgate,
                    "Accepted by firebase-admin alone" => Side::FirebaseAdmin,
                    _ => return Err(format!("\"{title}\" does not say who accepts")),
                });
            } else if let Some(title) = line.strip_prefix("### ") {
                finish(heading.replace(Heading::of(title)))?;
            } else if let Some(item) = line.strip_prefix("- ") {
                let (Some(side), Some(heading)) = (side, &mut heading) else {
                    return Err(format!("\"{item}\" stands below no heading"));
                };
                let (subject, variants) = item
                    .split_once(": ")
                    .ok_or_else(|| format!("\"{item}\" has no subject"))?;
                let (subject, kinds) = kinds(subject);
                for variant in variants.split("; ") {
                    let case = format!("{subject}: {variant}");
                    for kind in kinds {
                        if cases.insert((*kind, case.clone()), side).is_some() {
                            return Err(format!("\"{case}\" is there twice"));
                        }
                    }
                }
                heading.has_cases = true;
            } else if let Some(heading) = &mut heading {
                heading.has_reason |= !line.is_empty();
            }
        }
        finish(heading)?;
        Ok(Self(cases))
    }
}

/// The subject alone, and the kinds of token that it is of.
fn kinds(subject: &str) -> (&str, &'static [Kind]) {
    Kind::ALL
        .chunks(1)
        .find_map(|kind| {
            let subject = subject.strip_suffix(&format!(" ({})", kind[0]))?;
            Some((subject, kind))
        })
        .unwrap_or((subject, &Kind::ALL))
}

/// What stands below one heading of the second level.
struct Heading {
    title: String,
    has_reason: bool,
    has_cases: bool,
}

impl Heading {
    fn of(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            has_reason: false,
            has_cases: false,
        }
    }
}

fn finish(heading: Option<Heading>) -> Result<(), String> {
    match heading {
        Some(Heading {
            title,
            has_reason: false,
            ..
        }) => Err(format!("\"{title}\" gives no reason")),
        Some(Heading {
            title,
            has_cases: false,
            ..
        }) => Err(format!("\"{title}\" names no token")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Differences, Side};
    use crate::Kind::{IdToken, SessionCookie};

    fn fault(text: &str) -> String {
        Differences::parse(text).unwrap_err()
    }

    #[test]
    fn a_table_is_read_by_side_and_token() {
        let table = "# Title\n\nWords.\n\n## Accepted by callgate alone\n\n### a\nwhy\n\n- exp: late; later\n\n\
                     ## Accepted by firebase-admin alone\n\n### b\nwhy\n- kid (ID token): \"\"\n- typ (session cookie): none\n";
        let differences = Differences::parse(table).unwrap();
        for kind in [IdToken, SessionCookie] {
            assert_eq!(differences.of(kind, "exp: late"), Some(Side::Callgate));
            assert_eq!(differences.of(kind, "exp: later"), Some(Side::Callgate));
            assert_eq!(differences.of(kind, "exp"), None);
        }
        let theirs = Some(Side::FirebaseAdmin);
        assert_eq!(differences.of(IdToken, "kid: \"\""), theirs);
        assert_eq!(differences.of(SessionCookie, "kid: \"\""), None);
        assert_eq!(differences.of(IdToken, "typ: none"), None);
        assert_eq!(differences.of(SessionCookie, "typ: none"), theirs);
        assert_eq!(differences.cases().count(), 6);
    }

    #[test]
    fn a_difference_has_a_side_and_a_reason_and_stands_there_once() {
        let side = "## Accepted by callgate alone\n";
        assert!(fault("## Accepted\n").contains("who accepts"));
        assert!(fault("- exp: late\n").contains("no heading"));
        assert!(fault(&format!("{side}- exp: late\n")).contains("no heading"));
        assert!(fault("### a\nwhy\n- exp: late\n").contains("no heading"));
        assert!(fault(&format!("{side}### a\n- exp: late\n")).contains("no reason"));
        assert!(
            fault(&format!(
                "{side}### a\n\n- exp: late\n### b\nwhy\n- exp: later\n"
            ))
            .contains("no reason")
        );
        assert!(fault(&format!("{side}### a\nwhy\n")).contains("no token"));
        assert!(fault(&format!("{side}### a\nwhy\n- exp\n")).contains("no subject"));
        assert!(fault(&format!("{side}### a\nwhy\n- exp: late; late\n")).contains("twice"));
        let again = format!("{side}### a\nwhy\n- exp: late\n- exp (ID token): late\n");
        assert!(fault(&again).contains("twice"));
    }
}
