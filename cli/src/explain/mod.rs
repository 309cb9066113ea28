//! `callgate explain`.

mod input;
mod lines;
mod method;
mod record;
mod text;

use std::{
    io::{self, IsTerminal, Write as _},
    process::ExitCode,
};

use anyhow::Context;
use callgate::{Clock, FirebaseVerifier, Method, explain::Explanation};

use crate::{FAILED, args::ExplainArgs, settings, values};
use record::Record;

/// Who judges: the verifier, and the rule if one was asked for.
pub(crate) struct Judge {
    verifier: FirebaseVerifier,
    clock: Clock,
    method: Option<&'static Method>,
}

/// What a token, or a call with it, came to. The worst of several tokens is the command's status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Accepted,
    Refused,
    NotJudged,
}

pub(crate) async fn run(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let clock = match &args.now {
        Some(now) => Clock::manual(values::moment(now).context("--now")?),
        None => Clock::system(),
    };
    let judge = Judge {
        verifier: settings::verifier(args.settings, clock.clone())?,
        clock,
        method: args.method.as_deref().map(method::find).transpose()?,
    };
    let status = if args.jsonl {
        lines::explain(&judge, &mut io::stdin().lock(), &mut io::stdout().lock()).await?
    } else {
        let (token, notes) = input::read(&args.token)?;
        for note in notes {
            eprintln!("note: {note}");
        }
        let (explanation, rule) = judge.judge(&token).await;
        let mut out = io::stdout().lock();
        if args.json {
            let record = Record::whole(&explanation, rule.as_ref());
            writeln!(out, "{}", record.to_json()?)?;
        } else {
            let colours =
                out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            text::write(&mut out, &explanation, rule.as_ref(), colours)?;
        }
        Status::of(&explanation, rule.as_ref())
    };
    Ok(status.exit_code())
}

// === impl Judge ===

impl Judge {
    pub(crate) async fn judge(&self, token: &str) -> (Explanation, Option<method::Verdict>) {
        let explanation = self.verifier.explain(token).await;
        let rule = self
            .method
            .map(|method| method::judge(method, &explanation, token, self.clock.now()));
        (explanation, rule)
    }
}

// === impl Status ===

impl Status {
    fn of(explanation: &Explanation, rule: Option<&method::Verdict>) -> Self {
        let refused_by_rule = rule.and_then(method::Verdict::denial).is_some();
        if !explanation.is_judged() {
            Self::NotJudged
        } else if explanation.verdict.is_err() || refused_by_rule {
            Self::Refused
        } else {
            Self::Accepted
        }
    }

    fn exit_code(self) -> ExitCode {
        match self {
            Self::Accepted => ExitCode::SUCCESS,
            Self::Refused => ExitCode::FAILURE,
            Self::NotJudged => ExitCode::from(FAILED),
        }
    }
}
