//! The verifiers: what each accepts, and each thing that it refuses. What is of no verifier by name is of Firebase ID tokens.

mod accepted;
mod app_check;
mod cache;
mod changes;
mod claims;
mod confusion;
mod emulator;
mod form;
mod header;
mod iap;
mod keys;
mod mutated;
mod mutated_kinds;
mod roles;
mod service_account;
mod session_cookie;
mod slots;
mod stats;
mod tenants;
mod times;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate::{Clock, Denial, EndUser, FirebaseVerifier, verify::Check};
use callgate_testkit::{FirebaseIssuer, TokenBuilder};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// An issuer for whom it is always [`NOW`].
fn issuer() -> FirebaseIssuer {
    FirebaseIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
}

/// A valid token, to be made wrong.
fn token() -> TokenBuilder {
    issuer().token("ada")
}

fn accepted(verifier: &FirebaseVerifier, token: &str) -> EndUser {
    match verifier.check(token) {
        Check::Verified(user) => user,
        other => panic!("not accepted: {other:?}"),
    }
}

fn refusal(verifier: &FirebaseVerifier, token: &str) -> Denial {
    match verifier.check(token) {
        Check::Refused(denial) => denial,
        other => panic!("not refused: {other:?}"),
    }
}

/// Demands of each row that its token is refused with a reason code and words for the log that begin so.
#[track_caller]
fn assert_refused(rows: impl IntoIterator<Item = (impl AsRef<str>, String, &'static str)>) {
    let verifier = issuer().verifier();
    for (name, token, expected) in rows {
        let name = name.as_ref();
        let answer = match verifier.check(&token) {
            Check::Refused(denial) => format!("{} {denial}", denial.reason()),
            other => format!("{other:?}"),
        };
        assert!(
            answer.starts_with(expected),
            "{name}: expected {expected:?}, not {answer:?}"
        );
    }
}
