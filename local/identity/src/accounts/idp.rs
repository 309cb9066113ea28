//! `accounts:signInWithIdp`: by an account with another identity provider, whose claims the page brings as JSON.

use std::collections::HashMap;

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

use super::{Outcome, given};
use crate::{
    Identity,
    body::{self, Body},
    error::ApiError,
    expiring::random_name,
    input,
    moment::Moment,
    response::Answer,
    state::{
        SignIn, State as Accounts,
        user::{LinkedIdentity, User},
    },
    token::Proof,
    unsigned,
};

/// More identities than a person has; each makes the token longer.
const MAX_PROVIDERS: usize = 8;

/// The one whose word on an e-mail address Firebase takes for proof.
const TRUSTED: &str = "google.com";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInWithIdp {
    request_uri: Option<String>,
    post_body: Option<String>,
    id_token: Option<String>,
    tenant_id: Option<String>,
    #[serde(default)]
    return_idp_credential: bool,
}

/// What the other provider says of someone.
struct Assertion {
    provider: LinkedIdentity,
    email_verified: bool,
    claims: Map<String, Value>,
    id_token: Option<String>,
    access_token: Option<String>,
}

enum Found {
    SignedIn {
        sign_in: Box<SignIn>,
        is_new: bool,
    },
    /// The address is that of an account which the provider's word does not open.
    NeedConfirmation {
        uid: String,
        email: String,
        verified: Vec<String>,
    },
}

pub(crate) async fn with_idp(
    State(identity): State<Identity>,
    Body(request): Body<SignInWithIdp>,
) -> Outcome {
    let assertion = Assertion::parse(&request)?;
    let proof = request
        .id_token
        .as_deref()
        .map(|token| identity.prove(Some(token)))
        .transpose()?;
    let (now, new_uid) = (identity.now(), random_name()?);
    let answer = Answer::of(assertion.describe());
    let Some(proof) = proof else {
        let tenant = input::tenant(request.tenant_id.as_deref())?;
        let found = identity
            .store()
            .change(|state| assertion.sign_in(state, tenant, &new_uid, now))
            .await?;
        return match found {
            Found::SignedIn { sign_in, is_new } => {
                let user = json!({ "localId": sign_in.user.local_id, "tenantId": sign_in.user.tenant_id, "isNewUser": is_new.then_some(true) });
                Ok(answer.with(user).with(identity.first_factor(*sign_in)?))
            }
            Found::NeedConfirmation {
                uid,
                email,
                verified,
            } => {
                let owner = json!({ "needConfirmation": true, "localId": uid, "email": email, "verifiedProvider": verified });
                Ok(answer.with(owner))
            }
        };
    };
    match identity
        .store()
        .change(|state| assertion.link(state, &proof, now))
        .await
    {
        Ok(sign_in) => {
            let user =
                json!({ "localId": sign_in.user.local_id, "tenantId": sign_in.user.tenant_id });
            Ok(answer
                .with(user)
                .with(identity.tokens(&sign_in.user, &sign_in.session)?))
        }
        // Told with the credential, so that the page can sign in to the other account instead.
        Err(error @ ApiError::FederatedUserIdAlreadyLinked) if request.return_idp_credential => {
            Ok(answer.with(json!({ "errorMessage": error.to_string() })))
        }
        Err(error) => Err(error),
    }
}

