//! The settings of a verifier, refused where they make no sense or would let in more than anyone meant.

use std::time::Duration;

use super::VerifierError;

/// The name of the project's own pool of users in a list of tenants.
pub(super) const OWN_POOL: &str = "-";

/// The most that clocks may differ. Google's own SDKs allow as much.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(5);

/// What the ids of Google's OAuth clients end with.
const OAUTH_CLIENT_SUFFIX: &str = ".apps.googleusercontent.com";

/// Claims whose meaning is taken (G14): those that users set themselves or that Firebase sets, and those of RFC 7519, OIDC Core
/// (sections 2, 3.3.2.11, 5.1, 5.6.2 and 7.4) and RFCs 7800, 8417, 8485, 8693, 9493.
const TAKEN_CLAIMS: [&str; 54] = [
    "_claim_names",
    "_claim_sources",
    "acr",
    "act",
    "address",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "birthdate",
    "c_hash",
    "claims",
    "client_id",
    "cnf",
    "email",
    "email_verified",
    "events",
    "exp",
    "family_name",
    "firebase",
    "gender",
    "given_name",
    "iat",
    "iss",
    "jti",
    "locale",
    "may_act",
    "middle_name",
    "name",
    "nbf",
    "nickname",
    "nonce",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "provider_id",
    "s_hash",
    "scope",
    "sid",
    "sub",
    "sub_id",
    "sub_jwk",
    "tenant",
    "toe",
    "txn",
    "uid",
    "updated_at",
    "user_id",
    "vot",
    "website",
    "zoneinfo",
];

/// Which pools of users a verifier accepts (G13).
#[derive(Clone, Default, PartialEq)]
pub(super) struct Tenants(Box<[String]>);

// === impl Tenants ===

impl Tenants {
    pub(super) fn parse<T: Into<String>>(
        tenants: impl IntoIterator<Item = T>,
    ) -> Result<Self, VerifierError> {
        tenants
            .into_iter()
            .map(|tenant| {
                let tenant = tenant.into();
                if tenant == OWN_POOL || is_tenant_id(&tenant) {
                    Ok(tenant)
                } else {
                    Err(VerifierError::Tenant(tenant))
                }
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// `None` is the project's own pool. It may well be the only one; a token that says its tenant is `-` has none of ours.
    pub(super) fn accepts(&self, tenant: Option<&str>) -> bool {
        match tenant {
            None => self.0.is_empty() || self.lists(OWN_POOL),
            Some(OWN_POOL) => false,
            Some(tenant) => self.lists(tenant),
        }
    }

    fn lists(&self, tenant: &str) -> bool {
        self.0.iter().any(|listed| listed == tenant)
    }
}

fn is_tenant_id(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_alphabetic())
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub(super) fn project_id(id: String) -> Result<String, VerifierError> {
    let (domain, project) = match id.split_once(':') {
        Some((domain, project)) => (Some(domain), project),
        None => (None, id.as_str()),
    };
    if domain.is_none_or(is_domain)
        && (6..=30).contains(&project.len())
        && project.starts_with(|c: char| c.is_ascii_lowercase())
        && is_label(project)
    {
        Ok(id)
    } else {
        Err(VerifierError::ProjectId(id))
    }
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label)
}

/// Lower-case letters, digits and hyphens, with no hyphen at either end.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// The name of a service or a region of Cloud Run.
pub(super) fn is_name(name: &str) -> bool {
    name.len() <= 63 && is_label(name)
}

/// The audiences of a service, for none of which anybody else's program gets tokens (G9).
pub(super) fn audiences<T: Into<String>>(
    audiences: impl IntoIterator<Item = T>,
) -> Result<Box<[String]>, VerifierError> {
    let audiences: Box<[String]> = audiences.into_iter().map(Into::into).collect();
    if audiences.is_empty() {
        return Err(VerifierError::NoAudience);
    }
    match audiences.iter().find(|audience| !is_audience(audience)) {
        Some(wrong) => Err(VerifierError::Audience(wrong.clone())),
        None => Ok(audiences),
    }
}

fn is_audience(audience: &str) -> bool {
    !audience.is_empty()
        && audience.bytes().all(|b| b.is_ascii_graphic())
        && !audience.to_ascii_lowercase().ends_with(OAUTH_CLIENT_SUFFIX)
}

pub(super) fn clock_skew(skew: Duration) -> Result<Duration, VerifierError> {
    if skew > MAX_CLOCK_SKEW {
        return Err(VerifierError::ClockSkew(skew));
    }
    Ok(skew)
}

pub(crate) fn roles_claim(name: String) -> Result<String, VerifierError> {
    if name.is_empty() || TAKEN_CLAIMS.contains(&name.as_str()) {
        return Err(VerifierError::RolesClaim(name));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_id_has_googles_form() {
        for id in [
            "demo-callgate",
            "abcdef",
            "a12345",
            &"a".repeat(30),
            "example.com:my-project",
            "3m.example.com:my-project",
        ] {
            assert_eq!(project_id(id.to_owned()), Ok(id.to_owned()));
        }
        for id in [
            "",
            "abcde",
            &"a".repeat(31),
            "1abcdef",
            "123456789012",
            "-abcdef",
            "abcdef-",
            "Abcdef",
            "my_project",
            "my project",
            "my-project ",
            "my-project/",
            "mÿ-project",
            ":my-project",
            "example:my-project",
            "example..com:my-project",
            "Example.com:my-project",
            "example.com:other.com:my-project",
            "example.com:short",
        ] {
            assert_eq!(
                project_id(id.to_owned()),
                Err(VerifierError::ProjectId(id.to_owned()))
            );
        }
    }

    #[test]
    fn roles_come_from_a_claim_of_ones_own() {
        for name in ["roles", "permissions", "https://example.com/roles", "Name"] {
            assert_eq!(roles_claim(name.to_owned()), Ok(name.to_owned()));
        }
        for name in TAKEN_CLAIMS.into_iter().chain([""]) {
            assert_eq!(
                roles_claim(name.to_owned()),
                Err(VerifierError::RolesClaim(name.to_owned()))
            );
        }
    }

    #[test]
    fn tenants_are_pools_of_their_own() {
        let tenants = |list: &[&str]| Tenants::parse(list.iter().copied()).unwrap();
        let none = tenants(&[]);
        assert!(none.accepts(None) && !none.accepts(Some("pupils")));
        let one = tenants(&["pupils"]);
        assert!(one.accepts(Some("pupils")) && !one.accepts(Some("teachers")));
        assert!(!one.accepts(None));
        let both = tenants(&["-", "pupils"]);
        assert!(both.accepts(None) && both.accepts(Some("pupils")));
        assert!(!both.accepts(Some("-")));
    }

    #[test]
    fn what_cannot_be_a_tenant_is_refused() {
        for tenant in ["", "--", "1pupil", "pupils ", "pupils,teachers", "pu/pils"] {
            assert_eq!(
                Tenants::parse([tenant]).err(),
                Some(VerifierError::Tenant(tenant.to_owned()))
            );
        }
    }

    #[test]
    fn clocks_differ_by_five_minutes_at_most() {
        assert!(clock_skew(Duration::ZERO).is_ok());
        assert!(clock_skew(MAX_CLOCK_SKEW).is_ok());
        assert!(clock_skew(MAX_CLOCK_SKEW + Duration::from_millis(1)).is_err());
    }
}
