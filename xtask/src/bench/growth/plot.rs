//! The charts, as one SVG that reads on light and on dark pages: two beside each other, lines over a logarithmic axis.

use std::fmt::Write as _;

use super::{
    page::thousands,
    series::{Line, Series},
};

const COLUMNS: usize = 2;
/// Of one chart, with all that belongs to it.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 290.0;
/// Of the lines within it.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 424.0;
const TOP: f64 = 64.0;
const BOTTOM: f64 = 240.0;

/// Apart from one another also for those who see colours otherwise (Okabe and Ito), and on dark pages.
const COLOURS: [&str; 3] = ["#8a8f94", "#1a73e8", "#d55e00"];

/// All charts.
pub(super) fn svg(all: &[Series]) -> String {
    let rows = all.len().div_ceil(COLUMNS);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\" \
         role=\"img\" aria-label=\"What grows, and what it takes\">\n  \
         <style>text {{ fill: #202124 }} .axis {{ stroke: #9aa0a6; stroke-opacity: 0.35 }} \
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e8eaed }} }}</style>\n",
        width = pixels(COLUMNS) * WIDTH,
        height = pixels(rows) * HEIGHT,
    );
    for (place, series) in all.iter().enumerate() {
        let (x, y) = (
            pixels(place % COLUMNS) * WIDTH,
            pixels(place / COLUMNS) * HEIGHT,
        );
        let _ = writeln!(text, "  <g transform=\"translate({x} {y})\">");
        chart(&mut text, series);
        text.push_str("  </g>\n");
    }
    text.push_str("</svg>\n");
    text
}

fn chart(text: &mut String, series: &Series) {
    let points = series.lines.iter().flat_map(Line::points);
    let values: Vec<f64> = points.map(|(_, value)| value).collect();
    let counts: Vec<f64> = series.counts().into_iter().map(f64::from).collect();
    let across = Scale::of(&counts, LEFT, RIGHT);
    let up = Scale::from_zero(&values, BOTTOM, TOP);
    let _ = writeln!(
        text,
        "    <text x=\"{LEFT}\" y=\"20\" font-weight=\"bold\">{}</text>\n    \
         <text x=\"{LEFT}\" y=\"37\">{}</text>\n    \
         <text x=\"{RIGHT}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
        series.title,
        series.unit.words(),
        BOTTOM + 34.0,
        series.x,
    );
    for tick in across.ticks() {
        let x = across.place(tick);
        let _ = writeln!(
            text,
            "    <path class=\"axis\" d=\"M{x:.1} {TOP}V{BOTTOM}\"/>\
             <text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>",
            BOTTOM + 17.0,
            short(tick),
        );
    }
    for tick in up.ticks() {
        let y = up.place(tick);
        let _ = writeln!(
            text,
            "    <path class=\"axis\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>\
             <text x=\"{:.0}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 6.0,
            y + 4.0,
            short(tick),
        );
    }
    let mut legend = LEFT;
    for (line, colour) in series.lines.iter().zip(COLOURS.into_iter().cycle()) {
        let place = |(at, value): (u32, f64)| (across.place(at.into()), up.place(value));
        let path: Vec<String> = line
            .points()
            .map(place)
            .map(|(x, y)| format!("{x:.1} {y:.1}"))
            .collect();
        let _ = writeln!(
            text,
            "    <path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            path.join("L"),
        );
        for (at, value) in line.points() {
            let (x, y) = place((at, value));
            let _ = writeln!(
                text,
                "    <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"><title>{}: {value:.2} at {}</title></circle>",
                line.name,
                thousands(at.into()),
            );
        }
        let _ = writeln!(
            text,
            "    <circle cx=\"{:.0}\" cy=\"50\" r=\"4\" fill=\"{colour}\"/><text x=\"{:.0}\" y=\"54\">{}</text>",
            legend + 4.0,
            legend + 12.0,
            line.name,
        );
        legend += 26.0 + 6.2 * pixels(line.name.len());
    }
}

/// An axis: what is where, in pixels.
struct Scale {
    logarithmic: bool,
    from: f64,
    to: f64,
    begin: f64,
    end: f64,
}

impl Scale {
    /// From the least to the most: logarithmic, unless they are close to each other.
    fn of(values: &[f64], begin: f64, end: f64) -> Self {
        let (least, most) = ends(values);
        let logarithmic = least > 0.0 && most >= 5.0 * least;
        let (from, to) = match logarithmic {
            // Whole decades at one end, so that there are two ticks at least.
            true => (10_f64.powf(least.log10().floor()), most),
            false => (least, most),
        };
        Self {
            logarithmic,
            from,
            to,
            begin,
            end,
        }
    }

    /// From zero to the most, unless what is largest would hide what is smallest.
    fn from_zero(values: &[f64], begin: f64, end: f64) -> Self {
        let (least, most) = ends(values);
        if least > 0.0 && most > 30.0 * least {
            return Self::of(values, begin, end);
        }
        Self {
            logarithmic: false,
            from: 0.0,
            to: if most > 0.0 { most } else { 1.0 },
            begin,
            end,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let along = match self.logarithmic {
            true => (value / self.from).ln() / (self.to / self.from).ln(),
            false => (value - self.from) / (self.to - self.from).max(f64::MIN_POSITIVE),
        };
        self.begin + along.clamp(0.0, 1.0) * (self.end - self.begin)
    }

    /// Where the axis says what it stands for.
    fn ticks(&self) -> Vec<f64> {
        if self.logarithmic {
            let first = self.from.log10().round();
            let decades = (self.to.log10() - first + 1e-9).floor().max(0.0);
            // No more than fit beside each other.
            let step = (decades / 7.0).ceil().max(1.0);
            return steps(first, first + decades, step)
                .map(|exponent| 10_f64.powf(exponent))
                .collect();
        }
        let rough = (self.to - self.from) / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        // Of a few whole numbers, none is between.
        let step = if self.from > 0.0 { step.max(1.0) } else { step };
        steps((self.from / step).ceil() * step, self.to, step).collect()
    }
}

/// The least and the most.
fn ends(values: &[f64]) -> (f64, f64) {
    let values = values.iter().copied();
    let least = values.clone().fold(f64::INFINITY, f64::min);
    (least, values.fold(f64::NEG_INFINITY, f64::max))
}

fn steps(first: f64, last: f64, step: f64) -> impl Iterator<Item = f64> {
    (0_u8..=20)
        .map(move |n| first + f64::from(n) * step)
        .take_while(move |at| *at <= last + step * 1e-6)
}

/// A number in a few characters.
fn short(value: f64) -> String {
    let (value, sign) = match value {
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e3 => (value / 1e3, "k"),
        value => (value, ""),
    };
    let digits = format!("{value:.2}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{digits}{sign}")
}

#[expect(clippy::cast_precision_loss, reason = "few")]
fn pixels(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_by_decades_has_a_tick_for_each_and_what_does_not_starts_at_nothing() {
        let decades = Scale::of(&[10.0, 10_000.0], 0.0, 300.0);
        assert_eq!(decades.ticks().len(), 4);
        assert!((decades.place(100.0) - 100.0).abs() < 1e-6);
        let linear = Scale::from_zero(&[100.0, 870.0], 100.0, 0.0);
        assert_eq!(linear.ticks(), [0.0, 500.0]);
        assert!((linear.place(0.0) - 100.0).abs() < 1e-6);
        let threads = Scale::of(&[1.0, 2.0], 0.0, 1.0);
        assert_eq!(threads.ticks(), [1.0, 2.0]);
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.25, "0.25"),
            (1500.0, "1.5k"),
            (2e7, "20M"),
            (100.0, "100"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
