//! Who may ask.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::local::{JWKS, Local, PROJECT, Reply, V1};

const FOREIGN: [&str; 4] = [
    "http://evil.example",
    "null",
    "http://localhost:5174",
    "http://localhost:5173.evil.example",
];

fn codes() -> [String; 2] {
    ["verificationCodes", "oobCodes"]
        .map(|codes| format!("/emulator/v1/projects/{PROJECT}/{codes}"))
}

#[tokio::test]
async fn admin_calls_and_rotation_want_the_secret() {
    let local = Local::start().await;
    let user = local.guest().await;
    let accounts = format!("{V1}/projects/{PROJECT}/accounts");
    let calls = [
        (Method::POST, accounts.clone()),
        (Method::POST, format!("{accounts}:lookup")),
        (Method::POST, format!("{accounts}:update")),
        (Method::POST, format!("{accounts}:delete")),
        (Method::GET, format!("{accounts}:batchGet")),
        (
            Method::POST,
            format!("/emulator/v1/projects/{PROJECT}/keys:rotate"),
        ),
    ];
    let secret = &local.secret;
    let mut wrong = vec![
        None,
        Some(secret.clone()),
        Some("Bearer owner".to_owned()),
        Some(format!("Basic {secret}")),
    ];
    wrong.extend(
        [
            format!("Bearer {}", &secret[1..]),
            format!("Bearer {secret}x"),
            format!("Bearer {}", user.id_token),
        ]
        .map(Some),
    );
    for (method, path) in calls {
        for authorization in &wrong {
            // A page's own origin is no secret.
            let request = local
                .request(method.clone(), &path)
                .header("origin", &local.base)
                .header("sec-fetch-site", "same-origin");
            let request = request.json(&json!({ "localId": user.uid }));
            let request = authorization.iter().fold(request, |request, value| {
                request.header("authorization", value)
            });
            let reply = Reply::read(request).await;
            assert_eq!(
                (reply.status, reply.error()),
                (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
                "{path} {authorization:?}"
            );
        }
        let twice = local
            .request(method.clone(), &path)
            .bearer_auth(secret)
            .bearer_auth(secret)
            .json(&json!({}));
        assert_eq!(Reply::read(twice).await.status, StatusCode::UNAUTHORIZED);
    }
    local.lookup(&user).await.ok();
}

#[tokio::test]
async fn codes_are_for_listed_pages_and_for_the_secret() {
    let local = Local::start().await;
    for path in codes() {
        let get = || local.request(Method::GET, &path);
        assert_eq!(Reply::read(get()).await.error(), "UNAUTHENTICATED");
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(
                Reply::read(get().header("sec-fetch-site", site))
                    .await
                    .error(),
                "UNAUTHENTICATED",
                "{site}"
            );
        }
        for origin in FOREIGN {
            let request = get()
                .header("origin", origin)
                .header("sec-fetch-site", "same-origin");
            assert_eq!(
                Reply::read(request).await.error(),
                "PERMISSION_DENIED",
                "{origin}"
            );
        }
        Reply::read(get().header("sec-fetch-site", "same-origin"))
            .await
            .ok();
        Reply::read(get().header("origin", &local.base)).await.ok();
        Reply::read(get().header("origin", "http://localhost:5173"))
            .await
            .ok();
        Reply::read(get().header("authorization", format!("bearer {}", local.secret)))
            .await
            .ok();
    }
}

#[tokio::test]
async fn foreign_pages_get_nothing_done() {
    let local = Local::start().await;
    for origin in FOREIGN {
        let body = json!({ "email": "ada@example.com", "password": "secret1" });
        let request = local
            .request(Method::POST, &format!("{V1}/accounts:signUp"))
            .header("origin", origin)
            .json(&body);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(
            response
                .headers()
                .get("access-control-allow-origin")
                .is_none()
        );
    }
    let twice = local
        .request(Method::POST, &format!("{V1}/accounts:signUp"))
        .header("origin", &local.base);
    let twice = Reply::read(
        twice
            .header("origin", "http://evil.example")
            .json(&json!({})),
    )
    .await;
    assert_eq!(twice.error(), "PERMISSION_DENIED");
    assert_eq!(
        local.sign_in("ada@example.com", "secret1").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
}

#[tokio::test]
async fn a_listed_page_may_send_what_the_sdk_sends() {
    let local = Local::start().await;
    let asked = "content-type,x-client-version,x-firebase-gmpid,x-firebase-appcheck";
    for path in [
        format!("{V1}/accounts:signUp"),
        "/securetoken.googleapis.com/v1/token".to_owned(),
        format!("{V1}/recaptchaParams"),
    ] {
        let preflight = |origin: &str| {
            let request = local
                .request(Method::OPTIONS, &path)
                .header("origin", origin);
            request
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", asked)
        };
        let allowed = preflight("http://localhost:5173").send().await.unwrap();
        assert!(allowed.status().is_success());
        assert_eq!(
            allowed.headers()["access-control-allow-origin"],
            "http://localhost:5173"
        );
        assert_eq!(allowed.headers()["access-control-allow-headers"], asked);
        for origin in FOREIGN {
            let refused = preflight(origin).send().await.unwrap();
            assert!(
                refused
                    .headers()
                    .get("access-control-allow-origin")
                    .is_none(),
                "{origin}"
            );
        }
    }
    let request = local
        .request(Method::POST, &format!("{V1}/accounts:signUp"))
        .header("origin", "http://localhost:5173");
    let response = request.json(&json!({})).send().await.unwrap();
    assert_eq!(
        response.headers()["access-control-allow-origin"],
        "http://localhost:5173"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn what_a_form_can_send_is_not_json() {
    let local = Local::start().await;
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let request = local.request(Method::POST, &format!("{V1}/accounts:signUp"));
        let request = request.header("content-type", content_type).body("{}");
        let reply = Reply::read(request).await;
        assert_eq!(
            (reply.status, reply.error()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE")
        );
    }
}

#[tokio::test]
async fn anybody_may_have_the_public_keys() {
    let local = Local::start().await;
    Reply::read(local.request(Method::GET, JWKS)).await.ok();
    Reply::read(local.request(
        Method::GET,
        "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
    ))
    .await
    .ok();
}

#[tokio::test]
async fn unknown_paths_are_answered_here() {
    let local = Local::start().await;
    for path in [
        "/identitytoolkit.googleapis.com/v1/accounts:other",
        "/securetoken.googleapis.com/x",
        "/emulator/x",
    ] {
        assert_eq!(
            Reply::read(local.request(Method::GET, path)).await.error(),
            "NOT_FOUND",
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_sdks_questions_about_the_project_are_answered() {
    let local = Local::start().await;
    let get = async |path: &str| Reply::read(local.request(Method::GET, path)).await.ok();
    assert_eq!(get(&format!("{V1}/projects")).await["projectId"], PROJECT);
    assert!(get(&format!("{V1}/recaptchaParams")).await["recaptchaSiteKey"].is_string());
    let config =
        get("/identitytoolkit.googleapis.com/v2/recaptchaConfig?clientType=CLIENT_TYPE_WEB").await;
    assert_eq!(
        config["recaptchaEnforcementState"][0]["enforcementState"],
        "OFF"
    );
}
