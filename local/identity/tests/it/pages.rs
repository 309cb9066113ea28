//! The pages that a person sees.

use reqwest::{Method, Response, StatusCode};
use serde_json::json;

use crate::local::{Local, idp};

async fn chooser(local: &Local, fields: &[(&str, &str)]) -> Response {
    let page = format!("{}/votes", local.base);
    let mut all = vec![
        ("apiKey", "local"),
        ("authType", "signInViaPopup"),
        ("redirectUrl", page.as_str()),
        ("eventId", "1"),
        ("providerId", "google.com"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields);
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish();
    let path = format!("/emulator/auth/handler?{query}");
    local.request(Method::GET, &path).send().await.unwrap()
}

#[tokio::test]
async fn the_chooser_lists_the_providers_accounts() {
    let local = Local::start().await;
    for (provider, email) in [
        ("google.com", "ada@example.com"),
        ("github.com", "bob@example.com"),
    ] {
        local
            .accounts(
                "signInWithIdp",
                idp(
                    provider,
                    &json!({ "sub": email, "email": email, "name": "N" }),
                ),
            )
            .await
            .ok();
    }
    let html = chooser(&local, &[]).await.text().await.unwrap();
    assert!(html.contains("ada@example.com") && !html.contains("bob@example.com"));
    assert!(
        html.contains("Sign in with Google")
            && html.contains(&format!("data-target=\"{}\"", local.base))
    );
    let html = chooser(&local, &[("providerId", "github.com")])
        .await
        .text()
        .await
        .unwrap();
    assert!(html.contains("bob@example.com") && !html.contains("ada@example.com"));
}

#[tokio::test]
async fn names_are_text() {
    let local = Local::start().await;
    let name = "<img src=x onerror=alert(1)>\"'{{script}}";
    local
        .accounts(
            "signInWithIdp",
            idp("google.com", &json!({ "sub": "1", "name": name })),
        )
        .await
        .ok();
    let html = chooser(&local, &[]).await.text().await.unwrap();
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;{{script}}"));
    assert!(!html.contains("<img"));
    assert_eq!(html.matches("<script").count(), 1);
}

#[tokio::test]
async fn the_chooser_answers_listed_pages_only() {
    let local = Local::start().await;
    for page in [
        "http://evil.example/",
        "javascript:alert(1)",
        "http://localhost:5173@evil.example/",
        "",
    ] {
        let refused = chooser(&local, &[("redirectUrl", page)]).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{page}");
        assert!(!refused.text().await.unwrap().contains("<script"));
    }
    let twice = chooser(
        &local,
        &[
            ("redirectUrl", "http://localhost:5173/"),
            ("redirectUrl", "http://evil.example/"),
        ],
    )
    .await;
    assert_eq!(twice.status(), StatusCode::BAD_REQUEST);
    for (name, value) in [
        ("providerId", "evil.example"),
        ("authType", "other"),
        ("tid", "a/b"),
    ] {
        assert_eq!(
            chooser(&local, &[(name, value)]).await.status(),
            StatusCode::BAD_REQUEST,
            "{name}"
        );
    }
    assert_eq!(
        chooser(&local, &[("redirectUrl", "http://localhost:5173/x")])
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn pages_run_their_own_script_and_nothing_else() {
    let local = Local::start().await;
    let action = local
        .request(Method::GET, "/emulator/action?mode=verifyEmail&oobCode=x")
        .send()
        .await
        .unwrap();
    let refusal = chooser(&local, &[("redirectUrl", "http://evil.example/")]).await;
    for page in [chooser(&local, &[]).await, action, refusal] {
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; ")
                && policy.contains("frame-ancestors 'none'")
                && policy.contains("base-uri 'none'")
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains('*'),
            "{policy}"
        );
        assert_eq!(page.headers()["x-content-type-options"], "nosniff");
        assert_eq!(page.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn a_link_of_an_e_mail_does_nothing_by_itself() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local
        .accounts(
            "sendOobCode",
            json!({ "requestType": "VERIFY_EMAIL", "idToken": user.id_token }),
        )
        .await
        .ok();
    let link = local.last_code().link.unwrap();
    let page = local.client.get(link).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains(&local.last_code().code));
    assert_eq!(
        local.lookup(&user).await.ok()["users"][0]["emailVerified"],
        false
    );
    for query in [
        "mode=other",
        "mode=verifyEmail&continueUrl=http://evil.example/",
        "mode=verifyEmail&mode=verifyEmail",
    ] {
        let refused = local
            .request(Method::GET, &format!("/emulator/action?{query}"))
            .send()
            .await
            .unwrap();
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}
