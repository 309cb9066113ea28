//! The bounds of what people may type. Everything that is kept passes here.

use serde_json::{Map, Value};

use crate::error::ApiError;

/// Characters; Identity Toolkit's own bounds.
const PASSWORD_MIN: usize = 6;
const PASSWORD_MAX: usize = 4096;

/// Bytes. Small enough that a token with all of them stays below the 8 KiB that the gate takes.
const NAME_MAX: usize = 256;
const PICTURE_MAX: usize = 1000;
const EMAIL_MAX: usize = 254;
const CLAIMS_MAX: usize = 1000;

/// What the token says by itself, and what JWT and OIDC mean something by.
const RESERVED_CLAIMS: [&str; 25] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "c_hash",
    "cnf",
    "email",
    "email_verified",
    "exp",
    "firebase",
    "iat",
    "iss",
    "jti",
    "name",
    "nbf",
    "nonce",
    "phone_number",
    "picture",
    "provider_id",
    "sub",
    "tenant_id",
    "user_id",
    "s_hash",
];

/// An e-mail address, in lower case.
pub(crate) fn email(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    let (local, domain) = text.split_once('@').ok_or(ApiError::InvalidEmail)?;
    let strange = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '@' | '<' | '>' | '"' | ',' | ';')
    };
    if local.is_empty()
        || domain.is_empty()
        || text.len() > EMAIL_MAX
        || local.contains(strange)
        || domain.contains(strange)
    {
        return Err(ApiError::InvalidEmail);
    }
    Ok(text.to_lowercase())
}

/// A new password.
pub(crate) fn new_password(text: &str) -> Result<(), ApiError> {
    match text.chars().count() {
        0 => Err(ApiError::MissingPassword),
        1..PASSWORD_MIN => Err(ApiError::WeakPassword),
        PASSWORD_MIN..=PASSWORD_MAX => Ok(()),
        _ => Err(ApiError::InvalidArgument("the password is too long")),
    }
}

/// E.164: a plus and 7 to 15 digits.
pub(crate) fn phone_number(text: &str) -> Result<String, ApiError> {
    let number: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
        .take(20)
        .collect();
    let digits = number
        .strip_prefix('+')
        .ok_or(ApiError::InvalidPhoneNumber("Invalid format."))?;
    if !(7..=15).contains(&digits.len())
        || digits.starts_with('0')
        || !digits.bytes().all(|b| b.is_ascii_digit())
    {
        return Err(ApiError::InvalidPhoneNumber("Invalid format."));
    }
    Ok(number)
}

/// A name to show. Empty means none.
pub(crate) fn display_name(text: &str) -> Result<Option<String>, ApiError> {
    bounded(
        text,
        NAME_MAX,
        "displayName is too long, or holds control characters",
    )
}

/// The address of a picture. Empty means none.
pub(crate) fn photo_url(text: &str) -> Result<Option<String>, ApiError> {
    bounded(
        text,
        PICTURE_MAX,
        "photoUrl is too long, or holds control characters",
    )
}

