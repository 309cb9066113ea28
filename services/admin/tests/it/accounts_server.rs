//! Accounts on loopback that speak Identity Toolkit's protocol.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use callgate::{accounts::Accounts, google::Credentials};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::AbortHandle};

pub(crate) const SECRET: &str = "the-stand-ins-secret";

pub(crate) struct AccountsServer {
    url: String,
    state: Shared,
    serving: AbortHandle,
}

type Shared = Arc<Mutex<Pool>>;

struct Pool {
    /// As they are written on the wire.
    users: Vec<Value>,
    changes: usize,
    answers: Answers,
}

/// How changes are answered.
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    /// They are made.
    Done,
    /// They are made, and the answer is lost.
    Lost,
    /// They are refused with this status and code, and so is everything else.
    Refused(u16, &'static str),
}

impl AccountsServer {
    pub(crate) async fn start(users: Vec<Value>) -> Self {
        let state = Arc::new(Mutex::new(Pool {
            users,
            changes: 0,
            answers: Answers::Done,
        }));
        let router = Router::new()
            .route(
                "/v1/projects/demo-callgate/{call}",
                post(project_call).get(project_list),
            )
            .route(
                "/v1/projects/demo-callgate/tenants/{tenant}/{call}",
                post(tenant_call).get(tenant_list),
            )
            .with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            url,
            state,
            serving: serving.abort_handle(),
        }
    }

    /// From now on changes are answered so.
    pub(crate) fn answers(&self, answers: Answers) {
        self.state.lock().unwrap().answers = answers;
    }

    /// How many changes were made.
    pub(crate) fn changes(&self) -> usize {
        self.state.lock().unwrap().changes
    }

    /// The record of a user as it is now.
    pub(crate) fn user(&self, uid: &str) -> Value {
        let pool = self.state.lock().unwrap();
        let users = pool.users.iter();
        users
            .clone()
            .find(|user| user["localId"] == uid)
            .unwrap()
            .clone()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn accounts(&self) -> Accounts {
        accounts_at(&self.url)
    }
}

impl Drop for AccountsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Accounts that are away: nobody listens on the port that was reserved for tcpmux.
pub(crate) fn accounts_away() -> Accounts {
    accounts_at("http://127.0.0.1:1")
}

fn accounts_at(url: &str) -> Accounts {
    let credentials = Credentials::fixed(SECRET).unwrap();
    let accounts = Accounts::new("demo-callgate", credentials).unwrap();
    accounts.base_url(url).unwrap()
}

type ListQuery = Query<std::collections::HashMap<String, String>>;

async fn project_list(State(state): State<Shared>, Query(query): ListQuery) -> Response {
    state.lock().unwrap().list(None, &query)
}

async fn tenant_list(
    State(state): State<Shared>,
    Path((tenant, _)): Path<(String, String)>,
    Query(query): ListQuery,
) -> Response {
    state.lock().unwrap().list(Some(&tenant), &query)
}

async fn project_call(
    State(state): State<Shared>,
    Path(call): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    state.lock().unwrap().answer(None, &call, &body)
}

async fn tenant_call(
    State(state): State<Shared>,
    Path((tenant, call)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    state.lock().unwrap().answer(Some(&tenant), &call, &body)
}

impl Pool {
    fn list(
        &self,
        tenant: Option<&str>,
        query: &std::collections::HashMap<String, String>,
    ) -> Response {
        if let Answers::Refused(status, code) = self.answers {
            return error(status, code);
        }
        let size: usize = query["maxResults"].parse().unwrap();
        let start: usize = query
            .get("nextPageToken")
            .map_or(0, |token| token.parse().unwrap());
        let users = self.users.iter().filter(|user| is_of(user, tenant));
        let mut page: Vec<_> = users.skip(start).take(size + 1).collect();
        let mut answer = json!({});
        if page.len() > size {
            page.truncate(size);
            answer["nextPageToken"] = json!((start + size).to_string());
        }
        answer["users"] = json!(page);
        Json(answer).into_response()
    }

    fn answer(&mut self, tenant: Option<&str>, call: &str, body: &Value) -> Response {
        if let Answers::Refused(status, code) = self.answers {
            return error(status, code);
        }
        let uid = match call {
            "accounts:lookup" => &body["localId"][0],
            _ => &body["localId"],
        };
        let user = self
            .users
            .iter_mut()
            .find(|user| user["localId"] == *uid && is_of(user, tenant));
        match (call, user) {
            ("accounts:lookup", Some(user)) => Json(json!({"users": [user]})).into_response(),
            ("accounts:lookup", None) => Json(json!({})).into_response(),
            ("accounts:update", Some(user)) => {
                self.changes += 1;
                for (field, of_record) in [
                    ("disableUser", "disabled"),
                    ("customAttributes", "customAttributes"),
                    ("validSince", "validSince"),
                ] {
                    if let Some(value) = body.get(field) {
                        user[of_record] = value.clone();
                    }
                }
                match self.answers {
                    Answers::Lost => error(503, ""),
                    _ => Json(json!({"localId": uid})).into_response(),
                }
            }
            ("accounts:update", None) => error(400, "USER_NOT_FOUND"),
            _ => StatusCode::NOT_FOUND.into_response(),
        }
    }
}

fn is_of(user: &Value, tenant: Option<&str>) -> bool {
    user.get("tenantId").and_then(Value::as_str) == tenant
}

fn error(status: u16, code: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let error = json!({"error": {"code": status.as_u16(), "message": code}});
    (status, Json(error)).into_response()
}
