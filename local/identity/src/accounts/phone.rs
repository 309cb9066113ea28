//! `accounts:sendVerificationCode` and `accounts:signInWithPhoneNumber`.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Outcome, given};
use crate::{
    Identity,
    body::Body,
    codes::{PhoneProof, SmsPurpose},
    error::ApiError,
    expiring::random_name,
    input,
    response::Answer,
    state::user::{PHONE, User},
};

/// How long a number stays proven for someone who has to decide which account it signs in to, in seconds.
const PROOF_LIFETIME: u64 = 60 * 60;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendVerificationCode {
    phone_number: Option<String>,
    tenant_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInWithPhoneNumber {
    id_token: Option<String>,
    session_info: Option<String>,
    code: Option<String>,
    temporary_proof: Option<String>,
    phone_number: Option<String>,
    tenant_id: Option<String>,
}

pub(crate) async fn send_verification_code(
    State(identity): State<Identity>,
    Body(request): Body<SendVerificationCode>,
) -> Outcome {
    let number =
        given(request.phone_number.as_ref()).ok_or(ApiError::InvalidPhoneNumber("Missing."))?;
    let number = input::phone_number(number)?;
    let tenant = input::tenant(request.tenant_id.as_deref())?;
    let session = identity.send_sms(number, SmsPurpose::FirstFactor { tenant })?;
    Ok(Answer::of(json!({ "sessionInfo": session })))
}

pub(crate) async fn with_phone_number(
    State(identity): State<Identity>,
    Body(request): Body<SignInWithPhoneNumber>,
) -> Outcome {
    let proof = request
        .id_token
        .as_deref()
        .map(|token| identity.prove(Some(token)))
        .transpose()?;
    let tenant = match &proof {
        Some(proof) => proof.tenant.clone(),
        None => input::tenant(request.tenant_id.as_deref())?,
    };
    let number = proven_number(&identity, &request, tenant.clone())?;
    let (now, new_uid) = (identity.now(), random_name()?);
    let signed_in = identity.store().change(|state| {
        let owner = state
            .by_phone(tenant.as_deref(), &number)
            .map(|user| user.local_id.clone());
        let (uid, is_new) = match (&proof, owner) {
            (Some(proof), owner) => {
                state.proven(proof)?;
                if owner.is_some_and(|owner| owner != proof.uid) {
                    return Ok(None);
                }
                state.proven_mut(proof)?.phone_number = Some(number.clone());
                (proof.uid.clone(), false)
            }
            (None, Some(owner)) => (owner, false),
            (None, None) => {
                state.insert(User {
                    local_id: new_uid.clone(),
                    tenant_id: tenant.clone(),
                    phone_number: Some(number.clone()),
                    created_at: now.millis(),
                    valid_since: now.secs(),
                    ..User::default()
                })?;
                (new_uid, true)
            }
        };
        let sign_in = state.sign_in(&uid, PHONE, now)?;
        Ok(Some((sign_in.having_shown(proof.as_ref()), is_new)))
    });
    let Some((sign_in, is_new)) = signed_in.await? else {
        return already_linked(&identity, &number, tenant);
    };
    let user = json!({ "localId": sign_in.user.local_id, "phoneNumber": sign_in.user.phone_number, "isNewUser": is_new });
    Ok(match proof {
        // Who links a number has shown a second factor already, where there is one.
        Some(_) => Answer::of(user).with(identity.tokens(&sign_in.user, &sign_in.session)?),
        None => Answer::of(user).with(identity.first_factor(sign_in)?),
    })
}

fn proven_number(
    identity: &Identity,
    request: &SignInWithPhoneNumber,
    tenant: Option<String>,
) -> Result<String, ApiError> {
    let Some(proof) = given(request.temporary_proof.as_ref()) else {
        let purpose = SmsPurpose::FirstFactor { tenant };
        return identity.show_sms(
            request.session_info.as_deref(),
            request.code.as_deref(),
            &purpose,
        );
    };
    let number = input::phone_number(given(request.phone_number.as_ref()).unwrap_or_default())?;
    let proof = identity
        .pending()
        .phone_proofs()
        .take(proof, identity.now());
    match proof {
        Some(proof) if proof.phone_number == number && proof.tenant == tenant => Ok(number),
        _ => Err(ApiError::InvalidTemporaryProof),
    }
}

/// The number is another account's. The SDK makes an error of it that carries the proof, to sign in to that account instead.
fn already_linked(identity: &Identity, phone_number: &str, tenant: Option<String>) -> Outcome {
    let until = identity.now().plus_secs(PROOF_LIFETIME);
    let proof = PhoneProof {
        phone_number: phone_number.to_owned(),
        tenant,
    };
    let proof = identity.pending().phone_proofs().insert(proof, until)?;
    Ok(Answer::of(json!({
        "phoneNumber": phone_number,
        "temporaryProof": proof,
        "temporaryProofExpiresIn": PROOF_LIFETIME.to_string(),
    })))
}
