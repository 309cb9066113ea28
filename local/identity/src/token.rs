//! ID tokens: made as Firebase makes them, and read back when a page brings one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Identity,
    error::ApiError,
    input,
    jwt::{self, Period},
    keys::Issuer,
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
        let lifetime = self.settings().token_lifetime.as_secs();
        let claims = self.claims(user, session, Period::starting(self.now(), lifetime));
        jwt::sign(&self.keys(Issuer::Firebase), claims)
    }

    /// What an ID token says.
    pub(crate) fn claims(
        &self,
        user: &User,
        session: &Session,
        period: Period,
    ) -> Map<String, Value> {
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
            "iat": period.iat,
            "exp": period.exp,
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
        claims
    }

    /// Reads an ID token that was made here. The account itself is looked at by `State::proven`.
    pub(crate) fn prove(&self, id_token: Option<&str>) -> Result<Proof, ApiError> {
        self.prove_claims(id_token).map(|(proof, _)| proof)
    }

    /// The same, and all that the token says.
    pub(crate) fn prove_claims(
        &self,
        id_token: Option<&str>,
    ) -> Result<(Proof, Map<String, Value>), ApiError> {
        let token = id_token
            .filter(|token| !token.is_empty())
            .ok_or(ApiError::MissingIdToken)?;
        let (claims, all) = self.verified(token).ok_or(ApiError::InvalidIdToken)?;
        if claims.exp <= self.now().secs() {
            return Err(ApiError::TokenExpired);
        }
        let firebase = claims.firebase;
        let proof = Proof {
            uid: claims.sub,
            tenant: firebase.tenant,
            auth_time: claims.auth_time,
            provider: firebase.sign_in_provider,
            second_factor: firebase
                .sign_in_second_factor
                .zip(firebase.second_factor_identifier)
                .map(|(kind, id)| SecondFactorUsed { kind, id }),
        };
        Ok((proof, all))
    }

    fn verified(&self, token: &str) -> Option<(Claims, Map<String, Value>)> {
        let all: Map<String, Value> = jwt::open(&self.keys(Issuer::Firebase), token, self.now())?;
        let claims: Claims = serde_json::from_value(Value::Object(all.clone())).ok()?;
        (claims.aud == self.project() && claims.iss == issuer(self.project()))
            .then_some((claims, all))
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
