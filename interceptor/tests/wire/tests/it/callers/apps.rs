//! Apps (G7).

use callgate_wire_tests::callers_server::{APP, CallersServer};
use tonic::Code::{PermissionDenied, Unavailable};

use super::{bearer, who};

fn app(token: &str) -> (&'static str, &str) {
    ("x-firebase-appcheck", token)
}

#[tokio::test]
async fn an_app_proves_itself_even_where_everyone_may_call() {
    let server = CallersServer::start().await;
    let token = server.apps.token(APP).sign();
    let other = server.apps.token("1:123456789012:ios:b2").sign();
    let ada = bearer(&server.firebase.token("ada").sign());

    assert_eq!(who(&server, "App", &[app(&token)]).await, "anyone");
    let refused = (PermissionDenied, "APP_CHECK_REQUIRED".to_owned());
    for headers in [
        vec![],
        // What Firebase's libraries send where they have no token.
        vec![app("eyJlcnJvciI6IlVOS05PV05fRVJST1IifQ==")],
        vec![app("a.b.c")],
        vec![app(&ada[7..])],
        vec![app(&token), app(&token)],
    ] {
        assert_eq!(
            server.call("App", &headers).await.unwrap_err(),
            refused,
            "{headers:?}"
        );
    }

    assert_eq!(
        who(&server, "OneApp", &[("authorization", &ada), app(&token)]).await,
        "user ada"
    );
    assert_eq!(
        server
            .call("OneApp", &[("authorization", &ada), app(&other)])
            .await
            .unwrap_err(),
        (PermissionDenied, "APP_NOT_ALLOWED".into())
    );
    assert_eq!(
        who(&server, "OneApp", &[app(&token)]).await,
        "TOKEN_MISSING"
    );
}

#[tokio::test]
async fn an_app_check_token_counts_once_where_the_rule_says_so() {
    let server = CallersServer::start().await;
    let token = server.apps.token(APP).sign();
    let ada = bearer(&server.firebase.token("ada").sign());
    let headers = [("authorization", &*ada), ("x-firebase-appcheck", &*token)];
    // A call that is refused for another reason does not use it up.
    assert_eq!(
        who(&server, "AppOnce", &[headers[1]]).await,
        "TOKEN_MISSING"
    );
    assert_eq!(who(&server, "AppOnce", &headers).await, "user ada");
    assert_eq!(
        who(&server, "AppOnce", &headers).await,
        "APP_CHECK_REQUIRED"
    );

    server.accounts.go_away();
    let fresh = server.apps.token(APP).claim("jti", "2").sign();
    let headers = [("authorization", &*ada), ("x-firebase-appcheck", &*fresh)];
    assert_eq!(
        server.call("AppOnce", &headers).await.unwrap_err(),
        (Unavailable, "APP_CHECK_UNAVAILABLE".into())
    );
}
