//! Tokens, right ones and any wrong one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::{EndUser, verify::Check};
use serde_json::{Value, json};

use crate::{FirebaseIssuer, RsaKey, members::Members};

/// A token in the making. As it is, it is valid; every part of it can be made wrong.
///
/// ```
/// use callgate::{Denial, verify::Check};
/// use callgate_testkit::FirebaseIssuer;
///
/// let issuer = FirebaseIssuer::new("demo-greeter");
/// let token = issuer.token("ada").without("auth_time").sign();
/// assert!(matches!(issuer.verifier().check(&token), Check::Refused(Denial::TokenInvalid(_))));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenBuilder {
    issuer: FirebaseIssuer,
    header: Members,
    claims: Members,
    firebase: Members,
    raw_header: Option<String>,
    raw_claims: Option<String>,
    tenant: Option<String>,
    key: usize,
}

impl TokenBuilder {
    pub(crate) fn new(issuer: &FirebaseIssuer, uid: &str) -> Self {
        let now = issuer.now();
        let mut token = Self {
            issuer: issuer.clone(),
            header: Members::default(),
            claims: Members::default(),
            firebase: Members::default(),
            raw_header: None,
            raw_claims: None,
            tenant: None,
            key: issuer.first_key(),
        };
        token.header.set("alg", "RS256");
        token.header.set("kid", RsaKey::number(token.key).kid());
        token.header.set("typ", "JWT");
        token.firebase.set("identities", json!({}));
        token
            .claim("iss", issuer.name())
            .claim("aud", issuer.project_id())
            .auth_time(now)
            .claim("user_id", uid)
            .claim("sub", uid)
            .issued_at(now)
            .expires_at(now + Duration::from_hours(1))
            .provider("password")
    }

    /// The user's e-mail address.
    pub fn email(self, email: &str) -> Self {
        self.claim("email", email)
            .firebase("identities", json!({ "email": [email] }))
    }

    /// Whether the user has proven to own the e-mail address.
    pub fn email_verified(self, verified: bool) -> Self {
        self.claim("email_verified", verified)
    }

    /// The name that the user chose.
    pub fn name(self, name: &str) -> Self {
        self.claim("name", name)
    }

    /// The address of the user's picture.
    pub fn picture(self, url: &str) -> Self {
        self.claim("picture", url)
    }

    /// The user's phone number, in E.164 form.
    pub fn phone_number(self, number: &str) -> Self {
        self.claim("phone_number", number)
            .firebase("identities", json!({ "phone": [number] }))
    }

    /// How the user signed in: `password`, `phone`, `google.com`, `anonymous`, ..
    pub fn provider(self, provider: &str) -> Self {
        self.firebase("sign_in_provider", provider)
    }

    /// The second factor that the user signed in with: `phone` or `totp`.
    pub fn second_factor(self, factor: &str) -> Self {
        self.firebase("sign_in_second_factor", factor)
    }

    /// The tenant that the user is of.
    pub fn tenant(mut self, tenant: &str) -> Self {
        self.tenant = Some(tenant.to_owned());
        self.firebase("tenant", tenant)
    }

    /// The user's roles, in the custom claim `roles`.
    pub fn roles(self, roles: &[&str]) -> Self {
        self.claim("roles", roles)
    }

    /// When the token was made.
    pub fn issued_at(self, at: SystemTime) -> Self {
        self.claim("iat", seconds(at))
    }

    /// When the token ends to be valid.
    pub fn expires_at(self, at: SystemTime) -> Self {
        self.claim("exp", seconds(at))
    }

    /// When the user signed in.
    pub fn auth_time(self, at: SystemTime) -> Self {
        self.claim("auth_time", seconds(at))
    }

    /// Sets a claim to anything.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.set(name, value);
        self
    }

    /// Adds a claim once more.
    pub fn repeat_claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.repeat(name, value);
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    /// Sets a member of the claim `firebase` to anything.
    pub fn firebase(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.firebase.set(name, value);
        self.with_firebase()
    }

    /// Leaves out a member of the claim `firebase`.
    pub fn without_firebase(mut self, name: &str) -> Self {
        self.firebase.remove(name);
        self.with_firebase()
    }

    /// Sets a member of the header to anything.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.set(name, value);
        self
    }

    /// Adds a member to the header once more.
    pub fn repeat_header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.repeat(name, value);
        self
    }

    /// Leaves out a member of the header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Names the key of this number, 1 to 4, and signs with it.
    pub fn key(self, number: usize) -> Self {
        self.header("kid", RsaKey::number(number).kid())
            .forged_with(number)
    }

    /// Signs with the key of this number, 1 to 4, whichever key the header names.
    pub fn forged_with(mut self, number: usize) -> Self {
        self.key = number;
        self
    }

    /// Puts this text in the place of the header.
    pub fn raw_header(mut self, text: impl Into<String>) -> Self {
        self.raw_header = Some(text.into());
        self
    }

    /// Puts this text in the place of the claims.
    pub fn raw_claims(mut self, text: impl Into<String>) -> Self {
        self.raw_claims = Some(text.into());
        self
    }

    /// The header's text, as it is so far.
    pub fn header_json(&self) -> String {
        self.raw_header
            .clone()
            .unwrap_or_else(|| self.header.to_json())
    }

    /// The claims' text, as it is so far.
    pub fn claims_json(&self) -> String {
        self.raw_claims
            .clone()
            .unwrap_or_else(|| self.claims.to_json())
    }

    /// The token, signed.
    pub fn sign(&self) -> String {
        let signed = self.to_sign();
        let signature = RsaKey::number(self.key).sign(signed.as_bytes());
        format!("{signed}.{signature}")
    }

    /// The token with this text in the place of the signature; an empty one makes it unsigned.
    pub fn sign_as(&self, signature: &str) -> String {
        format!("{}.{signature}", self.to_sign())
    }

    /// The user whom the token is for, as a gated handler gets it. Really verified, with the default settings, and with the
    /// token's tenant accepted.
    ///
    /// # Panics
    ///
    /// Where the token is not valid.
    pub fn end_user(&self) -> EndUser {
        let verifier = self
            .issuer
            .verifier()
            .tenants(self.tenant.as_deref())
            .expect("the token's tenant has the form of one");
        match verifier.check(&self.sign()) {
            Check::Verified(user) => user,
            other => panic!("not the token of an end user: {other:?}"),
        }
    }

    fn with_firebase(mut self) -> Self {
        let firebase = self.firebase.to_json();
        self.claims.set_text("firebase", firebase);
        self
    }

    fn to_sign(&self) -> String {
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(self.header_json()),
            URL_SAFE_NO_PAD.encode(self.claims_json())
        )
    }
}

/// The token with one bit changed in what its part, 0 to 2, decodes to.
///
/// # Panics
///
/// Where the token has no such part, or the part no such bit.
pub fn flip_bit(token: &str, part: usize, bit: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut bytes = URL_SAFE_NO_PAD
        .decode(&parts[part])
        .expect("the part is base64url");
    bytes[bit / 8] ^= 1 << (bit % 8);
    parts[part] = URL_SAFE_NO_PAD.encode(bytes);
    parts.join(".")
}

/// Seconds since the Unix epoch, rounded down.
fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
