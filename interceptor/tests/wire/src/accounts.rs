//! Accounts on loopback that speak Identity Toolkit's protocol, as far as the gate asks.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use callgate::{accounts::Accounts, google::Credentials};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

use crate::server::PROJECT;

/// A server of accounts. It stops when dropped.
#[derive(Debug)]
pub struct AccountsServer {
    url: String,
    state: Shared,
    serving: AbortHandle,
}

type Shared = Arc<Mutex<Inner>>;

#[derive(Debug, Default)]
struct Inner {
    /// As they are written on the wire.
    records: Vec<Value>,
    /// The App Check tokens that were used.
    used: Vec<Value>,
    away: bool,
    lookups: usize,
    consumptions: usize,
}

/// Accounts that are asked for at this address.
pub fn accounts_at(url: &str) -> Accounts {
    Accounts::new(PROJECT, Credentials::fixed("secret").unwrap())
        .and_then(|it| it.base_url(url))
        .unwrap()
}

// === impl AccountsServer ===

impl AccountsServer {
    /// With these accounts.
    pub async fn start(records: impl IntoIterator<Item = Value>) -> Self {
        let state = Shared::default();
        let projects = "/v1/projects/demo-callgate";
        let router = Router::new()
            .route(&format!("{projects}/accounts:lookup"), post(own_pool))
            .route(
                &format!("{projects}/tenants/{{tenant}}/accounts:lookup"),
                post(of_tenant),
            )
            .route(
                "/v1beta/projects/demo-callgate:verifyAppCheckToken",
                post(consume),
            )
            .with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        let server = Self {
            url,
            state,
            serving: serving.abort_handle(),
        };
        server.become_these(records);
        server
    }

    /// From now on these are all the accounts.
    pub fn become_these(&self, records: impl IntoIterator<Item = Value>) {
        self.state.lock().unwrap().records = records.into_iter().collect();
    }

    /// From now on every answer is HTTP status 503.
    pub fn go_away(&self) {
        self.state.lock().unwrap().away = true;
    }

    /// How often it was asked whether an App Check token was used.
    pub fn consumptions(&self) -> usize {
        self.state.lock().unwrap().consumptions
    }

    /// How often it was asked about an account.
    pub fn lookups(&self) -> usize {
        self.state.lock().unwrap().lookups
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The client for a gate.
    pub fn client(&self) -> Accounts {
        accounts_at(&self.url)
    }
}

impl Drop for AccountsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn own_pool(State(state): State<Shared>, Json(request): Json<Value>) -> Response {
    lookup(&state, None, &request)
}

async fn of_tenant(
    State(state): State<Shared>,
    Path(tenant): Path<String>,
    Json(request): Json<Value>,
) -> Response {
    lookup(&state, Some(&tenant), &request)
}

/// Each App Check token counts once.
async fn consume(State(state): State<Shared>, Json(request): Json<Value>) -> Response {
    let mut state = state.lock().unwrap();
    state.consumptions += 1;
    if state.away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let token = request["app_check_token"].clone();
    if state.used.contains(&token) {
        return Json(json!({ "alreadyConsumed": true })).into_response();
    }
    state.used.push(token);
    Json(json!({})).into_response()
}

fn lookup(state: &Shared, tenant: Option<&str>, request: &Value) -> Response {
    let mut state = state.lock().unwrap();
    state.lookups += 1;
    if state.away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let is_asked = |record: &&Value| {
        request["localId"] == json!([record["localId"]])
            && record.get("tenantId").and_then(Value::as_str) == tenant
    };
    let users: Vec<_> = state.records.iter().filter(is_asked).cloned().collect();
    Json(json!({ "users": users })).into_response()
}
