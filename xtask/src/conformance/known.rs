//! The cases that are known to fail: each with its cause.

use std::fs;

use anyhow::bail;

use crate::run::root;

/// In `conformance/`.
pub(super) const FILE: &str = "known-failing.txt";

/// Checks that each pattern says why.
pub(super) fn check() -> anyhow::Result<()> {
    let text = fs::read_to_string(root().join("conformance").join(FILE))?;
    match unexplained(&text) {
        None => Ok(()),
        Some(pattern) => bail!(
            "conformance/{FILE}: {pattern:?} has no \"ours:\" or \"upstream: https://..\" above it"
        ),
    }
}

/// The first pattern without a cause. A cause holds for all patterns below it up to an empty line.
fn unexplained(text: &str) -> Option<&str> {
    let mut explained = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            explained = false;
        } else if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim();
            explained |= comment.starts_with("ours:")
                || comment.starts_with("upstream:") && comment.contains("https://");
        } else if !explained {
            return Some(line);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::unexplained;

    #[test]
    fn each_pattern_has_a_cause_above_it() {
        assert_eq!(unexplained("# ours: not yet\nA/**\nB/**\n"), None);
        assert_eq!(
            unexplained("# upstream: https://github.com/o/r/issues/1, no trailers\nA/**\n"),
            None
        );
        assert_eq!(unexplained("# some words\nA/**\n"), Some("A/**"));
        assert_eq!(unexplained("# upstream: somebody's\nA/**\n"), Some("A/**"));
        assert_eq!(unexplained("# ours: this\nA/**\n\nB/**\n"), Some("B/**"));
    }
}
