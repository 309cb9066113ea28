//! callgate and Google's own firebase-admin judge the same ID tokens and session cookies: good ones, and ones made wrong in every
//! part.
//!
//! Where their verdicts differ, the difference stands in `DIFFERENCES.md` with its reason. One that stands nowhere fails the test,
//! and so does one that stands there and is none. firebase-admin runs in node, unpatched, on keys of `callgate-testkit`.
#![allow(clippy::missing_panics_doc, reason = "all of this crate is a test")]

mod case;
pub mod cases;
mod differences;
mod issuer;
mod judge;
mod kind;
mod oracle;
mod sign;
mod tally;

pub use case::{Case, Settings};
pub use differences::{Differences, Side};
pub use issuer::Issuers;
pub use judge::Judge;
pub use kind::Kind;
pub use oracle::judge as firebase_admin;
pub use tally::Tally;

/// What a verifier says of a token.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is valid, and says this of its user: uid, tenant, e-mail address and whether it is verified, ways to sign in.
    Accepted(serde_json::Value),
    /// It is not, for this reason.
    Refused(String),
}

impl Verdict {
    /// Whether the token counts.
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}
