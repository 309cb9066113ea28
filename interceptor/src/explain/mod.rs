//! Why a token was refused, for the person who has to do something about it.
//!
//! The verdict is the verifier's own: [`FirebaseVerifier::explain`](crate::FirebaseVerifier::explain), and the method of that name
//! of each other verifier, runs it like any call does. The steps beside it are looked at once more, one by one and beyond the first
//! that fails, so that all that is wrong with a token shows at once. Nothing in an explanation holds the token, an e-mail address
//! or a name (G23).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let issuer = callgate_testkit::FirebaseIssuer::new("demo-greeter");
//! let token = issuer.token("ada").claim("aud", "demo-other").sign();
//!
//! let explanation = issuer.verifier().explain(&token).await;
//! assert!(explanation.verdict.is_err());
//! let failed = explanation.first_failure().unwrap();
//! println!("{}: {}. {}", failed.check, failed.detail, explanation.advice);
//! # });
//! ```

mod advice;
mod asked;
mod kind;
mod steps;
mod time;

use crate::{caller::EndUser, denial::Denial};

pub(crate) use asked::Asked;
pub(crate) use kind::Glance;
pub use kind::Kind;
pub use steps::{Outcome, Step};
pub(crate) use steps::{Steps, say};
pub(crate) use time::{ago, moment};

/// What a verifier makes of a token, and what a person can do about it.
#[derive(Clone, Debug)]
pub struct Explanation<C = EndUser> {
    /// As what it was judged: the kind of token that the verifier verifies.
    pub judged_as: Kind,
    /// What the token looks like. Nothing of it is proven where the verdict is a refusal.
    pub kind: Kind,
    /// What the verifier says.
    pub verdict: Result<C, Denial>,
    /// Its checks, in its order.
    pub steps: Vec<Step>,
    /// What to do, in a sentence or two.
    pub advice: String,
}

impl<C> Explanation<C> {
    pub(crate) fn new(
        token: &str,
        asked: &Asked<'_>,
        verdict: Result<C, Denial>,
        steps: Steps,
    ) -> Self {
        let steps = steps.in_agreement_with(verdict.as_ref().err());
        let glance = Glance::at(token);
        let (kind, advice) = match &verdict {
            Ok(_) => (asked.kind(), advice::valid(asked.kind()).to_owned()),
            Err(denial) => (glance.kind(), advice::of(&glance, asked, denial, &steps)),
        };
        Self {
            judged_as: asked.kind(),
            kind,
            verdict,
            steps,
            advice,
        }
    }

    /// The same, with something made of what was proven.
    pub fn map<D>(self, make: impl FnOnce(C) -> D) -> Explanation<D> {
        Explanation {
            judged_as: self.judged_as,
            kind: self.kind,
            verdict: self.verdict.map(make),
            steps: self.steps,
            advice: self.advice,
        }
    }

    /// The first check that failed.
    pub fn first_failure(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.failure().is_some())
    }

    /// Whether the token could be judged. It cannot where the issuer's keys are not to be had.
    pub fn is_judged(&self) -> bool {
        !matches!(self.verdict, Err(Denial::KeysUnavailable(_)))
    }
}
