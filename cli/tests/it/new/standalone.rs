//! A project of its own.

use std::fs;

use super::{files, git, new, repository};

#[test]
fn a_project_is_made_in_an_empty_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    // `git init` comes first, for many.
    git(folder.path(), &["init", "--quiet"]);
    let answer = new(folder.path(), &["order-book", "--standalone"]);
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    let files = files(folder.path());
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expected = [
        ".gitignore",
        "Cargo.toml",
        "README.md",
        "build.rs",
        "proto/order_book/v1/order_book.proto",
        "service.yaml",
        "src/handlers.rs",
        "src/lib.rs",
        "src/main.rs",
        "tests/it/main.rs",
    ];
    assert_eq!(names, expected);
    for (file, text) in &files {
        let plain = text.to_lowercase().replace(['-', '_', ' '], "");
        assert!(!plain.contains("helloworld"), "{file}");
    }
    let manifest = &files["Cargo.toml"];
    let version = env!("CARGO_PKG_VERSION");
    for package in [
        "callgate",
        "callgate-build",
        "callgate-serve",
        "callgate-testkit",
    ] {
        let line = format!("\n{package} = \"{version}\"\n");
        assert!(manifest.contains(&line), "{manifest}");
    }
    assert!(answer.out.contains("  cargo test "), "{}", answer.out);
    assert!(!answer.out.contains("hello"), "{}", answer.out);
}

#[test]
fn callgates_crates_may_come_from_a_checkout() {
    let folder = tempfile::tempdir().expect("a folder");
    let checkout = repository();
    let path = checkout.to_str().expect("UTF-8");
    let answer = new(folder.path(), &["--standalone", "greeter", "--path", path]);
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    let manifest = &files(folder.path())["Cargo.toml"];
    let checkout = checkout.canonicalize().expect("it is there");
    for (package, place) in [
        ("callgate", "interceptor"),
        ("callgate-build", "interceptor/build"),
        ("callgate-serve", "services/serve"),
        ("callgate-testkit", "interceptor/testkit"),
    ] {
        let place = checkout.join(place);
        let line = format!("\n{package} = {{ path = {place:?} }}\n");
        assert!(manifest.contains(&line), "{manifest}");
        let manifest = fs::read_to_string(place.join("Cargo.toml")).expect("it is there");
        assert!(manifest.contains(&format!("name = \"{package}\"")));
    }
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let nowhere = folder.path().to_str().expect("UTF-8").to_owned();
    for (args, why) in [
        (
            &["--standalone", "tonic"][..],
            "depend on a package called tonic",
        ),
        (&["--standalone", "crate"], "a word of Rust"),
        (
            &["--standalone", "greeter", "--path", &nowhere],
            "no checkout of callgate",
        ),
        (
            &["--standalone", "greeter", "--path", "/nowhere"],
            "--path /nowhere",
        ),
        (&["greeter", "--path", &nowhere], "--standalone"),
        (&["--standalone"], "NAME"),
    ] {
        let answer = new(folder.path(), args);
        assert_eq!((answer.status, answer.out.as_str()), (Some(2), ""));
        assert!(answer.err.contains(why), "{args:?}: {}", answer.err);
        assert!(files(folder.path()).is_empty(), "{args:?}");
    }
    fs::write(folder.path().join("notes"), "mine").expect("it is written");
    let answer = new(folder.path(), &["--standalone", "greeter"]);
    assert_eq!(answer.status, Some(2));
    assert!(
        answer.err.contains("not empty: notes is in it"),
        "{}",
        answer.err
    );
    assert_eq!(files(folder.path()).len(), 1);
}
