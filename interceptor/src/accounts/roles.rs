//! The roles of a user, which are one of the custom attributes of the account.

use std::collections::BTreeMap;

use serde::de::MapAccess;
use serde_json::value::{RawValue, to_raw_value};

use crate::token::json::{self, Object};

/// Identity Platform's own bound, of all custom attributes of an account as JSON.
const MAX_ATTRIBUTES: usize = 1000;

/// The longest role, in characters.
const MAX_ROLE: usize = 64;

/// What is to be done to the custom attributes of an account.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The attributes as they are to be, a JSON object.
    pub(super) attributes: String,
    /// Whether the user has a role now that is to go.
    pub(super) takes_away: bool,
}

/// The custom attributes of an account, each value as it is written, so that it is kept to the letter.
#[derive(Default)]
struct Attributes(BTreeMap<String, Box<RawValue>>);

/// How an account with these custom attributes gets these roles, in the attribute `claim`, and keeps all else.
///
/// # Errors
///
/// Says in words why that cannot be, fit for a log.
pub(super) fn plan(
    attributes: Option<&str>,
    claim: &str,
    roles: &[impl AsRef<str>],
) -> Result<Plan, String> {
    let mut wanted: Vec<&str> = Vec::new();
    for role in roles.iter().map(AsRef::as_ref) {
        if !(1..=MAX_ROLE).contains(&role.chars().count()) || role.contains(char::is_control) {
            return Err(
                "a role has 1 to 64 characters, none of them a control character".to_owned(),
            );
        }
        if !wanted.contains(&role) {
            wanted.push(role);
        }
    }
    let mut attributes = Attributes::parse(attributes)?;
    let had = attributes.roles(claim);
    attributes.0.remove(claim);
    if !wanted.is_empty() {
        let roles = to_raw_value(&wanted).map_err(|error| error.to_string())?;
        attributes.0.insert(claim.to_owned(), roles);
    }
    let attributes = serde_json::to_string(&attributes.0).map_err(|error| error.to_string())?;
    // Google counts as JavaScript does.
    if attributes.encode_utf16().count() > MAX_ATTRIBUTES {
        return Err(
            "the account's roles and its other custom claims together have more than 1,000 characters, the most that an \
             account can have"
                .to_owned(),
        );
    }
    Ok(Plan {
        attributes,
        takes_away: had.iter().any(|role| !wanted.contains(&role.as_str())),
    })
}

/// The roles in these custom attributes. An array of strings; anything else, and what cannot be read, is no roles (G14).
pub(super) fn read(attributes: Option<&str>, claim: &str) -> Vec<String> {
    Attributes::parse(attributes).map_or_else(|_| Vec::new(), |it| it.roles(claim))
}

// === impl Attributes ===

impl Attributes {
    fn parse(text: Option<&str>) -> Result<Self, String> {
        let mut attributes = Self::default();
        if let Some(text) = text {
            json::read(text.as_bytes(), &mut attributes, MAX_ATTRIBUTES)
                .map_err(|_| "the account's custom claims cannot be read".to_owned())?;
        }
        Ok(attributes)
    }

    fn roles(&self, claim: &str) -> Vec<String> {
        let roles = self.0.get(claim).map(|roles| roles.get());
        roles
            .and_then(|roles| serde_json::from_str(roles).ok())
            .unwrap_or_default()
    }
}

impl<'de> Object<'de> for Attributes {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.0.insert(name.to_owned(), map.next_value()?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [&str; 0] = [];

    fn set(attributes: &str, roles: &[&str]) -> (String, bool) {
        let plan = plan(Some(attributes), "roles", roles).expect("a plan");
        (plan.attributes, plan.takes_away)
    }

    #[test]
    fn the_other_attributes_are_kept_to_the_letter() {
        let attributes = r#"{"level":1.10,"id":123456789012345678901,"roles":["a"],"x":{ "b":[1, 2],"a":"\u00e4" }}"#;
        let (set, _) = set(attributes, &["editor"]);
        for part in [
            r#""level":1.10"#,
            r#""id":123456789012345678901"#,
            r#""x":{ "b":[1, 2],"a":"\u00e4" }"#,
            r#""roles":["editor"]"#,
        ] {
            assert!(set.contains(part), "{set}");
        }
    }

    #[test]
    fn a_role_is_taken_away_where_one_goes_and_not_where_one_comes() {
        for (before, roles, takes_away) in [
            (r#"{"roles":["a","b"]}"#, &["b"][..], true),
            (r#"{"roles":["a"]}"#, &["b"], true),
            (r#"{"roles":["a"]}"#, &[], true),
            (r#"{"roles":["a"]}"#, &["b", "a"], false),
            (r#"{"roles":["a"]}"#, &["a"], false),
            (r#"{"roles":"a"}"#, &["b"], false),
            ("{}", &["a"], false),
        ] {
            assert_eq!(set(before, roles).1, takes_away, "{before} {roles:?}");
        }
    }

    #[test]
    fn no_roles_and_no_attributes_are_an_empty_object() {
        // An empty text would be taken as "no change".
        assert_eq!(set(r#"{"roles":["a"]}"#, &[]).0, "{}");
        let plan = plan(None, "roles", &NONE).expect("a plan");
        assert_eq!(plan.attributes, "{}");
    }

    #[test]
    fn a_role_is_written_once_whatever_it_holds() {
        assert_eq!(set("{}", &["\"", "a", "\""]).0, r#"{"roles":["\"","a"]}"#);
    }

    #[test]
    fn what_is_no_role_is_refused() {
        for role in ["", "a\nb", "\u{7f}", &"x".repeat(65)] {
            assert!(plan(None, "roles", &[role]).is_err(), "{role}");
        }
        assert!(plan(None, "roles", &["ä".repeat(64)]).is_ok());
    }

    #[test]
    fn more_than_a_thousand_characters_are_refused_in_words() {
        let with = |length: usize| format!(r#"{{"x":"{}"}}"#, "y".repeat(length));
        let fits = 1000 - with(0).len() - r#","roles":["a"]"#.len();
        assert_eq!(set(&with(fits), &["a"]).0.len(), 1000);
        let error = plan(Some(&with(fits + 1)), "roles", &["a"]).expect_err("too long");
        assert!(error.contains("1,000 characters"), "{error}");
    }

    #[test]
    fn attributes_that_cannot_be_read_are_not_overwritten() {
        for attributes in ["", "[]", "{", r#"{"a":1,"a":2}"#, r#"{"a":1} x"#] {
            assert!(
                plan(Some(attributes), "roles", &["a"]).is_err(),
                "{attributes}"
            );
            assert!(read(Some(attributes), "roles").is_empty());
        }
    }
}
