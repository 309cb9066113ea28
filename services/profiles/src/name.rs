//! What a display name may look like.

use callgate::display_name;

/// Characters that an address may have in the place of `@`: the ASCII one and its two compatibility forms.
const AT_SIGNS: [char; 3] = ['@', '\u{FE6B}', '\u{FF20}'];

const MAX_CHARACTERS: usize = 64;

/// Reads a display name as the user wrote it. `None`: the user wants none.
///
/// What passes is shown to others just as it is: the same rules as [`callgate::display_name`], which would shorten or drop what
/// is refused here.
///
/// # Errors
///
/// Says to the user what is wrong with it.
pub(crate) fn read_name(written: &str) -> Result<Option<&str>, String> {
    let name = written.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let characters = name.chars().count();
    if characters > MAX_CHARACTERS {
        return Err(format!(
            "the name has {characters} characters: at most {MAX_CHARACTERS} are allowed"
        ));
    }
    if name.contains(AT_SIGNS) {
        return Err(
            "the name must not look like an e-mail address, since others see it: leave out the @"
                .to_owned(),
        );
    }
    if display_name(name).as_deref() != Some(name) {
        return Err(
            "the name holds a control or text-direction character: leave it out".to_owned(),
        );
    }
    Ok(Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_without_the_white_space_around_it() {
        for name in [
            "Ada",
            "Ada  Lovelace",
            "Zoë",
            "李四",
            "O'Neil-Smith Jr.",
            "👩‍💻",
        ] {
            assert_eq!(read_name(name), Ok(Some(name)));
            assert_eq!(read_name(&format!(" \t{name}\u{a0}\n")), Ok(Some(name)));
        }
    }

    #[test]
    fn an_empty_name_is_none() {
        for written in ["", " ", "\t\n", "\u{3000}"] {
            assert_eq!(read_name(written), Ok(None));
        }
    }

    #[test]
    fn sixty_four_characters_are_the_most() {
        let longest = "ä".repeat(64);
        assert_eq!(read_name(&longest), Ok(Some(longest.as_str())));
        let error = read_name(&"ä".repeat(65)).expect_err("too long");
        assert!(error.contains("65"), "{error}");
    }

    #[test]
    fn invisible_and_turning_characters_are_refused() {
        for c in [
            '\0', '\n', '\u{7f}', '\u{85}', '\u{200e}', '\u{202e}', '\u{2028}', '\u{2066}',
        ] {
            let error = read_name(&format!("A{c}da")).expect_err("refused");
            assert!(error.contains("character"), "{error}");
        }
        assert!(read_name("\u{202e}").is_err());
    }

    #[test]
    fn an_address_is_refused() {
        for name in [
            "ada@example.com",
            "@ada",
            "ada\u{ff20}example.com",
            "ada\u{fe6b}example",
        ] {
            let error = read_name(name).expect_err("refused");
            assert!(error.contains("e-mail"), "{error}");
        }
    }
}
