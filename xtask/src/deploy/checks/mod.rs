//! The checks, one file each.

mod agreement;
mod cloud_build;
mod containers;
mod database;
mod deploy_script;
mod discovery;
mod dockerfile;
mod image;
mod monitoring;
mod roles;
mod services;
mod sigterm;
mod smoke;
mod starts;
mod terraform;

use super::check::Check;

/// All checks, in the order in which they run: the quick ones first.
pub(super) const ALL: &[&Check] = &[
    &services::CHECK,
    &monitoring::CHECK,
    &cloud_build::CHECK,
    &dockerfile::CHECK,
    &discovery::CHECK,
    &roles::CHECK,
    &agreement::CHECK,
    &terraform::FORMAT,
    &terraform::ARGUMENTS,
    &terraform::PLAN,
    &terraform::CHECKOV,
    &deploy_script::SHELLCHECK,
    &deploy_script::TRIALS,
    &deploy_script::REST,
    &deploy_script::GCLOUD,
    &database::CHECK,
    &agreement::BROKEN,
    &smoke::CHECK,
    &starts::CHECK,
    &image::CHECK,
    &containers::CHECK,
    &sigterm::CHECK,
];
