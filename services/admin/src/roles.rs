//! What a role may look like.

use std::fmt;

/// More than any user needs; custom claims have room for 1,000 characters in all.
const MOST: usize = 32;
const LONGEST: usize = 64;

/// Roles that may be given to a user: each of them once, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roles(Vec<String>);

impl Roles {
    /// # Errors
    ///
    /// Says in words what is wrong with them.
    pub(crate) fn parse(written: Vec<String>) -> Result<Self, String> {
        if written.len() > MOST {
            return Err(format!("at most {MOST} roles can be given"));
        }
        let mut roles: Vec<String> = Vec::with_capacity(written.len());
        for role in written {
            if !is_role(&role) {
                return Err(format!(
                    "a role has 1 to {LONGEST} characters: ASCII letters, digits and any of - _ . : /"
                ));
            }
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Ok(Self(roles))
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// Listed with commas; "none" where there are none.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_empty() {
            true => f.write_str("none"),
            false => f.write_str(&self.0.join(", ")),
        }
    }
}

fn is_role(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.:/".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(roles: &[&str]) -> Result<Roles, String> {
        Roles::parse(roles.iter().map(|&role| role.to_owned()).collect())
    }

    #[test]
    fn roles_are_kept_in_order_and_each_once() {
        let roles = parse(&["editor", "org/admin:eu-1", "editor", "v1.2_x"]).expect("roles");
        assert_eq!(roles.to_string(), "editor, org/admin:eu-1, v1.2_x");
        assert_eq!(parse(&[]).expect("no roles").to_string(), "none");
    }

    #[test]
    fn what_is_no_role_is_refused() {
        let long = "r".repeat(65);
        for role in [
            "",
            " ",
            "an editor",
            "editor\n",
            "editor,admin",
            "rédacteur",
            "\u{202e}editor",
            &long,
        ] {
            assert!(parse(&[role]).is_err(), "{role:?}");
        }
        assert!(parse(&["r".repeat(64).as_str()]).is_ok());
    }

    #[test]
    fn a_user_has_no_more_than_thirty_two_roles() {
        let roles: Vec<String> = (0..33).map(|n| format!("role{n}")).collect();
        assert!(Roles::parse(roles[..32].to_vec()).is_ok());
        let error = Roles::parse(roles).expect_err("too many");
        assert!(error.contains("32"), "{error}");
    }
}
