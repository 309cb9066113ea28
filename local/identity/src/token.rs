//! ID tokens: made as Firebase makes them, and read back when a page brings one.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Identity,
    error::ApiError,
    input,
    moment::Moment,
    state::user::{ANONYMOUS, User},
};

/// Within how many seconds of signing in someone may change password or e-mail address, or delete the account.
const RECENT: u64 = 5 * 60;

/// One sign-in, for as long as its refresh token is used.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    pub(crate) uid: String,
    pub(crate) tenant: Option<String>,
    /// Seconds.
    pub(crate) auth_time: u64,
    pub(crate) provider: String,
    pub(crate) second_factor: Option<SecondFactorUsed>,
    /// Of a custom token.
    pub(crate) claims: Map<String, Value>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecondFactorUsed {
    /// `totp` or `phone`.
    pub(crate) kind: String,
    pub(crate) id: String,
}

/// What the SDK gets at the end of a sign-in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tokens {
    pub(crate) id_token: String,
    pub(crate) refresh_token: String,
    /// Seconds, as text.
    pub(crate) expires_in: String,
}

/// What a valid ID token of this provider says of who brings it.
pub(crate) struct Proof {
    pub(crate) uid: String,
    pub(crate) tenant: Option<String>,
    pub(crate) auth_time: u64,
    pub(crate) provider: String,
    pub(crate) second_factor: Option<SecondFactorUsed>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: u64,
    auth_time: u64,
    firebase: FirebaseClaims,
}

#[derive(Deserialize)]
struct FirebaseClaims {
    sign_in_provider: String,
    sign_in_second_factor: Option<String>,
    second_factor_identifier: Option<String>,
    tenant: Option<String>,
}

// === impl Session ===

impl Session {
    pub(crate) fn new(user: &User, provider: &str, now: Moment) -> Self {
        Self {
            uid: user.local_id.clone(),
            tenant: user.tenant_id.clone(),
            auth_time: now.secs(),
            provider: provider.to_owned(),
            second_factor: None,
            claims: Map::new(),
        }
    }
}

// === impl Proof ===

impl Proof {
    /// Errs where whoever brings it signed in too long ago for what they want.
    pub(crate) fn require_recent(&self, now: Moment) -> Result<(), ApiError> {
        if now.secs().saturating_sub(self.auth_time) > RECENT {
            Err(ApiError::CredentialTooOld)
        } else {
            Ok(())
        }
    }

    /// A new session by the same means.
    pub(crate) fn session(&self, user: &User, now: Moment) -> Session {
        Session {
            second_factor: self.second_factor.clone(),
            ..Session::new(user, &self.provider, now)
        }
    }
}

impl Identity {
    /// Tokens for someone who has shown all that is asked for.
    pub(crate) fn tokens(&self, user: &User, session: &Session) -> Result<Tokens, ApiError> {
        Ok(Tokens {
            id_token: self.id_token(user, session)?,
            refresh_token: self.0.refresh.seal(session),
            expires_in: self.expires_in(),
        })
    }

    pub(crate) fn expires_in(&self) -> String {
        self.settings().token_lifetime.as_secs().to_string()
    }

    pub(crate) fn id_token(&self, user: &User, session: &Session) -> Result<String, ApiError> {
        let ring = self.0.keys.current();
        let header = json!({ "alg": "RS256", "kid": ring.kid(), "typ": "JWT" });
        let claims = self.claims(user, session);
        let mut token = format!("{}.{}", encode(&header), encode(&claims));
        // Signing fails only where the library itself is broken.
        let signature = ring.sign(token.as_bytes()).ok_or(ApiError::Storage)?;
        token.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }

    fn claims(&self, user: &User, session: &Session) -> Value {
        let now = self.now().secs();
        let mut claims = Map::new();
        let custom = user.custom_claims.iter().chain(&session.claims);
        claims.extend(
            custom
                .filter(|(name, _)| !input::is_reserved_claim(name))
                .map(|(name, value)| (name.clone(), value.clone())),
        );

        let mut identities = Map::new();
        let mut identity = |kind: &str, id: &str| {
            if let Value::Array(ids) = identities.entry(kind).or_insert_with(|| json!([])) {
                ids.push(id.into());
            }
        };
        if let Some(email) = &user.email {
            identity("email", email);
        }
        if let Some(number) = &user.phone_number {
            identity("phone", number);
        }
        for linked in &user.providers {
            identity(&linked.provider_id, &linked.raw_id);
        }
        let factor = session.second_factor.as_ref();
        let standard = json!({
            "iss": issuer(self.project()),
            "aud": self.project(),
            "auth_time": session.auth_time,
            "user_id": user.local_id,
            "sub": user.local_id,
            "iat": now,
            "exp": now + self.settings().token_lifetime.as_secs(),
            "name": user.display_name,
            "picture": user.photo_url,
            "email": user.email,
            "email_verified": user.email.as_ref().map(|_| user.email_verified),
            "phone_number": user.phone_number,
            "provider_id": (session.provider == ANONYMOUS).then_some(ANONYMOUS),
            "firebase": without_nulls(json!({
                "identities": identities,
                "sign_in_provider": session.provider,
                "sign_in_second_factor": factor.map(|factor| &factor.kind),
                "second_factor_identifier": factor.map(|factor| &factor.id),
                "tenant": user.tenant_id,
            })),
        });
        if let Value::Object(standard) = without_nulls(standard) {
            claims.extend(standard);
        }
        Value::Object(claims)
    }

    /// Reads an ID token that was made here. The account itself is looked at by `State::proven`.
    pub(crate) fn prove(&self, id_token: Option<&str>) -> Result<Proof, ApiError> {
        let token = id_token
            .filter(|token| !token.is_empty())
            .ok_or(ApiError::MissingIdToken)?;
        let claims = self.verified(token).ok_or(ApiError::InvalidIdToken)?;
        if claims.exp <= self.now().secs() {
            return Err(ApiError::TokenExpired);
        }
        let firebase = claims.firebase;
        Ok(Proof {
            uid: claims.sub,
            tenant: firebase.tenant,
            auth_time: claims.auth_time,
            provider: firebase.sign_in_provider,
            second_factor: firebase
                .sign_in_second_factor
                .zip(firebase.second_factor_identifier)
                .map(|(kind, id)| SecondFactorUsed { kind, id }),
        })
    }

    fn verified(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let header: Header = decode(header)?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let ring = self.0.keys.current();
        if header.alg != "RS256"
            || !ring.verify(&header.kid, message.as_bytes(), &signature, self.now())
        {
            return None;
        }
        let claims: Claims = decode(claims)?;
        (claims.aud == self.project() && claims.iss == issuer(self.project())).then_some(claims)
    }
}

fn issuer(project: &str) -> String {
    format!("https://securetoken.google.com/{project}")
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        other => other,
    }
}

fn encode(part: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part.to_string())
}

fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
