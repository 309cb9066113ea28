//! The sign-in page of the stand-in for Identity-Aware Proxy.

use http::request::Parts;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::{
    iap::{SIGN_IN, cookie, head},
    local::{Local, Reply},
};

async fn page(local: &Local, query: &str, cookie: &str) -> Response {
    let request = local.request(Method::GET, &format!("{SIGN_IN}{query}"));
    request.header("cookie", cookie).send().await.unwrap()
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
async fn a_browser_is_signed_out_by_iaps_own_address_and_led_to_own_pages_only() {
    let local = Local::start().await;
    for (query, there) in [
        ("", "/_gcp_iap/sign_in"),
        (
            "?continue=/admin/",
            "/_gcp_iap/sign_in?continue=%2Fadmin%2F",
        ),
        ("?continue=//evil.example/admin/", "/_gcp_iap/sign_in"),
        ("?continue=/elsewhere/", "/_gcp_iap/sign_in"),
    ] {
        let url = format!("{}/_gcp_iap/clear_login_cookie{query}", local.base);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.no_proxy().tls_certs_only([]).build().unwrap();
        let response = client.get(url).send().await.unwrap();
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("=; ") && set.contains("Max-Age=0"), "{set}");
        assert_eq!(response.headers()["location"], there);
    }
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
