//! The policy as a table and as JSON.

use std::{fs, path::Path};

use prost::Message as _;
use serde_json::Value;

use crate::command::run;

pub(crate) fn policy(args: &[&str]) -> String {
    let answer = run(&[&["policy"], args].concat(), &[], "");
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    answer.out
}

pub(crate) fn present() -> Value {
    serde_json::from_str(&policy(&["--json"])).expect("JSON")
}

#[test]
fn the_table_in_the_repository_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/policy.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let renew = "cargo run -q -p callgate-cli -- policy --json > docs/policy.json";
    assert!(
        kept == policy(&["--json"]),
        "docs/policy.json is not current. Look at the changes, then renew it: {renew}\n{}",
        policy(&["--diff", path.to_str().expect("a path")])
    );
}

#[test]
fn each_method_has_a_row_with_its_callers_in_words() {
    let table = policy(&[]);
    let row = |method: &str| {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("{method} ")));
        row.unwrap_or_else(|| panic!("{table}"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        row("votes.v1.VoteService/CastVote"),
        "votes.v1.VoteService/CastVote no signed in no no -"
    );
    assert_eq!(
        row("profiles.v1.ProfileService/GetMyProfile"),
        "profiles.v1.ProfileService/GetMyProfile no signed in, guests too no no -"
    );
    assert_eq!(
        row("votes.v1.VoteService/WatchResults"),
        "votes.v1.VoteService/WatchResults yes - - - -"
    );
    assert_eq!(
        row("admin.v1.AdminService/SetRoles"),
        "admin.v1.AdminService/SetRoles no no let through by IAP no -"
    );
    assert_eq!(
        row("votes.v1.VoteService/ResetVotes"),
        "votes.v1.VoteService/ResetVotes no no no admin -"
    );
}

#[test]
fn every_service_of_the_api_is_in_the_table() {
    let protos = prost_types::FileDescriptorSet::decode(callgate_api::FILE_DESCRIPTOR_SET)
        .expect("a set of file descriptors");
    let mut names: Vec<String> = Vec::new();
    for file in &protos.file {
        for service in &file.service {
            let name = |method: &prost_types::MethodDescriptorProto| {
                format!("{}.{}/{}", file.package(), service.name(), method.name())
            };
            names.extend(service.method.iter().map(name));
        }
    }
    names.sort();
    let policy = present();
    let methods = policy["methods"].as_object().expect("methods");
    let told: Vec<&String> = methods.keys().collect();
    assert_eq!(told, names.iter().collect::<Vec<_>>());
    assert!(names.len() >= 17, "{names:?}");
}
