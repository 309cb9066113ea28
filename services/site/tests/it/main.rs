//! What a browser gets.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

use axum::{Router, body::Body};
use callgate_site::{Site, WebConfig};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

fn config() -> WebConfig {
    WebConfig {
        project_id: "my-project".into(),
        api_key: "key".into(),
        auth_domain: "my-project.firebaseapp.com".into(),
        api_base_url: "https://api.example.com".into(),
        local_identity: None,
    }
}

fn built() -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    std::fs::write(folder.path().join("index.html"), "<p>page</p>").unwrap();
    std::fs::write(folder.path().join("assets/app-1234.js"), "let a").unwrap();
    let router = Site::new(folder.path(), config()).unwrap().router();
    (folder, router)
}

async fn get(router: &Router, path: &str) -> Response<Body> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_page_is_asked_for_anew_and_its_hashed_files_are_kept() {
    let (_folder, router) = built();
    let page = get(&router, "/").await;
    assert_eq!(page.headers()["cache-control"], "no-cache");
    assert_eq!(text(page).await, "<p>page</p>");
    let file = get(&router, "/assets/app-1234.js").await;
    assert_eq!(
        file.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    let missing = get(&router, "/assets/app-0000.js").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()["cache-control"], "no-cache");
}

#[tokio::test]
async fn nothing_outside_of_the_folder_is_served() {
    let (folder, router) = built();
    std::fs::write(
        folder.path().parent().unwrap().join("callgate-site-secret"),
        "secret",
    )
    .unwrap();
    for path in [
        "/../callgate-site-secret",
        "/%2e%2e/callgate-site-secret",
        "/assets/..%2f..%2fcallgate-site-secret",
    ] {
        let response = get(&router, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    std::fs::remove_file(folder.path().parent().unwrap().join("callgate-site-secret")).unwrap();
}

#[tokio::test]
async fn the_configuration_is_json() {
    let (_folder, router) = built();
    let response = get(&router, "/config.json").await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let config: serde_json::Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(
        config,
        serde_json::json!({
            "projectId": "my-project", "apiKey": "key", "authDomain": "my-project.firebaseapp.com",
            "apiBaseUrl": "https://api.example.com", "localIdentity": null,
        })
    );
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_inert() {
    let (_folder, router) = built();
    for path in ["/", "/config.json", "/assets/app-1234.js", "/nothing-here"] {
        let response = get(&router, path).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for directive in [
            "default-src 'none';",
            "style-src 'self';",
            "form-action 'self';",
            "base-uri 'none';",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(policy.contains(
            "connect-src 'self' https://api.example.com https://identitytoolkit.googleapis.com"
        ));
        assert!(policy.contains("frame-src https://my-project.firebaseapp.com"));
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        for (name, value) in [
            ("cross-origin-opener-policy", "same-origin-allow-popups"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            (
                "permissions-policy",
                "camera=(), geolocation=(), microphone=()",
            ),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
    }
}

#[tokio::test]
async fn with_an_embedded_identity_nothing_of_google_is_reached() {
    let config = WebConfig {
        local_identity: Some("http://localhost:8080".into()),
        api_base_url: String::new(),
        ..config()
    };
    let folder = tempfile::tempdir().unwrap();
    let router = Site::new(folder.path(), config).unwrap().router();
    let response = get(&router, "/").await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        policy.contains("connect-src 'self' http://localhost:8080;"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-src 'none'") && !policy.contains("google"),
        "{policy}"
    );
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(text(response).await.contains("The page is not built"));
}

#[test]
fn a_setting_adds_nothing_to_the_policy() {
    for value in [
        "https://a.example; script-src *",
        "https://a.example/",
        "a.example",
        "*",
        "data:x",
    ] {
        let config = WebConfig {
            api_base_url: value.into(),
            ..config()
        };
        assert!(Site::new(".", config).is_err(), "{value}");
    }
}
