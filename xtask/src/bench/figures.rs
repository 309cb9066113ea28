//! What was measured, and the figures made of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{built::number, footprint::Footprint};

/// A figure, by the name that its goal has.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    /// What it should be at least, or at most, if that is said.
    pub(super) goal: Option<Goal>,
}

#[derive(Clone, Copy)]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

/// What one load on one server came to.
#[derive(Clone, Copy)]
pub(super) struct Measured {
    pub(super) calls_per_s: f64,
    pub(super) cpu_us: f64,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) p999_us: f64,
    pub(super) rss_mb: f64,
}

/// What each round came to, for each contender.
#[derive(Default)]
pub(super) struct Rounds(BTreeMap<&'static str, Vec<Measured>>);

// === impl Rounds ===

impl Rounds {
    pub(super) fn add(&mut self, contender: &'static str, report: &Value) -> anyhow::Result<()> {
        let read = |name: &str| number(report, name);
        self.0.entry(contender).or_default().push(Measured {
            calls_per_s: read("calls_per_s")?,
            cpu_us: read("cpu_us")?,
            p50_us: read("p50_us")?,
            p99_us: read("p99_us")?,
            p999_us: read("p999_us")?,
            rss_mb: read("rss_mb")?,
        });
        Ok(())
    }

    /// The median of something over the rounds. None of a contender that was not measured.
    pub(super) fn median(&self, contender: &str, of: fn(&Measured) -> f64) -> Option<f64> {
        Some(median(self.0.get(contender)?.iter().map(of).collect()))
    }

    /// The median of something between two contenders, each compared within one round.
    pub(super) fn between(
        &self,
        one: &str,
        other: &str,
        of: fn(&Measured, &Measured) -> f64,
    ) -> Option<f64> {
        let (one, other) = (self.0.get(one)?, self.0.get(other)?);
        Some(median(
            one.iter().zip(other).map(|(a, b)| of(a, b)).collect(),
        ))
    }

    /// How many calls a second of one for one of the other.
    pub(super) fn ratio(&self, one: &str, other: &str) -> Option<f64> {
        self.between(one, other, |a, b| a.calls_per_s / b.calls_per_s)
    }

    /// The CPU time that a call takes more, in microseconds.
    pub(super) fn cpu_more(&self, one: &str, other: &str) -> Option<f64> {
        self.between(one, other, |a, b| a.cpu_us - b.cpu_us)
    }
}

/// The one in the middle.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

// === impl Figure ===

impl Figure {
    /// A line of JSON.
    pub(super) fn json(&self) -> String {
        json!({ "name": self.name, "value": self.value, "unit": self.unit }).to_string()
    }
}

// === impl Goal ===

impl Goal {
    pub(super) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(goal) => value >= goal,
            Self::AtMost(goal) => value <= goal,
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::AtLeast(goal) => format!("at least {goal}"),
            Self::AtMost(goal) => format!("at most {goal}"),
        }
    }
}

