//! `accounts:createAuthUri`: asked before signing in by an e-mail address.

use serde::Deserialize;
use serde_json::json;

use super::{Outcome, given};
use crate::{body::Body, expiring::random_name, input, response::Answer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateAuthUri {
    identifier: Option<String>,
}

/// Does not tell who has an account: projects are protected from that by default, and `INVALID_LOGIN_CREDENTIALS` goes with it.
pub(crate) async fn create_auth_uri(Body(request): Body<CreateAuthUri>) -> Outcome {
    if let Some(email) = given(request.identifier.as_ref()) {
        input::email(email)?;
    }
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#CreateAuthUriResponse", "sessionId": random_name()? }),
    ))
}
