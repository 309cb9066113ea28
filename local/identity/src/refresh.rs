//! Refresh tokens: the session itself, sealed.
//!
//! None of them is kept, so that none can be lost: the key that seals them is, and whatever ends a session (the account is
//! disabled, deleted, signed out everywhere) stands in the account.

use serde_json::json;

use crate::{Identity, body::FormBody, error::ApiError, response::Answer, token::Session};

/// `POST /v1/token`: a new ID token for the same session. The refresh token stays the same.
pub(crate) async fn refresh(
    identity: axum::extract::State<Identity>,
    form: FormBody,
) -> Result<Answer, ApiError> {
    if form.get("grant_type") != Some("refresh_token") {
        return Err(ApiError::InvalidGrantType);
    }
    let token = form
        .get("refresh_token")
        .filter(|token| !token.is_empty())
        .ok_or(ApiError::MissingRefreshToken)?;
    let session: Session = identity
        .0
        .0
        .refresh
        .open(token)
        .ok_or(ApiError::InvalidRefreshToken)?;
    let user = identity.store().read(|state| {
        state
            .live(&session.uid, session.tenant.as_deref(), session.auth_time)
            .cloned()
    })?;
    let now = identity.now();
    identity.store().note(|state| {
        if let Some(user) = state.user_mut(&session.uid) {
            user.last_refresh_at = Some(now.millis());
        }
    });
    let id_token = identity.id_token(&user, &session)?;
    Ok(Answer::of(json!({
        "access_token": id_token,
        "expires_in": identity.expires_in(),
        "token_type": "Bearer",
        "refresh_token": token,
        "id_token": id_token,
        "user_id": session.uid,
        "project_id": identity.project(),
    })))
}
