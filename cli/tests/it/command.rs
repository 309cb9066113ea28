//! The command with a gate's settings, and an issuer whose keys it is given in a file.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use callgate::Clock;
use callgate_testkit::{
    AppCheckIssuer, EmulatorIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
    TokenBuilder,
};
use tempfile::NamedTempFile;

/// 2026-01-01T00:00:00Z.
pub(crate) const NOW: u64 = 1_767_225_600;

pub(crate) const IAP_AUDIENCE: &str = "/projects/1/locations/europe-west1/services/admin";
pub(crate) const AUDIENCE: &str = "https://votes.example.com";
pub(crate) const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";
pub(crate) const APP: &str = "1:1:web:ada";

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

pub(crate) fn cookies() -> SessionCookieIssuer {
    SessionCookieIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
}

pub(crate) fn iap() -> IapIssuer {
    IapIssuer::new(IAP_AUDIENCE).clock(Clock::manual(at(NOW)))
}

pub(crate) fn google() -> GoogleIssuer {
    GoogleIssuer::new(AUDIENCE).clock(Clock::manual(at(NOW)))
}

pub(crate) fn apps() -> AppCheckIssuer {
    AppCheckIssuer::new("demo-callgate", 1).clock(Clock::manual(at(NOW)))
}

pub(crate) fn emulator() -> EmulatorIssuer {
    EmulatorIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
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

/// `callgate explain` at [`NOW`], with the settings of a gate that knows every kind of caller, and these variables too.
pub(crate) fn explain_any(args: &[&str], variables: &[(&str, &str)], input: &str) -> Answer {
    let keys = [
        ("CALLGATE_KEYS_FILE_FIREBASE", issuer().jwks()),
        ("CALLGATE_KEYS_FILE_SESSION_COOKIE", cookies().jwks()),
        ("CALLGATE_KEYS_FILE_IAP", iap().jwks()),
        ("CALLGATE_KEYS_FILE_GOOGLE", google().jwks()),
        ("CALLGATE_KEYS_FILE_APP_CHECK", apps().jwks()),
    ]
    .map(|(variable, keys)| (variable, file(&keys)));
    let accounts = format!("votes=votes@x.iam.gserviceaccount.com, admin={ADMIN}");
    let mut all = vec![
        ("CALLGATE_PROJECT_ID", "demo-callgate"),
        ("CALLGATE_PROJECT_NUMBER", "1"),
        ("CALLGATE_IAP_AUDIENCE", IAP_AUDIENCE),
        ("CALLGATE_AUDIENCES", AUDIENCE),
        ("CALLGATE_SERVICE_ACCOUNTS", &accounts),
    ];
    let path = |file: &NamedTempFile| file.path().to_str().expect("a path").to_owned();
    let keys = keys.each_ref().map(|(name, file)| (*name, path(file)));
    all.extend(keys.iter().map(|(name, path)| (*name, path.as_str())));
    all.extend(variables);
    let now = NOW.to_string();
    run(&[&["explain", "--now", &now], args].concat(), &all, input)
}

/// A valid token of each kind, by the kind's name.
pub(crate) fn one_of_each() -> [(&'static str, String); 6] {
    [
        ("firebase", token().sign()),
        ("session-cookie", cookies().cookie("ada").sign()),
        ("iap", iap().assertion("eve").sign()),
        ("google", google().token(ADMIN).sign()),
        ("app-check", apps().token(APP).sign()),
        ("emulator", emulator().token("ada").sign()),
    ]
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
