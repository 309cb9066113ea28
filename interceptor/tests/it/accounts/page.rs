//! Accounts, page by page.

use super::*;

fn page(users: &Value, next: &str) -> Reply {
    let page = json!({
        "kind": "identitytoolkit#DownloadAccountResponse",
        "users": users,
        "nextPageToken": next,
        "more": [1],
    });
    Reply::ok(page.to_string())
}

#[tokio::test]
async fn each_page_says_where_the_next_one_goes_on() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    let ada = json!({"localId": "ada", "customAttributes": "{\"roles\":[\"editor\",\"admin\"]}",
        "passwordHash": "..", "salt": ".."});
    server
        .then(page(
            &json!([ada, {"localId": "bob", "disabled": true}]),
            "a&b",
        ))
        .then(page(&json!([{"localId": "eve"}]), ""))
        .then(Reply::ok(
            r#"{"kind":"identitytoolkit#DownloadAccountResponse"}"#,
        ));

    let first = accounts.list(None, 2, None).await.expect("a page");
    assert_eq!(first.accounts[0].id(), ADA);
    assert_eq!(first.accounts[0].roles("roles"), ["editor", "admin"]);
    assert!(first.accounts[1].disabled);
    assert_eq!(first.next.as_deref(), Some("a&b"));
    let next = first.next.as_deref();
    let second = accounts.list(None, 2, next).await.expect("a page");
    assert_eq!((second.accounts.len(), second.next), (1, None));
    let empty = accounts.list(None, 2, None).await.expect("a page");
    assert!(empty.accounts.is_empty() && empty.next.is_none());

    let asked = server.asked();
    assert_eq!(asked[0].method, "GET");
    assert_eq!(asked[0].headers["authorization"], "Bearer secret");
    assert_eq!(
        asked[0].target,
        "/identitytoolkit.googleapis.com/v1/projects/demo-callgate/accounts:batchGet?maxResults=2"
    );
    assert!(
        asked[1]
            .target
            .ends_with("?maxResults=2&nextPageToken=a%26b")
    );
}

#[tokio::test]
async fn a_tenants_users_are_listed_there() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    let bob = json!([{"localId": "bob", "tenantId": "shop-x1y2z"}]);
    server.then(page(&bob, ""));
    let page = accounts.list(Some("shop-x1y2z"), 5000, None).await;
    assert_eq!(page.expect("a page").accounts[0].uid, "bob");
    assert!(
        server.asked()[0]
            .target
            .ends_with("/tenants/shop-x1y2z/accounts:batchGet?maxResults=1000"),
        "no page is longer"
    );
}

#[tokio::test]
async fn nonsense_is_no_page() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    let ada = json!({"localId": "ada"});
    for reply in [
        Reply::ok(""),
        Reply::ok("[]"),
        page(&json!({}), ""),
        page(&json!([{}]), ""),
        page(&json!([["ada"]]), ""),
        page(&json!([{"localId": "ada", "disabled": 1}]), ""),
        page(&json!([{"localId": "bob", "tenantId": "shop"}]), ""),
        page(&json!([ada, ada, ada]), ""),
        Reply::ok(r#"{"users":[],"nextPageToken":1}"#),
        Reply::ok(format!(r#"{{"users":[]}}{}"#, " ".repeat(8 * 1024 * 1024))),
        Reply::CutOff("{".to_owned()),
        Reply::Status(503, String::new()),
    ] {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        server.then(reply);
        let result = accounts.list(None, 2, None).await;
        assert!(
            matches!(result, Err(AccountsError::Unavailable(_))),
            "{shown}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_page_is_only_asked_for_with_a_token_of_bounded_length() {
    let server = Server::start().await;
    let long = "x".repeat(2049);
    let result = accounts(&server).list(None, 2, Some(&long)).await;
    assert!(matches!(result, Err(AccountsError::Impossible(_))));
    assert!(server.asked().is_empty());
}
