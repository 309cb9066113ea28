//! `callgate token`: a token of the embedded identity, for trying calls.

mod local;
mod wish;

use std::io::{self, Write as _};

use anyhow::Context;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::args::TokenArgs;
use local::Local;
use wish::Wish;

/// Prints the token alone, so that a shell's variable can hold it; all else goes to standard error.
pub(crate) async fn run(args: TokenArgs) -> anyhow::Result<()> {
    let wish = Wish::of(args.kind)?;
    let minted = Local::open(&args.dir, args.port)?.mint(&wish).await?;
    writeln!(io::stdout(), "{}", minted.token)?;
    eprintln!(
        "{}, {} {}; send it as {}",
        wish.title,
        wish.until,
        until(minted.expires_at)?,
        wish.sent_as
    );
    Ok(())
}

fn until(seconds: u64) -> anyhow::Result<String> {
    let moment = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .context("the token has no end")?;
    Ok(moment.format(&Rfc3339)?)
}
