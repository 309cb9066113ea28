//! What is refused: in words, and with nothing written.

use std::fs;

use super::{copy, files, new};

/// Runs `callgate new` where it has to refuse. What it says.
#[track_caller]
fn refused(folder: &std::path::Path, args: &[&str]) -> String {
    let before = files(folder);
    let answer = new(folder, args);
    assert_eq!(
        (answer.status, answer.out.as_str()),
        (Some(2), ""),
        "{}",
        answer.err
    );
    assert_eq!(files(folder), before, "something was written");
    answer.err
}

#[test]
fn a_bad_name() {
    let folder = copy();
    for (name, why) in [
        ("Greeter", "write small letters"),
        ("match", "a word of Rust"),
        ("message", "a word of protos"),
        ("callgate", "one of callgate's own"),
        ("greeter-", "not at the ends"),
        ("the-long-name-of-this-one", "longer than 21 letters"),
        ("../greeter", "write small letters"),
    ] {
        let said = refused(folder.path(), &[name]).to_lowercase();
        assert!(said.contains(&why.to_lowercase()), "{name}: {said}");
        assert!(
            said.contains(&format!("{:?}", name.to_lowercase())),
            "{said}"
        );
    }
}

#[test]
fn a_name_that_is_there_already() {
    let folder = copy();
    // A dependency, a package of the workspace, and one that is only a folder yet.
    for name in ["tokio", "xtask"] {
        let said = refused(folder.path(), &[name]);
        assert!(said.contains("is in Cargo.lock already"), "{name}: {said}");
    }
    for place in [
        "services/greeter/README.md",
        "proto/greeter/v2/greeter.proto",
        "deploy/services/greeter.yaml",
    ] {
        let folder = copy();
        let path = folder.path().join(place);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "").expect("a file");
        let said = refused(folder.path(), &["greeter"]);
        assert!(said.contains("is there already"), "{place}: {said}");
    }
    assert_eq!(new(folder.path(), &["greeter"]).status, Some(0));
    let said = refused(folder.path(), &["greeter", "--allow-dirty"]);
    assert!(said.contains("services/greeter is there already"), "{said}");
}

#[test]
fn files_with_uncommitted_changes() {
    let folder = copy();
    let list = folder.path().join("local/src/services.rs");
    let text = fs::read_to_string(&list).expect("it is there");
    fs::write(&list, format!("// A change.\n{text}")).expect("it is written");
    // Others are nobody's business.
    fs::write(folder.path().join("notes"), "").expect("it is written");
    let said = refused(folder.path(), &["greeter"]);
    assert!(
        said.contains("uncommitted changes: local/src/services.rs. "),
        "{said}"
    );
    assert!(said.contains("--allow-dirty"), "{said}");
    let answer = new(folder.path(), &["greeter", "--allow-dirty"]);
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    let changed = fs::read_to_string(&list).expect("it is there");
    assert!(changed.starts_with("// A change.\n") && changed.contains("greeter::service()"));
}

#[test]
fn a_list_that_is_not_as_it_was() {
    for (file, line) in [
        (
            "local/src/services.rs",
            "// What `callgate new` makes goes above this line.",
        ),
        ("deploy/terraform/accounts.tf", "\"site\","),
        (
            "deploy/README.md",
            "| `callgate-build` | account `callgate-",
        ),
        ("docs/policy.json", "\"methods\""),
    ] {
        let folder = copy();
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).expect("it is there");
        fs::write(&path, text.replace(line, "\"other\"")).expect("it is written");
        let said = refused(folder.path(), &["greeter", "--allow-dirty"]);
        assert!(said.starts_with(&format!("error: {file}: ")), "{said}");
    }
}

#[test]
fn a_folder_that_is_not_the_repository() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = refused(folder.path(), &["greeter"]);
    assert!(said.contains("this is not callgate's repository"), "{said}");
    assert!(said.contains("--standalone"), "{said}");
}
