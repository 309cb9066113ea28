//! What every tracked file must be like.

use std::{collections::HashSet, fs};

use anyhow::bail;

use crate::run::{command, output, root};

/// Beyond this many lines a source file is about more than one thing.
const LONGEST: usize = 400;

/// Marks of unfinished work. Written in halves, so that this file has none.
const MARKS: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("todo", "!("),
    concat!("dbg", "!("),
    concat!("unimplemented", "!("),
    concat!("#[ig", "nore"),
];

/// Checks every file that git tracks, and those that it would.
pub(crate) fn check() -> anyhow::Result<()> {
    let files = output(command(
        "git",
        &["ls-files", "--cached", "--others", "--exclude-standard"],
        "",
    ))?;
    let readme = fs::read_to_string(root().join("README.md"))?;
    let page = fs::read_to_string(root().join("docs/security.md"))?;
    let mut promised: HashSet<&str> = tests_named_in(&page).collect();
    let mut faults = Vec::new();
    let mut checked = 0;
    for file in files.lines() {
        // Pictures and the like, and files that are deleted but not yet committed as such.
        let Ok(text) = fs::read_to_string(root().join(file)) else {
            continue;
        };
        checked += 1;
        faults.extend(faults_of(file, &text));
        if file
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "rs")
        {
            promised.retain(|test| !text.contains(&format!("fn {test}(")));
        }
        faults.extend(
            settings(&text)
                .filter(|name| !readme.contains(&format!("`{name}`")))
                .map(|name| format!("{file}: the setting {name} is not in the README")),
        );
    }
    faults.extend(
        promised
            .iter()
            .map(|test| format!("docs/security.md: there is no test {test}")),
    );
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println!("{checked} files are tidy");
    Ok(())
}

fn faults_of(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let name = file.rsplit('/').next().unwrap_or(file);
    let is_source = [
        ".rs", ".ts", ".mjs", ".css", ".html", ".proto", ".sql", ".sh", ".kt",
    ]
    .iter()
    .any(|ending| file.ends_with(ending));
    let lines = text.lines().count();
    if is_source && lines > LONGEST {
        faults.push(format!(
            "{file}: {lines} lines, more than {LONGEST}: split it"
        ));
    }
    for (number, line) in text.lines().enumerate().filter(|_| is_source) {
        if let Some(mark) = MARKS.iter().find(|mark| line.contains(*mark)) {
            faults.push(format!("{file}:{}: {mark}", number + 1));
        }
    }
    if name == "build.rs" && text.contains("protoc") {
        faults.push(format!("{file}: a build script may not need protoc"));
    }
    if name == "Cargo.toml" && !text.contains("[lints]\nworkspace = true") {
        faults.push(format!("{file}: takes no part in the workspace's lints"));
    }
    if name == "package-lock.json" && names_a_registry(text) {
        faults.push(format!(
            "{file}: names where packages were fetched from: set omit-lockfile-registry-resolved in .npmrc"
        ));
    }
    if name == "pom.xml"
        && [
            "<repositories>",
            "<pluginRepositories>",
            "<distributionManagement>",
        ]
        .iter()
        .any(|tag| text.contains(tag))
    {
        faults.push(format!(
            "{file}: names where packages are fetched from: that is each machine's own setting"
        ));
    }
    if is_source && !text.is_empty() && !text.ends_with('\n') {
        faults.push(format!("{file}: has no newline at its end"));
    }
    faults
}

/// Whether a lock file says where a package was fetched from. Where one of this repository's own folders is, it may say.
fn names_a_registry(lock: &str) -> bool {
    lock.lines()
        .filter_map(|line| line.trim().strip_prefix("\"resolved\":"))
        .any(|from| from.contains(':') || from.contains('@'))
}

/// The tests that a page names: whatever stands between backticks and looks like one.
fn tests_named_in(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2).filter(|name| {
        name.len() > 12
            && name.contains('_')
            && name
                .bytes()
                .all(|b| b == b'_' || b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// The environment variables that clap is told to read in this source file.
pub(crate) fn settings(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("///"))
        .filter_map(|line| line.split_once("env = \"")?.1.split('"').next())
        .filter(|name| {
            !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_uppercase())
        })
}

#[cfg(test)]
mod tests {
    use super::{faults_of, settings};

    #[test]
    fn settings_are_found_where_clap_is_told_of_them() {
        let text = concat!("#[arg(long, e", "nv = \"PORT\")]\n/// e", "nv = \"HOST\"\n");
        assert_eq!(settings(text).collect::<Vec<_>>(), ["PORT"]);
    }

    #[test]
    fn a_long_file_an_unfinished_one_and_a_build_script_with_protoc_are_told() {
        assert_eq!(faults_of("a.rs", &"//\n".repeat(401)).len(), 1);
        assert_eq!(faults_of("a.rs", concat!("// TO", "DO\n")).len(), 1);
        assert_eq!(faults_of("x/build.rs", "// protoc\n").len(), 1);
        assert_eq!(faults_of("x/Cargo.toml", "[package]\n").len(), 1);
        assert_eq!(faults_of("a.rs", "fn main() {}\n").len(), 0);
        assert_eq!(faults_of("a.kt", concat!("// FIX", "ME\n")).len(), 1);
    }

    #[test]
    fn a_pom_names_no_registry() {
        assert_eq!(faults_of("x/pom.xml", "<project/>\n").len(), 0);
        assert_eq!(faults_of("x/pom.xml", "<repositories>\n").len(), 1);
    }

    #[test]
    fn a_lock_file_may_name_folders_of_this_repository_but_no_registry() {
        let lock = |resolved| format!("{{\n      \"resolved\": \"{resolved}\",\n}}\n");
        for (resolved, faults) in [
            ("clients/web", 0),
            ("https://registry.example/connect-2.2.0.tgz", 1),
            ("git@host.example:connect.git", 1),
        ] {
            let found = faults_of("web/package-lock.json", &lock(resolved));
            assert_eq!(found.len(), faults, "{resolved}");
        }
    }
}
