//! Many tokens, a line each.

use std::io::{BufRead, Read as _, Write};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::{Status, judge::Judge, record::Record};
use crate::kind::Kind;

/// The longest line, in bytes.
const MOST: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    name: String,
    token: String,
    kind: Option<String>,
}

/// Explains each line's token, exactly as it stands there. Ends at the first line that is none.
///
/// Where a line names no kind, its token is judged as one of `kind`, or as what it says it is.
pub(super) async fn explain(
    judge: &Judge,
    kind: Option<Kind>,
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
        let kind = match &line.kind {
            None => kind,
            Some(name) => Some(Kind::named(name).with_context(|| {
                format!("line {number}: the kind is none of {}", Kind::names())
            })?),
        };
        let judged = judge.judge(&line.token, kind).await;
        let record = Record::new(&judged).named(&line.name);
        writeln!(output, "{}", record.to_json()?)?;
        worst = worst.max(judged.status());
    }
    output.flush()?;
    Ok(worst)
}
