//! Giving roles and taking them away.

use callgate::Clock;

use super::*;

const NOW: u64 = 1_700_000_000;

fn accounts_at(server: &Server) -> Accounts {
    let now = UNIX_EPOCH + Duration::from_millis(NOW * 1000 + 999);
    accounts(server).clock(Clock::manual(now))
}

/// The account has these custom claims, and the change of them is accepted.
fn has(server: &Server, attributes: &str) {
    let record = json!({"users": [{"localId": "ada", "customAttributes": attributes}]});
    server.then(Reply::ok(record.to_string()));
    server.then(Reply::ok("{}"));
}

/// The second of two requests: the change.
fn changed(server: &Server) -> Value {
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].target.ends_with("/accounts:update"));
    serde_json::from_str(&asked[1].body).expect("JSON")
}

#[tokio::test]
async fn a_role_is_given_and_the_other_claims_are_kept() {
    let server = Server::start().await;
    has(&server, r#"{"level":7,"roles":["editor"]}"#);
    let change = accounts_at(&server)
        .set_roles(ADA, &["editor", "admin"])
        .await
        .expect("a change");
    assert!(!change.signed_out);
    assert_eq!(
        changed(&server),
        json!({"localId": "ada",
            "customAttributes": r#"{"level":7,"roles":["editor","admin"]}"#})
    );
}

#[tokio::test]
async fn a_role_that_is_taken_away_ends_the_tokens_that_show_it_in_the_same_step() {
    let server = Server::start().await;
    has(&server, r#"{"roles":["editor","admin"]}"#);
    let change = accounts_at(&server)
        .set_roles(ADA, &["editor"])
        .await
        .expect("a change");
    assert!(change.signed_out);
    assert_eq!(
        changed(&server),
        json!({"localId": "ada", "customAttributes": r#"{"roles":["editor"]}"#,
            "validSince": NOW.to_string()})
    );
}

#[tokio::test]
async fn roles_are_written_where_the_services_read_them() {
    let server = Server::start().await;
    let accounts = accounts_at(&server)
        .roles_claim("groups")
        .expect("a claim of one's own");
    has(&server, r#"{"roles":["x"]}"#);
    accounts.set_roles(ADA, &["a"]).await.expect("a change");
    assert_eq!(
        changed(&server)["customAttributes"],
        r#"{"groups":["a"],"roles":["x"]}"#
    );
    assert!(accounts.roles_claim("email_verified").is_err());
}

#[tokio::test]
async fn roles_that_cannot_be_set_are_not_tried() {
    let server = Server::start().await;
    let record = |attributes: &str| {
        let record = json!({"users": [{"localId": "ada", "customAttributes": attributes}]});
        Reply::ok(record.to_string())
    };
    let full = format!(r#"{{"x":"{}"}}"#, "y".repeat(985));
    for (attributes, role) in [(full.as_str(), "admin"), ("[1]", "admin"), ("{}", "")] {
        server.then(record(attributes));
        let result = accounts_at(&server).set_roles(ADA, &[role]).await;
        assert!(
            matches!(result, Err(AccountsError::Impossible(_))),
            "{result:?}"
        );
        assert_eq!(server.asked().len(), 1, "the look-up");
    }
}

#[tokio::test]
async fn nobody_gets_no_role_and_an_outage_at_the_look_up_changes_nothing() {
    let server = Server::start().await;
    server
        .then(Reply::ok("{}"))
        .then(Reply::Status(503, String::new()));
    let accounts = accounts_at(&server);
    assert_eq!(
        accounts.set_roles(ADA, &["a"]).await,
        Err(AccountsError::NotFound)
    );
    let result = accounts.set_roles(ADA, &["a"]).await;
    assert!(
        matches!(result, Err(AccountsError::Unavailable(_))),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_user_is_signed_out_everywhere_as_of_now() {
    let server = Server::start().await;
    server.then(Reply::ok("{}"));
    assert_eq!(accounts_at(&server).revoke(ADA).await, Ok(()));
    let body: Value = serde_json::from_str(&server.asked()[0].body).expect("JSON");
    assert_eq!(
        body,
        json!({"localId": "ada", "validSince": NOW.to_string()})
    );
}