fn bounded(text: &str, max: usize, error: &'static str) -> Result<Option<String>, ApiError> {
    if text.len() > max || text.chars().any(char::is_control) {
        return Err(ApiError::InvalidArgument(error));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A user's id that the caller chooses.
pub(crate) fn local_id(text: &str) -> Result<String, ApiError> {
    if text.is_empty() || text.chars().count() > 128 || text.chars().any(char::is_control) {
        return Err(ApiError::InvalidArgument(
            "localId must have 1 to 128 characters",
        ));
    }
    Ok(text.to_owned())
}

/// A pool of users of its own.
pub(crate) fn tenant(text: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let known = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if text.len() > 64 || !text.as_bytes()[0].is_ascii_alphabetic() || !text.bytes().all(known) {
        return Err(ApiError::InvalidTenantId);
    }
    Ok(Some(text.to_owned()))
}

/// Someone else's identity providers, by the ids that Firebase gives them.
pub(crate) fn provider_id(text: &str) -> Result<String, ApiError> {
    let known = [
        "google.com",
        "github.com",
        "facebook.com",
        "apple.com",
        "microsoft.com",
        "yahoo.com",
        "twitter.com",
    ];
    let oidc = text.strip_prefix("oidc.").is_some_and(|name| {
        (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    });
    if known.contains(&text) || oidc {
        Ok(text.to_owned())
    } else {
        Err(ApiError::InvalidProviderId)
    }
}

/// Claims that a server adds to a user's tokens: few, and none that the token makes itself.
pub(crate) fn custom_claims(claims: Map<String, Value>) -> Result<Map<String, Value>, ApiError> {
    if let Some(name) = claims.keys().find(|name| is_reserved_claim(name)) {
        return Err(ApiError::ForbiddenClaim(name.clone()));
    }
    let length = serde_json::to_string(&claims).map_or(usize::MAX, |text| text.len());
    if length > CLAIMS_MAX {
        Err(ApiError::ClaimsTooLarge)
    } else {
        Ok(claims)
    }
}

pub(crate) fn is_reserved_claim(name: &str) -> bool {
    RESERVED_CLAIMS.contains(&name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_one_at_sign_with_something_around_it() {
        assert_eq!(email(" Ada@Example.com ").as_deref(), Ok("ada@example.com"));
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c",
            "a b@c",
            "<a@b>",
            "a\n@b",
            &long,
        ] {
            assert_eq!(email(text), Err(ApiError::InvalidEmail), "{text:?}");
        }
    }

    #[test]
    fn a_phone_number_is_international() {
        assert_eq!(
            phone_number("+1 (650) 555-1234").as_deref(),
            Ok("+16505551234")
        );
        for text in [
            "",
            "6505551234",
            "+",
            "+0123456789",
            "+1234567890123456",
            "+12a4567890",
            "+١٢٣٤٥٦٧٨",
        ] {
            assert!(phone_number(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_password_has_six_characters_at_least() {
        assert_eq!(new_password(""), Err(ApiError::MissingPassword));
        assert_eq!(new_password("12345"), Err(ApiError::WeakPassword));
        assert_eq!(new_password("ääääää"), Ok(()));
        assert!(new_password(&"x".repeat(4097)).is_err());
    }

    #[test]
    fn names_and_pictures_are_short_and_printable() {
        assert_eq!(display_name(""), Ok(None));
        assert!(display_name(&"x".repeat(257)).is_err());
        assert!(display_name("a\u{0}b").is_err());
        assert!(photo_url(&"x".repeat(1001)).is_err());
    }

    #[test]
    fn tenants_and_providers_are_names() {
        assert_eq!(tenant(Some("")), Ok(None));
        assert_eq!(tenant(Some("acme-1a")).map(|t| t.is_some()), Ok(true));
        assert!(tenant(Some("1acme")).is_err() && tenant(Some("a/b")).is_err());
        assert!(provider_id("oidc.acme").is_ok() && provider_id("google.com").is_ok());
        assert!(
            provider_id("password").is_err()
                && provider_id("oidc.").is_err()
                && provider_id("evil.example").is_err()
        );
    }

    #[test]
    fn custom_claims_override_nothing_and_are_few() {
        let claims = |value: Value| value.as_object().cloned().unwrap_or_default();
        assert!(custom_claims(claims(json!({ "roles": ["admin"] }))).is_ok());
        for name in RESERVED_CLAIMS {
            assert_eq!(
                custom_claims(claims(json!({ name: 1 }))),
                Err(ApiError::ForbiddenClaim(name.into()))
            );
        }
        assert_eq!(
            custom_claims(claims(json!({ "x": "y".repeat(1000) }))),
            Err(ApiError::ClaimsTooLarge)
        );
    }
}
