//! The token, as a person hands it over.

use std::io::{self, IsTerminal, Read as _};

use anyhow::{Context, bail};

/// More than any header takes; a token has at most 8 KiB.
const MOST: u64 = 64 * 1024;

/// The token out of the arguments or standard input, and what is to be said about how it came.
pub(super) fn read(words: &[String]) -> anyhow::Result<(String, Vec<&'static str>)> {
    let mut notes = Vec::new();
    let text = match words {
        [] => from_stdin()?,
        [dash] if dash == "-" => from_stdin()?,
        words => {
            notes.push(
                "others on this machine can see the arguments of a command, and the shell keeps them: standard input is safer",
            );
            words.join(" ")
        }
    };
    let (token, is_header) = bare(&text);
    if is_header {
        notes.push("that was a whole header: what is judged is the token in it");
    }
    Ok((token.to_owned(), notes))
}

fn from_stdin() -> anyhow::Result<String> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        eprintln!("Paste the token, then press Enter and Ctrl-D:");
    }
    let mut bytes = Vec::new();
    stdin
        .lock()
        .take(MOST + 1)
        .read_to_end(&mut bytes)
        .context("standard input")?;
    if bytes.len() as u64 > MOST {
        bail!("standard input: more than {MOST} bytes, so it is not one token (for many: --jsonl)");
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The headers that tokens are sent in.
const HEADERS: [&str; 5] = [
    "authorization:",
    "x-end-user-authorization:",
    "x-serverless-authorization:",
    "x-goog-iap-jwt-assertion:",
    "x-firebase-appcheck:",
];

/// Less the white space, quotes and header around it; and whether there was a header.
fn bare(text: &str) -> (&str, bool) {
    let quotes = |c: char| c.is_whitespace() || matches!(c, '"' | '\'');
    // JSON keeps its quotes, to be told as what it is.
    let text = text.trim();
    let text = if text.starts_with('{') {
        text
    } else {
        text.trim_matches(quotes)
    };
    if let Some(cookie) = session_cookie(text) {
        return (cookie, true);
    }
    let header = HEADERS.iter().find_map(|name| after(text, name));
    let value = header.unwrap_or(text).trim_start();
    match after(value, "bearer ") {
        Some(token) => (token.trim(), true),
        None => (value, header.is_some()),
    }
}

/// The session cookie in a header of cookies, or alone with its name.
fn session_cookie(text: &str) -> Option<&str> {
    let cookies = after(text, "cookie:").unwrap_or(text);
    cookies
        .split(';')
        .find_map(|cookie| cookie.trim().strip_prefix("__session="))
}

/// What comes after this beginning, in whatever case it is written.
fn after<'t>(text: &'t str, beginning: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn a_token_is_found_in_what_was_pasted() {
        for text in ["a.b.c", " a.b.c\r\n", "\"a.b.c\"", "'a.b.c'\n"] {
            assert_eq!(bare(text), ("a.b.c", false), "{text}");
        }
        for text in [
            "Bearer a.b.c",
            "bearer  a.b.c\n",
            "Authorization: Bearer a.b.c",
            "'authorization: bearer a.b.c'",
        ] {
            assert_eq!(bare(text), ("a.b.c", true), "{text}");
        }
        for text in [
            "cookie: theme=dark; __session=a.b.c; other=1",
            "__session=a.b.c",
            "X-Goog-IAP-JWT-Assertion: a.b.c",
            "x-firebase-appcheck:a.b.c",
            "x-end-user-authorization: Bearer a.b.c",
        ] {
            assert_eq!(bare(text), ("a.b.c", true), "{text}");
        }
        for text in ["", "ä", "{\"idToken\": \"a.b.c\"}", "Bearer"] {
            assert_eq!(bare(text), (text, false), "{text}");
        }
    }
}
