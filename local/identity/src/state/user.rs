//! One account.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{moment::rfc3339, password::PasswordHash};

/// How an account of the project's own signs in by e-mail address and password.
pub(crate) const PASSWORD: &str = "password";
pub(crate) const PHONE: &str = "phone";
pub(crate) const ANONYMOUS: &str = "anonymous";
pub(crate) const CUSTOM: &str = "custom";

/// An account. Times are milliseconds since the Unix epoch, unless they say otherwise.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct User {
    pub(crate) local_id: String,
    pub(crate) tenant_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: bool,
    pub(crate) display_name: Option<String>,
    pub(crate) photo_url: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) password: Option<PasswordHash>,
    pub(crate) password_updated_at: Option<u64>,
    /// Seconds: who signed in before is signed out.
    pub(crate) valid_since: u64,
    pub(crate) created_at: u64,
    pub(crate) last_login_at: Option<u64>,
    pub(crate) last_refresh_at: Option<u64>,
    pub(crate) disabled: bool,
    pub(crate) custom_auth: bool,
    /// Claims that a server has added.
    pub(crate) custom_claims: Map<String, Value>,
    pub(crate) providers: Vec<LinkedIdentity>,
    pub(crate) second_factors: Vec<SecondFactor>,
}

/// The account that someone has with another identity provider, linked to this one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkedIdentity {
    pub(crate) provider_id: String,
    /// Who it is, there.
    pub(crate) raw_id: String,
    pub(crate) email: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) photo_url: Option<String>,
}

/// A second factor that someone has enrolled.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecondFactor {
    pub(crate) id: String,
    pub(crate) display_name: Option<String>,
    pub(crate) enrolled_at: u64,
    pub(crate) kind: FactorKind,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FactorKind {
    #[serde(rename_all = "camelCase")]
    Totp {
        /// Base64.
        secret: String,
        /// The last time step whose code was taken: each code is taken once (RFC 6238, 5.2).
        last_step: u64,
    },
    #[serde(rename_all = "camelCase")]
    Phone { phone_number: String },
}

// === impl User ===

impl User {
    /// What the account record says, in `accounts:lookup`'s shape. `custom` shows what only a server may see.
    pub(crate) fn record(&self, custom: bool) -> Value {
        json!({
            "localId": self.local_id,
            "tenantId": self.tenant_id,
            "email": self.email,
            "emailVerified": self.email.as_ref().map(|_| self.email_verified),
            "displayName": self.display_name,
            "photoUrl": self.photo_url,
            "phoneNumber": self.phone_number,
            "passwordHash": self.password_hash(),
            "passwordUpdatedAt": self.password_updated_at,
            "validSince": self.valid_since.to_string(),
            "createdAt": self.created_at.to_string(),
            "lastLoginAt": self.last_login_at.map(|at| at.to_string()),
            "lastRefreshAt": self.last_refresh_at.or(self.last_login_at).map(rfc3339),
            "disabled": self.disabled.then_some(true),
            "customAuth": self.custom_auth.then_some(true),
            "customAttributes": (custom && !self.custom_claims.is_empty())
                .then(|| Value::Object(self.custom_claims.clone()).to_string()),
            "providerUserInfo": self.provider_infos(),
            "mfaInfo": (!self.second_factors.is_empty())
                .then(|| self.second_factors.iter().map(|f| f.info(false)).collect::<Vec<_>>()),
        })
    }

    /// All ways to sign in that an account record lists.
    pub(crate) fn provider_infos(&self) -> Vec<Value> {
        let own = self.password.as_ref().map(|_| {
            json!({
                "providerId": PASSWORD, "rawId": self.email, "federatedId": self.email, "email": self.email,
                "displayName": self.display_name, "photoUrl": self.photo_url,
            })
        });
        let phone = self
            .phone_number
            .as_ref()
            .map(|number| json!({ "providerId": PHONE, "rawId": number, "phoneNumber": number }));
        own.into_iter()
            .chain(phone)
            .chain(self.providers.iter().map(LinkedIdentity::info))
            .collect()
    }

    /// That there is a password, as the SDK asks for it. The hash itself leaves this process never.
    pub(crate) fn password_hash(&self) -> Option<&'static str> {
        self.password.as_ref().map(|_| "UkVEQUNURUQ=")
    }

    /// Links an account of another provider, or renews what is known of it.
    pub(crate) fn link(&mut self, provider: LinkedIdentity) {
        self.providers
            .retain(|known| known.provider_id != provider.provider_id);
        self.providers.push(provider);
    }

    pub(crate) fn second_factor(&self, id: &str) -> Option<&SecondFactor> {
        self.second_factors.iter().find(|factor| factor.id == id)
    }
}

// === impl LinkedIdentity ===

impl LinkedIdentity {
    /// The id by which Identity Toolkit knows it across providers.
    pub(crate) fn federated_id(&self) -> String {
        match self.provider_id.as_str() {
            "google.com" => format!("https://accounts.google.com/{}", self.raw_id),
            _ => self.raw_id.clone(),
        }
    }

    fn info(&self) -> Value {
        json!({
            "providerId": self.provider_id, "rawId": self.raw_id, "federatedId": self.federated_id(),
            "email": self.email, "displayName": self.display_name, "photoUrl": self.photo_url,
        })
    }
}

// === impl SecondFactor ===

impl SecondFactor {
    /// As the SDK takes it. `veiled` is for someone who has shown the first factor only.
    pub(crate) fn info(&self, veiled: bool) -> Value {
        let (phone, totp) = match &self.kind {
            FactorKind::Phone { phone_number } if veiled => (Some(veil(phone_number)), None),
            FactorKind::Phone { phone_number } => (Some(phone_number.clone()), None),
            FactorKind::Totp { .. } => (None, Some(json!({}))),
        };
        json!({
            "mfaEnrollmentId": self.id,
            "displayName": self.display_name,
            "enrolledAt": rfc3339(self.enrolled_at),
            "phoneInfo": phone,
            "totpInfo": totp,
        })
    }

    /// What the token calls it.
    pub(crate) fn name(&self) -> &'static str {
        match self.kind {
            FactorKind::Totp { .. } => "totp",
            FactorKind::Phone { .. } => "phone",
        }
    }
}

/// `+16505551234` as `+*******1234`.
fn veil(number: &str) -> String {
    let hidden = number.len().saturating_sub(5);
    format!(
        "+{}{}",
        "*".repeat(hidden),
        number.get(hidden + 1..).unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_veiled_number_keeps_four_digits() {
        assert_eq!(veil("+16505551234"), "+*******1234");
    }

    #[test]
    fn a_record_shows_no_hash_and_no_secret() {
        let user = User {
            password: Some(PasswordHash::for_test()),
            second_factors: vec![SecondFactor {
                id: "f".into(),
                display_name: None,
                enrolled_at: 0,
                kind: FactorKind::Totp {
                    secret: "c2VjcmV0".into(),
                    last_step: 0,
                },
            }],
            ..User::default()
        };
        let record = user.record(true).to_string();
        assert!(
            record.contains("UkVEQUNURUQ=")
                && !record.contains("c2VjcmV0")
                && !record.contains("iterations")
        );
    }
}
