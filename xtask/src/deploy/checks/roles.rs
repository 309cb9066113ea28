//! Who may do what: the README's table, and Terraform.

use crate::deploy::{check::Check, script};

pub(super) const CHECK: Check = Check {
    name: "roles",
    about: "who may do what: deploy/README.md's table and Terraform, in both directions; nobody may do everything",
    run: || script::run("roles.py", &["."]),
};
