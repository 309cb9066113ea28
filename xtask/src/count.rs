//! How many tests passed and failed, read from what the test runners print.

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    /// Reads a line that a test runner printed. Lines of other kinds change nothing.
    pub(crate) fn read(&mut self, line: &str) {
        let line = line.trim();
        // cargo test: "test result: ok. 3 passed; 0 failed; .."
        if let Some(rest) = line.strip_prefix("test result: ") {
            for part in rest.split([';', '.']) {
                self.add(part);
            }
        // node --test: "# pass 3", in newer versions "ℹ pass 3"
        } else if let Some(rest) = line.strip_prefix("# ").or(line.strip_prefix("ℹ ")) {
            match rest.split_once(' ') {
                Some(("pass", n)) => self.passed += n.parse().unwrap_or(0),
                Some(("fail", n)) => self.failed += n.parse().unwrap_or(0),
                _ => {}
            }
        // Vitest: "Tests  3 passed (3)"; Playwright: "3 passed (1.2m)", "1 failed"
        } else {
            let rest = line.strip_prefix("Tests ").unwrap_or(line);
            for part in rest.split('|') {
                self.add(part.split('(').next().unwrap_or(part));
            }
        }
    }

    /// Reads `3 passed` or `1 failed`, and nothing else.
    fn add(&mut self, part: &str) {
        let mut words = part.split_whitespace();
        if let (Some(Ok(n)), Some(what), None) = (
            words.next().map(str::parse::<u64>),
            words.next(),
            words.next(),
        ) {
            match what {
                "passed" => self.passed += n,
                "failed" => self.failed += n,
                _ => {}
            }
        }
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

#[cfg(test)]
mod tests {
    use super::Count;

    fn count(text: &str) -> (u64, u64) {
        let mut count = Count::default();
        text.lines().for_each(|line| count.read(line));
        (count.passed, count.failed)
    }

    #[test]
    fn the_closing_lines_of_each_runner_are_read() {
        let cargo = "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.10s";
        assert_eq!(count(cargo), (12, 2));
        assert_eq!(count("# tests 4\n# pass 3\n# fail 1"), (3, 1));
        assert_eq!(count("ℹ pass 3\nℹ fail 0"), (3, 0));
        assert_eq!(count(" Tests  5 passed (5)"), (5, 0));
        assert_eq!(
            count("  1 failed\n    a.spec.ts:1:1\n  17 passed (1.2m)"),
            (17, 1)
        );
    }

    #[test]
    fn other_lines_change_nothing() {
        assert_eq!(
            count("3 passed tests\n 7 files\nTest Files  2 passed (2)"),
            (0, 0)
        );
    }
}
