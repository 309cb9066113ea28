//! The chart of calls a second, as SVG that reads on light and on dark pages.

use std::fmt::Write as _;

use super::{contender::Contender, figures::Rounds};

const WIDTH: f64 = 760.0;
const NAMES: f64 = 300.0;
const NUMBERS: f64 = 80.0;
const ROW: f64 = 28.0;

/// A bar for each contender.
pub(super) fn svg(contenders: &[Contender], rounds: &Rounds) -> String {
    let rows: Vec<(&Contender, f64)> = contenders
        .iter()
        .filter_map(|contender| {
            Some((contender, rounds.median(contender.name, |m| m.calls_per_s)?))
        })
        .collect();
    let most = rows.iter().map(|(_, calls)| *calls).fold(1.0, f64::max);
    let (mut bars, mut y) = (String::new(), ROW * 1.5);
    for (contender, calls) in &rows {
        let length = calls / most * (WIDTH - NAMES - NUMBERS);
        let color = if contender.title.starts_with("callgate") {
            "#1a73e8"
        } else {
            "#9aa0a6"
        };
        let _ = write!(
            bars,
            "  <text x=\"{x}\" y=\"{text_y}\" text-anchor=\"end\">{title}</text>\n  \
             <rect x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"18\" rx=\"2\" fill=\"{color}\"/>\n  \
             <text x=\"{end:.1}\" y=\"{text_y}\">{calls:.0}</text>\n",
            x = NAMES - 8.0,
            text_y = y + 14.0,
            title = contender.title,
            end = NAMES + length + 6.0,
        );
        y += ROW;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\" role=\"img\" aria-label=\"Calls a second on one CPU\">\n  \
         <style>text {{ fill: #202124 }} @media (prefers-color-scheme: dark) {{ text {{ fill: #e8eaed }} }}</style>\n  \
         <text x=\"{NAMES}\" y=\"20\" font-weight=\"bold\">Calls a second, the server on one CPU</text>\n{bars}</svg>\n",
        height = y + ROW / 2.0,
    )
}
