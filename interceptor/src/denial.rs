//! Why a call was refused, and the one place where a refusal becomes a gRPC status.

use std::{collections::HashMap, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::accounts::AccountsError;

/// The domain of the `google.rpc.ErrorInfo` in every refusal.
pub const ERROR_DOMAIN: &str = "callgate";

/// Why a call was refused.
///
/// The client is told [`reason`](Denial::reason); the log also gets the `Display` text, which says which check failed. Neither
/// holds a token, an e-mail address or a name.
///
/// ```
/// use callgate::{Denial, ERROR_DOMAIN};
/// use tonic::Code;
/// use tonic_types::StatusExt;
///
/// let status = Denial::RoleRequired.status();
/// assert_eq!(status.code(), Code::PermissionDenied);
///
/// // What a client reads.
/// let details = status.get_error_details();
/// let info = details.error_info().unwrap();
/// assert_eq!((info.domain.as_str(), info.reason.as_str()), (ERROR_DOMAIN, "ROLE_REQUIRED"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// The policy has no rule for this path.
    #[error("the policy has no rule for this path")]
    MethodUnknown,
    /// The method demands a token and the call brought none.
    #[error("the call brought no token")]
    TokenMissing,
    /// What the call brought is not in the form of a token.
    #[error("malformed token: {0}")]
    TokenMalformed(&'static str),
    /// The token was valid once.
    #[error("the token has expired")]
    TokenExpired,
    /// The token is for the future: the clock of who made it, or of this machine, is off.
    #[error("the token is not valid yet: {0} is in the future")]
    TokenNotYetValid(&'static str),
    /// Signature, key, issuer, audience, algorithm or a claim is wrong. The client is not told which.
    #[error("invalid token: {0}")]
    TokenInvalid(Invalid),
    /// The account is gone, or was signed out everywhere after the user signed in.
    #[error("the account is gone, or was signed out after this sign-in")]
    TokenRevoked,
    /// An administrator has locked the account.
    #[error("the account is disabled")]
    UserDisabled,
    /// The user signed in too long ago for this method.
    #[error("the user signed in too long ago")]
    RecentSignInRequired,
    /// The method is not for this kind of caller.
    #[error("this kind of caller may not call: {0}")]
    CallerNotAllowed(&'static str),
    /// The method is not for anonymous accounts.
    #[error("the user is anonymous")]
    AnonymousNotAllowed,
    /// The user has not verified the e-mail address.
    #[error("the user's e-mail address is not verified")]
    EmailNotVerified,
    /// The user signed in with one factor only.
    #[error("the user signed in without a second factor")]
    SecondFactorRequired,
    /// The user has none of the roles that the method demands.
    #[error("the user has none of the roles that the rule names")]
    RoleRequired,
    /// The user signed in another way than the method demands.
    #[error("the rule does not name the user's way to sign in")]
    ProviderNotAllowed,
    /// The user is of another tenant.
    #[error("the rule does not name the user's tenant")]
    TenantNotAllowed,
    /// The rule does not name the service, or the configuration gives the account no name.
    #[error("the rule does not name the service")]
    ServiceNotAllowed,
    /// The internal user is of another organization.
    #[error("the rule does not name the user's organization")]
    DomainNotAllowed,
    /// A caller who is known by a cookie, of ours or of IAP, calls from a page that may not, or from none (G11).
    #[error("the call comes from no page that may use the browser's cookies: {0}")]
    OriginNotAllowed(&'static str),
    /// The app has not proven itself, or its proof does not count.
    #[error("no valid App Check token: {0}")]
    AppCheckRequired(String),
    /// The method is not for this app.
    #[error("the rule does not name the app")]
    AppNotAllowed,
    /// Whether an App Check token was used before cannot be asked. It is our outage, not the caller's fault.
    #[error("App Check cannot be asked whether the token was used before: {0}")]
    AppCheckUnavailable(String),
    /// The issuer's keys cannot be had. It is our outage, not the caller's fault.
    #[error("no usable keys of the issuer: {0}")]
    KeysUnavailable(&'static str),
    /// The account cannot be looked up. It is our outage, not the caller's fault.
    #[error("the account cannot be looked up: {0}")]
    AccountsUnavailable(AccountsError),
    /// As many streams are open as this instance may hold.
    #[error("as many streams are open as this instance may hold")]
    TooManyStreams,
}

/// What is wrong with a token. For the log, not for the client: values from the token are short and escaped already (G23).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The header demands another algorithm.
    #[error("the algorithm is not the one of this kind of token")]
    Algorithm,
    /// A part of the header is missing, twice there, of the wrong type or not supported.
    #[error("header: {0}")]
    Header(String),
    /// The issuer has no key of this name.
    #[error("the issuer has no key \"{0}\"")]
    UnknownKey(String),
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
    /// The signature was removed by Google: the token came through a Cloud Run service that checks IAM.
    #[error(
        "the signature was removed by Google, since the service's invoker check is on: switch it off, or have the caller send \
         IAM's token in x-serverless-authorization"
    )]
    SignatureRemoved,
    /// Another issuer.
    #[error("iss is not this project's issuer but \"{0}\"")]
    Issuer(String),
    /// Another audience.
    #[error("aud is not this project but \"{0}\"")]
    Audience(String),
    /// A claim is missing, twice there, of the wrong type or out of bounds.
    #[error("claims: {0}")]
    Claims(String),
}

impl Denial {
    /// Every [`reason`](Self::reason) there is, for those who count by it.
    pub const REASONS: [&'static str; 25] = [
        "METHOD_UNKNOWN",
        "TOKEN_MISSING",
        "TOKEN_MALFORMED",
        "TOKEN_EXPIRED",
        "TOKEN_NOT_YET_VALID",
        "TOKEN_INVALID",
        "TOKEN_REVOKED",
        "USER_DISABLED",
        "RECENT_SIGN_IN_REQUIRED",
        "CALLER_NOT_ALLOWED",
        "ANONYMOUS_NOT_ALLOWED",
        "EMAIL_NOT_VERIFIED",
        "SECOND_FACTOR_REQUIRED",
        "ROLE_REQUIRED",
        "PROVIDER_NOT_ALLOWED",
        "TENANT_NOT_ALLOWED",
        "SERVICE_NOT_ALLOWED",
        "DOMAIN_NOT_ALLOWED",
        "ORIGIN_NOT_ALLOWED",
        "APP_CHECK_REQUIRED",
        "APP_NOT_ALLOWED",
        "APP_CHECK_UNAVAILABLE",
        "KEYS_UNAVAILABLE",
        "ACCOUNTS_UNAVAILABLE",
        "TOO_MANY_STREAMS",
    ];

    /// The reason code that the log has and the client is told, stable for clients to act upon.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::MethodUnknown => "METHOD_UNKNOWN",
            Self::TokenMissing => "TOKEN_MISSING",
            Self::TokenMalformed(_) => "TOKEN_MALFORMED",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::TokenNotYetValid(_) => "TOKEN_NOT_YET_VALID",
            Self::TokenInvalid(_) => "TOKEN_INVALID",
            Self::TokenRevoked => "TOKEN_REVOKED",
            Self::UserDisabled => "USER_DISABLED",
            Self::RecentSignInRequired => "RECENT_SIGN_IN_REQUIRED",
            Self::CallerNotAllowed(_) => "CALLER_NOT_ALLOWED",
            Self::AnonymousNotAllowed => "ANONYMOUS_NOT_ALLOWED",
            Self::EmailNotVerified => "EMAIL_NOT_VERIFIED",
            Self::SecondFactorRequired => "SECOND_FACTOR_REQUIRED",
            Self::RoleRequired => "ROLE_REQUIRED",
            Self::ProviderNotAllowed => "PROVIDER_NOT_ALLOWED",
            Self::TenantNotAllowed => "TENANT_NOT_ALLOWED",
            Self::ServiceNotAllowed => "SERVICE_NOT_ALLOWED",
            Self::DomainNotAllowed => "DOMAIN_NOT_ALLOWED",
            Self::OriginNotAllowed(_) => "ORIGIN_NOT_ALLOWED",
            Self::AppCheckRequired(_) => "APP_CHECK_REQUIRED",
            Self::AppNotAllowed => "APP_NOT_ALLOWED",
            Self::AppCheckUnavailable(_) => "APP_CHECK_UNAVAILABLE",
            Self::KeysUnavailable(_) => "KEYS_UNAVAILABLE",
            Self::AccountsUnavailable(_) => "ACCOUNTS_UNAVAILABLE",
            Self::TooManyStreams => "TOO_MANY_STREAMS",
        }
    }

    /// The status code and the words for the client.
    fn answer(&self) -> (Code, &'static str) {
        use Code::{
            PermissionDenied, ResourceExhausted, Unauthenticated, Unavailable, Unimplemented,
        };
        match self {
            Self::MethodUnknown => (Unimplemented, "there is no such method"),
            Self::TokenMissing => (Unauthenticated, "sign in: this method needs a bearer token"),
            Self::TokenMalformed(_) => (Unauthenticated, "the bearer token is malformed"),
            Self::TokenExpired => (Unauthenticated, "the token has expired: refresh it"),
            Self::TokenNotYetValid(_) => (
                Unauthenticated,
                "the token is not valid yet: is a clock off?",
            ),
            Self::TokenInvalid(_) => (Unauthenticated, "the token is not valid here"),
            Self::TokenRevoked => (
                Unauthenticated,
                "this sign-in does not count any more: sign in again",
            ),
            Self::UserDisabled => (Unauthenticated, "this account is disabled"),
            Self::RecentSignInRequired => (
                Unauthenticated,
                "sign in again: this method needs a recent sign-in",
            ),
            Self::CallerNotAllowed(_) => (
                PermissionDenied,
                "this method is not for this kind of caller",
            ),
            Self::AnonymousNotAllowed => (
                PermissionDenied,
                "this method is not for guests: link an account",
            ),
            Self::EmailNotVerified => (PermissionDenied, "verify your e-mail address first"),
            Self::SecondFactorRequired => (PermissionDenied, "sign in with a second factor"),
            Self::RoleRequired => (PermissionDenied, "this method needs a role you do not have"),
            Self::ProviderNotAllowed => (
                PermissionDenied,
                "this method does not accept your way to sign in",
            ),
            Self::TenantNotAllowed => (PermissionDenied, "this method is not for your tenant"),
            Self::ServiceNotAllowed => (PermissionDenied, "this method is not for this service"),
            Self::DomainNotAllowed => {
                (PermissionDenied, "this method is not for your organization")
            }
            Self::OriginNotAllowed(_) => (
                PermissionDenied,
                "this page may not call with the browser's cookies",
            ),
            Self::AppCheckRequired(_) => (
                PermissionDenied,
                "this method needs a fresh App Check token",
            ),
            Self::AppNotAllowed => (PermissionDenied, "this method is not for this app"),
            Self::AppCheckUnavailable(_) => (
                Unavailable,
                "App Check cannot be asked at the moment: try again",
            ),
            Self::KeysUnavailable(_) => (
                Unavailable,
                "tokens cannot be verified at the moment: try again",
            ),
            Self::AccountsUnavailable(_) => (
                Unavailable,
                "accounts cannot be looked up at the moment: try again",
            ),
            Self::TooManyStreams => (
                ResourceExhausted,
                "too many streams are open: try again later",
            ),
        }
    }

    /// The gRPC status of this refusal, with its `google.rpc.ErrorInfo`, and a `RetryInfo` where it is our outage.
    ///
    /// A path without a rule is answered as by any server that does not know it, with the code and nothing else.
    pub fn status(&self) -> Status {
        let (code, message) = self.answer();
        if matches!(self, Self::MethodUnknown) {
            return Status::new(code, message);
        }
        let mut details =
            ErrorDetails::with_error_info(self.reason(), ERROR_DOMAIN, HashMap::new());
        if code == Code::Unavailable {
            details.set_retry_info(Some(Duration::from_secs(1)));
        }
        Status::with_error_details(code, message, details)
    }
}

