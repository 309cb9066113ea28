//! The checks, one file each.

mod dockerfile;

use super::check::Check;

/// All checks, in the order in which they run: the quick ones first.
pub(super) const ALL: &[&Check] = &[&dockerfile::CHECK];
