//! The table of the clients that get through, in docs/interop.md too.

use std::{fmt::Write as _, fs};

use anyhow::Context;

use super::{
    client::{CLIENTS, Client},
    trial::EXPECTED,
};
use crate::run::root;

const PAGE: &str = "docs/interop.md";
const HEAD: &str = "| client | version | speaks | vote | refusal | stream | its end |\n|---|---|---|---|---|---|---|\n";

/// A row for each. They have got through, or shall: what must come of their calls is the same for all.
pub(crate) fn table(clients: &[&Client]) -> anyhow::Result<String> {
    let mut table = HEAD.to_owned();
    for client in clients {
        let Client {
            name,
            protocol,
            program,
            ..
        } = client;
        let version = client.version()?;
        write!(table, "| [{name}](../{program}) | {version} | {protocol} |")?;
        for (_, expected) in EXPECTED {
            write!(table, " `{expected}` |")?;
        }
        table.push('\n');
    }
    Ok(table)
}

/// Writes the table of all clients into the page.
pub(crate) fn write() -> anyhow::Result<()> {
    let page = fs::read_to_string(root().join(PAGE)).context(PAGE)?;
    fs::write(root().join(PAGE), with_table(&page)?)?;
    println!("{PAGE} has the table");
    Ok(())
}

/// The page, with the table of all clients in place of the one that is there.
fn with_table(page: &str) -> anyhow::Result<String> {
    let begin = page
        .find(HEAD)
        .with_context(|| format!("{PAGE} has no table"))?;
    let (before, rest) = page.split_at(begin);
    let after = rest.find("\n\n").map_or("", |end| &rest[end + 1..]);
    let table = table(&CLIENTS.iter().collect::<Vec<_>>())?;
    Ok(format!("{before}{table}{after}"))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs};

    use super::{CLIENTS, PAGE, root, table, with_table};

    #[test]
    fn the_page_has_the_clients_and_versions_of_the_code() {
        let page = fs::read_to_string(root().join(PAGE)).expect("the page");
        let renewed = with_table(&page).expect("a table");
        assert!(page == renewed, "renew {PAGE}: cargo xtask interop --write");
    }

    #[test]
    fn each_client_has_a_name_of_its_own_a_version_and_a_program() {
        let names: HashSet<&str> = CLIENTS.iter().map(|client| client.name).collect();
        assert_eq!(names.len(), CLIENTS.len());
        for client in &CLIENTS {
            let version = client.version().expect("a version");
            assert!(
                version.split('.').count() >= 3,
                "{}: {version}",
                client.name
            );
            assert!(root().join(client.program).exists(), "{}", client.program);
        }
        let rows = table(&CLIENTS.iter().collect::<Vec<_>>()).expect("a table");
        assert!(!rows.contains("|  |"), "{rows}");
    }
}