impl Assertion {
    fn parse(request: &SignInWithIdp) -> Result<Self, ApiError> {
        // By credential it comes as a form in the body, by popup as the query of the chooser's answer.
        let fields = if let Some(form) = given(request.post_body.as_ref()) {
            body::query(form.trim_start_matches('&').as_bytes())?
        } else {
            let url = Url::parse(request.request_uri.as_deref().unwrap_or_default());
            let url = url.map_err(|_| {
                ApiError::InvalidIdpResponse("neither postBody nor requestUri holds one")
            })?;
            body::query(url.query().unwrap_or_default().as_bytes())?
        };
        let mut fields: HashMap<_, _> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let provider_id = input::provider_id(
            fields
                .get("providerId")
                .ok_or(ApiError::InvalidProviderId)?,
        )?;
        let (id_token, access_token) = (fields.remove("id_token"), fields.remove("access_token"));
        let token = id_token.as_deref().or(access_token.as_deref());
        let claims = token.and_then(unsigned::claims).ok_or(ApiError::InvalidIdpResponse(
            "the local identity takes JSON claims as the token: {sub, email, email_verified, name}",
        ))?;
        let text = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
        };
        let raw_id = text("sub").filter(|sub| sub.len() <= 128 && !sub.contains(char::is_control));
        let raw_id = raw_id.ok_or(ApiError::InvalidIdpResponse(
            "sub must be text of 1 to 128 bytes",
        ))?;
        let email = text("email").map(input::email).transpose()?;
        Ok(Self {
            provider: LinkedIdentity {
                provider_id,
                raw_id: raw_id.to_owned(),
                display_name: text("name").map_or(Ok(None), input::display_name)?,
                photo_url: text("picture").map_or(Ok(None), input::photo_url)?,
                email,
            },
            email_verified: claims.get("email_verified") == Some(&Value::Bool(true)),
            id_token,
            access_token,
            claims,
        })
    }

    fn describe(&self) -> Value {
        let provider = &self.provider;
        json!({
            "kind": "identitytoolkit#VerifyAssertionResponse",
            "context": "",
            "providerId": provider.provider_id,
            "displayName": provider.display_name,
            "fullName": provider.display_name,
            "email": provider.email,
            "emailVerified": self.email_verified,
            "photoUrl": provider.photo_url,
            "rawUserInfo": Value::Object(self.claims.clone()).to_string(),
            "federatedId": provider.federated_id(),
            "oauthAccessToken": self.access_token.as_deref().or(self.id_token.as_deref()).unwrap_or("local"),
            "oauthIdToken": self.id_token,
        })
    }

    /// Signs in to the account that this one is linked to, links it to the one with its address, or makes one.
    fn sign_in(
        self,
        state: &mut Accounts,
        tenant: Option<String>,
        new_uid: &str,
        now: Moment,
    ) -> Result<Found, ApiError> {
        let provider_id = self.provider.provider_id.clone();
        let signed_in = |state: &mut Accounts, uid: &str, is_new| {
            let sign_in = Box::new(state.sign_in(uid, &provider_id, now)?);
            Ok(Found::SignedIn { sign_in, is_new })
        };
        let owner = state.by_provider(tenant.as_deref(), &provider_id, &self.provider.raw_id);
        if let Some(uid) = owner.map(|user| user.local_id.clone()) {
            if let Some(user) = state.user_mut(&uid).filter(|user| !user.disabled) {
                user.email_verified |= self.proves_address() && user.email == self.provider.email;
                user.link(self.provider);
            }
            return signed_in(state, &uid, false);
        }
        let same_address = self
            .provider
            .email
            .as_deref()
            .and_then(|email| state.by_email(tenant.as_deref(), email));
        let Some(owner) = same_address.map(|user| user.local_id.clone()) else {
            state.insert(User {
                local_id: new_uid.to_owned(),
                tenant_id: tenant,
                email: self.provider.email.clone(),
                email_verified: self.proves_address(),
                display_name: self.provider.display_name.clone(),
                photo_url: self.provider.photo_url.clone(),
                created_at: now.millis(),
                valid_since: now.secs(),
                providers: vec![self.provider],
                ..User::default()
            })?;
            return signed_in(state, new_uid, true);
        };
        let Some(user) = state.user_mut(&owner) else {
            return Err(ApiError::UserNotFound);
        };
        if !self.proves_address() {
            let verified = user
                .providers
                .iter()
                .map(|linked| linked.provider_id.clone())
                .collect();
            return Ok(Found::NeedConfirmation {
                uid: owner,
                email: user.email.clone().unwrap_or_default(),
                verified,
            });
        }
        if user.disabled {
            return Err(ApiError::UserDisabled);
        }
        if !user.email_verified {
            // Whoever made the account never proved to own the address: they lose every way in.
            user.password = None;
            user.password_updated_at = None;
            user.providers.clear();
            user.phone_number = None;
            user.valid_since = now.secs();
            user.email_verified = true;
        }
        user.link(self.provider);
        signed_in(state, &owner, false)
    }

    /// Adds it to the account of whoever brought the ID token.
    fn link(&self, state: &mut Accounts, proof: &Proof, now: Moment) -> Result<SignIn, ApiError> {
        let (tenant, provider) = (proof.tenant.as_deref(), &self.provider);
        let user = state.proven(proof)?;
        let others = user
            .providers
            .iter()
            .filter(|linked| linked.provider_id != provider.provider_id)
            .count();
        if let Some(owner) = state.by_provider(tenant, &provider.provider_id, &provider.raw_id)
            && owner.local_id != proof.uid
        {
            return Err(ApiError::FederatedUserIdAlreadyLinked);
        }
        if let Some(email) = &provider.email {
            state.check_email_free(tenant, email, Some(&proof.uid))?;
        }
        if others >= MAX_PROVIDERS {
            return Err(ApiError::QuotaExceeded("unlink another provider first"));
        }
        let user = state.proven_mut(proof)?;
        if user.email.is_none() {
            user.email.clone_from(&provider.email);
            user.email_verified = false;
        }
        user.email_verified |= self.proves_address() && user.email == provider.email;
        user.link(provider.clone());
        Ok(state
            .sign_in(&proof.uid, &provider.provider_id, now)?
            .having_shown(Some(proof)))
    }

    /// Whether it proves that the address is theirs.
    fn proves_address(&self) -> bool {
        self.email_verified && self.provider.email.is_some() && self.provider.provider_id == TRUSTED
    }
}
