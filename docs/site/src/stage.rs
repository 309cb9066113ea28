//! The pages as mdBook is to see them: in one folder, with links to what is in the site.
//!
//! On GitHub the same pages lie where they are, some of them beside what they are about (deploy/, bench/), and link to the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, bail, ensure};

use crate::{
    markdown::{Link, Page},
    repository::{Repository, folder_of, is_kind, relative, resolve},
};

const SUMMARY: &str = "docs/SUMMARY.md";
const PICTURES: [&str; 3] = [".png", ".svg", ".jpg"];

/// What the site is made of.
pub(crate) struct Staged {
    /// Files and folders that the pages link to, and that are no pages.
    pub(crate) sources: BTreeSet<String>,
    pub(crate) pages: usize,
}

/// Writes mdBook's sources into a folder.
pub(crate) fn stage(repository: &Repository, folder: &Path) -> anyhow::Result<Staged> {
    let summary = Page::read(repository.text(SUMMARY)?);
    let chapters = chapters(repository, &summary)?;
    let mut staging = Staging {
        repository,
        chapters: &chapters,
        folder,
        sources: BTreeSet::new(),
    };
    let listed = summary.with_links(|link| {
        let (path, _) = link.within()?;
        chapters.get(&resolve(SUMMARY, path)?).cloned()
    });
    staging.write("SUMMARY.md", listed.as_bytes())?;
    for (page, place) in &chapters {
        staging.page(page, place)?;
    }
    Ok(Staged {
        sources: staging.sources,
        pages: chapters.len(),
    })
}

/// The pages that the summary lists, and where they go. Every page of docs/ has to be one.
fn chapters(repository: &Repository, summary: &Page) -> anyhow::Result<BTreeMap<String, String>> {
    let mut chapters = BTreeMap::new();
    for link in &summary.links {
        let path = link
            .within()
            .and_then(|(path, _)| resolve(SUMMARY, path))
            .filter(|path| repository.is_file(path));
        let Some(path) = path else {
            bail!("{SUMMARY}:{}: {} is no page", link.line, link.to);
        };
        let place = place_of(&path);
        ensure!(
            !chapters.values().any(|taken| *taken == place),
            "{SUMMARY}:{}: two pages would be {place}",
            link.line
        );
        chapters.insert(path, place);
    }
    for file in repository.files() {
        let is_page = file.starts_with("docs/") && is_kind(file, "md") && file != SUMMARY;
        ensure!(
            !is_page || chapters.contains_key(file),
            "{file} is in no chapter: add a line to {SUMMARY}"
        );
    }
    Ok(chapters)
}

/// Pages of docs/ keep their place; `deploy/README.md` becomes `deploy-readme.md`.
fn place_of(path: &str) -> String {
    if path == "README.md" {
        return "callgate.md".to_owned();
    }
    match path.strip_prefix("docs/") {
        Some(place) => place.to_owned(),
        None => path.replace('/', "-"),
    }
    .to_lowercase()
}

struct Staging<'a> {
    repository: &'a Repository,
    chapters: &'a BTreeMap<String, String>,
    folder: &'a Path,
    sources: BTreeSet<String>,
}

// === impl Staging ===

impl Staging<'_> {
    fn page(&mut self, path: &str, place: &str) -> anyhow::Result<()> {
        let page = Page::read(self.repository.text(path)?);
        let mut targets = BTreeMap::new();
        for link in &page.links {
            if let Some(target) = self.target(path, place, link)? {
                targets.insert(link.to.clone(), target);
            }
        }
        let text = page.with_links(|link| targets.get(&link.to).cloned());
        self.write(place, with_diagrams(&text).as_bytes())
    }

    /// Where a link leads in the site. What is wrong with it is told elsewhere.
    fn target(&mut self, path: &str, place: &str, link: &Link) -> anyhow::Result<Option<String>> {
        let Some((to, anchor)) = link.within() else {
            return Ok(None);
        };
        let Some(file) = resolve(path, to).filter(|file| self.repository.has(file)) else {
            return Ok(None);
        };
        if let Some(chapter) = self.chapters.get(&file) {
            let anchor = anchor.map(|anchor| format!("#{anchor}"));
            let to = if file == path && to.is_empty() {
                String::new()
            } else {
                relative(place, chapter)
            };
            return Ok(Some(to + &anchor.unwrap_or_default()));
        }
        if PICTURES.iter().any(|ending| file.ends_with(ending)) {
            let picture = format!("pictures/{}", file.replace('/', "-"));
            let bytes = fs::read(self.repository.path(&file)).with_context(|| file.clone())?;
            self.write(&picture, &bytes)?;
            return Ok(Some(relative(place, &picture)));
        }
        let to = relative(place, &source_page(&file));
        self.sources.insert(file);
        Ok(Some(to))
    }

    fn write(&self, place: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let file = self.folder.join(place);
        fs::create_dir_all(self.folder.join(folder_of(place)))?;
        fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))
    }
}

