//! The checks, one file each.

mod discovery;
mod dockerfile;
mod image;
mod services;
mod starts;

use super::check::Check;

/// All checks, in the order in which they run: the quick ones first.
pub(super) const ALL: &[&Check] = &[
    &services::CHECK,
    &dockerfile::CHECK,
    &discovery::CHECK,
    &starts::CHECK,
    &image::CHECK,
];
