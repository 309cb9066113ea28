//! Lists and spans, as sentences have them.

use std::fmt::Display;

/// `a, b or c`.
pub(super) fn any<N: Display>(names: &[N]) -> String {
    let joined = |names: &[N]| {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    match names {
        [] => "any".to_owned(),
        [name] => name.to_string(),
        [first @ .., last] => format!("{} or {last}", joined(first)),
    }
}

/// `90 s`, `5 min`, `2 h`.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s.is_multiple_of(3600) => format!("{} h", s / 3600),
        s if s > 0 && s.is_multiple_of(60) => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
