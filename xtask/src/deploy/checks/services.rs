//! The service files, rendered with the example's variables.

use anyhow::bail;

use crate::deploy::{
    check::{Check, Verdict},
    judge,
    render::{Rendered, example},
};

pub(super) const CHECK: Check = Check {
    name: "services",
    about: "deploy/services/, rendered: by Google's description, and by our rules",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let (variables, rendered) = example()?;
    let faults = judge::faults(&rendered, &variables)?;
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    let names: Vec<&str> = rendered.iter().map(Rendered::name).collect();
    Ok(Verdict::Passed(names.join(", ")))
}
