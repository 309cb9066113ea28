//! One client, against a system of its own.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::client::Client;
use crate::{run::target, system::System};

/// What a client's program must print, each in a line, as `vote: 1`, and nothing else. The system has no votes when it begins.
pub(crate) const EXPECTED: [(&str, &str); 4] = [
    // The votes for cats in the answer to the vote of a user who is signed in.
    ("vote", "1"),
    // The reason why a vote without a token is refused, from the details of the error: an answer of trailers alone.
    ("refusal", "TOKEN_MISSING"),
    // The votes for cats in the first message of an open stream, and in the one that came of the vote.
    ("stream", "0 1"),
    // The reason why an open stream ends when its user is deleted: trailers behind messages.
    ("end", "TOKEN_REVOKED"),
];

/// The gate asks about the user every five seconds; the rest is for slow machines. The clients themselves give up a call earlier.
const PATIENCE: Duration = Duration::from_mins(4);

/// Runs the client's program and reads what came of its calls.
pub(crate) fn run(client: &Client, out: &Path) -> anyhow::Result<()> {
    let program = target()?.join("debug/callgate-local");
    let mut system = System::start(&program, &["--no-build-page"])?;
    judge(&printed(client.call(out, &system.origin()?))?)
}

/// What a program prints, which ends by itself.
fn printed(mut command: Command) -> anyhow::Result<String> {
    let (mut output, mut errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(errors.try_clone()?)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if begin.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(Duration::from_millis(50));
    };
    let (printed, errors) = (text(&mut output)?, text(&mut errors)?);
    match status {
        Some(status) if status.success() => Ok(printed),
        Some(status) => bail!("{status}\n{printed}{errors}"),
        None => bail!(
            "it does not end within {} s\n{printed}{errors}",
            PATIENCE.as_secs()
        ),
    }
}

/// All that was written to a file. What it writes to is shared with the program, so the place to read from is too.
fn text(file: &mut File) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a client's program printed what it must.
fn judge(printed: &str) -> anyhow::Result<()> {
    let lines: HashMap<&str, &str> = printed
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    for (what, expected) in EXPECTED {
        match lines.get(what) {
            Some(found) if *found == expected => (),
            Some(found) => bail!("{what}: {found}, not {expected}"),
            None => bail!("it did not say what came of its {what}:\n{printed}"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn a_client_says_all_four_and_each_as_it_must_be() {
        let good = "refusal: TOKEN_MISSING\nvote: 1\nstream: 0 1\nend: TOKEN_REVOKED\n";
        judge(good).expect("all is well");
        for (right, wrong) in [
            ("TOKEN_MISSING", "TOKEN_INVALID"),
            ("refusal: TOKEN_MISSING\n", ""),
            ("vote: 1", "vote: 2"),
            ("0 1", "0"),
            ("0 1", "1 1"),
            ("end: TOKEN_REVOKED\n", ""),
            ("TOKEN_REVOKED", ""),
        ] {
            let printed = good.replace(right, wrong);
            judge(&printed).expect_err(&printed);
        }
    }
}
