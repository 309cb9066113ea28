//! `POST /local/v1/tokens`: a token of any kind, for trying calls. It wants the secret.

mod user;

use std::ops::RangeInclusive;

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use user::User;

use crate::{
    Identity,
    access::Secret,
    accounts::Outcome,
    body::Body,
    error::ApiError,
    iap::{self, Person},
    jwt::{self, Period},
    keys::Issuer,
    response::Answer,
    service_accounts::{self, is_audience},
    session_cookie,
};

/// How long ago a token has expired that is to have expired, in seconds: more than any verifier lets clocks differ.
const EXPIRED_AGO: u64 = 10 * 60;

/// How long a session cookie lives unless something else is asked for, in seconds.
const SESSION_COOKIE: u64 = 24 * 60 * 60;

/// How long tokens of App Check live, in seconds.
const APP_CHECK: u64 = 60 * 60;
const APP_CHECK_LONGEST: u64 = 7 * 24 * 60 * 60;

/// What is asked for. Whatever a kind has no use for is refused.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Request {
    Firebase(User),
    SessionCookie(User),
    Iap(Iap),
    Google(Google),
    AppCheck(AppCheck),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Iap {
    email: String,
    /// A user of Identity Platform behind IAP.
    #[serde(default)]
    external: bool,
    tenant: Option<String>,
    /// That of the stand-in, unless it says otherwise.
    audience: Option<String>,
    lifetime: Option<u64>,
    #[serde(default)]
    expired: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Google {
    /// The name of a service account, which is made if there is none.
    service_account: String,
    audience: String,
    lifetime: Option<u64>,
    #[serde(default)]
    expired: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AppCheck {
    app_id: Option<String>,
    lifetime: Option<u64>,
    #[serde(default)]
    expired: bool,
}

/// Answers `{"token", "expiresAt"}`, the latter in seconds since the Unix epoch.
pub(crate) async fn mint(
    _: Secret,
    State(identity): State<Identity>,
    Body(request): Body<Map<String, Value>>,
) -> Outcome {
    let request: Request = serde_json::from_value(Value::Object(request))
        .map_err(|error| ApiError::InvalidField(error.to_string()))?;
    let (token, period) = match request {
        Request::Firebase(user) => identity.mint_firebase(user).await?,
        Request::SessionCookie(user) => identity.mint_session_cookie(user).await?,
        Request::Iap(iap) => identity.mint_iap(&iap)?,
        Request::Google(google) => identity.mint_google(&google).await?,
        Request::AppCheck(app_check) => identity.mint_app_check(&app_check)?,
    };
    Ok(Answer::of(
        json!({ "token": token, "expiresAt": period.exp }),
    ))
}

type Minted = Result<(String, Period), ApiError>;

impl Identity {
    async fn mint_firebase(&self, user: User) -> Minted {
        let longest = self.settings().token_lifetime.as_secs();
        let period = self.period(user.lifetime, longest, 1..=longest, user.expired)?;
        let signed_in = self.mint_sign_in(user, period).await?;
        let claims = self.claims(&signed_in.user, &signed_in.session, period);
        Ok((jwt::sign(&self.keys(Issuer::Firebase), claims)?, period))
    }

    async fn mint_session_cookie(&self, user: User) -> Minted {
        let bounds = session_cookie::SHORTEST..=session_cookie::LONGEST;
        let period = self.period(user.lifetime, SESSION_COOKIE, bounds, user.expired)?;
        let signed_in = self.mint_sign_in(user, period).await?;
        let claims = self.claims(&signed_in.user, &signed_in.session, period);
        Ok((self.session_cookie(claims, period)?, period))
    }

    fn mint_iap(&self, wish: &Iap) -> Minted {
        let period = self.period(
            wish.lifetime,
            iap::LIFETIME,
            1..=iap::LIFETIME,
            wish.expired,
        )?;
        let audience = wish.audience.as_ref().or(self.0.iap_audience.get());
        let audience = audience.ok_or(ApiError::InvalidArgument(
            "audience is missing: there is no service behind IAP here",
        ))?;
        check_audience(audience)?;
        let person = Person::parse(&wish.email, wish.external, wish.tenant.as_deref())?;
        let assertion = self.iap_assertion(&person, audience, period.iat, period)?;
        Ok((assertion, period))
    }

    async fn mint_google(&self, wish: &Google) -> Minted {
        let longest = service_accounts::LIFETIME;
        let period = self.period(wish.lifetime, longest, 1..=longest, wish.expired)?;
        check_audience(&wish.audience)?;
        let name = &wish.service_account;
        let account = self.service_account_record(name).await?;
        let token = self.google_id_token(name, &account, &wish.audience, period)?;
        Ok((token, period))
    }

    fn mint_app_check(&self, wish: &AppCheck) -> Minted {
        let period = self.period(
            wish.lifetime,
            APP_CHECK,
            1..=APP_CHECK_LONGEST,
            wish.expired,
        )?;
        let number = self.settings().project_number;
        let app = wish.app_id.clone();
        let app = app.unwrap_or_else(|| format!("1:{number}:web:local"));
        let is_app = (1..=128).contains(&app.len()) && app.bytes().all(|b| b.is_ascii_graphic());
        if !is_app {
            return Err(ApiError::InvalidArgument(
                "appId must have 1 to 128 visible ASCII characters, such as 1:123456789012:web:0123",
            ));
        }
        Ok((self.app_check_token(&app, period)?, period))
    }

    /// When the token is or was valid.
    fn period(
        &self,
        lifetime: Option<u64>,
        default: u64,
        bounds: RangeInclusive<u64>,
        expired: bool,
    ) -> Result<Period, ApiError> {
        let lifetime = lifetime.unwrap_or(default);
        if !bounds.contains(&lifetime) {
            let (shortest, longest) = bounds.into_inner();
            return Err(ApiError::InvalidField(format!(
                "lifetime must be {shortest} to {longest} seconds for this kind of token"
            )));
        }
        let now = self.now();
        Ok(if expired {
            Period::ended(now, lifetime, EXPIRED_AGO)
        } else {
            Period::starting(now, lifetime)
        })
    }
}

fn check_audience(audience: &str) -> Result<(), ApiError> {
    if is_audience(audience) {
        Ok(())
    } else {
        Err(ApiError::InvalidArgument(
            "audience must have 1 to 512 visible ASCII characters",
        ))
    }
}
