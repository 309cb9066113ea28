//! `callgate new`: a service with a public, an end-user and a streaming method, with its tests.
//!
//! What it writes stands in `cli/templates/`, for a service called `hello-world`. In this repository the service also gets a line
//! wherever services are listed; standalone it is a project of its own. All of it is written, or nothing.

mod changes;
mod edit;
mod format;
mod git;
mod name;
mod next;
mod repository;
mod reserved;
mod standalone;
mod template;
mod wiring;

use std::io::{self, Write as _};

use anyhow::Context;

use crate::args::NewArgs;
use name::Name;

pub(crate) fn run(args: &NewArgs) -> anyhow::Result<()> {
    let name = Name::parse(&args.name)?;
    let here = std::env::current_dir().context("the current folder")?;
    let (changes, next) = if args.standalone {
        standalone::service(&here, &name, args.path.as_deref())?
    } else {
        repository::service(&here, &name, args.allow_dirty)?
    };
    let written = changes.write()?;
    let mut out = io::stdout().lock();
    for (done, file) in written {
        writeln!(out, "{done:>8} {file}")?;
    }
    write!(out, "\n{next}")?;
    Ok(())
}
