//! Calls that no honest client makes: a token twice, in pieces, or not even text.

use callgate_wire_tests::callers_server::{ADMIN, APP, CallersServer, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue};
use tonic::Code::{PermissionDenied, Unauthenticated};

use super::{bearer, who};

/// Each slot with a method that reads it, a right value, and what the call needs besides.
struct Slot {
    name: &'static str,
    method: &'static str,
    value: String,
    besides: Vec<(&'static str, String)>,
}

fn slots(server: &CallersServer) -> [Slot; 7] {
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").sign());
    let cookie = format!("__session={}", server.sessions.cookie("ada").sign());
    let origin = || ("origin", ORIGIN.to_owned());
    let slot = |name, method, value: &str, besides| Slot {
        name,
        method,
        value: value.to_owned(),
        besides,
    };
    [
        slot("authorization", "EndUser", &ada, vec![]),
        slot("authorization", "Service", &admin, vec![]),
        slot("authorization", "Several", &ada, vec![]),
        slot("cookie", "Session", &cookie, vec![origin()]),
        slot(
            "x-goog-iap-jwt-assertion",
            "Internal",
            &server.iap.assertion("eve").sign(),
            vec![origin()],
        ),
        slot(
            "x-end-user-authorization",
            "OnBehalfStanding",
            &ada,
            vec![("authorization", admin.clone())],
        ),
        slot(
            "x-firebase-appcheck",
            "App",
            &server.apps.token(APP).sign(),
            vec![],
        ),
    ]
}

async fn call(
    server: &CallersServer,
    slot: &Slot,
    values: &[&[u8]],
) -> Result<String, (tonic::Code, String)> {
    let mut headers = HeaderMap::new();
    for (name, value) in &slot.besides {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    for value in values {
        let name = HeaderName::from_static(slot.name);
        headers.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    let answer = server.call_with(slot.method, headers).await;
    answer.map(|answer| answer.uid)
}

#[tokio::test]
async fn a_token_comes_once_and_as_text_or_the_call_is_refused() {
    let server = CallersServer::start().await;
    for slot in slots(&server) {
        let right = slot.value.as_bytes();
        assert!(
            call(&server, &slot, &[right]).await.is_ok(),
            "{}",
            slot.name
        );
        let with_byte = [right, b"\xff"].concat();
        let refused = match slot.name {
            "x-firebase-appcheck" => (PermissionDenied, "APP_CHECK_REQUIRED".to_owned()),
            _ => (Unauthenticated, "TOKEN_MALFORMED".to_owned()),
        };
        for values in [
            &[right, right][..],
            &[right, &with_byte],
            &[&with_byte, right],
            &[&with_byte],
        ] {
            let answer = call(&server, &slot, values).await;
            assert_eq!(answer, Err(refused.clone()), "{}", slot.name);
        }
        // An empty header is there, and no token. Only a cookie header may hold nothing of ours.
        let missing = (Unauthenticated, "TOKEN_MISSING".to_owned());
        let answer = call(&server, &slot, &[b""]).await;
        let refused = if slot.name == "cookie" {
            missing
        } else {
            refused
        };
        assert_eq!(answer, Err(refused), "{}", slot.name);
    }
}

#[tokio::test]
async fn a_session_cookie_is_found_in_the_crumbs_of_a_header() {
    let server = CallersServer::start().await;
    let session = format!("__session={}", server.sessions.cookie("ada").sign());
    let origin = ("origin", ORIGIN);
    let crumbs = [
        ("cookie", "theme=dark"),
        ("cookie", session.as_str()),
        ("cookie", "lang=en"),
        origin,
    ];
    assert_eq!(who(&server, "Session", &crumbs).await, "user ada by cookie");
    let answer = server.call("Session", &crumbs).await.unwrap();
    let cookies = answer.metadata.iter().filter(|name| *name == "cookie");
    assert_eq!(cookies.count(), 1, "joined, without the session");

    let two = [crumbs[1], ("cookie", "__session=a.b.c"), origin];
    assert_eq!(who(&server, "Session", &two).await, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn an_origin_that_is_no_text_is_another_one() {
    let server = CallersServer::start().await;
    let slot = Slot {
        name: "origin",
        method: "Internal",
        value: String::new(),
        besides: vec![(
            "x-goog-iap-jwt-assertion",
            server.iap.assertion("eve").sign(),
        )],
    };
    let with_byte = [ORIGIN.as_bytes(), b"\xff"].concat();
    for values in [&[&with_byte[..]][..], &[b""], &[ORIGIN.as_bytes(), b""]] {
        let refused = (PermissionDenied, "ORIGIN_NOT_ALLOWED".to_owned());
        assert_eq!(call(&server, &slot, values).await, Err(refused));
    }
}
