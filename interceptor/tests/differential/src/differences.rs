//! The table of the differences that there may be.

use std::collections::BTreeMap;

/// Who accepts a token that the other one refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// callgate.
    Callgate,
    /// firebase-admin.
    FirebaseAdmin,
}

/// The differences of `DIFFERENCES.md`, by the token's name.
#[derive(Debug)]
pub struct Differences(BTreeMap<String, Side>);

impl Differences {
    /// Those that are committed.
    pub fn listed() -> Self {
        Self::parse(include_str!("../DIFFERENCES.md"))
            .unwrap_or_else(|fault| panic!("DIFFERENCES.md: {fault}"))
    }

    /// Who alone accepts this token, as far as the table says.
    pub fn of(&self, case: &str) -> Option<Side> {
        self.0.get(case).copied()
    }

    /// The tokens, by name.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Reads headings of two levels: who accepts, then what differs. Below stand the reason and the tokens, as `subject: variant;
    /// another variant`.
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
                for variant in variants.split("; ") {
                    let case = format!("{subject}: {variant}");
                    if cases.insert(case.clone(), side).is_some() {
                        return Err(format!("\"{case}\" is there twice"));
                    }
                    heading.has_cases = true;
                }
            } else if let Some(heading) = &mut heading {
                heading.has_reason |= !line.is_empty();
            }
        }
        finish(heading)?;
        Ok(Self(cases))
    }
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

    fn fault(text: &str) -> String {
        Differences::parse(text).unwrap_err()
    }

    #[test]
    fn a_table_is_read_by_side_and_token() {
        let table = "# Title\n\nWords.\n\n## Accepted by callgate alone\n\n### a\nwhy\n\n- exp: late; later\n\n\
                     ## Accepted by firebase-admin alone\n\n### b\nwhy\n- kid: \"\"\n- typ: none\n";
        let differences = Differences::parse(table).unwrap();
        assert_eq!(differences.of("exp: late"), Some(Side::Callgate));
        assert_eq!(differences.of("exp: later"), Some(Side::Callgate));
        assert_eq!(differences.of("kid: \"\""), Some(Side::FirebaseAdmin));
        assert_eq!(differences.of("typ: none"), Some(Side::FirebaseAdmin));
        assert_eq!(differences.of("exp"), None);
        assert_eq!(differences.count(), 4);
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
    }
}
