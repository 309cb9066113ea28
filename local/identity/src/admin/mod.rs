//! `projects/<p>/..`: what a server may do to any account. It brings the secret, or a service account's access token.

pub(crate) mod change;

use std::collections::{BTreeMap, HashMap};

use axum::extract::{FromRequestParts, Path, Query, State, rejection::QueryRejection};
use http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Identity,
    access::AdminAccess,
    accounts::Outcome,
    body::Body,
    error::ApiError,
    input,
    response::Answer,
    state::{State as Accounts, user::User},
};

/// As many accounts as one page lists.
const MAX_RESULTS: usize = 1000;

/// As many accounts as one look-up asks for.
const MAX_LOOKUP: usize = 100;

/// A server with the secret or an access token, and the pool of users that it means.
pub(crate) struct Admin {
    pub(crate) tenant: Option<String>,
}

/// The same where the call's name stands behind the pool's: `projects/<p>[/tenants/<t>]:<call>`.
pub(crate) struct AdminCall {
    pub(crate) pool: Admin,
    pub(crate) call: String,
}

impl FromRequestParts<Identity> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, ApiError> {
        AdminAccess::from_request_parts(parts, identity).await?;
        Self::of(&path(parts, identity).await?, identity)
    }
}

impl FromRequestParts<Identity> for AdminCall {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, ApiError> {
        AdminAccess::from_request_parts(parts, identity).await?;
        let mut path = path(parts, identity).await?;
        let last = if path.contains_key("tenant") {
            "tenant"
        } else {
            "project"
        };
        let last = path.get_mut(last).ok_or(ApiError::NotFound)?;
        let (pool, call) = last.split_once(':').ok_or(ApiError::NotFound)?;
        let call = call.to_owned();
        *last = pool.to_owned();
        let pool = Admin::of(&path, identity)?;
        Ok(Self { pool, call })
    }
}

/// What the path names, by the names that the router gives.
async fn path(parts: &mut Parts, identity: &Identity) -> Result<HashMap<String, String>, ApiError> {
    let path = Path::from_request_parts(parts, identity).await;
    path.map(|Path(path)| path).map_err(|_| ApiError::NotFound)
}

impl Admin {
    fn of(path: &HashMap<String, String>, identity: &Identity) -> Result<Self, ApiError> {
        if path.get("project").map(String::as_str) != Some(identity.project()) {
            return Err(ApiError::InvalidProjectId);
        }
        let tenant = match path.get("tenant") {
            Some(tenant) => Some(input::tenant(Some(tenant))?.ok_or(ApiError::InvalidTenantId)?),
            None => None,
        };
        Ok(Self { tenant })
    }

    fn user<'a>(&self, state: &'a mut Accounts, uid: &str) -> Result<&'a mut User, ApiError> {
        state
            .user_mut(uid)
            .filter(|user| user.tenant_id == self.tenant)
            .ok_or(ApiError::UserNotFound)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
pub(crate) struct Lookup {
    local_id: Vec<String>,
    email: Vec<String>,
    phone_number: Vec<String>,
    federated_user_id: Vec<FederatedUserId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FederatedUserId {
    provider_id: String,
    raw_id: String,
}

pub(crate) async fn lookup(
    admin: Admin,
    State(identity): State<Identity>,
    Body(request): Body<Lookup>,
) -> Outcome {
    let asked = request.local_id.len()
        + request.email.len()
        + request.phone_number.len()
        + request.federated_user_id.len();
    if asked > MAX_LOOKUP {
        return Err(ApiError::InvalidArgument("too many accounts are asked for"));
    }
    let tenant = admin.tenant.as_deref();
    let users = identity.store().read(|state| {
        let with_id = request
            .local_id
            .iter()
            .filter_map(|id| state.user(id).filter(|user| user.tenant_id == admin.tenant));
        let with_email = request
            .email
            .iter()
            .filter_map(|email| state.by_email(tenant, &email.to_lowercase()));
        let with_phone = request
            .phone_number
            .iter()
            .filter_map(|number| state.by_phone(tenant, number));
        let with_identity = request
            .federated_user_id
            .iter()
            .filter_map(|id| state.by_provider(tenant, &id.provider_id, &id.raw_id));
        let found = with_id
            .chain(with_email)
            .chain(with_phone)
            .chain(with_identity);
        let sorted: BTreeMap<_, _> = found
            .map(|user| (&user.local_id, user.record(true)))
            .collect();
        sorted.into_values().collect::<Vec<_>>()
    });
    // Nobody found: no field at all.
    let users = (!users.is_empty()).then_some(users);
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#GetAccountInfoResponse", "users": users }),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delete {
    local_id: Option<String>,
}

pub(crate) async fn delete(
    admin: Admin,
    State(identity): State<Identity>,
    Body(request): Body<Delete>,
) -> Outcome {
    let uid = request.local_id.ok_or(ApiError::MissingLocalId)?;
    let deleted = identity.store().change(|state| {
        admin.user(state, &uid)?;
        state.remove(&uid);
        Ok(())
    });
    deleted.await?;
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#DeleteAccountResponse" }),
    ))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchGet {
    max_results: Option<usize>,
    /// The last uid of the page before.
    next_page_token: Option<String>,
}

pub(crate) async fn batch_get(
    admin: Admin,
    State(identity): State<Identity>,
    page: Result<Query<BatchGet>, QueryRejection>,
) -> Outcome {
    let Query(page) = page.map_err(|_| ApiError::InvalidArgument("maxResults is a number"))?;
    let max = page.max_results.unwrap_or(20).clamp(1, MAX_RESULTS);
    let after = page.next_page_token.unwrap_or_default();
    let (users, more) = identity.store().read(|state| {
        let mut rest = state
            .of_tenant(admin.tenant.as_deref())
            .filter(|user| user.local_id > after);
        let users: Vec<Value> = rest
            .by_ref()
            .take(max)
            .map(|user| user.record(true))
            .collect();
        (users, rest.next().is_some())
    });
    let last = users.last().map(|user| user["localId"].clone());
    let users = (!users.is_empty()).then_some(users);
    Ok(Answer::of(json!({
        "kind": "identitytoolkit#DownloadAccountResponse", "users": users, "nextPageToken": more.then_some(last),
    })))
}
