//! Whom a token proves, as it may be shown to others: no e-mail address and no name, for what is printed here ends up in tickets.

use std::time::{SystemTime, UNIX_EPOCH};

use callgate::{App, EndUser, InternalUser, ServiceAccount};
use serde::Serialize;

/// Whom, or what, a token proves.
#[derive(Debug)]
pub(crate) enum Proven {
    EndUser(EndUser),
    InternalUser(InternalUser),
    ServiceAccount(ServiceAccount),
    App(App),
}

/// The same for JSON.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Caller<'a> {
    EndUser {
        uid: &'a str,
        tenant: Option<&'a str>,
        email_verified: bool,
        sign_in_provider: &'a str,
        second_factor: Option<&'a str>,
        roles: Vec<&'a str>,
        signed_in_at: u64,
        issued_at: u64,
        expires_at: u64,
    },
    InternalUser {
        id: &'a str,
        hosted_domain: Option<&'a str>,
        external: bool,
        service_account: bool,
        issued_at: u64,
        expires_at: u64,
    },
    ServiceAccount {
        name: &'a str,
        unique_id: &'a str,
        issued_at: u64,
        expires_at: u64,
    },
    App {
        id: &'a str,
        expires_at: u64,
    },
}

// === impl Proven ===

impl Proven {
    pub(super) fn to_caller(&self) -> Caller<'_> {
        match self {
            Self::EndUser(user) => Caller::EndUser {
                uid: user.id().uid,
                tenant: user.id().tenant,
                email_verified: user.email_verified(),
                sign_in_provider: user.sign_in_provider(),
                second_factor: user.second_factor(),
                roles: user.roles().collect(),
                signed_in_at: seconds(user.signed_in_at()),
                issued_at: seconds(user.issued_at()),
                expires_at: seconds(user.expires_at()),
            },
            Self::InternalUser(user) => Caller::InternalUser {
                id: user.id(),
                hosted_domain: user.hosted_domain(),
                external: user.is_external(),
                service_account: user.is_service_account(),
                issued_at: seconds(user.issued_at()),
                expires_at: seconds(user.expires_at()),
            },
            Self::ServiceAccount(service) => Caller::ServiceAccount {
                name: service.name(),
                unique_id: service.unique_id(),
                issued_at: seconds(service.issued_at()),
                expires_at: seconds(service.expires_at()),
            },
            Self::App(app) => Caller::App {
                id: app.id(),
                expires_at: seconds(app.expires_at()),
            },
        }
    }

    /// For people.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::EndUser(user) => end_user(user),
            Self::InternalUser(user) => internal_user(user),
            Self::ServiceAccount(service) => format!(
                "the service {}, of the unique id {}",
                shown(service.name()),
                shown(service.unique_id())
            ),
            Self::App(app) => format!("the app {}, and no user", shown(app.id())),
        }
    }
}

fn end_user(user: &EndUser) -> String {
    let mut words = vec![match user.id().tenant {
        Some(tenant) => format!("{} of the tenant {}", shown(user.id().uid), shown(tenant)),
        None => shown(user.id().uid),
    }];
    words.push(format!("signed in by {}", shown(user.sign_in_provider())));
    if user.by_session_cookie() {
        words.push("known by a session cookie".to_owned());
    }
    if let Some(factor) = user.second_factor() {
        words.push(format!("second factor {}", shown(factor)));
    }
    words.push(match (user.email(), user.email_verified()) {
        (None, _) => "no e-mail address".to_owned(),
        (Some(_), true) => "e-mail address verified".to_owned(),
        (Some(_), false) => "e-mail address not verified".to_owned(),
    });
    let roles: Vec<String> = user.roles().take(16).map(shown).collect();
    words.push(match roles.is_empty() {
        true => "no roles".to_owned(),
        false => format!("roles {}", roles.join(" ")),
    });
    words.join(", ")
}

fn internal_user(user: &InternalUser) -> String {
    let mut words = vec![format!("the internal user {}", shown(user.id()))];
    words.push(match user.hosted_domain() {
        Some(domain) => format!("of the organization {}", shown(domain)),
        None => "of no organization".to_owned(),
    });
    if user.is_external() {
        words.push("a user of Identity Platform behind IAP".to_owned());
    }
    if user.is_service_account() {
        words.push("a service account behind IAP".to_owned());
    }
    words.join(", ")
}

/// A value from the token, short and escaped.
fn shown(value: &str) -> String {
    let short: String = value.chars().take(64).collect();
    format!("{short:?}")
}

/// Seconds since the Unix epoch, as in the token.
fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
