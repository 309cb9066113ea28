//! What changes between the two folders, as a diff, and how many lines that is.

use std::{fs, path::Path};

use similar::{ChangeTag, DiffOp, TextDiff};

/// Everything that a person edits: not the tests, which are outside the two folders.
const FILES: [&str; 5] = [
    "Cargo.toml",
    "build.rs",
    "proto/greeter/v1/greeter.proto",
    "src/lib.rs",
    "src/main.rs",
];

/// The claim.
const MOST: usize = 10;

/// What changed: a line that took the place of another counts once.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changed {
    added: usize,
    replaced: usize,
    removed: usize,
}

/// A file of the example. Both packages are in one workspace, so that their names must differ; here they have the same.
fn read(folder: &str, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(file);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.replace(&format!("greeter-{folder}"), "greeter")
        .replace(&format!("greeter_{folder}"), "greeter")
}

/// The whole difference, as `diff --unified=1` writes it.
pub(crate) fn diff() -> String {
    let mut all = String::new();
    for file in FILES {
        let (before, after) = (read("before", file), read("after", file));
        let diff = TextDiff::from_lines(&before, &after);
        let mut unified = diff.unified_diff();
        unified.context_radius(1).header(file, file);
        all.push_str(&unified.to_string());
    }
    all
}

fn changed() -> Changed {
    let mut changed = Changed::default();
    for file in FILES {
        let (before, after) = (read("before", file), read("after", file));
        for op in TextDiff::from_lines(&before, &after).ops() {
            let (old, new) = (op.old_range().len(), op.new_range().len());
            match op {
                DiffOp::Equal { .. } => {}
                DiffOp::Delete { .. } => changed.removed += old,
                DiffOp::Insert { .. } => changed.added += new,
                DiffOp::Replace { .. } => {
                    changed.replaced += old.min(new);
                    changed.added += new.saturating_sub(old);
                    changed.removed += old.saturating_sub(new);
                }
            }
        }
    }
    changed
}

/// All files below a folder, relative to it.
fn files_in(folder: &Path, prefix: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_in(&entry.path(), &format!("{name}/")));
        } else {
            files.push(name);
        }
    }
    files.sort();
    files
}

#[test]
fn an_existing_service_gets_the_gate_in_ten_changed_lines() {
    let changed = changed();
    assert!(
        changed.added + changed.replaced + changed.removed <= MOST,
        "{changed:?}"
    );
    // What the guide says in words.
    let told = Changed {
        added: 6,
        replaced: 3,
        removed: 1,
    };
    assert_eq!(
        changed, told,
        "docs/existing-service.md tells of other numbers"
    );
}

#[test]
fn no_file_is_left_out_of_the_count() {
    for folder in ["before", "after"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        assert_eq!(files_in(&path, ""), FILES, "{folder}");
    }
}

#[test]
fn every_line_that_differs_is_in_the_diff() {
    let lines = diff();
    let written = |tag: char| {
        let lines = lines
            .lines()
            .filter(|line| !line.starts_with("+++") && !line.starts_with("---"));
        lines.filter(|line| line.starts_with(tag)).count()
    };
    let mut differ = (0, 0);
    for file in FILES {
        let (before, after) = (read("before", file), read("after", file));
        for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
            match change.tag() {
                ChangeTag::Delete => differ.0 += 1,
                ChangeTag::Insert => differ.1 += 1,
                ChangeTag::Equal => {}
            }
        }
    }
    assert_eq!((written('-'), written('+')), differ);
}
