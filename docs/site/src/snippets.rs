//! Code that a page shows is the code of a file that is compiled: `<!-- from FILE#NAME -->` before a block says of which, and the block
//! must be what stands there between `ANCHOR: NAME` and `ANCHOR_END: NAME`.

use std::{fmt::Write as _, fs};

use anyhow::{Context, bail};

use crate::repository::{Repository, is_kind};

const MARK: &str = "<!-- from ";

/// Compares the blocks of all pages in docs/ with the code, or writes them anew. Their number, and the pages that differ.
pub(crate) fn check(repository: &Repository, write: bool) -> anyhow::Result<(usize, Vec<String>)> {
    let (mut blocks, mut faults) = (0, Vec::new());
    for page in repository.files() {
        if !page.starts_with("docs/") || !is_kind(page, "md") {
            continue;
        }
        let text = repository.text(page)?;
        let (renewed, count) =
            renewed(&text, |from| code(repository, from)).with_context(|| page.to_owned())?;
        blocks += count;
        if renewed == text {
            continue;
        }
        if write {
            fs::write(repository.path(page), renewed)?;
        } else {
            faults.push(format!(
                "{page}: its code is not that of the files it names: run `cargo xtask book`"
            ));
        }
    }
    Ok((blocks, faults))
}

/// The page with the present code in its blocks, and how many there are.
fn renewed(
    page: &str,
    code: impl Fn(&str) -> anyhow::Result<String>,
) -> anyhow::Result<(String, usize)> {
    let (mut written, mut rest, mut blocks) = (String::new(), page, 0);
    while let Some((before, after)) = rest.split_once(MARK) {
        let (from, after) = after.split_once(" -->\n").context("a mark has no end")?;
        let fence = after.split_once('\n').filter(|_| after.starts_with("```"));
        let Some((fence, shown)) = fence else {
            bail!("no code stands behind <!-- from {from} -->");
        };
        let end = format!("\n{shown}")
            .find("\n```")
            .context("a block has no end")?;
        let code = code(from)?;
        let _ = write!(
            written,
            "{before}{MARK}{from} -->\n{fence}\n{}\n",
            code.trim_end()
        );
        rest = &shown[end..];
        blocks += 1;
    }
    written.push_str(rest);
    Ok((written, blocks))
}

/// The lines of a file, or of one place in it, moved to the left.
fn code(repository: &Repository, from: &str) -> anyhow::Result<String> {
    let Some((file, name)) = from.split_once('#') else {
        return repository.text(from);
    };
    let text = repository.text(file)?;
    let (begin, end) = (format!("ANCHOR: {name}"), format!("ANCHOR_END: {name}"));
    let lines: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.trim_end().ends_with(&begin))
        .skip(1)
        .take_while(|line| !line.trim_end().ends_with(&end))
        .collect();
    if lines.is_empty() {
        bail!("{file} has no place {begin}");
    }
    Ok(moved_left(&lines))
}

fn moved_left(lines: &[&str]) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(indent)
        .min();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| line.get(least.unwrap_or(0)..).unwrap_or_default())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{moved_left, renewed};

    #[test]
    fn a_block_behind_a_mark_gets_the_code_that_the_mark_names() {
        let code = |from: &str| Ok(format!("{from}\n"));
        for (page, expected) in [
            ("a\n```rust\nx\n```\n", None),
            (
                "<!-- from a.rs -->\n```rust\n```\nb",
                Some("<!-- from a.rs -->\n```rust\na.rs\n```\nb"),
            ),
            (
                "<!-- from a#b -->\n```rust\nold\nold\n```\n```sh\nls\n```",
                Some("<!-- from a#b -->\n```rust\na#b\n```\n```sh\nls\n```"),
            ),
        ] {
            let (renewed, blocks) = renewed(page, code).unwrap();
            assert_eq!(renewed, expected.unwrap_or(page));
            assert_eq!(blocks, usize::from(expected.is_some()));
        }
        assert!(renewed("<!-- from a.rs -->\n\nno code", code).is_err());
    }

    #[test]
    fn code_keeps_its_inner_indentation() {
        assert_eq!(moved_left(&["    a", "", "      b"]), "a\n\n  b");
    }
}
