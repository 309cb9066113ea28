//! A page for each file of the repository that a page links to, so that the site needs no network, and is of one commit.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Context;

use crate::{
    repository::Repository,
    stage::{Staged, escaped, source_page},
};

/// Files of more bytes are named, not shown.
const LARGEST: usize = 200_000;

/// Writes the pages into the built site, in the frame of one of its own.
pub(crate) fn write(repository: &Repository, staged: &Staged, site: &Path) -> anyhow::Result<()> {
    let frame =
        fs::read_to_string(site.join("index.html")).context("the site has no index.html")?;
    for path in &staged.sources {
        let body = if repository.is_file(path) {
            file(repository, path)?
        } else {
            folder(repository, path, staged)
        };
        let page = framed(&frame, path, &body).context("mdBook's pages have another form now")?;
        fs::write(site.join(source_page(path)), page)?;
    }
    Ok(())
}

fn file(repository: &Repository, path: &str) -> anyhow::Result<String> {
    let text = repository.text(path)?;
    if text.len() > LARGEST {
        return Ok(format!("<p>{} bytes, in the repository.</p>", text.len()));
    }
    let language = path.rsplit('.').next().unwrap_or_default();
    Ok(format!(
        "<pre><code class=\"language-{language}\">{}</code></pre>",
        escaped(&text)
    ))
}

fn folder(repository: &Repository, path: &str, staged: &Staged) -> String {
    let mut list = String::new();
    for name in repository.listing(path) {
        let inside = format!("{path}/{}", name.trim_end_matches('/'));
        let item = if staged.sources.contains(&inside) {
            format!("<a href=\"{}\">{name}</a>", source_page(&inside))
        } else {
            name
        };
        let _ = write!(list, "<li>{item}</li>");
    }
    format!("<ul>{list}</ul>")
}

/// A page with another title and another content, and nothing before and after it.
fn framed(frame: &str, path: &str, body: &str) -> Option<String> {
    let page = with(frame, "<title>", "</title>", path)?;
    let page = with(
        &page,
        "<main>",
        "</main>",
        &format!("<h1><code>{path}</code></h1>\n{body}"),
    )?;
    let page = with(&page, "<nav class=\"nav-wrapper\"", "</nav>", ">")?;
    with(&page, "<nav class=\"nav-wide-wrapper\"", "</nav>", ">")
}

/// The text with something else between two marks.
fn with(text: &str, begin: &str, end: &str, between: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{between}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::framed;

    #[test]
    fn a_frame_keeps_all_but_title_content_and_neighbours() {
        let frame = "<title>Start</title><main>old</main><nav class=\"nav-wrapper\" x><a></nav>\
                     <nav class=\"nav-wide-wrapper\" y><a></nav>end";
        assert_eq!(
            framed(frame, "src/a.rs", "new").unwrap(),
            "<title>src/a.rs</title><main><h1><code>src/a.rs</code></h1>\nnew</main><nav class=\"nav-wrapper\"></nav>\
             <nav class=\"nav-wide-wrapper\"></nav>end"
        );
        assert_eq!(framed("<title></title>", "a", "b"), None);
    }
}
