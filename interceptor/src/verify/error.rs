//! Why a verifier cannot be made.

use std::time::Duration;

/// Why a verifier cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifierError {
    /// Google's project ids have 6 to 30 lower-case letters, digits and hyphens, begin with a letter and do not end with a
    /// hyphen. Old ones may have a domain before them: `example.com:my-project`.
    #[error(
        "{0:?} is not the id of a Google Cloud project: take the id, not the number and not the name, such as \"my-project-1\""
    )]
    ProjectId(String),
    /// Clocks that differ by so much are not to be made up for.
    #[error("a clock skew of {0:?} is more than 5 minutes: set the clock right instead")]
    ClockSkew(Duration),
    /// Tenants have letters, digits and hyphens, and begin with a letter.
    #[error("{0:?} is not the id of a tenant, nor `-` for the project's own users")]
    Tenant(String),
    /// Roles must not be read from a claim that users can set or that means something else.
    #[error(
        "roles cannot be read from the claim {0:?}, which users can set or which a standard defines: take a custom claim of \
         your own"
    )]
    RolesClaim(String),
    /// An audience of IAP names the project by its number, and a service or a backend service of it.
    #[error(
        "{0:?} is not an audience of Identity-Aware Proxy: /projects/NUMBER/locations/REGION/services/SERVICE on Cloud Run, or \
         /projects/NUMBER/global/backendServices/ID behind a load balancer"
    )]
    IapAudience(String),
    /// Without an audience, tokens for any other service would do as well.
    #[error(
        "service accounts need an audience: the URL of this service, or a custom audience of its own"
    )]
    NoAudience,
    /// The audience is an OAuth client, for which anyone's own program can get tokens, or it cannot be one at all.
    #[error(
        "{0:?} cannot be the audience of this service: take its URL, or a custom audience of its own, and no OAuth client"
    )]
    Audience(String),
    /// The name that rules call a service account by has letters, digits, `-`, `_` and `.`, 64 at most.
    #[error(
        "{0:?} is not a name for a service account: it has letters, digits, `-`, `_` and `.`, 64 at most"
    )]
    AccountName(String),
    /// Only a service account's e-mail address is mapped: people's are theirs to change.
    #[error(
        "{0:?} is not a service account: take its e-mail address, such as votes@my-project.iam.gserviceaccount.com, with \
         #uniqueId behind it if an account made again under the same address is not to count"
    )]
    Account(String),
    /// Each account has one name, and each name one account, lest it depend on their order who calls.
    #[error("{0:?} is mapped twice")]
    AccountTwice(String),
    /// Projects are numbered from 1.
    #[error("0 is not the number of a Google Cloud project")]
    ProjectNumber,
    /// Google forbids to keep App Check's keys for long, since they are replaced often.
    #[error(
        "App Check's keys must not be kept for more than 6 hours: make their store with AppCheckVerifier::fetched_keys, or set its \
         max_age_total"
    )]
    AppCheckKeys,
    /// The emulator's tokens are unsigned, so they must count for nothing that exists.
    #[cfg(feature = "emulator")]
    #[error(
        "{0:?} may be a project that exists, for which the emulator's unsigned tokens must not count: take an id that begins \
         with `demo-`"
    )]
    EmulatorProject(String),
}
