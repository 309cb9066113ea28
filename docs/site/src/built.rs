//! The links of the built pages: each leads to a file of the site, and to a place in it that is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::Context;

use crate::{
    links::{Report, address_fault},
    markdown::is_address,
    repository::{is_kind, resolve},
};

/// Pages that are served from elsewhere than where they lie, or that only hold the others.
const APART: [&str; 2] = ["404.html", "print.html"];

/// Checks every page below a folder.
pub(crate) fn check(site: &Path) -> anyhow::Result<Report> {
    let mut files = BTreeSet::new();
    list(site, "", &mut files)?;
    let mut pages = BTreeMap::new();
    for file in &files {
        if is_kind(file, "html") {
            pages.insert(
                file.as_str(),
                Html::read(&fs::read_to_string(site.join(file))?),
            );
        }
    }
    let mut report = Report::default();
    for (page, html) in &pages {
        if APART.contains(page) {
            continue;
        }
        for link in &html.links {
            report.links += 1;
            if is_address(link) {
                report
                    .faults
                    .extend(address_fault(link).map(|fault| format!("{page}: {link} {fault}")));
                report.addresses.insert(link.clone());
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = resolve(page, path).filter(|target| files.contains(target));
            let fault = match target {
                None => Some("is not there"),
                Some(target) => pages
                    .get(target.as_str())
                    .filter(|html| !anchor.is_empty() && !html.ids.contains(anchor))
                    .map(|_| "has no such place"),
            };
            report
                .faults
                .extend(fault.map(|fault| format!("{page}: {link} {fault}")));
        }
        if let Some(text) = &html.undrawn {
            report
                .faults
                .push(format!("{page}: is shown as it was written: {text}"));
        }
    }
    Ok(report)
}

fn list(folder: &Path, prefix: &str, files: &mut BTreeSet<String>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name);
        }
    }
    Ok(())
}

/// What a page links to, and what may be linked to in it.
struct Html {
    links: Vec<String>,
    ids: BTreeSet<String>,
    /// What mdBook or the script should have made something of.
    undrawn: Option<&'static str>,
}

// === impl Html ===

impl Html {
    fn read(text: &str) -> Self {
        let (mut links, mut ids) = (Vec::new(), BTreeSet::new());
        let mut rest = text;
        while let Some((_, tag)) = rest.split_once('<') {
            if let Some(comment) = tag.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let end = end_of_tag(tag);
            for (name, value) in attributes(&tag[..end]) {
                match name {
                    "id" => {
                        ids.insert(value);
                    }
                    "href" | "src" if !value.starts_with("data:") => links.push(value),
                    _ => {}
                }
            }
            rest = &tag[end..];
            if tag.starts_with("script") {
                rest = rest.split_once("</script").map_or("", |(_, after)| after);
            }
        }
        let undrawn = ["{{#", "language-mermaid"]
            .into_iter()
            .find(|mark| text.contains(mark));
        Self {
            links,
            ids,
            undrawn,
        }
    }
}

/// Where a tag ends: at the first `>` that is in no value.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    tag.len()
}

/// The attributes whose values are in double quotes, as mdBook writes them.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, String)> {
    let mut parts = tag.split('"');
    std::iter::from_fn(move || {
        let name = parts.next()?.trim_end().strip_suffix('=')?;
        let name = name.rsplit(char::is_whitespace).next()?;
        Some((name, parts.next()?.replace("&amp;", "&")))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Html, check};

    #[test]
    fn links_and_places_are_found_and_not_in_scripts_and_comments() {
        let html = Html::read(
            "<!-- <a href=\"no\"> --><h1 id=\"top\" class=\"a > b\">x</h1><script src=\"a.js\">\"<a href='no'\"</script>\
             <a class=\"x\" href=\"b.html?a=1&amp;b#c\">y</a><img src=\"data:x\">",
        );
        assert_eq!(html.links, ["a.js", "b.html?a=1&b#c"]);
        assert!(html.ids.contains("top"));
    }

    #[test]
    fn a_link_to_nowhere_and_a_place_that_is_not_there_are_told() {
        let site = tempfile::tempdir().unwrap();
        fs::create_dir(site.path().join("a")).unwrap();
        fs::write(
            site.path().join("a/one.html"),
            "<a href=\"../two.html#here\"><a href=\"../two.html#gone\"><a href=\"three.html\"><a href=\"#me\">",
        )
        .unwrap();
        fs::write(
            site.path().join("two.html"),
            "<h1 id=\"here\"><a href=\"https://\">",
        )
        .unwrap();
        let report = check(site.path()).unwrap();
        assert_eq!(
            report.faults,
            [
                "a/one.html: ../two.html#gone has no such place",
                "a/one.html: three.html is not there",
                "a/one.html: #me has no such place",
                "two.html: https:// is no address: empty host",
            ]
        );
        assert_eq!(report.links, 5);
    }
}
