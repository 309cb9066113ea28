//! Lines put into a text, at places that are found or the text is left alone.

use anyhow::{Context, bail};

/// Puts `lines` before the one line that reads `anchor`, white space aside.
pub(super) fn before(text: &str, anchor: &str, lines: &str) -> anyhow::Result<String> {
    let at = only(text, |line| line.trim() == anchor)
        .with_context(|| format!("there should be one line {anchor:?}"))?;
    Ok(put(text, at, lines))
}

/// Puts `lines` after the last line that begins with `anchor`, white space and all.
pub(super) fn after_last(text: &str, anchor: &str, lines: &str) -> anyhow::Result<String> {
    let at = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with(anchor))
        .map(|(at, _)| at)
        .last();
    let at = at.with_context(|| format!("no line begins with {anchor:?}"))?;
    Ok(put(text, at + 1, lines))
}

/// The number of the one line for which this holds.
fn only(text: &str, holds: impl Fn(&str) -> bool) -> anyhow::Result<usize> {
    let mut found = text.lines().enumerate().filter(|(_, line)| holds(line));
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => bail!("there is none"),
        (Some(_), Some(_)) => bail!("there are more"),
    }
}

/// Puts `lines`, which end with a newline, before the line of this number.
fn put(text: &str, at: usize, lines: &str) -> String {
    let mut changed: String = text.split_inclusive('\n').take(at).collect();
    changed.push_str(lines);
    changed.extend(text.split_inclusive('\n').skip(at));
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_where_the_anchor_is_and_nowhere_else() {
        let text = "a\n    b\na\nc\n";
        assert_eq!(before(text, "b", "new\n").unwrap(), "a\nnew\n    b\na\nc\n");
        let changed = after_last(text, "a", "new\n").unwrap();
        assert_eq!(changed, "a\n    b\na\nnew\nc\n");
    }

    #[test]
    fn without_its_anchor_or_with_two_of_it_a_text_is_not_changed() {
        let error = before("a\na\n", "a", "new\n").expect_err("there are two");
        assert_eq!(
            format!("{error:#}"),
            "there should be one line \"a\": there are more"
        );
        let error = before("a\n", "b", "new\n").expect_err("there is none");
        assert!(format!("{error:#}").contains("\"b\""), "{error:#}");
        let error = after_last(" a\n", "a", "new\n").expect_err("there is none");
        assert!(error.to_string().contains("\"a\""), "{error:#}");
    }
}
