//! Tokens of the embedded identity, and what `callgate explain` says of them.

use axum::http::StatusCode;

use crate::{
    command::run,
    system::{AUDIENCE, IAP_AUDIENCE, System},
};

/// The least that each kind is asked for with.
const KINDS: [(&str, &[&str]); 5] = [
    ("firebase", &["firebase"]),
    ("session-cookie", &["session-cookie"]),
    (
        "iap",
        &[
            "iap",
            "--email",
            "eve@example.com",
            "--audience",
            IAP_AUDIENCE,
        ],
    ),
    (
        "google",
        &[
            "google",
            "--service-account",
            "admin",
            "--audience",
            AUDIENCE,
        ],
    ),
    ("app-check", &["app-check"]),
];

#[test]
fn each_kind_is_minted_and_accepted_and_an_expired_one_is_refused() {
    let system = System::start();
    for (kind, args) in KINDS {
        let (status, told) = system.explained(&[], &system.minted(args));
        assert_eq!(status, Some(0), "{told}");
        assert_eq!(told["kind"], kind);

        let token = system.minted(&[args, &["--expired"]].concat());
        let (status, told) = system.explained(&[], &token);
        assert_eq!(
            (status, &told["reason"]),
            (Some(1), &"TOKEN_EXPIRED".into()),
            "{told}"
        );
    }
}

#[test]
fn a_user_has_the_roles_the_tenant_and_the_lifetime_that_were_wished_for() {
    let system = System::start();
    let ada = ["firebase", "--email", "ada@example.com"];
    let token = system.minted(
        &[
            &ada[..],
            &[
                "--email-verified",
                "--role",
                "editor",
                "--role",
                "admin",
                "--lifetime",
                "5m",
            ],
        ]
        .concat(),
    );
    let caller = &system.explained(&[], &token).1["caller"];
    assert_eq!(caller["roles"], serde_json::json!(["editor", "admin"]));
    assert_eq!(caller["email_verified"], true);
    let times = ["issued_at", "expires_at"].map(|time| caller[time].as_u64().expect("a time"));
    assert_eq!(times[1] - times[0], 300);

    // The account is the same, and keeps its roles until they are taken away.
    let again = &system.explained(&[], &system.minted(&ada)).1["caller"];
    assert_eq!(
        (&again["uid"], &again["roles"]),
        (&caller["uid"], &caller["roles"])
    );
    let without = system.minted(&[&ada[..], &["--role", ""]].concat());
    assert_eq!(
        system.explained(&[], &without).1["caller"]["roles"],
        serde_json::json!([])
    );

    let pupil = system.minted(&["firebase", "--uid", "pip", "--tenant", "pupils"]);
    let caller = &system.explained(&[], &pupil).1["caller"];
    assert_eq!(
        (&caller["uid"], &caller["tenant"]),
        (&"pip".into(), &"pupils".into())
    );
}

#[test]
fn what_it_is_and_until_when_is_told_beside_the_token() {
    let system = System::start();
    for (_, args) in KINDS {
        let told = system.token(args).err;
        assert!(
            told.contains("valid until 20") && told.contains("send it as `"),
            "{told}"
        );
        let told = system.token(&[args, &["--expired"]].concat()).err;
        assert!(told.contains("expired since 20"), "{told}");
    }
}

#[test]
fn a_wish_that_cannot_be_granted_is_refused_with_the_systems_words() {
    let system = System::start();
    for (args, words) in [
        (&["firebase", "--lifetime", "25h"][..], "lifetime must be"),
        (&["firebase", "--lifetime", "500ms"], "whole seconds"),
        (&["firebase", "--email", "nobody"], "INVALID_EMAIL"),
        (
            &["iap", "--email", "eve@example.com"],
            "audience is missing",
        ),
        (&["firebase", "--email-verified"], "--email"),
    ] {
        let answer = system.token(args);
        assert_eq!(answer.status, Some(2), "{args:?}");
        assert_eq!(answer.out, "");
        assert!(answer.err.contains(words), "{args:?}: {}", answer.err);
    }
}

#[test]
fn a_system_that_does_not_run_or_works_elsewhere_is_told_apart() {
    let system = System::start();
    let other = System::start();
    let with = |port: &str, dir: &str| {
        let answer = run(
            &["token", "firebase", "--port", port, "--dir", dir],
            &[],
            "",
        );
        assert_eq!(answer.status, Some(2));
        assert_eq!(answer.out, "");
        answer.err
    };
    let told = with(system.port(), other.dir());
    assert!(told.contains("does not take the secret of"), "{told}");
    assert!(
        !told.contains(
            &std::fs::read_to_string(std::path::Path::new(other.dir()).join("secret"))
                .expect("a secret")
        )
    );

    let nowhere = tempfile::tempdir().expect("a folder");
    let told = with(system.port(), nowhere.path().to_str().expect("a path"));
    assert!(
        told.contains("there is no ") && told.contains("cargo run"),
        "{told}"
    );

    // The port that was reserved for tcpmux.
    let told = with("1", system.dir());
    assert!(
        told.contains("nothing listens on port") && told.contains("cargo run"),
        "{told}"
    );
}

#[test]
fn the_secret_goes_to_this_machine_past_any_proxy() {
    let system = System::start();
    let proxy = "http://127.0.0.1:9";
    let variables = [
        ("PORT", system.port()),
        ("CALLGATE_LOCAL_DIR", system.dir()),
        ("HTTP_PROXY", proxy),
        ("http_proxy", proxy),
        ("ALL_PROXY", proxy),
    ];
    let answer = run(&["token", "firebase"], &variables, "");
    assert_eq!(answer.status, Some(0), "{}", answer.err);
}

#[test]
fn another_program_on_the_port_is_told_as_one() {
    for (status, body) in [
        (StatusCode::NOT_FOUND, "not found"),
        (
            StatusCode::NOT_FOUND,
            "{\"error\": {\"message\": \"NOT_FOUND\"}}",
        ),
        (StatusCode::OK, "<!doctype html>"),
        (StatusCode::FOUND, ""),
        (StatusCode::BAD_REQUEST, "what?"),
    ] {
        let system = System::stranger(status, body);
        let answer = system.token(&["firebase"]);
        assert_eq!(answer.status, Some(2));
        assert!(
            answer.err.contains("is not callgate's local system"),
            "{}",
            answer.err
        );
    }
}
