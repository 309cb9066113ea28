//! The tables, in Markdown.

use std::fmt::Write as _;

use super::{
    contender::Contender,
    figures::{Figure, Goal, Measured, Rounds},
};

/// What a column shows, with how many decimals.
type Column = (fn(&Measured) -> f64, usize);

/// The calls, the figures, and on what they were measured.
pub(super) fn markdown(
    contenders: &[Contender],
    rounds: &Rounds,
    figures: &[Figure],
    machine: &[String],
) -> String {
    let mut text = String::from(
        "Written by `cargo xtask bench`.\n\n| server | calls/s | CPU a call, us | p50, us | p99, us | p99.9, us | memory, MB |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for contender in contenders {
        let median = |of| rounds.median(contender.name, of).unwrap_or(f64::NAN);
        let columns: [Column; 6] = [
            (|m| m.calls_per_s, 0),
            (|m| m.cpu_us, 2),
            (|m| m.p50_us, 0),
            (|m| m.p99_us, 0),
            (|m| m.p999_us, 0),
            (|m| m.rss_mb, 1),
        ];
        let _ = write!(text, "| {} |", contender.title);
        for (of, decimals) in columns {
            let _ = write!(text, " {:.decimals$} |", median(of));
        }
        text.push('\n');
    }
    text.push_str("\n| figure | value | goal | met |\n|---|--:|---|---|\n");
    for Figure {
        name,
        value,
        unit,
        goal,
    } in figures
    {
        let shown = match *unit {
            "1/s" => format!("{value:.0} /s"),
            "ratio" => format!("{value:.3}"),
            "bytes" => format!("{value:.0} bytes"),
            unit => format!("{value:.2} {unit}"),
        };
        let is_met = match goal {
            Some(goal) if goal.is_met(*value) => "yes",
            Some(_) => "no",
            None => "",
        };
        let goal = goal.map(Goal::words).unwrap_or_default();
        let _ = writeln!(text, "| `{name}` | {shown} | {goal} | {is_met} |");
    }
    text.push('\n');
    for line in machine {
        let _ = writeln!(text, "- {line}");
    }
    text
}
