//! `accounts:lookup`: one's own account.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::{Identity, body::Body, response::Answer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lookup {
    id_token: Option<String>,
}

pub(crate) async fn lookup(
    State(identity): State<Identity>,
    Body(request): Body<Lookup>,
) -> Outcome {
    let proof = identity.prove(request.id_token.as_deref())?;
    let record = identity
        .store()
        .read(|state| state.proven(&proof).map(|user| user.record(false)))?;
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#GetAccountInfoResponse", "users": [record] }),
    ))
}
