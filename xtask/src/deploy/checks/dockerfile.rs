//! The Dockerfile, by hadolint.

use anyhow::Context;

use crate::{
    deploy::{
        check::{Check, Verdict},
        python,
    },
    run::output,
};

pub(super) const CHECK: Check = Check {
    name: "dockerfile",
    about: "deploy/Dockerfile, by hadolint",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let mut hadolint = python::tool("hadolint")?;
    hadolint.args(["--no-color", "Dockerfile"]);
    output(hadolint).context("deploy/Dockerfile")?;
    Ok(Verdict::Passed("hadolint has no complaint".to_owned()))
}
