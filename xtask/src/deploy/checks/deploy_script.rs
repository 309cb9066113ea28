//! `deploy/deploy.sh` and `deploy/smoke.sh`: by shellcheck, and run with stand-ins for what reaches Google.

use anyhow::Context;

use crate::{
    deploy::{
        check::{Check, Verdict},
        script,
    },
    run::{command, output},
    setup,
};

pub(super) const SHELLCHECK: Check = Check {
    name: "shellcheck",
    about: "deploy/*.sh, by shellcheck",
    run: || {
        setup::shellcheck()?;
        output(command("shellcheck", &["deploy.sh", "smoke.sh"], "deploy"))
            .context("deploy/*.sh")?;
        Ok(Verdict::Passed("no complaint".into()))
    },
};

pub(super) const TRIALS: Check = Check {
    name: "deploy-script",
    about: "deploy/deploy.sh with stand-ins for gcloud and the like: what it calls, and what it does when that fails",
    run: || script::run("deploy_script.py", &[".."]),
};

pub(super) const REST: Check = Check {
    name: "rest",
    about: "every call of deploy/deploy.sh to an API of Google's, by its discovery document",
    run: || script::run("rest.py", &[".."]),
};

pub(super) const GCLOUD: Check = Check {
    name: "gcloud",
    about: "every gcloud command in deploy/ and each of its flags, by gcloud itself",
    run: || {
        if output(command("gcloud", &["--version"], "")).is_err() {
            return Ok(Verdict::NotTried("gcloud is not here".into()));
        }
        script::run("gcloud.py", &[".."])
    },
};
