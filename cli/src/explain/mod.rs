//! `callgate explain`.

mod account;
mod advice;
mod input;
mod judge;
mod lines;
mod method;
mod proven;
mod record;
mod text;

use std::{
    io::{self, IsTerminal, Write as _},
    process::ExitCode,
};

use anyhow::{Context, bail};
use callgate::Clock;

use crate::{FAILED, args::ExplainArgs, settings::Settings, values};
use judge::{Judge, Judged, Outcome};
use record::Record;

/// What a token, or a call with it, came to. The worst of several tokens is the command's status.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Accepted,
    Refused,
    NotJudged,
}

pub(crate) async fn run(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    let clock = match &args.now {
        Some(now) => Clock::manual(values::moment(now).context("--now")?),
        None => Clock::system(),
    };
    let method = args.method.as_deref().map(method::find).transpose()?;
    let settings = Settings::new(args.settings, args.keys, clock.clone())?;
    let judge = Judge::new(settings, clock, method);
    if args.jsonl {
        let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
        let status = lines::explain(&judge, args.kind, &mut input, &mut output).await?;
        return Ok(status.exit_code());
    }
    let (token, notes) = input::read(&args.token)?;
    for note in notes {
        eprintln!("note: {note}");
    }
    let judged = judge.judge(&token, args.kind).await;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", Record::whole(&judged).to_json()?)?;
    } else {
        write_text(&mut out, &judged, &token)?;
    }
    Ok(judged.status().exit_code())
}

fn write_text(
    out: &mut io::StdoutLock<'_>,
    Judged { kind, outcome }: &Judged,
    token: &str,
) -> anyhow::Result<()> {
    match outcome {
        Outcome::Explained(explanation, rule) => {
            let colours =
                out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            text::write(out, explanation, rule.as_ref(), colours)?;
            if let Some(hint) = account::hint(explanation, token) {
                writeln!(out, "{hint}")?;
            }
            Ok(())
        }
        Outcome::NotConfigured { looks, why } => bail!(
            "could not judge this as {}: {why}\nBy its looks it is {}. To judge it as another kind of token: --kind",
            kind.title(),
            looks.title()
        ),
    }
}

// === impl Status ===

impl Status {
    fn exit_code(self) -> ExitCode {
        match self {
            Self::Accepted => ExitCode::SUCCESS,
            Self::Refused => ExitCode::FAILURE,
            Self::NotJudged => ExitCode::from(FAILED),
        }
    }
}
