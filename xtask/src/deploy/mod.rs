//! `cargo xtask deploy-check`: what is in `deploy/`, checked without a cloud.
//!
//! Each check is one file in `checks/` with a constant `CHECK`, and one entry in the list of `checks/mod.rs`; that is all it takes to
//! add one. A check returns a [`Verdict`] or an error, which is shown as it is: it names the file and the reason.

mod check;
mod checks;
mod code;
mod discovery;
pub(crate) mod image;
mod judge;
pub(crate) mod python;
pub(crate) mod render;
mod script;
mod service;
mod trial;
mod variables;

use std::time::Instant;

use anyhow::bail;

use crate::count::Count;
use check::{Check, Verdict};

/// Checks the files of a deployment: image, services, Terraform, Cloud Build, and what they say of each other.
///
/// It prints a line for each check, and fails at the end if one of them fails. On Debian as root it installs what is missing; elsewhere it
/// says what is missing.
#[derive(clap::Args)]
pub(crate) struct DeployCheck {
    /// The checks to run; all of them when none is named.
    #[arg(value_name = "CHECK")]
    checks: Vec<String>,
    /// Says what each check checks, and runs none.
    #[arg(long)]
    list: bool,
}

impl DeployCheck {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        if self.list {
            for check in checks::ALL {
                println!("{:<16} {}", check.name, check.about);
            }
            return Ok(());
        }
        run(&chosen(&self.checks)?).map(|_| ())
    }
}

/// Runs all checks, for `cargo xtask test`.
pub(crate) fn check_all() -> anyhow::Result<Count> {
    run(&chosen(&[])?)
}

/// The checks of these names, in the order of the list.
fn chosen(names: &[String]) -> anyhow::Result<Vec<&'static Check>> {
    for name in names {
        if !checks::ALL.iter().any(|check| check.name == name) {
            let known: Vec<&str> = checks::ALL.iter().map(|check| check.name).collect();
            bail!("there is no check {name}; there are {}", known.join(", "));
        }
    }
    let is_chosen = |check: &&&Check| names.is_empty() || names.iter().any(|n| n == check.name);
    Ok(checks::ALL.iter().filter(is_chosen).copied().collect())
}

/// Runs the checks one after the other, whatever becomes of the ones before.
fn run(checks: &[&Check]) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut failed = Vec::new();
    for check in checks {
        let begin = Instant::now();
        let verdict = (check.run)();
        let seconds = begin.elapsed().as_secs_f64();
        let (word, detail) = match &verdict {
            Ok(Verdict::Passed(detail)) => ("ok", detail.clone()),
            Ok(Verdict::NotTried(why)) => ("not tried", why.clone()),
            Err(error) => ("FAILED", format!("{error:#}")),
        };
        println!("{word:<9} {:<16} {seconds:>6.1} s  {detail}", check.name);
        match verdict {
            Ok(Verdict::Passed(_)) => count.passed += 1,
            Ok(Verdict::NotTried(_)) => (),
            Err(_) => failed.push(check.name),
        }
    }
    if !failed.is_empty() {
        bail!("deploy-check failed: {}", failed.join(", "));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::{Check, Verdict, checks, chosen, run};

    #[test]
    fn one_that_fails_fails_the_command_and_keeps_none_from_running() {
        let passes = Check {
            name: "passes",
            about: "",
            run: || Ok(Verdict::Passed(String::new())),
        };
        let waits = Check {
            name: "waits",
            about: "",
            run: || Ok(Verdict::NotTried("no terraform here".to_owned())),
        };
        let fails = Check {
            name: "fails",
            about: "",
            run: || anyhow::bail!("votes.yaml: wrong"),
        };
        let count = run(&[&passes, &waits]).expect("none failed");
        assert_eq!((count.passed, count.failed), (1, 0));
        let error = run(&[&fails, &passes]).expect_err("one failed");
        assert_eq!(error.to_string(), "deploy-check failed: fails");
    }

    #[test]
    fn every_check_has_a_name_of_its_own_and_is_found_by_it() {
        for check in checks::ALL {
            let found = chosen(&[check.name.to_owned()]).expect("it is there");
            assert_eq!(found.len(), 1, "{}", check.name);
            assert!(!check.about.is_empty(), "{}", check.name);
        }
        assert!(chosen(&["nonsense".to_owned()]).is_err());
    }
}
