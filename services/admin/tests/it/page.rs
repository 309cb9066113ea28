//! What a browser gets.

use axum::{Router, body::Body};
use callgate_admin::Page;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tower::ServiceExt;

fn built() -> (tempfile::TempDir, Router) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("assets")).unwrap();
    for (file, text) in [
        ("admin.html", "<p>admin</p>"),
        ("index.html", "<p>votes</p>"),
        ("assets/admin-1234.js", "let a"),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let router = Page::in_folder(folder.path()).unwrap().router();
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
async fn the_admin_page_is_served_and_no_other() {
    let (_folder, router) = built();
    for path in ["/", "/admin.html"] {
        let page = get(&router, path).await;
        assert_eq!(page.headers()["content-type"], "text/html", "{path}");
        assert_eq!(page.headers()["cache-control"], "no-cache", "{path}");
        assert_eq!(text(page).await, "<p>admin</p>", "{path}");
    }
    let file = get(&router, "/assets/admin-1234.js").await;
    assert_eq!(
        file.headers()["cache-control"],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(text(file).await, "let a");
    for path in [
        "/index.html",
        "/config.json",
        "/assets/../index.html",
        "/assets/%2e%2e/index.html",
        "/assets/..%2findex.html",
        "/assets/missing.js",
        "//index.html",
    ] {
        let response = get(&router, path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_it_inert() {
    let (_folder, router) = built();
    for path in ["/", "/assets/admin-1234.js", "/nothing-here"] {
        let response = get(&router, path).await;
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

#[test]
fn a_folder_without_the_page_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Page::in_folder(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains(folder.path().to_str().unwrap()) && error.contains("admin.html"),
        "{error}"
    );
}
