//! Lines put into a text, at places that are found or the text is left alone.

use anyhow::{Context, bail};

/// Where lines go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// Above the one line that reads so, white space at its ends aside.
    Above(&'static str),
    /// Below the last line that begins so, white space and all.
    BelowLast(&'static str),
}

impl Place {
    /// The text with these lines in it, of which each ends with a newline.
    pub(super) fn put(self, text: &str, lines: &str) -> anyhow::Result<String> {
        let at = match self {
            Self::Above(anchor) => only(text, anchor)?,
            Self::BelowLast(beginning) => {
                let last = text.lines().rev().position(|l| l.starts_with(beginning));
                let last = last.with_context(|| format!("no line begins with {beginning:?}"))?;
                text.lines().count() - last
            }
        };
        let mut changed: String = text.split_inclusive('\n').take(at).collect();
        changed.push_str(lines);
        changed.extend(text.split_inclusive('\n').skip(at));
        Ok(changed)
    }
}

/// The number of the one line that reads so.
fn only(text: &str, anchor: &str) -> anyhow::Result<usize> {
    let mut found = text.lines().enumerate().filter(|(_, l)| l.trim() == anchor);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => bail!("no line reads {anchor:?}"),
        (Some(_), Some(_)) => bail!("more than one line reads {anchor:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Place::{Above, BelowLast};

    #[test]
    fn lines_are_put_where_the_anchor_is_and_nowhere_else() {
        let text = "a\n    b\na1\nc\n";
        let put = |place: super::Place| place.put(text, "new\n").unwrap();
        assert_eq!(put(Above("b")), "a\nnew\n    b\na1\nc\n");
        assert_eq!(put(BelowLast("a")), "a\n    b\na1\nnew\nc\n");
        assert_eq!(put(BelowLast("c")), "a\n    b\na1\nc\nnew\n");
    }

    #[test]
    fn without_its_anchor_or_with_two_of_it_a_text_is_not_changed() {
        for (place, text, why) in [
            (Above("a"), "a\n a\n", "more than one line reads \"a\""),
            (Above("a"), "ab\n", "no line reads \"a\""),
            (BelowLast("a"), " a\n", "no line begins with \"a\""),
        ] {
            let error = place.put(text, "new\n").expect_err(why);
            assert_eq!(error.to_string(), why);
        }
    }
}
