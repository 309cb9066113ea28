//! `callgate policy`.

mod diff;
mod table;
mod words;

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::Path,
};

use anyhow::Context;
use callgate::Method;
use callgate_api::{
    admin::v1::admin_service_gate, profiles::v1::profile_service_gate, votes::v1::vote_service_gate,
};

use crate::args::PolicyArgs;
use table::Table;

pub(crate) use words::of_rule as words;

/// All methods of the API, service by service.
pub(crate) fn methods() -> impl Iterator<Item = &'static Method> {
    vote_service_gate::METHODS
        .iter()
        .chain(&profile_service_gate::METHODS)
        .chain(&admin_service_gate::METHODS)
}

pub(crate) fn run(args: &PolicyArgs) -> anyhow::Result<()> {
    let table = Table::of(methods());
    let mut out = io::stdout().lock();
    if let Some(old) = &args.diff {
        let old = read(old).with_context(|| old.display().to_string())?;
        for change in diff::between(&old, &table) {
            writeln!(out, "{change}")?;
        }
    } else if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&table)?)?;
    } else {
        table.write(&mut out)?;
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text)?;
        text
    } else {
        fs::read_to_string(path)?
    };
    serde_json::from_str(&text).context("not a policy that `callgate policy --json` has written")
}
