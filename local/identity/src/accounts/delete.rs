//! `accounts:delete`: one's own account.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::Outcome;
use crate::{Identity, body::Body, response::Answer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delete {
    id_token: Option<String>,
}

pub(crate) async fn delete(
    State(identity): State<Identity>,
    Body(request): Body<Delete>,
) -> Outcome {
    let proof = identity.prove(request.id_token.as_deref())?;
    let now = identity.now();
    let deleted = identity.store().change(|state| {
        state.proven(&proof)?;
        proof.require_recent(now)?;
        state.remove(&proof.uid);
        Ok(())
    });
    deleted.await?;
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#DeleteAccountResponse" }),
    ))
}
