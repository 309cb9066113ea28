//! An explanation for people.

use std::io::{self, Write};

use callgate::explain::{Explanation, Outcome, Step};

use super::{advice, method::Verdict, proven::Proven};

const GREEN: &str = "32";
const RED: &str = "31";
const YELLOW: &str = "33";
const FAINT: &str = "2";

/// Writes the verdict, what the token is, each check, and what to do.
pub(super) fn write(
    out: &mut impl Write,
    explanation: &Explanation<Proven>,
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
    if explanation.kind != explanation.judged_as {
        writeln!(out, "It was judged as {}.", explanation.judged_as.title())?;
    }
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
    if let Ok(proven) = &explanation.verdict {
        writeln!(out, "\nCaller: {}", proven.to_text())?;
    }
    if let Some(rule) = rule {
        writeln!(out, "\nThe rule of {}", rule.path)?;
        let ok = rule.answer.as_ref().map(Result::is_ok);
        line(out, ok, "rule", &rule.detail)?;
    }
    writeln!(
        out,
        "\nWhat to do: {}",
        advice::what_to_do(explanation, rule)
    )
}
