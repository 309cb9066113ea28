//! What the path of a call costs, in instructions: counted by callgrind, and compared with the figures in the repository.
//!
//! Instructions are the same on a busy machine as on a quiet one, which no time is.

use std::fs;

use anyhow::{Context, bail};

use crate::{
    count::Count,
    run::{cargo, command, output, root, run, target},
    setup,
};

/// The committed figures.
const FIGURES: &str = "bench/count/figures.txt";

/// How many instructions more than the figure are none too many, in percent: other versions of libc count a few more.
const MARGIN: u64 = 3;

/// What is counted, and what of that is not ours: a signature, or the call itself.
const THINGS: [(&str, Option<&str>); 5] = [
    ("verify_rs256", Some("signature_rs256")),
    ("verify_es256", Some("signature_es256")),
    ("look_up", None),
    ("refuse_malformed", None),
    ("gate_pass", Some("no_gate")),
];

/// How often each is done.
const TIMES: u64 = 100;

/// Counts and compares.
pub(crate) fn check() -> anyhow::Result<Count> {
    if !can_compare() {
        bail!(
            "the figures in {FIGURES} are of x86-64 with AVX2, which this machine is not: they cannot be compared here"
        );
    }
    setup::valgrind()?;
    run(cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--profile",
        "count",
        "--package",
        "callgate-count",
    ]))?;
    let figures = fs::read_to_string(root().join(FIGURES))?;
    let mut total = Count::default();
    for (thing, not_ours) in THINGS {
        let counted = counted(thing)? - not_ours.map_or(Ok(0), counted)?;
        let figure = figure(&figures, thing)?;
        let verdict = verdict(counted, figure);
        println!("  {thing:<20} {counted:>8} instructions, of {figure:>8}{verdict}");
        match counted <= most(figure) {
            true => total.passed += 1,
            false => total.failed += 1,
        }
    }
    if total.failed > 0 {
        bail!(
            "the path of a call has become longer: make it shorter, or raise the figure in {FIGURES} and say why"
        );
    }
    Ok(total)
}

fn can_compare() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// The instructions of one such thing.
fn counted(thing: &str) -> anyhow::Result<u64> {
    let program = target()?.join("count/callgate-count").display().to_string();
    let times = TIMES.to_string();
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let mut valgrind = command(
        "valgrind",
        &["--tool=callgrind", "--callgrind-out-file=/dev/null"],
        "",
    );
    valgrind
        .arg("--toggle-collect=callgate_count::counted")
        .arg(format!("--log-file={}", log.display()))
        .args([&program, thing, &times]);
    output(valgrind)?;
    let log = fs::read_to_string(log)?;
    let collected = log
        .lines()
        .find_map(|line| {
            line.split_once("Collected : ")?
                .1
                .trim()
                .parse::<u64>()
                .ok()
        })
        .with_context(|| format!("callgrind does not say what {thing} costs:\n{log}"))?;
    Ok(collected / TIMES)
}

/// The last figure of a thing. Each has its reason.
fn figure(figures: &str, thing: &str) -> anyhow::Result<u64> {
    let mut last = None;
    for line in figures.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        if words.next() != Some(thing) {
            continue;
        }
        let figure = words.next().and_then(|figure| figure.parse().ok());
        last = Some(figure.with_context(|| format!("{FIGURES}: no figure in {line:?}"))?);
        if words.next().is_none() {
            bail!("{FIGURES}: {line:?} gives no reason");
        }
    }
    last.with_context(|| format!("{FIGURES} has no figure for {thing}"))
}

fn most(figure: u64) -> u64 {
    figure + figure * MARGIN / 100
}

fn verdict(counted: u64, figure: u64) -> &'static str {
    if counted > most(figure) {
        ": TOO MANY"
    } else if most(counted) < figure {
        ": fewer, so lower the figure"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::{figure, most, verdict};

    #[test]
    fn the_last_figure_counts_and_each_has_a_reason() {
        let figures =
            "# verify 1 no\nverify 100 first\nlook_up 7 first\nverify 120 for a check more\n";
        assert_eq!(figure(figures, "verify").ok(), Some(120));
        assert_eq!(figure(figures, "look_up").ok(), Some(7));
        assert!(figure(figures, "other").is_err());
        assert!(figure("verify 100\n", "verify").is_err());
        assert!(figure("verify many first\n", "verify").is_err());
        assert!(figure("verify 100 first\nverify 120\n", "verify").is_err());
    }

    #[test]
    fn three_in_a_hundred_more_are_none_too_many() {
        assert_eq!(most(1000), 1030);
        assert_eq!(verdict(1030, 1000), "");
        assert_eq!(verdict(1031, 1000), ": TOO MANY");
        assert_eq!(verdict(900, 1000), ": fewer, so lower the figure");
    }
}
