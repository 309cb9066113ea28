//! An explanation as JSON.

use std::fmt::Write as _;

use callgate::{
    Denial,
    explain::{self, Explanation, Outcome as StepOutcome, Step},
};
use serde::Serialize;

use super::{
    advice,
    judge::{Judged, Outcome},
    method::Verdict,
    proven::{Caller, Proven},
};
use crate::kind::Kind;

/// The reason for what a setting is missing for. It is none of the gate's.
const NOT_CONFIGURED: &str = "NOT_CONFIGURED";

/// What is told of one token.
#[derive(Serialize)]
pub(super) struct Record<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    verdict: &'static str,
    /// As what it was judged: `firebase`, `session-cookie`, `iap`, `google`, `app-check` or `emulator`.
    kind: &'static str,
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

// === impl Record ===

impl<'a> Record<'a> {
    /// What the lines of `--jsonl` have.
    pub(super) fn new(Judged { kind, outcome }: &'a Judged) -> Self {
        match outcome {
            Outcome::Explained(explanation, rule) => {
                Self::explained(*kind, explanation, rule.as_ref())
            }
            Outcome::NotConfigured { looks, why } => Self {
                name: None,
                verdict: "refuse",
                kind: kind.name(),
                what: None,
                reason: Some(NOT_CONFIGURED),
                checks: vec![
                    Finding::of_kind(*kind, *looks),
                    Finding {
                        check: "settings",
                        ok: None,
                        detail: why,
                    },
                ],
                caller: None,
                advice: None,
            },
        }
    }

    /// What `--json` has beyond that.
    pub(super) fn whole(judged: &'a Judged) -> Self {
        let (looks, advice) = match &judged.outcome {
            Outcome::Explained(explanation, rule) => (
                explanation.kind,
                advice::what_to_do(explanation, rule.as_ref()),
            ),
            Outcome::NotConfigured { looks, why } => (*looks, why.as_str()),
        };
        Self {
            what: Some(looks.title()),
            advice: Some(advice),
            ..Self::new(judged)
        }
    }

    fn explained(
        kind: Kind,
        explanation: &'a Explanation<Proven>,
        rule: Option<&'a Verdict>,
    ) -> Self {
        let mut checks = vec![Finding::of_kind(kind, explanation.kind)];
        checks.extend(explanation.steps.iter().map(Finding::of));
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
            kind: kind.name(),
            what: None,
            reason,
            checks,
            caller: explanation.verdict.as_ref().ok().map(Proven::to_caller),
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

// === impl Finding ===

impl<'a> Finding<'a> {
    /// Whether it looks like what it was judged as.
    fn of_kind(kind: Kind, looks: explain::Kind) -> Self {
        Self {
            check: "kind",
            ok: Some(looks.slug() == Some(kind.name())),
            detail: looks.title(),
        }
    }

    fn of(step: &'a Step) -> Self {
        Self {
            check: step.check,
            ok: match step.outcome {
                StepOutcome::Passed => Some(true),
                StepOutcome::Failed(_) => Some(false),
                StepOutcome::NotJudged => None,
            },
            detail: &step.detail,
        }
    }
}
