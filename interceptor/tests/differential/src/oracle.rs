//! firebase-admin's verdict.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use callgate_testkit::RsaKey;
use serde_json::{Value, json};

use crate::{Case, Issuers, Kind, Settings, Verdict, sign};

/// Where firebase-admin's npm package is, from the workspace's folder: the embedded identity's test has it too, in one version.
const PACKAGES: &str = "local/identity/tests/firebase-admin";

/// What puts it there. The test does not: packages are not to come over the network unasked.
const INSTALL: &str = "`npm ci --ignore-scripts` in local/identity/tests/firebase-admin";

/// What firebase-admin says of the tokens, in their order, with the issuers' keys. One node judges them all.
pub fn judge(issuers: &Issuers, cases: &[Case]) -> Vec<Verdict> {
    let mut node = Command::new("node")
        .arg("judge.mjs")
        .arg(packages())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // Each would have it judge by other rules.
        .env_remove("FIREBASE_AUTH_EMULATOR_HOST")
        .env_remove("FIREBASE_CONFIG")
        .env_remove("GOOGLE_APPLICATION_CREDENTIALS")
        .env_remove("NODE_OPTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("node does not start: install Node.js 20 or newer, then run {INSTALL}: {error}")
        });
    let mut stdin = node.stdin.take().expect("it is piped");
    let questions = questions(issuers, cases);
    let writing = thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = node.wait_with_output().expect("node can be waited for");
    // Where node failed, it has said why, which is worth more than that it did not read on.
    assert!(output.status.success(), "judge.mjs: {}", output.status);
    let written = writing.join().expect("writing does not panic");
    written.expect("node reads everything");

    let answers = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let verdicts: Vec<Verdict> = answers
        .lines()
        .map(|line| serde_json::from_str(line).expect("a verdict a line"))
        .collect();
    assert_eq!(verdicts.len(), cases.len(), "a verdict for each token");
    verdicts
}

/// The keys, then the tokens, a line each.
fn questions(issuers: &Issuers, cases: &[Case]) -> String {
    let keys: BTreeMap<&str, Value> = Kind::ALL.map(|kind| (kind.code(), keys(kind))).into();
    let project = issuers.id_tokens.project_id();
    let mut lines = format!("{}\n", json!({ "project": project, "keys": keys }));
    for case in cases {
        let tenant = match case.settings {
            Settings::Tenant(tenant) => Some(tenant),
            Settings::Usual | Settings::WideSkew => None,
        };
        let kind = case.kind.code();
        let line = json!({ "kind": kind, "token": case.token, "tenant": tenant });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

/// The keys that the kind's issuer publishes, as Google has them for firebase-admin: `{kid: PEM}`.
fn keys(kind: Kind) -> Value {
    let keys = kind.keys().map(RsaKey::number);
    keys.map(|key| (key.kid().to_owned(), Value::from(sign::public_pem(key))))
        .into_iter()
        .collect()
}

/// The folder of the npm packages, which have to be those of its package.json.
fn packages() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(PACKAGES);
    let wanted = read(&folder.join("package.json"))
        .and_then(|package| {
            Some(
                package["dependencies"]["firebase-admin"]
                    .as_str()?
                    .to_owned(),
            )
        })
        .unwrap_or_else(|| panic!("{PACKAGES}/package.json does not name firebase-admin"));
    let found = read(&folder.join("node_modules/firebase-admin/package.json"))
        .and_then(|package| Some(package["version"].as_str()?.to_owned()));
    assert!(
        found.as_deref() == Some(&wanted),
        "firebase-admin {wanted} is not installed: run {INSTALL}"
    );
    folder
}

fn read(file: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}
