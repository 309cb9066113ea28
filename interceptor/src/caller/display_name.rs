//! Names that are shown to others.

/// A name that is fit to be shown to others: no control or bidirectional-formatting characters, no white space around it, at
/// most 64 characters. `None` where nothing is left, and for what looks like an e-mail address.
pub fn display_name(name: &str) -> Option<String> {
    let shown: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_bidi_format(*c))
        .collect();
    let shown: String = shown.trim().chars().take(64).collect();
    let shown = shown.trim_end();
    (!shown.is_empty() && !shown.contains('@')).then(|| shown.to_owned())
}

/// Unicode's `Bidi_Control` property, and the separators that break lines.
fn is_bidi_format(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn a_display_name_is_inert_and_short() {
        assert_eq!(
            display_name(" Ada\u{202E} \u{0}Lovelace\n").as_deref(),
            Some("Ada Lovelace")
        );
        assert_eq!(
            display_name(&"ä".repeat(70)).map(|n| n.chars().count()),
            Some(64)
        );
        assert_eq!(display_name("\u{2066}\t \u{2069}"), None);
    }

    #[test]
    fn an_address_is_not_a_display_name() {
        assert_eq!(display_name("ada@example.com"), None);
    }
}
