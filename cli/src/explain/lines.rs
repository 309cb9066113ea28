//! Many tokens, a line each.

use std::io::{BufRead, Read as _, Write};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Judge, Status, record::Record};

/// The longest line, in bytes.
const MOST: u64 = 1024 * 1024;

/// The kinds of token that a line may name. Of these only the first can be judged so far.
const KINDS: [&str; 6] = [
    "firebase",
    "session-cookie",
    "iap",
    "google",
    "app-check",
    "emulator",
];

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    name: String,
    token: String,
    kind: Option<String>,
}

/// Explains each line's token, exactly as it stands there. Ends at the first line that is none.
pub(super) async fn explain(
    judge: &Judge,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> anyhow::Result<Status> {
    let mut worst = Status::Accepted;
    let mut text = Vec::new();
    for number in 1_u64.. {
        text.clear();
        input.by_ref().take(MOST + 1).read_until(b'\n', &mut text)?;
        if text.is_empty() {
            break;
        }
        if text.len() as u64 > MOST {
            bail!("line {number}: longer than {MOST} bytes");
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        // serde's own words may quote the line, and with it the token.
        let line: Line = serde_json::from_slice(&text)
            .ok()
            .with_context(|| format!("line {number}: not {{\"name\": .., \"token\": ..}}"))?;
        worst = worst.max(one(judge, number, &line, output).await?);
    }
    output.flush()?;
    Ok(worst)
}

async fn one(
    judge: &Judge,
    number: u64,
    line: &Line,
    output: &mut impl Write,
) -> anyhow::Result<Status> {
    let kind = line.kind.as_deref().unwrap_or(KINDS[0]);
    if !KINDS.contains(&kind) {
        bail!("line {number}: the kind is none of {}", KINDS.join(", "));
    }
    let (explanation, rule);
    let (record, status) = if kind == KINDS[0] {
        (explanation, rule) = judge.judge(&line.token).await;
        (
            Record::new(&explanation, rule.as_ref()),
            Status::of(&explanation, rule.as_ref()),
        )
    } else {
        (Record::unsupported(), Status::NotJudged)
    };
    let record = record.named(&line.name);
    writeln!(output, "{}", record.to_json()?)?;
    Ok(status)
}
