//! What came of the cases.

/// How many cases there were, and which of them went wrong.
#[derive(Default)]
pub(super) struct Report {
    cases: usize,
    wrong: Vec<String>,
}

impl Report {
    /// Counts a case, and keeps what `words` say where it went wrong: who did what to what.
    pub(super) fn case(
        &mut self,
        is_accepted: bool,
        has_to_be: bool,
        words: impl FnOnce(&'static str) -> String,
    ) {
        self.cases += 1;
        if is_accepted != has_to_be {
            let verb = if is_accepted { "accepted" } else { "refused" };
            self.wrong.push(words(verb));
        }
    }

    /// How many cases there were.
    ///
    /// # Panics
    ///
    /// Where one of them went wrong.
    pub(super) fn finish(self) -> usize {
        let Self { cases, wrong } = self;
        let shown = wrong.len().min(20);
        assert!(
            wrong.is_empty(),
            "{} of {cases} cases are wrong:\n{}",
            wrong.len(),
            wrong[..shown].join("\n")
        );
        cases
    }
}
