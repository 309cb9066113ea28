//! `callgate new`, in folders that have what it looks at of this repository. That what it writes builds, and passes its tests, is
//! tried by `cargo xtask test new`.

mod refusals;
mod standalone;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::command::Answer;

/// The files of the repository that a new service gets a line in.
const LISTS: [&str; 11] = [
    "Cargo.toml",
    "cli/src/policy/mod.rs",
    "deploy/README.md",
    "deploy/deploy.sh",
    "deploy/smoke.sh",
    "deploy/terraform/accounts.tf",
    "deploy/terraform/balancer.tf",
    "deploy/variables.example.env",
    "docs/policy.json",
    "local/Cargo.toml",
    "local/src/services.rs",
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Names of packages, of which a service may have none.
const LOCK: &str = "[[package]]\nname = \"tokio\"\n\n[[package]]\nname = \"proc-macro2\"\n\n[[package]]\nname = \"xtask\"\n";

/// A folder with the lists, all committed. The names of these tests are none that a service here might have one day.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("Cargo.lock"), LOCK).expect("it is written");
    for file in LISTS {
        let to = folder.path().join(file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(repository().join(file), to).expect(file);
    }
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "--all"]);
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let commit = ["commit", "--quiet", "--message", "all"];
    git(folder.path(), &[&who[..], &commit].concat());
    folder
}

fn git(folder: &Path, args: &[&str]) {
    let mut git = Command::new("git");
    git.args(args).current_dir(folder);
    assert!(git.status().expect("git starts").success(), "{args:?}");
}

/// Runs `callgate new` in a folder.
fn new(folder: &Path, args: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_callgate"))
        .arg("new")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Answer {
        status: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// All files below a folder but git's, with their texts.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.ends_with(".git") {
            } else if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below").to_str();
                let text = fs::read_to_string(&path).expect("a text");
                files.insert(name.expect("UTF-8").to_owned(), text);
            }
        }
    }
    files
}

/// Whether all of `old` is in `new`, line by line, in its order.
fn only_adds(old: &str, new: &str) -> bool {
    let mut new = new.lines();
    old.lines().all(|line| new.any(|other| other == line))
}

#[test]
fn a_service_is_added_and_nothing_is_taken_away() {
    let folder = copy();
    let before = files(folder.path());
    let answer = new(folder.path(), &["test-greeter"]);
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    let after = files(folder.path());
    let mut made = Vec::new();
    let mut changed = Vec::new();
    for (file, text) in &after {
        match before.get(file) {
            None => made.push(file.as_str()),
            Some(old) if old == text => (),
            Some(old) => {
                assert!(only_adds(old, text), "{file}:\n{text}");
                changed.push(file.as_str());
            }
        }
    }
    let expected = [
        "deploy/services/test-greeter.yaml",
        "proto/test_greeter/v1/test_greeter.proto",
        "services/test-greeter/Cargo.toml",
        "services/test-greeter/src/handlers.rs",
        "services/test-greeter/src/lib.rs",
        "services/test-greeter/src/main.rs",
        "services/test-greeter/tests/it/main.rs",
    ];
    assert_eq!(made, expected);
    assert_eq!(changed, LISTS);
    assert!(before.keys().all(|file| after.contains_key(file)));
    for file in made.iter().chain(&changed) {
        assert!(answer.out.contains(&format!(" {file}\n")), "{}", answer.out);
    }
    let commands = answer
        .out
        .lines()
        .filter(|line| line.starts_with("  cargo "));
    assert_eq!(commands.count(), 3, "{}", answer.out);
    assert!(
        answer.out.contains("  cargo test -p test-greeter "),
        "{}",
        answer.out
    );
}

#[test]
fn no_line_of_what_is_written_looks_at_a_token() {
    let folder = copy();
    assert_eq!(new(folder.path(), &["test-greeter"]).status, Some(0));
    let service = files(&folder.path().join("services/test-greeter/src"));
    assert_eq!(service.len(), 3);
    for (file, text) in &service {
        let text = text.to_lowercase();
        for word in [
            "token",
            "authorization",
            "bearer",
            "jwt",
            "metadata()",
            "verif",
            "claim",
        ] {
            assert!(!text.contains(word), "{file}: {word}");
        }
    }
}

#[test]
fn names_are_written_as_each_place_wants_them() {
    let folder = copy();
    // From a folder within, too.
    let within = folder.path().join("deploy/terraform");
    assert_eq!(new(&within, &["order-book"]).status, Some(0));
    let files = files(folder.path());
    for (file, text) in [
        (
            "proto/order_book/v1/order_book.proto",
            "package order_book.v1;",
        ),
        (
            "proto/order_book/v1/order_book.proto",
            "service OrderBookService {",
        ),
        ("services/order-book/Cargo.toml", "name = \"order-book\""),
        ("services/order-book/src/main.rs", "order_book::service()"),
        (
            "deploy/services/order-book.yaml",
            "image: ${IMAGE_ORDER_BOOK}",
        ),
        ("local/src/services.rs", ".service(order_book::service())"),
        (
            "docs/policy.json",
            "\"order_book.v1.OrderBookService/WatchCount\": {",
        ),
        (
            "deploy/terraform/balancer.tf",
            "[\"/order_book.v1.OrderBookService/*\"]",
        ),
    ] {
        assert!(files[file].contains(text), "{file}: {text}");
    }
    for (file, text) in &files {
        let text = text.to_lowercase().replace(['-', '_', ' '], "");
        assert!(!text.contains("helloworld"), "{file}");
    }
}

#[test]
fn a_second_service_goes_beside_the_first() {
    let folder = copy();
    assert_eq!(new(folder.path(), &["test-greeter"]).status, Some(0));
    let refused = new(folder.path(), &["order-book"]);
    assert_eq!(refused.status, Some(2));
    let answer = new(folder.path(), &["order-book", "--allow-dirty"]);
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    let services = fs::read_to_string(folder.path().join("local/src/services.rs"));
    let services = services.expect("it is there");
    assert!(services.contains(
        ".service(test_greeter::service())\n            .service(order_book::service())\n"
    ));
}

#[test]
fn what_is_written_is_formatted_and_so_are_the_templates() {
    // A name of the greatest length, which breaks lines.
    let folder = copy();
    let name = "longest-name-there-is";
    assert_eq!(new(folder.path(), &[name]).status, Some(0));
    let service = folder.path().join("services").join(name);
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .args(["--check", "--edition", "2024", "--style-edition", "2024"])
        .args(["src/lib.rs", "src/main.rs", "tests/it/main.rs"])
        .current_dir(service);
    assert!(rustfmt.status().expect("rustfmt starts").success());

    // Under their own name nothing is left to do.
    let folder = copy();
    assert_eq!(new(folder.path(), &["hello-world"]).status, Some(0));
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let service = folder.path().join("services/hello-world");
    for kind in ["service", "repository"] {
        for (file, text) in files(&templates.join(kind)) {
            if let Some((_, "rs")) = file.rsplit_once('.') {
                let written = fs::read_to_string(service.join(&file)).expect("it is written");
                assert_eq!(written, text, "{kind}/{file}");
            }
        }
    }
}
