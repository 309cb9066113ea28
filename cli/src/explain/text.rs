//! An explanation for people.

use std::io::{self, Write};

use callgate::{
    EndUser,
    explain::{Explanation, Outcome, Step},
};

use super::method::{self, Verdict};

const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";
const FAINT: &str = "2";

/// Writes the verdict, what the token is, each check, and what to do.
pub(super) fn write(
    out: &mut impl Write,
    explanation: &Explanation,
    rule: Option<&Verdict>,
    colours: bool,
) -> io::Result<()> {
    let paint = |code: &str, text: &str| match colours {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_owned(),
    };
    let verdict = match &explanation.verdict {
        Ok(_) => match rule.and_then(Verdict::denial) {
            None => paint(GREEN, "accepted"),
            Some(denial) => paint(RED, &format!("refused by the rule: {}", denial.reason())),
        },
        Err(denial) if explanation.is_judged() => {
            paint(RED, &format!("refused: {}", denial.reason()))
        }
        Err(_) => paint(
            YELLOW,
            "the signature could not be judged: there are no keys",
        ),
    };
    writeln!(out, "{verdict}")?;
    writeln!(out, "By its looks it is {}.", explanation.kind.title())?;
    writeln!(out)?;

    let line = |out: &mut dyn Write, ok: Option<bool>, check: &str, detail: &str| {
        let (mark, code) = match ok {
            Some(true) => ("ok    ", GREEN),
            Some(false) => ("FAILED", RED),
            None => ("?     ", FAINT),
        };
        writeln!(out, "  {}  {check:<10}  {detail}", paint(code, mark))
    };
    // What was not judged for the same reason is told together.
    let together = |a: &Step, b: &Step| {
        a.outcome == Outcome::NotJudged && a.outcome == b.outcome && a.detail == b.detail
    };
    for steps in explanation.steps.chunk_by(together) {
        let ok = match steps[0].outcome {
            Outcome::Passed => Some(true),
            Outcome::Failed(_) => Some(false),
            Outcome::NotJudged => None,
        };
        let checks: Vec<&str> = steps.iter().map(|step| step.check).collect();
        line(out, ok, &checks.join(", "), &steps[0].detail)?;
    }
    if let Ok(user) = &explanation.verdict {
        writeln!(out, "\nCaller: {}", caller(user))?;
    }
    if let Some(rule) = rule {
        writeln!(out, "\nThe rule of {}", rule.path)?;
        let ok = rule.answer.as_ref().map(Result::is_ok);
        line(out, ok, "rule", &rule.detail)?;
    }
    writeln!(
        out,
        "\nWhat to do: {}",
        method::what_to_do(explanation, rule)
    )
}

/// The proven caller, by what may be shown to others.
fn caller(user: &EndUser) -> String {
    let mut words = vec![match user.id().tenant {
        Some(tenant) => format!("{} of the tenant {}", shown(user.id().uid), shown(tenant)),
        None => shown(user.id().uid),
    }];
    words.push(format!("signed in by {}", shown(user.sign_in_provider())));
    if let Some(factor) = user.second_factor() {
        words.push(format!("second factor {}", shown(factor)));
    }
    words.push(match (user.email(), user.email_verified()) {
        (None, _) => "no e-mail address".to_owned(),
        (Some(_), true) => "e-mail address verified".to_owned(),
        (Some(_), false) => "e-mail address not verified".to_owned(),
    });
    let roles: Vec<String> = user.roles().take(16).map(shown).collect();
    words.push(match roles.is_empty() {
        true => "no roles".to_owned(),
        false => format!("roles {}", roles.join(" ")),
    });
    words.join(", ")
}

/// A value from the token, short and escaped.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(64).collect();
    format!("{short:?}")
}
