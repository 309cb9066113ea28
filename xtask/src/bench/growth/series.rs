//! What was measured, as lines over a number that grows.

use std::collections::{BTreeMap, BTreeSet};

use crate::bench::figures::median;

/// One chart, and one table: some lines over the same numbers.
pub(super) struct Series {
    pub(super) title: &'static str,
    /// What grows.
    pub(super) x: &'static str,
    pub(super) unit: Unit,
    pub(super) lines: Vec<Line>,
}

/// What one of the compared came to.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// What grows, and all that was measured there.
    points: BTreeMap<u32, Vec<f64>>,
}

/// In what it was measured.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    PerSecond,
    Mib,
    Bytes,
    Micros,
    Millis,
}

// === impl Series ===

impl Series {
    pub(super) fn new(title: &'static str, x: &'static str, unit: Unit) -> Self {
        Self {
            title,
            x,
            unit,
            lines: Vec::new(),
        }
    }

    /// Adds what was measured of one of the compared. Of several rounds, the median counts.
    pub(super) fn add(&mut self, name: &'static str, at: u32, value: f64) {
        let known = self.lines.iter().position(|line| line.name == name);
        let line = known.unwrap_or_else(|| {
            let points = BTreeMap::new();
            self.lines.push(Line { name, points });
            self.lines.len() - 1
        });
        let points = &mut self.lines[line].points;
        points.entry(at).or_default().push(value);
    }

    /// All numbers at which something was measured, in order.
    pub(super) fn counts(&self) -> BTreeSet<u32> {
        let lines = self.lines.iter();
        lines.flat_map(|line| line.points.keys().copied()).collect()
    }
}

// === impl Line ===

impl Line {
    /// What grows, and the median of what was measured there.
    pub(super) fn points(&self) -> impl Iterator<Item = (u32, f64)> {
        let points = self.points.iter();
        points.map(|(at, values)| (*at, median(values.clone())))
    }

    /// What was measured at this number.
    pub(super) fn at(&self, count: u32) -> Option<f64> {
        self.points.get(&count).cloned().map(median)
    }
}

// === impl Unit ===

impl Unit {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::PerSecond => "a second",
            Self::Mib => "MiB",
            Self::Bytes => "bytes",
            Self::Micros => "microseconds",
            Self::Millis => "milliseconds",
        }
    }
}
