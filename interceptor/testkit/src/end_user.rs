//! What every token of an end user says, whoever issues it.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::{EmulatorIssuer, FirebaseIssuer, SessionCookieIssuer, TokenBuilder, token::seconds};

/// An issuer of end users' tokens, whatever their kind. What such a token says is set at its [`TokenBuilder`].
pub trait EndUserIssuer: private::Sealed {}

impl EndUserIssuer for FirebaseIssuer {}
impl EndUserIssuer for SessionCookieIssuer {}
impl EndUserIssuer for EmulatorIssuer {}

mod private {
    pub trait Sealed {}

    impl Sealed for super::FirebaseIssuer {}
    impl Sealed for super::SessionCookieIssuer {}
    impl Sealed for super::EmulatorIssuer {}
}

/// Claims of an end user's token.
impl<I: EndUserIssuer> TokenBuilder<I> {
    /// The claims of this user, who signed in now, with a password.
    pub(crate) fn of_user(
        mut self,
        iss: String,
        project_id: &str,
        uid: &str,
        now: SystemTime,
        lifetime: Duration,
    ) -> Self {
        self.firebase.set("identities", json!({}));
        self.claim("iss", iss)
            .claim("aud", project_id)
            .auth_time(now)
            .claim("user_id", uid)
            .claim("sub", uid)
            .issued_at(now)
            .expires_at(now + lifetime)
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

    /// When the user signed in.
    pub fn auth_time(self, at: SystemTime) -> Self {
        self.claim("auth_time", seconds(at))
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

    fn with_firebase(mut self) -> Self {
        let firebase = self.firebase.to_json();
        self.claims.set_text("firebase", firebase);
        self
    }
}
