//! The stand-in for Identity-Aware Proxy: what it does to requests.

use callgate::{IapVerifier, InternalUser, verify::Check};
use http::{HeaderMap, request::Parts};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::local::{IAP_AUDIENCE, IAP_JWKS, Local, PROJECT, claims};

pub(crate) const SIGN_IN: &str = "/_gcp_iap/sign_in";
const ASSERTION: &str = "x-goog-iap-jwt-assertion";
const USER_EMAIL: &str = "x-goog-authenticated-user-email";
const USER_ID: &str = "x-goog-authenticated-user-id";

/// Signs in as the page does; returns the whole `set-cookie`.
async fn signing_in(local: &Local, email: &str, external: bool) -> String {
    let request = local
        .request(Method::POST, SIGN_IN)
        .header("origin", &local.base);
    let body = json!({ "email": email, "external": external });
    let response = request.json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned()
}

/// The cookie of someone who is signed in, as `name=value`.
pub(crate) async fn cookie(local: &Local, email: &str) -> String {
    let set = signing_in(local, email, false).await;
    set.split(';').next().unwrap().to_owned()
}

pub(crate) fn head(path: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = http::Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// What of a request gets through to the service.
fn stamped(local: &Local, path: &str, headers: &[(&str, &str)]) -> HeaderMap {
    let mut head = head(path, headers);
    local.iap.stamp(&mut head);
    head.headers
}

async fn verified(local: &Local, headers: &HeaderMap) -> InternalUser {
    let keys = local.key_store(IAP_JWKS).await;
    let verifier = IapVerifier::new(IAP_AUDIENCE, keys)
        .unwrap()
        .clock(local.clock.clone());
    match verifier.check(headers[ASSERTION].to_str().unwrap()) {
        Check::Verified(user) => user,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_a_client_says_in_iaps_name_is_gone_on_every_path() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada@example.com").await;
    let forged = [
        (ASSERTION, "forged"),
        (ASSERTION, "twice"),
        (USER_EMAIL, "accounts.google.com:eve@example.com"),
        (USER_ID, "accounts.google.com:1"),
        ("x-goog-anything", "else"),
        ("X-Goog-Other", "case"),
        ("x-google", "stays"),
        ("cookie", "other=1"),
    ];
    for path in ["/", "/admin/", "/votes.v1.VoteService/CastVote"] {
        let headers = stamped(&local, path, &forged);
        assert!(
            headers
                .keys()
                .all(|name| !name.as_str().starts_with("x-goog-"))
        );
        assert_eq!(headers.len(), 2, "{path}");
    }
    let mut with_cookie = forged.to_vec();
    with_cookie.push(("cookie", &cookie));
    let headers = stamped(&local, "/admin/", &with_cookie);
    let said: Vec<_> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-goog-"))
        .collect();
    assert_eq!(said.len(), 3);
    verified(&local, &headers).await;
}

#[tokio::test]
async fn the_production_verifier_takes_the_assertion_of_whoever_is_signed_in() {
    let local = Local::start().await;
    let cookie = cookie(&local, " Ada@Example.com ").await;
    let headers = stamped(&local, "/admin/", &[("cookie", &cookie)]);
    let user = verified(&local, &headers).await;
    assert_eq!(user.email(), "ada@example.com");
    assert_eq!(user.hosted_domain(), Some("example.com"));
    assert!(!user.is_external());
    let assertion = claims(headers[ASSERTION].to_str().unwrap());
    assert_eq!(
        assertion["exp"].as_u64().unwrap() - assertion["iat"].as_u64().unwrap(),
        600
    );
    assert_eq!(headers[USER_EMAIL], "accounts.google.com:ada@example.com");
    assert_eq!(headers[USER_ID], user.id());
    let number = user.id().strip_prefix("accounts.google.com:").unwrap();
    assert!(number.len() == 21 && number.bytes().all(|b| b.is_ascii_digit()));
}

#[tokio::test]
async fn the_same_address_is_the_same_person_and_an_assertion_is_new_each_time() {
    let local = Local::start().await;
    let (first, second, other) = (
        cookie(&local, "ada@example.com").await,
        cookie(&local, "ada@example.com").await,
        cookie(&local, "bob@example.com").await,
    );
    let id = |cookie: &str| stamped(&local, "/admin/", &[("cookie", cookie)])[USER_ID].clone();
    assert_eq!(id(&first), id(&second));
    assert_ne!(id(&first), id(&other));
    local.advance(3600);
    let headers = stamped(&local, "/admin/", &[("cookie", &first)]);
    verified(&local, &headers).await;
}

#[tokio::test]
async fn only_protected_paths_learn_who_it_is() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada@example.com").await;
    for path in [
        "/",
        "/admin",
        "/Admin/",
        "//admin/",
        "/votes.v1.VoteService/CastVote",
    ] {
        let headers = stamped(&local, path, &[("cookie", &cookie)]);
        assert_eq!(headers.len(), 1, "{path}");
    }
}

#[tokio::test]
async fn an_organization_is_told_by_the_address() {
    let local = Local::start().await;
    for (email, domain) in [
        ("ada@example.com", Some("example.com")),
        ("ada@gmail.com", None),
        ("ada@googlemail.com", None),
        ("robot@demo-callgate.iam.gserviceaccount.com", None),
    ] {
        let cookie = cookie(&local, email).await;
        let headers = stamped(&local, "/admin/", &[("cookie", &cookie)]);
        let user = verified(&local, &headers).await;
        assert_eq!(user.hosted_domain(), domain, "{email}");
        assert_eq!(user.is_service_account(), email.starts_with("robot"));
    }
}

#[tokio::test]
async fn an_external_user_is_told_as_one() {
    let local = Local::start().await;
    let set = signing_in(&local, "ada@example.com", true).await;
    let cookie = set.split(';').next().unwrap();
    let since = local.now();
    local.advance(60);
    let headers = stamped(&local, "/admin/", &[("cookie", cookie)]);
    let user = verified(&local, &headers).await;
    assert!(user.is_external() && user.hosted_domain().is_none());
    let prefix = format!("securetoken.google.com/{PROJECT}:");
    assert!(user.id().starts_with(&prefix));
    assert_eq!(user.email(), format!("{prefix}ada@example.com"));
    assert_eq!(headers[USER_EMAIL], user.email());
    let gcip = &claims(headers[ASSERTION].to_str().unwrap())["gcip"];
    assert_eq!(gcip["email"], "ada@example.com");
    assert_eq!(gcip["auth_time"], since);
    assert_eq!(
        format!("{prefix}{}", gcip["sub"].as_str().unwrap()),
        user.id()
    );
}

#[tokio::test]
async fn the_cookie_is_ambient_as_iaps_is_and_no_script_reads_it() {
    let local = Local::start().await;
    let set = signing_in(&local, "ada@example.com", false).await;
    let attributes: Vec<&str> = set.split("; ").skip(1).collect();
    assert_eq!(
        attributes,
        [
            "Path=/",
            "Max-Age=86400",
            "HttpOnly",
            "Secure",
            "SameSite=None"
        ]
    );
}

#[tokio::test]
async fn someone_stays_signed_in_for_a_day_and_over_a_restart() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada@example.com").await;
    let after = local.killed_and_restarted().await;
    let is_signed_in = || {
        let head = head("/admin/", &[("cookie", &cookie)]);
        let mut stamped = head.clone();
        after.iap.stamp(&mut stamped);
        assert_eq!(
            stamped.headers.contains_key(ASSERTION),
            after.iap.is_signed_in(&head)
        );
        after.iap.is_signed_in(&head)
    };
    assert!(is_signed_in());
    after.advance(24 * 3600 - 1);
    assert!(is_signed_in());
    after.advance(1);
    assert!(!is_signed_in());
}

