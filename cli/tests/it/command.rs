//! The command with a gate's settings, and an issuer whose keys it is given in a file.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use callgate::Clock;
use callgate_testkit::{FirebaseIssuer, TokenBuilder};
use tempfile::NamedTempFile;

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: u64 = 1_767_225_600;

/// What the command answered.
pub(crate) struct Answer {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn issuer() -> FirebaseIssuer {
    issuer_of("demo-callgate")
}

/// An issuer for whom it is always [`NOW`].
pub(crate) fn issuer_of(project: &str) -> FirebaseIssuer {
    FirebaseIssuer::new(project).clock(Clock::manual(at(NOW)))
}

pub(crate) fn token() -> TokenBuilder {
    issuer().token("ada")
}

pub(crate) fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content.as_bytes()).expect("a file");
    file
}

/// Runs the command, with nothing in its environment but these variables.
pub(crate) fn run(args: &[&str], variables: &[(&str, &str)], input: &str) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_callgate"))
        .args(args)
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    // On its own thread: with more lines than pipes hold, each side would wait for the other. The command may end unread.
    let writing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the command ends");
    writing.join().expect("the input is written");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Answer {
        status: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// `callgate explain` at [`NOW`], for the project and keys of [`issuer`], with this on standard input.
pub(crate) fn explain(args: &[&str], input: &str) -> Answer {
    let keys = file(&issuer().jwks());
    let path = keys.path().to_str().expect("a path");
    let now = NOW.to_string();
    run(
        &[&["explain", "--now", &now], args].concat(),
        &[
            ("CALLGATE_PROJECT_ID", "demo-callgate"),
            ("CALLGATE_KEYS_FILE_FIREBASE", path),
        ],
        input,
    )
}

/// That no part of the token's text, long enough to be one, is in what was printed.
#[track_caller]
pub(crate) fn assert_not_shown(token: &str, answer: &Answer) {
    for part in token.split('.').filter(|part| part.len() >= 20) {
        let beginning = &part[..20];
        assert!(!answer.out.contains(beginning), "{}", answer.out);
        assert!(!answer.err.contains(beginning), "{}", answer.err);
    }
}
