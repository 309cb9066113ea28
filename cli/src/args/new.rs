//! The flags of `callgate new`.

use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct NewArgs {
    /// What the service is called, such as `greeter` or `order-book`
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Make a project of its own, in this folder, which has to be empty
    #[arg(long)]
    pub(crate) standalone: bool,

    /// Take callgate's crates from this checkout, and not from the registry: until they are published, or to try changes to them
    #[arg(long, value_name = "DIR", requires = "standalone")]
    pub(crate) path: Option<PathBuf>,

    /// Change files that have uncommitted changes, too
    #[arg(long, conflicts_with = "standalone")]
    pub(crate) allow_dirty: bool,
}
