//! Accounts on loopback that speak Identity Toolkit's protocol.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use callgate::{accounts::Accounts, google::Credentials};
use callgate_profiles::Profiles;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

const SECRET: &str = "the-stand-ins-secret";

/// The one account there is, as it is written on the wire; `Null` when there is none. And the session cookie that it gets.
#[derive(Clone)]
struct Account(Arc<Mutex<Value>>, Arc<Mutex<String>>);

pub(crate) struct AccountsServer {
    url: String,
    account: Account,
    serving: AbortHandle,
}

impl AccountsServer {
    pub(crate) async fn start(account: Value) -> Self {
        let account = Account(Arc::new(Mutex::new(account)), Arc::default());
        let router = Router::new()
            .route("/v1/projects/demo-callgate/{call}", post(project_call))
            .route(
                "/v1/projects/demo-callgate/tenants/{tenant}/{call}",
                post(tenant_call),
            )
            .route(
                "/v1/projects/demo-callgate:createSessionCookie",
                post(create_session_cookie),
            )
            .with_state(account.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            url,
            account,
            serving: serving.abort_handle(),
        }
    }

    /// From now on this is the account.
    pub(crate) fn becomes(&self, account: Value) {
        *self.account.0.lock().expect("no panic") = account;
    }

    /// From now on sessions are begun with this cookie.
    pub(crate) fn begins_sessions_with(&self, cookie: String) {
        *self.account.1.lock().expect("no panic") = cookie;
    }

    pub(crate) fn accounts(&self) -> Accounts {
        accounts_at(&self.url, SECRET)
    }

    pub(crate) fn profiles(&self) -> Profiles {
        self.profiles_with(SECRET)
    }

    pub(crate) fn profiles_with(&self, secret: &str) -> Profiles {
        profiles_at(&self.url, secret)
    }

    /// The account as it is now.
    pub(crate) fn account(&self) -> Value {
        self.account.0.lock().expect("no panic").clone()
    }
}

impl Drop for AccountsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Profiles whose accounts are away: nobody listens on the port that was reserved for tcpmux.
pub(crate) fn profiles_without_accounts() -> Profiles {
    profiles_at("http://127.0.0.1:1", SECRET)
}

fn profiles_at(url: &str, secret: &str) -> Profiles {
    Profiles::new(accounts_at(url, secret))
}

fn accounts_at(url: &str, secret: &str) -> Accounts {
    let credentials = Credentials::fixed(secret).expect("a token");
    Accounts::new("demo-callgate", credentials)
        .and_then(|it| it.base_url(url))
        .expect("good settings")
}

async fn project_call(
    State(account): State<Account>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    answer(&account, None, &call, &headers, &body)
}

async fn tenant_call(
    State(account): State<Account>,
    Path((tenant, call)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    answer(&account, Some(&tenant), &call, &headers, &body)
}

async fn create_session_cookie(
    State(Account(account, cookie)): State<Account>,
    Json(body): Json<Value>,
) -> Response {
    let disabled = account.lock().expect("no panic")["disabled"] == true;
    let cookie = cookie.lock().expect("no panic").clone();
    if disabled || body["idToken"].as_str().is_none_or(str::is_empty) {
        let error = json!({"error": {"code": 400, "message": "USER_DISABLED"}});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    Json(json!({"sessionCookie": cookie})).into_response()
}

fn answer(
    account: &Account,
    tenant: Option<&str>,
    call: &str,
    headers: &HeaderMap,
    body: &Value,
) -> Response {
    if headers
        .get("authorization")
        .is_none_or(|it| *it != format!("Bearer {SECRET}"))
    {
        let error = json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}});
        return (StatusCode::UNAUTHORIZED, Json(error)).into_response();
    }
    let mut account = account.0.lock().expect("no panic");
    let here = account.get("tenantId").and_then(Value::as_str) == tenant && !account.is_null();
    match call {
        "accounts:lookup" if here && body["localId"] == json!([account["localId"]]) => {
            Json(json!({"users": [*account]})).into_response()
        }
        "accounts:lookup" => Json(json!({})).into_response(),
        "accounts:update" if here && body["localId"] == account["localId"] => {
            if let Some(name) = body.get("displayName") {
                account["displayName"] = name.clone();
            }
            if let Some(since) = body.get("validSince") {
                account["validSince"] = since.clone();
            }
            if body["deleteAttribute"] == json!(["DISPLAY_NAME"]) {
                account
                    .as_object_mut()
                    .expect("an object")
                    .remove("displayName");
            }
            Json(json!({"localId": account["localId"]})).into_response()
        }
        "accounts:delete" if here && body["localId"] == account["localId"] => {
            *account = Value::Null;
            Json(json!({})).into_response()
        }
        "accounts:update" | "accounts:delete" => {
            let error = json!({"error": {"code": 400, "message": "USER_NOT_FOUND"}});
            (StatusCode::BAD_REQUEST, Json(error)).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
