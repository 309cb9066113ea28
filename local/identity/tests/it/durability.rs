//! What was acknowledged is there after the process was killed.

use std::{fs, os::unix::fs::PermissionsExt};

use callgate_identity::{Identity, OpenError, Settings};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::local::{JWKS, Local, PROJECT, User, header, idp};

#[tokio::test]
async fn accounts_sessions_and_keys_survive_a_kill() {
    let before = Local::start().await;
    let ada = before.sign_up("ada@example.com", "secret1").await;
    let bob = before
        .accounts(
            "signInWithIdp",
            idp(
                "google.com",
                &json!({ "sub": "b", "email": "bob@example.com" }),
            ),
        )
        .await
        .ok();
    before
        .admin(
            ":update",
            json!({ "localId": ada.uid, "customAttributes": "{\"roles\":[\"editor\"]}" }),
        )
        .await
        .ok();

    let after = before.killed_and_restarted().await;
    assert_eq!(after.secret, before.secret);
    assert_eq!(
        User::of(&after.sign_in("ada@example.com", "secret1").await.ok()).uid,
        ada.uid
    );
    let token = after.refresh(&ada.refresh_token).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(header(&token)["kid"], header(&ada.id_token)["kid"]);
    assert!(before.verified(&token).await.has_role("editor"));
    after.lookup(&User::of(&bob)).await.ok();
}

#[tokio::test]
async fn many_changes_at_once_are_all_kept() {
    let local = Local::start().await;
    let guests = (0..50).map(|_| local.guest());
    let mut tasks = Vec::new();
    for guest in guests {
        tasks.push(guest);
    }
    let guests = futures(tasks).await;
    let after = local.killed_and_restarted().await;
    for guest in guests {
        after.lookup(&guest).await.ok();
    }
}

/// All of them, side by side.
async fn futures<T>(tasks: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut tasks: Vec<_> = tasks
        .into_iter()
        .map(|task| (Box::pin(task), None))
        .collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (task, done) in &mut tasks {
            if done.is_none() {
                match task.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *done = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    tasks.into_iter().filter_map(|(_, done)| done).collect()
}

#[tokio::test]
async fn nothing_is_acknowledged_that_is_not_on_the_disk() {
    let local = Local::start().await;
    fs::remove_dir_all(local.path()).unwrap();
    let refused = local.accounts("signUp", json!({})).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        matches!(refused.body, Value::String(_)),
        "a JSON error would sign the user out for good"
    );
    fs::create_dir(local.path()).unwrap();
    let user = local.guest().await;
    assert!(local.state_file().contains(&user.uid));
}

#[tokio::test]
async fn the_files_are_for_their_owner_only() {
    let local = Local::start().await;
    local.guest().await;
    for name in ["identity.json", "secret", "identity.lock"] {
        let mode = fs::metadata(local.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_folder_is_made_for_its_owner_only() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("a/b");
    let identity = Identity::open(Settings::new(PROJECT, &dir, ["http://localhost:8080"])).unwrap();
    assert_eq!(
        fs::metadata(&dir).unwrap().permissions().mode() & 0o777,
        0o700
    );
    assert_eq!(
        fs::read_to_string(dir.join("secret")).unwrap(),
        identity.secret()
    );
}

#[test]
fn one_process_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let settings = || Settings::new(PROJECT, dir.path(), ["http://localhost:8080"]);
    let first = Identity::open(settings()).unwrap();
    assert!(matches!(
        Identity::open(settings()),
        Err(OpenError::InUse(_))
    ));
    drop(first);
    Identity::open(settings()).unwrap();
}

#[test]
fn what_cannot_be_read_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let settings = || Settings::new(PROJECT, dir.path(), ["http://localhost:8080"]);
    let state = dir.path().join("identity.json");
    for content in [
        "",
        "{\"users\":",
        "{\"version\":2,\"keys\":[],\"refreshKey\":\"\",\"users\":{}}",
    ] {
        fs::write(&state, content).unwrap();
        assert!(
            matches!(Identity::open(settings()), Err(OpenError::Corrupt { .. })),
            "{content}"
        );
        assert_eq!(fs::read_to_string(&state).unwrap(), content);
    }
    fs::remove_file(&state).unwrap();
    fs::write(dir.path().join("secret"), "short").unwrap();
    assert!(matches!(
        Identity::open(settings()),
        Err(OpenError::Corrupt { .. })
    ));
}

#[tokio::test]
async fn the_private_key_leaves_the_folder_never() {
    let local = Local::start().await;
    let keys = local.admin_get(JWKS).await.ok();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(keys["keys"][0].get(private).is_none());
    }
}
