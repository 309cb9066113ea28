//! An explanation as JSON.

use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

use callgate::{
    Denial, EndUser,
    explain::{Explanation, Outcome, Step},
};
use serde::Serialize;

use super::method::{self, Verdict};

/// What is told of one token.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    verdict: &'static str,
    /// What it looks like: `firebase`, `session-cookie`, .. or null where it is none of these.
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<&'static str>,
    reason: Option<&'a str>,
    checks: Vec<Finding<'a>>,
    caller: Option<Caller<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'a str>,
}

#[derive(Serialize)]
struct Finding<'a> {
    check: &'static str,
    /// Null where the check could not be made.
    ok: Option<bool>,
    detail: &'a str,
}

/// The proven caller. No e-mail address and no name: what is printed here ends up in tickets.
#[derive(Serialize)]
struct Caller<'a> {
    uid: &'a str,
    tenant: Option<&'a str>,
    email_verified: bool,
    sign_in_provider: &'a str,
    second_factor: Option<&'a str>,
    roles: Vec<&'a str>,
    signed_in_at: u64,
    issued_at: u64,
    expires_at: u64,
}

// === impl Record ===

impl<'a> Record<'a> {
    /// What the lines of `--jsonl` have.
    pub(super) fn new(explanation: &'a Explanation, rule: Option<&'a Verdict>) -> Self {
        let mut checks: Vec<_> = explanation.steps.iter().map(Finding::of).collect();
        let mut reason = explanation.verdict.as_ref().err().map(Denial::reason);
        if let Some(rule) = rule {
            checks.push(Finding {
                check: "rule",
                ok: rule.answer.as_ref().map(Result::is_ok),
                detail: &rule.detail,
            });
            reason = reason.or(rule.denial().map(Denial::reason));
        }
        Self {
            name: None,
            verdict: match reason {
                None => "accept",
                Some(_) => "refuse",
            },
            kind: explanation.kind.slug(),
            what: None,
            reason,
            checks,
            caller: explanation.verdict.as_ref().ok().map(Caller::of),
            advice: None,
        }
    }

    /// What `--json` has beyond that.
    pub(super) fn whole(explanation: &'a Explanation, rule: Option<&'a Verdict>) -> Self {
        Self {
            what: Some(explanation.kind.title()),
            advice: Some(method::what_to_do(explanation, rule)),
            ..Self::new(explanation, rule)
        }
    }

    /// A token of a kind that nothing here verifies.
    pub(super) fn unsupported() -> Self {
        Self {
            name: None,
            verdict: "refuse",
            kind: None,
            what: None,
            reason: Some("KIND_NOT_SUPPORTED"),
            checks: Vec::new(),
            caller: None,
            advice: None,
        }
    }

    /// With the name that its line gave the token.
    pub(super) fn named(self, name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// One line of nothing but ASCII, so that no value of a token can steer a terminal.
    pub(super) fn to_json(&self) -> serde_json::Result<String> {
        let json = serde_json::to_string(self)?;
        let mut line = String::with_capacity(json.len());
        for c in json.chars() {
            if c.is_ascii() && !c.is_ascii_control() {
                line.push(c);
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(line, "\\u{unit:04x}");
                }
            }
        }
        Ok(line)
    }
}

impl<'a> Finding<'a> {
    fn of(step: &'a Step) -> Self {
        Self {
            check: step.check,
            ok: match step.outcome {
                Outcome::Passed => Some(true),
                Outcome::Failed(_) => Some(false),
                Outcome::NotJudged => None,
            },
            detail: &step.detail,
        }
    }
}

impl<'a> Caller<'a> {
    fn of(user: &'a EndUser) -> Self {
        Self {
            uid: user.id().uid,
            tenant: user.id().tenant,
            email_verified: user.email_verified(),
            sign_in_provider: user.sign_in_provider(),
            second_factor: user.second_factor(),
            roles: user.roles().collect(),
            signed_in_at: seconds(user.signed_in_at()),
            issued_at: seconds(user.issued_at()),
            expires_at: seconds(user.expires_at()),
        }
    }
}

/// Seconds since the Unix epoch, as in the token.
fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
