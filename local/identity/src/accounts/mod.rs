//! `accounts:*`, a file a call: what the SDK sends for signing up, signing in and changing one's own account.

pub(crate) mod create_auth_uri;
pub(crate) mod custom;
pub(crate) mod delete;
pub(crate) mod idp;
pub(crate) mod lookup;
pub(crate) mod oob;
pub(crate) mod phone;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod update;

use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{Identity, error::ApiError, response::Answer, state::SignIn, token::Tokens};

/// What every call here comes to.
pub(crate) type Outcome = Result<Answer, ApiError>;

/// The end of a first factor: tokens, or the wish for a second factor.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum FirstFactor {
    Tokens(Tokens),
    #[serde(rename_all = "camelCase")]
    Pending {
        mfa_pending_credential: String,
        mfa_info: Vec<Value>,
    },
}

/// How long someone may take to show the second factor, in seconds.
const SECOND_FACTOR_WITHIN: u64 = 5 * 60;

impl Identity {
    /// What someone gets for a first factor.
    pub(crate) fn first_factor(&self, sign_in: SignIn) -> Result<FirstFactor, ApiError> {
        if sign_in.user.second_factors.is_empty() {
            return self
                .tokens(&sign_in.user, &sign_in.session)
                .map(FirstFactor::Tokens);
        }
        let mfa_info = sign_in
            .user
            .second_factors
            .iter()
            .map(|factor| factor.info(true))
            .collect();
        let until = self.now().plus_secs(SECOND_FACTOR_WITHIN);
        let mfa_pending_credential = self.pending().sign_ins().insert(sign_in, until)?;
        Ok(FirstFactor::Pending {
            mfa_pending_credential,
            mfa_info,
        })
    }
}

/// Text that is there and not empty.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// `GET /v1/projects`: what a page may know of the project.
pub(crate) async fn project(State(identity): State<Identity>) -> Answer {
    let domains = identity
        .settings()
        .origins
        .iter()
        .filter_map(|origin| url::Url::parse(origin).ok());
    let domains: Vec<_> = domains
        .filter_map(|url| url.host_str().map(str::to_owned))
        .collect();
    Answer::of(json!({ "projectId": identity.project(), "authorizedDomains": domains }))
}

/// `GET /v1/recaptchaParams`: nobody is asked to prove to be human.
pub(crate) async fn recaptcha_params() -> Answer {
    Answer::of(
        json!({ "kind": "identitytoolkit#GetRecaptchaParamResponse", "recaptchaSiteKey": "local" }),
    )
}

/// `GET /v2/recaptchaConfig`: switched off, in so many words, so that the SDK asks once.
pub(crate) async fn recaptcha_config() -> Answer {
    let off = |provider| json!({ "provider": provider, "enforcementState": "OFF" });
    Answer::of(json!({
        "recaptchaKey": "projects/local/keys/local",
        "recaptchaEnforcementState": [off("PHONE_PROVIDER"), off("EMAIL_PASSWORD_PROVIDER")],
    }))
}
