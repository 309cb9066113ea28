//! The stand-in for Identity-Aware Proxy: what it does to requests, and its sign-in page.

use callgate::{IapVerifier, InternalUser, verify::Check};
use http::{HeaderMap, request::Parts};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::local::{IAP_AUDIENCE, IAP_JWKS, Local, PROJECT, Reply, claims};

const SIGN_IN: &str = "/_gcp_iap/sign_in";
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
async fn cookie(local: &Local, email: &str) -> String {
    let set = signing_in(local, email, false).await;
    set.split(';').next().unwrap().to_owned()
}

fn head(path: &str, headers: &[(&str, &str)]) -> Parts {
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

async fn page(local: &Local, query: &str, cookie: &str) -> Response {
    let request = local.request(Method::GET, &format!("{SIGN_IN}{query}"));
    request.header("cookie", cookie).send().await.unwrap()
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

#[tokio::test]
async fn only_the_pages_own_origin_or_the_secret_signs_in_or_out() {
    let local = Local::start().await;
    let body = json!({ "email": "ada@example.com" });
    let host = local.base.strip_prefix("http://").unwrap();
    for call in ["sign_in", "sign_out"] {
        let request = || local.request(Method::POST, &format!("/_gcp_iap/{call}"));
        let refused = [
            (request(), "UNAUTHENTICATED"),
            (
                request().header("sec-fetch-site", "same-origin"),
                "UNAUTHENTICATED",
            ),
            // Listed, but another page.
            (
                request().header("origin", "http://localhost:5173"),
                "UNAUTHENTICATED",
            ),
            (
                request().header("origin", format!("https://{host}")),
                "PERMISSION_DENIED",
            ),
            (
                request().header("origin", "http://evil.example"),
                "PERMISSION_DENIED",
            ),
            (request().header("origin", "null"), "PERMISSION_DENIED"),
            (
                request()
                    .header("origin", &local.base)
                    .header("origin", &local.base),
                "PERMISSION_DENIED",
            ),
            (
                request()
                    .header("origin", "http://evil.example")
                    .header("host", "evil.example"),
                "PERMISSION_DENIED",
            ),
            (request().bearer_auth("wrong"), "UNAUTHENTICATED"),
        ];
        for (request, error) in refused {
            let response = request.json(&body).send().await.unwrap();
            assert!(response.headers().get("set-cookie").is_none());
            let told: Value = response.json().await.unwrap();
            let message = told["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(error), "{call}: {message} {error}");
        }
        let plain = request()
            .header("origin", &local.base)
            .header("content-type", "text/plain");
        if call == "sign_in" {
            let reply = Reply::read(plain.body(body.to_string())).await;
            assert_eq!(reply.error(), "UNSUPPORTED_MEDIA_TYPE");
        }
        for taken in [
            request().header("origin", &local.base),
            request().bearer_auth(&local.secret),
        ] {
            let response = taken.json(&body).send().await.unwrap();
            assert!(response.headers().contains_key("set-cookie"));
        }
    }
    for email in ["", "ada", "ädä@example.com", "a@b\r\nx-y: z"] {
        let request = local
            .request(Method::POST, SIGN_IN)
            .header("origin", &local.base);
        let reply = Reply::read(request.json(&json!({ "email": email }))).await;
        assert_eq!(reply.error(), "INVALID_EMAIL", "{email}");
    }
}

#[tokio::test]
async fn signing_out_takes_the_cookie_away() {
    let local = Local::start().await;
    let request = local.request(Method::POST, "/_gcp_iap/sign_out");
    let response = request.header("origin", &local.base).send().await.unwrap();
    let set = response.headers()["set-cookie"].to_str().unwrap();
    assert!(set.contains("=; ") && set.contains("Max-Age=0"), "{set}");
}

#[tokio::test]
async fn a_page_may_ask_who_is_signed_in() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada@example.com").await;
    let ask = || local.request(Method::GET, "/_gcp_iap/identity");
    let told = Reply::read(ask().header("cookie", &cookie)).await.ok();
    assert_eq!(told["email"], "accounts.google.com:ada@example.com");
    assert_eq!(Reply::read(ask()).await.error(), "UNAUTHENTICATED");
    let foreign = ask()
        .header("cookie", &cookie)
        .header("origin", "http://evil.example");
    assert_eq!(Reply::read(foreign).await.error(), "PERMISSION_DENIED");
    let unknown = local.request(Method::GET, "/_gcp_iap/other");
    assert_eq!(Reply::read(unknown).await.error(), "NOT_FOUND");
}

#[tokio::test]
async fn a_browser_is_sent_to_sign_in_and_back() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada@example.com").await;
    let target = local
        .iap
        .sign_in_redirect(&head("/admin/users?page=2&x=%20", &[]))
        .unwrap();
    assert_eq!(
        target,
        format!("{SIGN_IN}?continue=%2Fadmin%2Fusers%3Fpage%3D2%26x%3D%2520")
    );
    let query = target.strip_prefix(SIGN_IN).unwrap();
    let html = page(&local, query, "").await.text().await.unwrap();
    assert!(html.contains("data-continue=\"/admin/users?page=2&amp;x=%20\""));

    let redirect = |head: &Parts| local.iap.sign_in_redirect(head);
    assert_eq!(redirect(&head("/admin/", &[("cookie", &cookie)])), None);
    assert_eq!(redirect(&head("/votes", &[])), None);
    let mut post = head("/admin/", &[]);
    post.method = Method::POST;
    assert_eq!(redirect(&post), None);
}

#[tokio::test]
async fn the_page_leads_nowhere_else() {
    let local = Local::start().await;
    for target in [
        "http://evil.example/admin/",
        "//evil.example/admin/",
        "/\\evil.example/admin/",
        "/\t/evil.example/admin/",
        "\\\\evil.example/admin/",
        "/.//evil.example/admin/",
        "/admin/..//evil.example/admin/",
        "javascript:alert(1)//admin/",
        "http:/admin/",
        "admin/",
        "/votes",
        "/admin/../votes",
        "/admin/%2e%2e/votes",
        "/_gcp_iap/sign_in",
        " /admin/",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("continue", target)
            .finish();
        let refused = page(&local, &format!("?{query}"), "").await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{target:?}");
        let html = refused.text().await.unwrap();
        assert!(!html.contains("<script") && !html.contains("evil"));
    }
    let twice = page(&local, "?continue=/admin/&continue=/admin/", "").await;
    assert_eq!(twice.status(), StatusCode::BAD_REQUEST);
    let quoted = page(&local, "?continue=/admin/%3Fx%3D%22%3E%3Cimg%3E", "").await;
    let html = quoted.text().await.unwrap();
    assert!(!html.contains("<img") && html.matches("<script").count() == 1);
}

#[tokio::test]
async fn the_page_is_inert_and_says_who_is_signed_in() {
    let local = Local::start().await;
    let cookie = cookie(&local, "ada&co@example.com").await;
    let signed_out = page(&local, "", "").await;
    let signed_in = page(&local, "", &cookie).await;
    for page in [&signed_out, &signed_in] {
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; ")
                && policy.contains("frame-ancestors 'none'")
                && policy.contains("base-uri 'none'")
                && policy.contains("form-action 'none'")
                && policy.contains("connect-src 'self'")
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains('*'),
            "{policy}"
        );
        assert_eq!(page.headers()["x-content-type-options"], "nosniff");
        assert_eq!(page.headers()["cache-control"], "no-store");
        assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    }
    let signed_in = signed_in.text().await.unwrap();
    assert!(signed_in.contains("ada&amp;co@example.com"));
    let section = |html: &str| html.contains("aria-label=\"Signed in\" hidden");
    assert!(section(&signed_out.text().await.unwrap()) && !section(&signed_in));
}
