//! `accounts:sendOobCode` and `accounts:resetPassword`: codes that would go out by e-mail.
//!
//! Nothing is mailed: the code and its link are told to `Settings::on_code`, and listed for the page's developer.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{Outcome, given, update};
use crate::{
    CodeNotice, Identity,
    body::Body,
    codes::{Oob, OobAction},
    error::ApiError,
    expiring::random_name,
    input, password,
    response::Answer,
};

/// Bytes.
const MAX_CONTINUE_URL: usize = 2048;

/// Seconds.
const LIFETIME: u64 = 60 * 60;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendOobCode {
    request_type: Option<String>,
    email: Option<String>,
    id_token: Option<String>,
    new_email: Option<String>,
    continue_url: Option<String>,
    tenant_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResetPassword {
    oob_code: Option<String>,
    new_password: Option<String>,
}

pub(crate) async fn send_oob_code(
    State(identity): State<Identity>,
    Body(request): Body<SendOobCode>,
) -> Outcome {
    let continue_url = given(request.continue_url.as_ref());
    if continue_url
        .is_some_and(|url| url.len() > MAX_CONTINUE_URL || !identity.settings().allows_url(url))
    {
        return Err(ApiError::UnauthorizedDomain);
    }
    let (action, to, account) = match request.request_type.as_deref() {
        Some("PASSWORD_RESET") => {
            let email = input::email(given(request.email.as_ref()).ok_or(ApiError::MissingEmail)?)?;
            let tenant = input::tenant(request.tenant_id.as_deref())?;
            let uid = identity.store().read(|state| {
                state
                    .by_email(tenant.as_deref(), &email)
                    .map(|user| user.local_id.clone())
            });
            (
                OobAction::PasswordReset,
                email.clone(),
                uid.map(|uid| (uid, email)),
            )
        }
        Some("VERIFY_EMAIL") => {
            let (uid, email) = own_address(&identity, &request)?;
            (OobAction::VerifyEmail, email.clone(), Some((uid, email)))
        }
        Some("VERIFY_AND_CHANGE_EMAIL") => {
            let (uid, email) = own_address(&identity, &request)?;
            let new_email =
                input::email(given(request.new_email.as_ref()).ok_or(ApiError::MissingEmail)?)?;
            (
                OobAction::ChangeEmail {
                    new_email: new_email.clone(),
                },
                new_email,
                Some((uid, email)),
            )
        }
        _ => {
            return Err(ApiError::InvalidReqType(
                "PASSWORD_RESET, VERIFY_EMAIL and VERIFY_AND_CHANGE_EMAIL are known",
            ));
        }
    };
    // Nobody is told whether there is an account.
    if let Some((uid, email)) = account {
        send(&identity, action, &to, uid, email, continue_url)?;
    }
    Ok(Answer::of(
        json!({ "kind": "identitytoolkit#GetOobConfirmationCodeResponse", "email": to }),
    ))
}

fn own_address(identity: &Identity, request: &SendOobCode) -> Result<(String, String), ApiError> {
    let proof = identity.prove(request.id_token.as_deref())?;
    let email = identity
        .store()
        .read(|state| state.proven(&proof).map(|user| user.email.clone()))?;
    Ok((proof.uid, email.ok_or(ApiError::MissingEmail)?))
}

fn send(
    identity: &Identity,
    action: OobAction,
    to: &str,
    uid: String,
    email: String,
    continue_url: Option<&str>,
) -> Result<(), ApiError> {
    let (code, kind) = (random_name()?, action.kind());
    let mut link =
        Url::parse(identity.settings().own_origin()).map_err(|_| ApiError::UnauthorizedDomain)?;
    link.set_path("/emulator/action");
    link.query_pairs_mut()
        .append_pair("mode", action.mode())
        .append_pair("lang", "en")
        .append_pair("oobCode", &code);
    if let Some(url) = continue_url {
        link.query_pairs_mut().append_pair("continueUrl", url);
    }
    let link = String::from(link);
    let oob = Oob {
        action,
        uid,
        email,
        link: link.clone(),
    };
    identity
        .pending()
        .oob()
        .insert_as(code.clone(), oob, identity.now().plus_secs(LIFETIME));
    identity.settings().notify(CodeNotice {
        kind,
        to: to.to_owned(),
        code,
        link: Some(link),
    });
    Ok(())
}

/// With a new password it sets it; without, it tells what the code is good for.
pub(crate) async fn reset_password(
    State(identity): State<Identity>,
    Body(request): Body<ResetPassword>,
) -> Outcome {
    let code = given(request.oob_code.as_ref()).ok_or(ApiError::MissingOobCode)?;
    let Some(new_password) = given(request.new_password.as_ref()) else {
        return describe(&identity, code);
    };
    input::new_password(new_password)?;
    peek(&identity, code, |oob| {
        if oob.action == OobAction::PasswordReset {
            Ok(())
        } else {
            Err(ApiError::InvalidOobCode)
        }
    })?;
    let hash = password::hash(new_password.to_owned()).await?;
    let oob = take(&identity, code)?;
    let now = identity.now();
    let email = oob.email.clone();
    let changed = identity.store().change(|state| {
        let user = state
            .user_mut(&oob.uid)
            .filter(|user| user.email.as_ref() == Some(&oob.email))
            .ok_or(ApiError::InvalidOobCode)?;
        if user.disabled {
            return Err(ApiError::UserDisabled);
        }
        user.password = Some(hash);
        user.password_updated_at = Some(now.millis());
        // The code came to this address, and whoever was signed in may be who the password is changed against.
        user.email_verified = true;
        user.valid_since = now.secs();
        Ok(())
    });
    changed.await?;
    Ok(Answer::of(json!({
        "kind": "identitytoolkit#ResetPasswordResponse", "requestType": "PASSWORD_RESET", "email": email,
    })))
}

/// `accounts:update` with a code: verifies the address, or changes to the new one.
pub(super) async fn apply(identity: &Identity, code: &str) -> Outcome {
    peek(identity, code, |oob| {
        if oob.action == OobAction::PasswordReset {
            Err(ApiError::InvalidOobCode)
        } else {
            Ok(())
        }
    })?;
    let oob = take(identity, code)?;
    let now = identity.now();
    let user = identity.store().change(|state| {
        let user = state
            .user(&oob.uid)
            .filter(|user| user.email.as_ref() == Some(&oob.email))
            .ok_or(ApiError::InvalidOobCode)?;
        if user.disabled {
            return Err(ApiError::UserDisabled);
        }
        let tenant = user.tenant_id.clone();
        if let OobAction::ChangeEmail { new_email } = &oob.action {
            state.check_email_free(tenant.as_deref(), new_email, Some(&oob.uid))?;
        }
        let user = state.user_mut(&oob.uid).ok_or(ApiError::InvalidOobCode)?;
        if let OobAction::ChangeEmail { new_email } = oob.action {
            user.email = Some(new_email);
            user.valid_since = now.secs();
        }
        user.email_verified = true;
        Ok(user.clone())
    });
    Ok(Answer::of(update::describe(&user.await?)))
}

fn describe(identity: &Identity, code: &str) -> Outcome {
    peek(identity, code, |oob| {
        let new_email = if let OobAction::ChangeEmail { new_email } = &oob.action {
            Some(new_email)
        } else {
            None
        };
        Ok(Answer::of(json!({
            "kind": "identitytoolkit#ResetPasswordResponse",
            "requestType": oob.action.request_type(),
            "email": oob.email,
            "newEmail": new_email,
        })))
    })
}

fn peek<T>(
    identity: &Identity,
    code: &str,
    look: impl FnOnce(&Oob) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let (waiting, now) = (identity.pending().oob(), identity.now());
    match waiting.get(code, now) {
        Some(oob) => look(oob),
        None if waiting.is_late(code, now) => Err(ApiError::ExpiredOobCode),
        None => Err(ApiError::InvalidOobCode),
    }
}

fn take(identity: &Identity, code: &str) -> Result<Oob, ApiError> {
    identity
        .pending()
        .oob()
        .take(code, identity.now())
        .ok_or(ApiError::InvalidOobCode)
}
