//! Values from outside, made fit for a log: what could forge a line or steer a terminal is escaped (G23).

use std::fmt::{self, Write};

/// More bytes of one value than this are not shown.
const MOST: usize = 4096;

/// How much of an unverified value is shown.
const MOST_UNVERIFIED: usize = 64;

/// Whether a character is not what it looks like: control characters, separators of lines, bidirectional formatting, the mark
/// of byte order.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Whether a byte is a character of ASCII that shows as what it is, and means nothing within a JSON string.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

/// The longest beginning of `text` that has at most `most` bytes.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Writes a JSON string.
pub(super) fn write_json(out: &mut dyn Write, text: &str) -> fmt::Result {
    let shown = cut(text, MOST);
    out.write_char('"')?;
    // Most values are nothing else.
    let (plain, mut rest) = shown.split_at(shown.bytes().take_while(|b| is_plain(*b)).count());
    out.write_str(plain)?;
    while let Some(at) = rest.find(|c| matches!(c, '"' | '\\') || is_unsafe(c)) {
        out.write_str(&rest[..at])?;
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('\n') => out.write_str("\\n")?,
            // All of them are in the basic plane, so that four digits will do.
            Some(c) if is_unsafe(c) => write!(out, "\\u{:04x}", u32::from(c))?,
            Some(c) => write!(out, "\\{c}")?,
            None => {}
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    out.write_str(if shown.len() < text.len() {
        "…\""
    } else {
        "\""
    })
}

/// Writes text on the line that is being written.
pub(super) fn write_text(out: &mut dyn Write, text: &str) -> fmt::Result {
    let shown = cut(text, MOST);
    let mut rest = shown;
    while let Some(at) = rest.find(is_unsafe) {
        out.write_str(&rest[..at])?;
        let mut chars = rest[at..].chars();
        if let Some(c) = chars.next() {
            match c {
                '\n' => out.write_str("\\n")?,
                '\t' => out.write_str("\\t")?,
                '\r' => out.write_str("\\r")?,
                c => write!(out, "{}", c.escape_unicode())?,
            }
        }
        rest = chars.as_str();
    }
    out.write_str(rest)?;
    out.write_str(if shown.len() < text.len() { "…" } else { "" })
}

/// An unverified value: at most 64 bytes of it. The formats escape it when they write it.
pub(crate) fn unverified(value: &str) -> &str {
    cut(value, MOST_UNVERIFIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\"\\\n\r\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}ü";

    #[test]
    fn a_json_string_is_one_line_and_reads_back_as_what_it_was() {
        let mut out = String::new();
        write_json(&mut out, HOSTILE).expect("a string takes it");
        assert!(!out.contains(is_unsafe), "{out}");
        let back: String = serde_json::from_str(&out).expect("JSON");
        assert_eq!(back, HOSTILE);
    }

    #[test]
    fn text_is_one_line_without_escape_sequences() {
        let mut out = String::new();
        write_text(&mut out, HOSTILE).expect("a string takes it");
        assert_eq!(
            out,
            "a\"\\\\n\\r\\u{1b}[31m\\u{7f}\\u{9b}\\u{202e}\\u{2028}ü"
        );
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let mut out = String::new();
        write_json(&mut out, &"ü".repeat(MOST)).expect("a string takes it");
        assert!(out.len() < MOST + 8 && out.ends_with("…\""));
        assert_eq!(unverified(&format!("x{}", "ü".repeat(64))).len(), 63);
    }
}
