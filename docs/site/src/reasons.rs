//! The reasons that docs/concepts.md lists are those that the gate has.

use std::collections::BTreeSet;

use crate::repository::Repository;

const PAGE: &str = "docs/concepts.md";
const DENIALS: &str = "interceptor/src/denial.rs";

/// The reasons that one of the two lacks.
pub(crate) fn faults(repository: &Repository) -> anyhow::Result<Vec<String>> {
    let page = repository.text(PAGE)?;
    let denials = repository.text(DENIALS)?;
    let (listed, known) = (listed(&page), known(&denials));
    let unlisted = known.difference(&listed);
    let unknown = listed.difference(&known);
    Ok(unlisted
        .map(|reason| format!("{PAGE}: {reason} is not in the table of refusals"))
        .chain(unknown.map(|reason| format!("{PAGE}: {DENIALS} has no reason {reason}")))
        .collect())
}

/// What stands between backticks in the table, and looks like a reason.
fn listed(page: &str) -> BTreeSet<&str> {
    page.lines()
        .skip_while(|line| *line != "## Refusals")
        .filter(|line| line.starts_with("| "))
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|name| is_reason(name))
        .collect()
}

/// The arms of the match that names them.
fn known(denials: &str) -> BTreeSet<&str> {
    denials
        .lines()
        .filter_map(|line| line.split_once("=> \"")?.1.split_once("\","))
        .map(|(name, _)| name)
        .filter(|name| is_reason(name))
        .collect()
}

fn is_reason(name: &str) -> bool {
    name.contains('_') && name.bytes().all(|b| b == b'_' || b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::faults;
    use crate::repository::with;

    #[test]
    fn a_reason_that_only_one_side_has_is_told() {
        let (_folder, repository) = with(&[
            (
                "docs/concepts.md",
                "| `NOT_YET` |\n## Refusals\n\n| a | `TOKEN_OLD` `TOKEN_BAD`: our `Fault` |\n",
            ),
            (
                "interceptor/src/denial.rs",
                "Self::Bad(_) => \"TOKEN_BAD\",\nSelf::New => \"TOKEN_NEW\",\n",
            ),
        ]);
        assert_eq!(
            faults(&repository).unwrap(),
            [
                "docs/concepts.md: TOKEN_NEW is not in the table of refusals",
                "docs/concepts.md: interceptor/src/denial.rs has no reason TOKEN_OLD",
            ]
        );
    }
}
