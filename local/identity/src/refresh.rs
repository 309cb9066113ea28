//! Refresh tokens: the session itself, sealed.
//!
//! None of them is kept, so that none can be lost: the key that seals them is, and whatever ends a session (the account is
//! disabled, deleted, signed out everywhere) stands in the account.

use aws_lc_rs::hmac;
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde_json::json;

use crate::{
    Identity,
    body::FormBody,
    error::{ApiError, OpenError},
    response::Answer,
    token::Session,
};

/// Makes refresh tokens, and reads back those that it made.
pub(crate) struct Sealer(hmac::Key);

/// A new sealing key, base64.
pub(crate) fn new_key() -> Result<String, OpenError> {
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| OpenError::Crypto)?;
    Ok(BASE64_STANDARD.encode(random))
}

impl Sealer {
    pub(crate) fn new(key: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    }

    pub(crate) fn seal(&self, session: &Session) -> String {
        let session = BASE64_URL_SAFE_NO_PAD.encode(json!(session).to_string());
        let seal = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, session.as_bytes()));
        format!("{session}.{seal}")
    }

    fn open(&self, token: &str) -> Option<Session> {
        let (session, seal) = token.split_once('.')?;
        let seal = BASE64_URL_SAFE_NO_PAD.decode(seal).ok()?;
        hmac::verify(&self.0, session.as_bytes(), &seal).ok()?;
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(session).ok()?).ok()
    }
}

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
    let session = identity
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