impl From<Invalid> for Denial {
    fn from(invalid: Invalid) -> Self {
        Self::TokenInvalid(invalid)
    }
}

/// A value that came from outside, made fit for a log: at most 64 bytes, control characters escaped (G23).
pub(crate) fn loggable(value: &str) -> String {
    let mut shown = String::new();
    for c in value.chars() {
        let escaped = c.escape_debug().collect::<String>();
        if shown.len() + escaped.len() > 64 {
            shown.push('…');
            break;
        }
        shown.push_str(&escaped);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_carries_its_reason_and_the_code_inside_the_details() {
        let status = Denial::TokenExpired.status();
        assert_eq!(status.code(), Code::Unauthenticated);
        let details = status.get_error_details();
        let info = details.error_info().expect("an ErrorInfo");
        assert_eq!(
            (info.reason.as_str(), info.domain.as_str()),
            ("TOKEN_EXPIRED", "callgate")
        );
        assert!(info.metadata.is_empty());
        // The second field of google.rpc.Status' wire form is its code; 0 would read as success.
        assert_eq!(&status.details()[..2], &[0x08, Code::Unauthenticated as u8]);
    }

    #[test]
    fn an_unknown_method_is_answered_as_by_any_server() {
        let status = Denial::MethodUnknown.status();
        assert_eq!(status.code(), Code::Unimplemented);
        assert!(status.details().is_empty());
    }

    #[test]
    fn the_list_of_reasons_is_whole() {
        let source = include_str!("denial.rs");
        let (_, reason) = source.split_once("pub fn reason").expect("the function");
        let (reason, _) = reason.split_once("\n    }\n").expect("its end");
        let told: Vec<&str> = reason
            .lines()
            .filter_map(|arm| arm.split_once("=> \"")?.1.split('"').next())
            .collect();
        assert_eq!(told, Denial::REASONS);
        let told: std::collections::HashSet<&str> = told.into_iter().collect();
        assert_eq!(told.len(), Denial::REASONS.len(), "no two are the same");
    }

    #[test]
    fn our_outage_is_not_told_as_the_callers_fault() {
        let status = Denial::KeysUnavailable("none yet").status();
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.get_error_details().retry_info().is_some());
    }

    #[test]
    fn unverified_values_are_short_and_escaped_in_the_log() {
        assert_eq!(loggable("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert!(loggable(&"x".repeat(1000)).len() <= 64 + '…'.len_utf8());
    }
}