/// The page of the site that shows a file or a folder of the repository.
pub(crate) fn source_page(path: &str) -> String {
    format!("source-{}.html", path.replace('/', "-"))
}

/// Diagrams as docs/site/mermaid.js looks for them.
fn with_diagrams(text: &str) -> String {
    let mut written = String::new();
    let mut in_diagram = false;
    for line in text.split_inclusive('\n') {
        match (in_diagram, line.trim_end()) {
            (false, "```mermaid") => {
                in_diagram = true;
                written.push_str("<pre class=\"mermaid\">\n");
            }
            (true, "```") => {
                in_diagram = false;
                written.push_str("</pre>\n");
            }
            (true, _) => written.push_str(&escaped(line)),
            (false, _) => written.push_str(line),
        }
    }
    written
}

/// As text in HTML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{place_of, stage, with_diagrams};
    use crate::repository::with;

    /// A summary, with its one page.
    const PAGE: (&str, &str) = (
        "docs/a.md",
        "[b](../deploy/README.md#x) [c](../src/c.rs) ![d](d.png) [e](#y) [f](https://example.com)",
    );

    #[test]
    fn links_lead_to_what_is_in_the_site() {
        let (_folder, repository) = with(&[
            (
                "docs/SUMMARY.md",
                "- [A](a.md)\n- [B](../deploy/README.md)\n",
            ),
            PAGE,
            ("docs/d.png", "png"),
            ("deploy/README.md", "[a](../docs/a.md) [src](../src)"),
            ("src/c.rs", ""),
        ]);
        let site = tempfile::tempdir().unwrap();
        let staged = stage(&repository, site.path()).unwrap();
        let text = |page| fs::read_to_string(site.path().join(page)).unwrap();
        assert_eq!(text("SUMMARY.md"), "- [A](a.md)\n- [B](deploy-readme.md)\n");
        assert_eq!(
            text("a.md"),
            "[b](deploy-readme.md#x) [c](source-src-c.rs.html) ![d](pictures/docs-d.png) [e](#y) [f](https://example.com)"
        );
        assert_eq!(text("deploy-readme.md"), "[a](a.md) [src](source-src.html)");
        assert_eq!(text("pictures/docs-d.png"), "png");
        assert_eq!(
            staged.sources.into_iter().collect::<Vec<_>>(),
            ["src", "src/c.rs"]
        );
        assert_eq!(staged.pages, 2);
    }

    #[test]
    fn a_page_that_nobody_finds_and_one_that_is_not_there_are_refused() {
        for (summary, fault) in [
            ("- [A](a.md)\n", "docs/b.md is in no chapter"),
            (
                "- [A](a.md)\n- [B](b.md)\n- [C](c.md)\n",
                "docs/SUMMARY.md:3: c.md is no page",
            ),
        ] {
            let files = [("docs/SUMMARY.md", summary), PAGE, ("docs/b.md", "")];
            let (_folder, repository) = with(&files);
            let site = tempfile::tempdir().unwrap();
            let error = stage(&repository, site.path()).err().unwrap().to_string();
            assert!(error.starts_with(fault), "{error}");
        }
    }

    #[test]
    fn every_page_has_a_place() {
        for (path, place) in [
            ("README.md", "callgate.md"),
            ("docs/start.md", "start.md"),
            ("docs/callers/apps.md", "callers/apps.md"),
            ("deploy/README.md", "deploy-readme.md"),
            ("bench/results/calls.md", "bench-results-calls.md"),
        ] {
            assert_eq!(place_of(path), place);
        }
    }

    #[test]
    fn a_diagram_is_text_for_the_script() {
        assert_eq!(
            with_diagrams("a\n```mermaid\nx --> y[\"<b>\"]\n```\n```sh\nls\n```\n"),
            "a\n<pre class=\"mermaid\">\nx --&gt; y[\"&lt;b&gt;\"]\n</pre>\n```sh\nls\n```\n"
        );
    }
}