#[tokio::test]
async fn a_cookie_that_was_not_sealed_here_is_none() {
    let (local, elsewhere) = (Local::start().await, Local::start_anew().await);
    let cookie_here = cookie(&local, "ada@example.com").await;
    let (name, value) = cookie_here.split_once('=').unwrap();
    let (person, seal) = value.split_once('.').unwrap();
    let user = local.guest().await;
    let another = cookie(&elsewhere, "ada@example.com").await;
    for forged in [
        String::new(),
        format!("{name}="),
        format!("{name}={person}"),
        format!("{name}={person}."),
        format!("{name}=x{person}.{seal}"),
        format!("{name}={}", user.refresh_token),
        format!("{name}={}", user.id_token),
        format!("x{cookie_here}"),
        format!("{}={value}", name.to_lowercase()),
        another,
        // Two of them: which one counts, nobody can say.
        format!("{cookie_here}; {cookie_here}"),
        format!("{name}=x; {cookie_here}"),
    ] {
        let headers = stamped(&local, "/admin/", &[("cookie", &forged)]);
        assert!(!headers.contains_key(ASSERTION), "{forged}");
    }
    let two_lines = [("cookie", cookie_here.as_str()), ("cookie", &cookie_here)];
    assert!(!stamped(&local, "/admin/", &two_lines).contains_key(ASSERTION));
    let among_others = format!("a=b; {cookie_here};c=d");
    assert!(stamped(&local, "/admin/", &[("cookie", &among_others)]).contains_key(ASSERTION));
}
