//! The links of all Markdown files, as GitHub shows them, and what other files say of the pages in docs/.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::{
    markdown::{Page, is_address},
    repository::{Repository, is_kind, resolve},
};

/// The sources of this, whose tests name pages that are made up.
const OWN: &str = "docs/site/";

/// What was looked at, and what is wrong.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) links: usize,
    /// Addresses elsewhere. Nobody is asked whether they are there.
    pub(crate) addresses: BTreeSet<String>,
    pub(crate) faults: Vec<String>,
}

/// Checks every Markdown file, and every mention of one in docs/.
pub(crate) fn check(repository: &Repository) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut pages = BTreeMap::new();
    for file in repository.files() {
        // A template's links are those of the project that it becomes.
        if !is_kind(file, "md") || file.contains("/templates/") {
            continue;
        }
        pages.insert(file, Page::read(repository.text(file)?));
    }
    for (file, page) in &pages {
        for link in &page.links {
            report.links += 1;
            let fault = match link.within() {
                None => address_fault(&link.to).or_else(|| {
                    report.addresses.insert(link.to.clone());
                    None
                }),
                Some(_) if !link.is_inline() => {
                    Some("is no `[text](destination)`; write it so".to_owned())
                }
                Some((path, anchor)) => {
                    target_fault(repository, &pages, resolve(file, path), anchor)
                }
            };
            report
                .faults
                .extend(fault.map(|fault| format!("{file}:{}: {} {fault}", link.line, link.to)));
        }
    }
    for file in repository.files().filter(|file| !file.starts_with(OWN)) {
        // Pictures and the like are no text.
        let Ok(text) = repository.text(file) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            for (path, anchor) in mentions(line) {
                report.links += 1;
                let fault = target_fault(repository, &pages, Some(path.to_owned()), anchor);
                report
                    .faults
                    .extend(fault.map(|fault| format!("{file}:{}: {path} {fault}", number + 1)));
            }
        }
    }
    Ok(report)
}

fn target_fault(
    repository: &Repository,
    pages: &BTreeMap<&str, Page>,
    path: Option<String>,
    anchor: Option<&str>,
) -> Option<String> {
    let Some(path) = path else {
        return Some("leads out of the repository".to_owned());
    };
    if !repository.has(&path) {
        return Some("is not there".to_owned());
    }
    // Code may go on with something that it knows when it runs.
    let anchor = anchor.filter(|anchor| !anchor.is_empty())?;
    let page = pages.get(path.as_str())?;
    (!page.anchors.iter().any(|name| name == anchor)).then(|| format!("has no heading #{anchor}"))
}

/// What is wrong with an address, by its form.
pub(crate) fn address_fault(address: &str) -> Option<String> {
    match Url::parse(address) {
        Err(error) => Some(format!("is no address: {error}")),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host().is_some() => None,
        Ok(url) => Some(format!("is neither http nor https, but {}", url.scheme())),
    }
}

/// The pages of docs/ that a line of any file names, as `docs/web.md#streams`.
fn mentions(line: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    line.match_indices("docs/").filter_map(|(at, _)| {
        // A part of a longer path, or of an address.
        if line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
        {
            return None;
        }
        let mention = line[at..]
            .split(|c: char| !(c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '#')))
            .next()?;
        let (path, anchor) = match mention.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor.trim_end_matches('.'))),
            None => (mention, None),
        };
        let path = path.trim_end_matches('.');
        (is_kind(path, "md") && !is_address(path)).then_some((path, anchor))
    })
}

#[cfg(test)]
mod tests {
    use super::{address_fault, check, mentions};
    use crate::repository::with;

    #[test]
    fn what_leads_nowhere_is_told_with_its_place() {
        let mention = "// docs/gone.md, docs/web.md#lost and docs/web.md#here\n";
        let (_folder, repository) = with(&[
            (
                "docs/web.md",
                "## Here\n[a](#here) [b](../src/a.rs) [c](../src)\n\n[d](#gone) [e](no.md) [f](../../x.md) [g](/docs/web.md)\n\n\
                 [h][1] [i](https://)\n\n[1]: ../README.md\n",
            ),
            ("README.md", "[a](docs/web.md#here) [b](docs/web.md#gone)\n"),
            ("src/a.rs", mention),
            ("cli/templates/README.md", "[a](elsewhere.md)\n"),
        ]);
        let report = check(&repository).unwrap();
        assert_eq!(
            report.faults,
            [
                "README.md:1: docs/web.md#gone has no heading #gone",
                "docs/web.md:4: #gone has no heading #gone",
                "docs/web.md:4: no.md is not there",
                "docs/web.md:4: ../../x.md leads out of the repository",
                "docs/web.md:4: /docs/web.md leads out of the repository",
                "docs/web.md:6: ../README.md is no `[text](destination)`; write it so",
                "docs/web.md:6: https:// is no address: empty host",
                "README.md:1: docs/web.md has no heading #gone",
                "src/a.rs:1: docs/gone.md is not there",
                "src/a.rs:1: docs/web.md has no heading #lost",
            ]
        );
    }

    #[test]
    fn pages_are_found_where_code_names_them() {
        let found = |line| mentions(line).collect::<Vec<_>>();
        assert_eq!(
            found("What to do: docs/runbook.md#calls-fail, or docs/web.md."),
            [
                ("docs/runbook.md", Some("calls-fail")),
                ("docs/web.md", None)
            ]
        );
        assert_eq!(
            found("https://example.com/docs/web.md ../docs/x.md docs/a.rs"),
            []
        );
    }

    #[test]
    fn an_address_has_a_host_and_is_of_the_web() {
        assert_eq!(address_fault("https://example.com/a#b"), None);
        assert!(address_fault("https://").is_some());
        assert!(address_fault("ftp://example.com").is_some());
    }
}
