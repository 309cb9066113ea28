//! Why a token was refused, for the person who has to do something about it.
//!
//! The verdict is the verifier's own: [`FirebaseVerifier::explain`](crate::FirebaseVerifier::explain) runs it like any call does.
//! The steps beside it are looked at once more, one by one and beyond the first that fails, so that all that is wrong with a
//! token shows at once. Nothing in an explanation holds the token, an e-mail address or a name (G23).

mod advice;
mod kind;
mod time;

use crate::{
    caller::EndUser,
    denial::{Denial, Invalid},
};

pub(crate) use kind::Glance;
pub use kind::Kind;
pub(crate) use time::{ago, moment};

/// What a verifier makes of a token, and what a person can do about it.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What the token looks like. Nothing of it is proven where the verdict is a refusal.
    pub kind: Kind,
    /// What the verifier says.
    pub verdict: Result<EndUser, Denial>,
    /// Its checks, in its order.
    pub steps: Vec<Step>,
    /// What to do, in a sentence or two.
    pub advice: String,
}

/// One check of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What is checked, in a word that stays the same: `form`, `signature`, `expiry`, ..
    pub check: &'static str,
    /// What came out.
    pub outcome: Outcome,
    /// What was found. Values from the token are short and escaped.
    pub detail: String,
}

/// What came out of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed. Were it the first to fail, the verifier would refuse with this.
    Failed(Denial),
    /// It could not be made, for want of keys or because of a check before it.
    NotJudged,
}

/// The steps in the making.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

// === impl Explanation ===

impl Explanation {
    pub(crate) fn new(
        token: &str,
        project_id: &str,
        verdict: Result<EndUser, Denial>,
        Steps(mut steps): Steps,
    ) -> Self {
        // The verifier has the last word. The steps are to say the same; were they ever not to, this says it for them.
        if let Err(denial) = &verdict
            && !matches!(denial, Denial::KeysUnavailable(_))
            && first_failure(&steps) != Some(denial)
        {
            steps.push(Step {
                check: "verifier",
                outcome: Outcome::Failed(denial.clone()),
                detail: words(denial),
            });
        }
        let glance = Glance::at(token);
        let advice = match &verdict {
            Ok(_) => advice::VALID.to_owned(),
            Err(denial) => advice::of(&glance, denial, &steps, project_id),
        };
        Self {
            kind: glance.kind(),
            verdict,
            steps,
            advice,
        }
    }

    /// The first check that failed.
    pub fn first_failure(&self) -> Option<&Step> {
        self.steps
            .iter()
            .find(|step| matches!(step.outcome, Outcome::Failed(_)))
    }

    /// Whether the token could be judged. It cannot where the issuer's keys are not to be had.
    pub fn is_judged(&self) -> bool {
        !matches!(self.verdict, Err(Denial::KeysUnavailable(_)))
    }
}

fn first_failure(steps: &[Step]) -> Option<&Denial> {
    steps.iter().find_map(|step| match &step.outcome {
        Outcome::Failed(denial) => Some(denial),
        _ => None,
    })
}

// === impl Steps ===

impl Steps {
    /// Adds a check that could be made.
    pub(crate) fn add(&mut self, check: &'static str, result: Result<String, Denial>) {
        let (outcome, detail) = match result {
            Ok(detail) => (Outcome::Passed, detail),
            Err(denial) => {
                let detail = words(&denial);
                (Outcome::Failed(denial), detail)
            }
        };
        self.0.push(Step {
            check,
            outcome,
            detail,
        });
    }

    /// Adds a check that failed, with more to say than the denial has.
    pub(crate) fn fail(&mut self, check: &'static str, denial: Denial, detail: String) {
        self.0.push(Step {
            check,
            outcome: Outcome::Failed(denial),
            detail,
        });
    }

    /// Adds checks that could not be made.
    pub(crate) fn skip(&mut self, checks: &[&'static str], why: &str) {
        self.0.extend(checks.iter().map(|check| Step {
            check,
            outcome: Outcome::NotJudged,
            detail: why.to_owned(),
        }));
    }
}

/// What a reading came to, in words.
pub(crate) fn say<T>(result: &Result<T, Denial>, words: &str) -> Result<String, Denial> {
    match result {
        Ok(_) => Ok(words.to_owned()),
        Err(denial) => Err(denial.clone()),
    }
}

/// A denial's words, less what stands before them for the log.
fn words(denial: &Denial) -> String {
    match denial {
        Denial::TokenMalformed(why) => (*why).to_owned(),
        Denial::TokenInvalid(Invalid::Header(why) | Invalid::Claims(why)) => why.clone(),
        Denial::TokenInvalid(invalid) => invalid.to_string(),
        other => other.to_string(),
    }
}
