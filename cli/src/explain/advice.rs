//! What to do, about the rule where it is what refuses, else about the token.

use callgate::{Denial, explain::Explanation};

use super::{method::Verdict, proven::Proven};

pub(super) fn what_to_do<'a>(
    explanation: &'a Explanation<Proven>,
    rule: Option<&Verdict>,
) -> &'a str {
    match rule.and_then(Verdict::denial) {
        Some(denial) => about_the_rule(denial),
        None => &explanation.advice,
    }
}

/// What the caller or the app can do about it.
fn about_the_rule(denial: &Denial) -> &'static str {
    match denial {
        Denial::AnonymousNotAllowed => {
            "Link an account to the guest (linkWithPopup, linkWithCredential)."
        }
        Denial::EmailNotVerified => {
            "Have the user verify the address (sendEmailVerification), then renew the token: user.getIdToken(true)."
        }
        Denial::SecondFactorRequired => {
            "Have the user enrol a second factor, and sign in again with it."
        }
        Denial::RoleRequired => {
            "Give the user the role in the custom claims, then renew the token: user.getIdToken(true)."
        }
        Denial::ProviderNotAllowed => "Have the user sign in in one of these ways.",
        Denial::TenantNotAllowed => "Sign in to one of these tenants (auth.tenantId).",
        Denial::RecentSignInRequired => {
            "Have the user sign in again (reauthenticateWithPopup): a renewed token keeps the time of the sign-in."
        }
        Denial::DomainNotAllowed => {
            "Have someone call whose account belongs to one of these organizations: the claim hd counts, and no e-mail address."
        }
        Denial::ServiceNotAllowed => {
            "Rules call services by the names in CALLGATE_SERVICE_ACCOUNTS: give the account one of the rule's names there, or add \
             its name to the rule."
        }
        Denial::AppNotAllowed => "Call from one of these apps, or add the app's id to the rule.",
        Denial::CallerNotAllowed("an external user behind IAP") => {
            "IAP's external users are admitted only where the rule says so: internal_user { external: true }."
        }
        Denial::CallerNotAllowed("a service account behind IAP") => {
            "Programs behind IAP are admitted only where the rule says so: internal_user { service_accounts: true }."
        }
        _ => {
            "This method is not for this kind of caller: see `callgate policy` for who may call what."
        }
    }
}
