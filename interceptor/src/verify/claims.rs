//! The claims of a Firebase ID token, read but not judged.

use std::{borrow::Cow, time::Duration};

use serde::de::MapAccess;

use super::payload;
use crate::{
    denial::Denial,
    token::json::{self, Object},
};

/// What of a token's payload is of interest. Whatever is there has its right type.
#[derive(Default)]
pub(super) struct Claims<'a> {
    pub(super) iss: Option<Cow<'a, str>>,
    pub(super) aud: Option<Cow<'a, str>>,
    pub(super) sub: Option<Cow<'a, str>>,
    pub(super) user_id: Option<Cow<'a, str>>,
    pub(super) exp: Option<Duration>,
    pub(super) iat: Option<Duration>,
    pub(super) nbf: Option<Duration>,
    pub(super) auth_time: Option<Duration>,
    pub(super) email: Option<Cow<'a, str>>,
    pub(super) email_verified: Option<bool>,
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) picture: Option<Cow<'a, str>>,
    pub(super) phone_number: Option<Cow<'a, str>>,
    pub(super) firebase: Option<Firebase<'a>>,
    pub(super) roles: Vec<Cow<'a, str>>,
    roles_claim: &'a str,
}

/// The claim `firebase`: how the user signed in.
#[derive(Default)]
pub(super) struct Firebase<'a> {
    pub(super) sign_in_provider: Option<Cow<'a, str>>,
    pub(super) second_factor: Option<Cow<'a, str>>,
    pub(super) tenant: Option<Cow<'a, str>>,
}

impl<'a> Claims<'a> {
    /// Reads a payload whose signature matched. The roles are in the claim `roles_claim`.
    pub(super) fn read(payload: &'a [u8], roles_claim: &'a str) -> Result<Self, Denial> {
        let mut claims = Self {
            roles_claim,
            ..Self::default()
        };
        payload::read(payload, &mut claims)?;
        Ok(claims)
    }
}

impl<'de> Object<'de> for Claims<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "iss" => self.iss = Some(json::text(map, "iss")?),
            "aud" => self.aud = Some(json::text(map, "aud")?),
            "sub" => self.sub = Some(json::text(map, "sub")?),
            "user_id" => self.user_id = Some(json::text(map, "user_id")?),
            "exp" => self.exp = Some(json::time(map, "exp")?),
            "iat" => self.iat = Some(json::time(map, "iat")?),
            "nbf" => self.nbf = Some(json::time(map, "nbf")?),
            "auth_time" => self.auth_time = Some(json::time(map, "auth_time")?),
            "email" => self.email = Some(json::text(map, "email")?),
            "email_verified" => self.email_verified = Some(json::flag(map, "email_verified")?),
            "name" => self.name = Some(json::text(map, "name")?),
            "picture" => self.picture = Some(json::text(map, "picture")?),
            "phone_number" => self.phone_number = Some(json::text(map, "phone_number")?),
            "firebase" => {
                let mut firebase = Firebase::default();
                json::object(map, &mut firebase)?;
                self.firebase = Some(firebase);
            }
            name if name == self.roles_claim => self.roles = json::texts(map)?.unwrap_or_default(),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}

impl<'de> Object<'de> for Firebase<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "sign_in_provider" => {
                self.sign_in_provider = Some(json::text(map, "firebase.sign_in_provider")?);
            }
            "sign_in_second_factor" => {
                self.second_factor = Some(json::text(map, "firebase.sign_in_second_factor")?);
            }
            "tenant" => self.tenant = Some(json::text(map, "firebase.tenant")?),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
