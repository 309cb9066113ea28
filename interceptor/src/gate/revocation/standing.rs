//! What an account record says of its user's standing, and whether a caller with a valid token still has it.

use std::{borrow::Cow, time::SystemTime};

use serde::de::MapAccess;

use crate::{
    accounts::Account,
    caller::EndUser,
    denial::Denial,
    rule::EndUserRule,
    token::json::{self, Object},
};

/// The most custom attributes of an account. All of them have 1,000 characters at most.
const MAX_ATTRIBUTES: usize = 256;

/// What an account record says of its user's standing.
#[derive(Debug)]
pub(super) enum Standing {
    /// There is no such account.
    Gone,
    There {
        disabled: bool,
        valid_since: Option<SystemTime>,
        email_verified: bool,
        roles: Box<[Box<str>]>,
    },
}

/// The custom attributes of an account, of which only the roles are of interest.
struct Attributes<'a> {
    roles_claim: &'a str,
    roles: Vec<Cow<'a, str>>,
}

// === impl Standing ===

impl Standing {
    /// The roles are in the custom attribute `roles_claim`.
    pub(super) fn of(account: Option<&Account>, roles_claim: &str) -> Self {
        let Some(account) = account else {
            return Self::Gone;
        };
        let attributes = account.custom_attributes.as_deref();
        Self::There {
            disabled: account.disabled,
            valid_since: account.valid_since,
            email_verified: account.email.is_some() && account.email_verified,
            roles: attributes.map_or_else(Box::default, |text| read_roles(text, roles_claim)),
        }
    }

    /// Judges a caller whose token has met the rule already: what the rule demands must be true of the record, too.
    pub(super) fn judge(&self, rule: &EndUserRule, user: &EndUser) -> Result<(), Denial> {
        let Self::There {
            disabled,
            valid_since,
            email_verified,
            roles,
        } = self
        else {
            return Err(Denial::TokenRevoked);
        };
        if *disabled {
            return Err(Denial::UserDisabled);
        }
        // Both are in whole seconds: a sign-in in the same second counts.
        if valid_since.is_some_and(|since| user.signed_in_at() < since) {
            return Err(Denial::TokenRevoked);
        }
        // One role in both: the token's `admin` and the record's `editor` make neither.
        let has = |role: &str| user.has_role(role) && roles.iter().any(|it| **it == *role);
        if !rule.roles.is_empty() && !rule.roles.iter().any(|role| has(role)) {
            return Err(Denial::RoleRequired);
        }
        if rule.email_verified && !email_verified {
            return Err(Denial::EmailNotVerified);
        }
        Ok(())
    }
}

// === impl Attributes ===

impl<'de> Object<'de> for Attributes<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == self.roles_claim {
            self.roles = json::texts(map)?.unwrap_or_default();
            Ok(())
        } else {
            json::skip(map)
        }
    }
}

/// The roles in the custom attributes. An array of strings; anything else, and what cannot be read, is no roles (G14).
fn read_roles(text: &str, roles_claim: &str) -> Box<[Box<str>]> {
    let mut attributes = Attributes {
        roles_claim,
        roles: Vec::new(),
    };
    match json::read(text.as_bytes(), &mut attributes, MAX_ATTRIBUTES) {
        Ok(()) => attributes.roles.into_iter().map(Into::into).collect(),
        Err(_) => Box::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::caller::EndUserClaims;

    const SIGN_IN: SystemTime = UNIX_EPOCH;
    const EDITORS: EndUserRule = EndUserRule {
        roles: &["admin", "editor"],
        ..EndUserRule::SIGNED_IN
    };

    /// Her token says that she is an editor with a verified address.
    fn ada() -> EndUser {
        EndUser::verified(EndUserClaims {
            uid: "ada".into(),
            tenant: None,
            email: Some("ada@example.com".into()),
            email_verified: true,
            name: None,
            picture: None,
            phone_number: None,
            sign_in_provider: "password".into(),
            second_factor: None,
            roles: Box::new(["editor".into()]),
            signed_in_at: SIGN_IN,
            issued_at: SIGN_IN,
            expires_at: SIGN_IN + Duration::from_hours(1),
            session_cookie: false,
            token: [].into(),
        })
    }

    fn standing(roles: &[&str]) -> Standing {
        Standing::There {
            disabled: false,
            valid_since: None,
            email_verified: false,
            roles: roles.iter().map(|role| (*role).into()).collect(),
        }
    }

    #[test]
    fn a_sign_in_counts_from_the_second_that_the_record_names() {
        for (since, verdict) in [
            (SIGN_IN, Ok(())),
            (SIGN_IN + Duration::from_secs(1), Err(Denial::TokenRevoked)),
        ] {
            let standing = Standing::There {
                disabled: false,
                valid_since: Some(since),
                email_verified: false,
                roles: Box::new([]),
            };
            assert_eq!(standing.judge(&EndUserRule::SIGNED_IN, &ada()), verdict);
        }
    }

    #[test]
    fn a_role_must_be_in_token_and_record() {
        assert_eq!(standing(&["editor"]).judge(&EDITORS, &ada()), Ok(()));
        for others in [&[][..], &["admin"], &["Editor"], &["edit"]] {
            let verdict = standing(others).judge(&EDITORS, &ada());
            assert_eq!(verdict, Err(Denial::RoleRequired), "{others:?}");
        }
        // Where the rule names no role, none is needed.
        let verdict = standing(&[]).judge(&EndUserRule::SIGNED_IN, &ada());
        assert_eq!(verdict, Ok(()));
    }

    #[test]
    fn attributes_that_cannot_be_read_are_no_roles() {
        let read = |text: &str| read_roles(text, "groups").len();
        assert_eq!(read(r#"{"level":3,"groups":["a","b"]}"#), 2);
        for text in [
            "",
            "[]",
            r#"{"roles":["a"]}"#,
            r#"{"groups":"a"}"#,
            r#"{"groups":["a",1]}"#,
            r#"{"groups":["a"],"groups":["b"]}"#,
        ] {
            assert_eq!(read(text), 0, "{text}");
        }
    }
}
