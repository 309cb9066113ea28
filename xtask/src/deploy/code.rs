//! What the code says of a service: its settings, its names at the health service, who calls it.
//!
//! It is read from the sources, as a build of all programs would take minutes; the check `starts` compares it with what the programs
//! say themselves.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

use crate::{run::root, tidy};

/// One program below `services/`.
pub(crate) struct Program {
    /// The environment variables that it knows.
    pub(crate) settings: BTreeSet<String>,
    /// What it serves, by the names that its health service knows. The empty one, the server's own, is always there too.
    pub(crate) grpc_services: Vec<String>,
    /// Whether a method of it streams its answer.
    pub(crate) streams: bool,
    /// Whether a rule admits internal users, so that Identity-Aware Proxy stands before it.
    pub(crate) internal: bool,
}

impl Program {
    pub(crate) fn of(service: &str) -> anyhow::Result<Self> {
        let mut program = Self {
            settings: BTreeSet::new(),
            grpc_services: Vec::new(),
            streams: false,
            internal: false,
        };
        let own = format!("services/{service}/src");
        for folder in ["services/serve/src", own.as_str()] {
            files(&root().join(folder), &mut |text| {
                program
                    .settings
                    .extend(tidy::settings(text).map(String::from));
            })
            .with_context(|| folder.to_owned())?;
        }
        // Of `order-book`, the package is `order_book`.
        let protos = root().join("proto").join(service.replace('-', "_"));
        if protos.is_dir() {
            files(&protos, &mut |text| program.read_proto(text))?;
        }
        Ok(program)
    }

    fn read_proto(&mut self, text: &str) {
        let lines = || {
            text.lines()
                .map(|line| line.split("//").next().unwrap_or(line))
        };
        let package =
            lines().find_map(|line| Some(line.strip_prefix("package ")?.split_once(';')?.0));
        let package = package.unwrap_or_default().trim();
        let services =
            lines().filter_map(|line| line.strip_prefix("service ")?.split_whitespace().next());
        let services = services.map(|service| format!("{package}.{service}"));
        self.grpc_services.extend(services);
        self.streams |= lines().any(|line| line.contains("returns (stream "));
        self.internal |= lines().any(|line| line.contains("internal_user"));
    }
}

/// The programs below `services/`, by name.
pub(crate) fn programs() -> anyhow::Result<BTreeSet<String>> {
    let mut programs = BTreeSet::new();
    for entry in fs::read_dir(root().join("services"))? {
        let path = entry?.path();
        if path.join("src/main.rs").is_file() {
            let name = path.file_name().unwrap_or_default();
            programs.insert(name.to_string_lossy().into_owned());
        }
    }
    Ok(programs)
}

/// Most connections to PostgreSQL that one instance has.
pub(crate) fn connections() -> anyhow::Result<u64> {
    let file = "services/database/src/postgres.rs";
    let text = fs::read_to_string(root().join(file)).context(file)?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("const CONNECTIONS: u32 = "));
    let number = line.and_then(|line| line.trim_end_matches(';').parse().ok());
    number.with_context(|| format!("{file}: no `const CONNECTIONS: u32 = ..;`"))
}

/// The text of every file below a folder.
fn files(folder: &Path, read: &mut dyn FnMut(&str)) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, read)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            read(&text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_by_its_sources() {
        let votes = Program::of("votes").expect("it is there");
        assert_eq!(votes.grpc_services, ["votes.v1.VoteService"]);
        assert!(votes.streams && !votes.internal);
        assert!(votes.settings.contains("DATABASE_URL"));
        assert!(!votes.settings.contains("CALLGATE_VOTES_URL"));
        let admin = Program::of("admin").expect("it is there");
        assert!(admin.internal && !admin.streams);
        assert!(admin.settings.contains("CALLGATE_VOTES_URL"));
        let site = Program::of("site").expect("it is there");
        assert!(site.grpc_services.is_empty() && !site.internal);
        assert!(programs().expect("some").contains("site"));
        assert!(connections().expect("it is there") > 0);
    }
}
