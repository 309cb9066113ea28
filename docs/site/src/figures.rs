//! The figures of docs/comparison.md are those of the last measurement.

use crate::repository::Repository;

const PAGE: &str = "docs/comparison.md";
const MEASURED: &str = "bench/results/calls.md";

/// The rows of the page's table of figures whose calls a second were not measured.
pub(crate) fn faults(repository: &Repository) -> anyhow::Result<Vec<String>> {
    let page = repository.text(PAGE)?;
    let measured = repository.text(MEASURED)?;
    Ok(unmeasured(&page, &measured)
        .map(|row| format!("{PAGE}: {MEASURED} has no such figure: {row}"))
        .collect())
}

fn unmeasured<'a>(page: &'a str, measured: &'a str) -> impl Iterator<Item = &'a str> {
    page.lines()
        .skip_while(|line| *line != "## Figures")
        .take_while(|line| !line.starts_with("### "))
        .filter(|line| line.starts_with("| "))
        // The head of the table.
        .skip(1)
        .filter(move |row| {
            let calls = row.split('|').nth(2).unwrap_or_default().replace(',', "");
            !measured.contains(&format!("| {} |", calls.trim()))
        })
}

#[cfg(test)]
mod tests {
    use super::unmeasured;

    #[test]
    fn a_figure_that_was_not_measured_is_told() {
        let page = "| 9 | 9 |\n## Figures\n\n| server | calls |\n|---|--:|\n| a | 1,234 |\n| b | 1,235 |\n### Other\n| c | 7 | |\n";
        let found: Vec<_> = unmeasured(page, "| a | 1234 | 5 |").collect();
        assert_eq!(found, ["| b | 1,235 |"]);
    }
}