/// All figures that can be made of what was measured.
pub(super) fn all(micro: &Value, rounds: &Rounds, footprint: &Footprint) -> Vec<Figure> {
    let nanoseconds = |name: &str| micro[name].as_f64();
    let over = |one: &str, other: &str| Some(nanoseconds(one)? / nanoseconds(other)?);
    [
        (
            "unary_warm_ratio",
            rounds.ratio("gate_warm", "none"),
            "ratio",
            Some(Goal::AtLeast(0.97)),
        ),
        (
            "unary_warm_cpu_us",
            rounds.cpu_more("gate_warm", "none"),
            "us",
            Some(Goal::AtMost(0.5)),
        ),
        (
            "unary_cold_ratio",
            rounds.ratio("gate_cold", "none"),
            "ratio",
            Some(Goal::AtLeast(0.42)),
        ),
        (
            "web_warm_ratio",
            rounds.ratio("web_warm", "web_none"),
            "ratio",
            Some(Goal::AtLeast(0.97)),
        ),
        (
            "verify_over_signature",
            over("verify_rs256", "signature_rs256"),
            "ratio",
            Some(Goal::AtMost(1.08)),
        ),
        (
            "verify_over_signature_es256",
            over("verify_es256", "signature_es256"),
            "ratio",
            Some(Goal::AtMost(1.05)),
        ),
        (
            "vs_node_cold",
            rounds.ratio("gate_cold", "node"),
            "ratio",
            Some(Goal::AtLeast(8.5)),
        ),
        (
            "vs_node_warm",
            rounds.ratio("gate_warm", "node"),
            "ratio",
            Some(Goal::AtLeast(20.0)),
        ),
        (
            "vs_envoy_cold",
            rounds.ratio("gate_cold", "envoy_cold"),
            "ratio",
            Some(Goal::AtLeast(2.6)),
        ),
        (
            "vs_envoy_warm",
            rounds.ratio("gate_warm", "envoy_cache"),
            "ratio",
            Some(Goal::AtLeast(4.3)),
        ),
        (
            "reject_malformed_per_s",
            nanoseconds("deny_malformed").map(|ns| 1e9 / ns),
            "1/s",
            Some(Goal::AtLeast(300_000.0)),
        ),
        (
            "forged_over_signature",
            over("deny_forged", "signature_rs256"),
            "ratio",
            Some(Goal::AtMost(1.10)),
        ),
        (
            "cold_start_ms",
            footprint.cold_start_ms,
            "ms",
            Some(Goal::AtMost(10.0)),
        ),
        (
            "cold_start_fetched_ms",
            footprint.cold_start_fetched_ms,
            "ms",
            None,
        ),
        (
            "rss_idle_mb",
            footprint.rss_idle_mb,
            "MB",
            Some(Goal::AtMost(10.0)),
        ),
        (
            "rss_load_mb",
            rounds.median("service", |m| m.rss_mb),
            "MB",
            None,
        ),
        (
            "votes_binary_mb",
            footprint.votes_binary_mb,
            "MB",
            Some(Goal::AtMost(12.0)),
        ),
        (
            "stream_bytes",
            footprint.stream_bytes,
            "bytes",
            Some(Goal::AtMost(256.0)),
        ),
        (
            "tokens_million_cache_mb",
            footprint.tokens_cache_mb.map(|(takes, _)| takes),
            "MB",
            footprint.tokens_cache_mb.map(|(_, may)| Goal::AtMost(may)),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value, unit, goal)| {
        Some(Figure {
            name,
            value: value?,
            unit,
            goal,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Footprint, Rounds, all};

    fn report(calls_per_s: f64, cpu_us: f64) -> serde_json::Value {
        json!({ "calls_per_s": calls_per_s, "cpu_us": cpu_us, "p50_us": 1, "p99_us": 2, "p999_us": 3, "rss_mb": 4 })
    }

    #[test]
    fn servers_are_compared_within_a_round_and_what_was_not_measured_is_left_out() {
        let mut rounds = Rounds::default();
        // In the second round the machine was busy, with both of them.
        for (none, gate) in [(100.0, 97.0), (10.0, 9.8), (100.0, 98.0)] {
            rounds.add("none", &report(none, 10.0)).unwrap();
            rounds.add("gate_warm", &report(gate, 10.5)).unwrap();
        }
        let micro =
            json!({ "verify_rs256": 108.0, "signature_rs256": 100.0, "deny_malformed": 1000.0 });
        let figures = all(&micro, &rounds, &Footprint::default());
        let value = |name: &str| figures.iter().find(|f| f.name == name).map(|f| f.value);
        assert_eq!(value("unary_warm_ratio"), Some(0.98));
        assert_eq!(value("unary_warm_cpu_us"), Some(0.5));
        assert_eq!(value("verify_over_signature"), Some(1.08));
        assert_eq!(value("reject_malformed_per_s"), Some(1e6));
        assert_eq!(value("vs_node_warm"), None);
        let line = figures[0].json();
        assert_eq!(
            line,
            r#"{"name":"unary_warm_ratio","unit":"ratio","value":0.98}"#
        );
    }
}
