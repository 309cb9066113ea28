//! What most would write: a tonic interceptor that decodes each token with jsonwebtoken.

use std::collections::HashMap;

use anyhow::Context;
use callgate_count::PROJECT;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use tonic::{Request, Status};

/// Who calls, for the handler.
#[derive(Clone, Deserialize)]
#[expect(dead_code, reason = "as many claims as the gate reads")]
struct Claims {
    sub: String,
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
    picture: Option<String>,
    auth_time: u64,
    iat: u64,
    exp: u64,
    firebase: Firebase,
}

#[derive(Clone, Deserialize)]
#[expect(dead_code, reason = "as many claims as the gate reads")]
struct Firebase {
    sign_in_provider: String,
}

/// An interceptor for the tokens of the issuer that has these keys.
pub(super) fn interceptor(
    jwks: &str,
) -> anyhow::Result<impl FnMut(Request<()>) -> Result<Request<()>, Status> + Clone + use<>> {
    let set: JwkSet = serde_json::from_str(jwks)?;
    let mut keys = HashMap::new();
    for jwk in &set.keys {
        let kid = jwk.common.key_id.clone().context("a key without kid")?;
        keys.insert(kid, DecodingKey::from_jwk(jwk)?);
    }
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[PROJECT]);
    validation.set_issuer(&[format!("https://securetoken.google.com/{PROJECT}")]);
    let check = std::sync::Arc::new(move |token: &str| -> Option<Claims> {
        let kid = decode_header(token).ok()?.kid?;
        let decoded = decode(token, keys.get(&kid)?, &validation).ok()?;
        Some(decoded.claims)
    });
    Ok(move |mut request: Request<()>| {
        let claims = request
            .metadata()
            .get("authorization")
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|token| check(token))
            .ok_or_else(|| Status::unauthenticated("no valid token"))?;
        request.extensions_mut().insert(claims);
        Ok(request)
    })
}
