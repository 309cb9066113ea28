//! The tables, in Markdown.

use std::fmt::Write as _;

use super::series::Series;

/// A table for each chart, and on what it was measured.
pub(super) fn markdown(all: &[Series], machine: &[String]) -> String {
    let mut text = String::from(
        "Written by `cargo xtask bench growth`; [README.md](../README.md) says how it is measured.\n\n![Charts of the tables below](growth.svg)\n",
    );
    for series in all {
        let names: Vec<&str> = series.lines.iter().map(|line| line.name).collect();
        let _ = write!(
            text,
            "\n**{}**, {}\n\n| {} | {} |\n|--:|{}\n",
            series.title,
            series.unit.words(),
            series.x,
            names.join(" | "),
            "--:|".repeat(names.len()),
        );
        for count in series.counts() {
            let _ = write!(text, "| {} |", thousands(count.into()));
            for line in &series.lines {
                let shown = line.at(count).map(shown).unwrap_or_default();
                let _ = write!(text, " {shown} |");
            }
            text.push('\n');
        }
    }
    text.push('\n');
    for line in machine {
        let _ = writeln!(text, "- {line}");
    }
    text
}

/// Three digits at least.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => thousands(value),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// A whole number with its thousands set apart.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::from(if value < 0.0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{super::series::Unit, *};

    #[test]
    fn a_table_has_a_row_for_each_number_and_the_median_of_its_rounds() {
        let mut series = Series::new("Calls", "tokens", Unit::PerSecond);
        for (name, at, value) in [
            ("one", 10, 3.0),
            ("one", 10, 1.0),
            ("one", 10, 2.0),
            ("two", 10, 12_345.6),
            ("two", 1_000_000, 4.0),
        ] {
            series.add(name, at, value);
        }
        let page = markdown(&[series], &["CPU: some".to_owned()]);
        assert!(page.contains(
            "| tokens | one | two |\n|--:|--:|--:|\n| 10 | 2.00 | 12,346 |\n| 1,000,000 |  | 4.00 |\n"
        ));
        assert!(page.ends_with("\n- CPU: some\n"));
    }
}
