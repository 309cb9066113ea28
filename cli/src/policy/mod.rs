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
use callgate::{AppCheckRule, EndUserRule, InternalUserRule, Method};
use callgate_api::{
    admin::v1::admin_service_gate, profiles::v1::profile_service_gate, votes::v1::vote_service_gate,
};

use crate::args::PolicyArgs;
use table::{App, EndUser, InternalUser, Row, Table};

/// The services of the API. A new one is one more line; a test counts them.
static SERVICES: &[&[Method]] = &[
    &admin_service_gate::METHODS,
    &profile_service_gate::METHODS,
    &vote_service_gate::METHODS,
    // What `callgate new` makes goes above this line.
];

/// All methods of the API, service by service.
pub(crate) fn methods() -> impl Iterator<Item = &'static Method> {
    SERVICES.iter().copied().flatten()
}

/// Who may call a method, in words.
pub(crate) fn who(method: &Method) -> String {
    Row::of(method).words()
}

/// What `--json` has written, with these methods in it too. Each comes with its name, such as `votes.v1.VoteService/CastVote`.
pub(crate) fn with(
    json: &str,
    methods: impl IntoIterator<Item = (String, Method)>,
) -> anyhow::Result<String> {
    let mut table = parse(json)?;
    let rows = methods.into_iter();
    let rows = rows.map(|(name, method)| (name, Row::of(&method)));
    table.methods.extend(rows);
    json_of(&table)
}

/// What a rule demands of an end user, in words.
pub(crate) fn words(rule: &EndUserRule) -> String {
    EndUser::of(rule).words().join(", ")
}

/// What a rule demands of an internal user, in words.
pub(crate) fn internal_user_words(rule: &InternalUserRule) -> String {
    InternalUser::of(rule).words().join(", ")
}

/// What a rule demands of the app, in words.
pub(crate) fn app_words(rule: &AppCheckRule) -> String {
    App::of(rule).words().join(", ")
}

/// `a, b or c`.
pub(crate) fn any(names: &[&str]) -> String {
    words::any(names)
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
        write!(out, "{}", json_of(&table)?)?;
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
    parse(&text)
}

fn parse(json: &str) -> anyhow::Result<Table> {
    serde_json::from_str(json).context("not a policy that `callgate policy --json` has written")
}

fn json_of(table: &Table) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(table)? + "\n")
}
