//! What one part of `deploy/` calls by name is what another part makes, and the checks find what is broken.

use crate::{
    deploy::{check::Check, script},
    setup,
};

pub(super) const CHECK: Check = Check {
    name: "names",
    about: "accounts, secrets, database, images and the load balancer's paths: Terraform, service files and docs/policy.json agree",
    run: || script::run("agreement.py", &[".."]),
};

pub(super) const BROKEN: Check = Check {
    name: "broken",
    about: "faults put into copies of these files are found by the checks of Terraform, roles, names and database",
    run: || {
        setup::postgresql()?;
        script::run(
            "broken.py",
            &["..".as_ref(), script::bindings()?.as_os_str()],
        )
    },
};
