//! The checks of a token, one by one.

use crate::denial::{Denial, Invalid};

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

// === impl Step ===

impl Step {
    pub(crate) fn failure(&self) -> Option<&Denial> {
        match &self.outcome {
            Outcome::Failed(denial) => Some(denial),
            Outcome::Passed | Outcome::NotJudged => None,
        }
    }
}

// === impl Steps ===

impl Steps {
    /// Adds a check that could be made.
    pub(crate) fn add(&mut self, check: &'static str, result: Result<String, Denial>) {
        match result {
            Ok(detail) => self.0.push(Step {
                check,
                outcome: Outcome::Passed,
                detail,
            }),
            Err(denial) => {
                let detail = words(&denial);
                self.fail(check, denial, detail);
            }
        }
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

    /// The verifier has the last word. The steps are to say the same; were they ever not to, another one says it for them.
    pub(super) fn in_agreement_with(mut self, refusal: Option<&Denial>) -> Vec<Step> {
        if let Some(denial) = refusal
            && !matches!(denial, Denial::KeysUnavailable(_))
            && self.0.iter().find_map(Step::failure) != Some(denial)
        {
            self.add("verifier", Err(denial.clone()));
        }
        self.0
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
