//! About a token that looks like what was asked for.

use super::{Asked, Glance, Kind, Step, foreign};
use crate::denial::{Denial, Invalid, loggable};

pub(super) fn of(
    glance: &Glance<'_>,
    asked: &Asked<'_>,
    denial: &Denial,
    steps: &[Step],
) -> String {
    let expiry = failure(steps, "expiry");
    let renewal = asked.renewal();
    match denial {
        Denial::TokenInvalid(Invalid::SignatureRemoved) => signature_removed(asked.kind()),
        _ if glance.is_unsigned() && asked.kind() != Kind::EmulatorToken => {
            format!("Anyone can write an unsigned token, so it proves nothing: {renewal}.")
        }
        Denial::TokenMalformed(_) => format!(
            "It was changed on its way: copy it again, whole and with nothing added, from {}.",
            asked.source()
        ),
        _ if let Some(advice) = foreign::of(glance, asked) => advice,
        Denial::TokenInvalid(Invalid::UnknownKey(_)) => match expiry {
            Some(detail) => {
                format!("It {detail}, and the issuer has withdrawn its key since: {renewal}.")
            }
            None => "No key of this issuer made it: it is of another issuer (a local identity or a test?) or forged, or the \
                     keys given here are old."
                .to_owned(),
        },
        Denial::TokenInvalid(Invalid::Signature) => {
            "It was changed after it was signed, or somebody else signed it: copy it again, whole; if it stays so, treat it as \
             forged."
                .to_owned()
        }
        Denial::TokenExpired => format!(
            "It {}: {renewal}; {}.",
            expiry.unwrap_or("expired"),
            asked.habit()
        ),
        Denial::TokenNotYetValid(_) => format!(
            "A clock is off: {}. Set the clock of this machine, or of whoever made the token, by NTP; differences of up to 5m \
             can be allowed with CALLGATE_CLOCK_SKEW.",
            failure(steps, "not-before").unwrap_or("it is for the future")
        ),
        Denial::ServiceNotAllowed => unmapped(glance),
        _ if failure(steps, "tenant").is_some() => {
            "List the tenants whose users may call in CALLGATE_TENANTS, and `-` among them for the project's own users; or sign \
             in to a pool that is listed (auth.tenantId)."
                .to_owned()
        }
        _ if asked.kind() == Kind::ServiceAccountToken && failure(steps, "account").is_some() => {
            without_address(glance)
        }
        _ => format!(
            "{} makes no such token: take it from {}, not from code that makes its own.",
            maker(asked.kind()),
            asked.source()
        ),
    }
}

fn signature_removed(kind: Kind) -> String {
    let told = "Cloud Run checked the token for IAM and took its signature off, so nobody behind it can verify it:";
    match kind {
        Kind::ServiceAccountToken => format!(
            "{told} have the calling service send the same token in x-serverless-authorization too, which Cloud Run then looks \
             at instead, or let everyone invoke the service (gcloud run services update SERVICE --no-invoker-iam-check) and \
             leave it to the gate."
        ),
        _ => format!(
            "{told} let everyone invoke the service (gcloud run services update SERVICE --no-invoker-iam-check) and leave it to \
             the gate, or have the caller send IAM's token in x-serverless-authorization and this one in authorization."
        ),
    }
}

/// A token that is good in all else, but of an account that the configuration gives no name. The account's unique id may be
/// shown, its e-mail address may not.
fn unmapped(glance: &Glance<'_>) -> String {
    if glance.kind() == Kind::GoogleIdToken {
        return "It is a person's, and only service accounts are services: have the program get a token of its service account \
                (gcloud auth print-identity-token --impersonate-service-account ACCOUNT)."
            .to_owned();
    }
    let id = loggable(glance.claim("sub").unwrap_or("UNIQUE_ID"));
    format!(
        "The token is good, but the configuration gives its account no name: add NAME=EMAIL#{id} to CALLGATE_SERVICE_ACCOUNTS, \
         with the name that the rules call the service by, and the account's e-mail address. If the address is listed already, \
         another unique id stands behind it: that of an account before this one."
    )
}

/// Google leaves the address out unless it is asked for.
fn without_address(glance: &Glance<'_>) -> String {
    match glance.claim("email") {
        None => "It does not say whose it is, since Google leaves the e-mail address out unless it is asked for: add \
                 --include-email (gcloud), includeEmail (IAM credentials) or format=full (metadata server)."
            .to_owned(),
        Some(_) => "Its e-mail address is not verified, so it proves nobody: take a token that Google made for a service account."
            .to_owned(),
    }
}

fn maker(kind: Kind) -> &'static str {
    match kind {
        Kind::IapAssertion => "IAP",
        Kind::ServiceAccountToken => "Google",
        Kind::AppCheckToken => "App Check",
        Kind::EmulatorToken => "Firebase's emulator",
        _ => "Firebase",
    }
}

fn failure<'s>(steps: &'s [Step], check: &str) -> Option<&'s str> {
    steps
        .iter()
        .find(|step| step.check == check && step.failure().is_some())
        .map(|step| step.detail.as_str())
}
