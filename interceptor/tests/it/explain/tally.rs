//! Whether explanations agree with the verifier.

use std::fmt::Debug;

use callgate::{
    explain::{Explanation, Outcome, Step},
    verify::Check,
};

/// What the explanations of many tokens came to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Tally {
    accepted: usize,
    refused: usize,
}

impl Tally {
    /// Demands that an explanation has the verifier's verdict, that its first failure is the verifier's reason, and that all checks
    /// are always there.
    #[track_caller]
    pub(super) fn agree<C: PartialEq + Debug>(
        &mut self,
        token: &str,
        explained: &Explanation<C>,
        check: Check<C>,
        steps: usize,
    ) {
        let first = explained.first_failure();
        let failure = first.map(|step| &step.outcome);
        match check {
            Check::Verified(caller) => {
                self.accepted += 1;
                assert_eq!(failure, None, "{token}");
                assert_eq!(explained.verdict, Ok(caller), "{token}");
                let passed = |step: &Step| step.outcome == Outcome::Passed;
                assert!(explained.steps.iter().all(passed), "{explained:?}");
                assert_eq!(explained.kind, explained.judged_as);
            }
            Check::Refused(denial) => {
                self.refused += 1;
                assert_eq!(failure, Some(&Outcome::Failed(denial.clone())), "{token}");
                assert_eq!(explained.verdict, Err(denial), "{token}");
            }
            Check::Wait => panic!("the keys are here"),
        }
        let checks: Vec<&str> = explained.steps.iter().map(|step| step.check).collect();
        assert_eq!(checks.len(), steps, "{checks:?}: {token}");
        assert!(!checks.contains(&"verifier"), "{token}");
    }

    /// How many were accepted, and how many refused.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.accepted, self.refused)
    }

    #[track_caller]
    pub(super) fn is_more_than(&self, accepted: usize, refused: usize) {
        assert!(
            self.accepted > accepted && self.refused > refused,
            "{self:?}"
        );
    }
}
