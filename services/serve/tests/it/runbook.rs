//! The runbook, the alerts and the dashboard know what the code knows, and nothing else.

mod queries;

use std::{collections::BTreeSet, fs, path::PathBuf};

use callgate::Denial;
use callgate_serve::telemetry::{Instrument, METRICS, names::OTHER_REASONS};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn runbook() -> String {
    read("docs/runbook.md")
}

/// A page's section of this heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, section) = page
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("no section {heading}"));
    section.split("\n## ").next().unwrap_or_default()
}

/// The headings below that, each of which has words of its own.
fn headings<'a>(page: &'a str, heading: &str) -> Vec<&'a str> {
    let entries = section(page, heading).split("\n### ").skip(1);
    entries
        .map(|entry| {
            let (heading, words) = entry.split_once('\n').unwrap_or((entry, ""));
            assert!(words.trim().len() > 40, "{heading}: nothing is said of it");
            heading
        })
        .collect()
}

/// The words between backticks.
fn coded(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The alerts, by the name of their file.
fn alerts() -> Vec<(String, Value)> {
    let folder = root().join("deploy/monitoring/alerts");
    let files = fs::read_dir(folder).expect("the folder of the alerts");
    let mut alerts: Vec<(String, Value)> = files
        .map(|file| {
            let path = file.expect("a file").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(path).expect("an alert");
            (name, serde_json::from_str(&text).expect("JSON"))
        })
        .collect();
    alerts.sort_by(|a, b| a.0.cmp(&b.0));
    alerts
}

/// As GitHub makes an anchor of a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

#[test]
fn every_metric_is_in_the_runbooks_table_just_as_it_is_sent_and_no_other() {
    let page = runbook();
    let rows = section(&page, "Metrics")
        .lines()
        .filter(|line| line.starts_with("| `"));
    let told: Vec<_> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [_, name, kind, unit, attributes, what, _] = &*cells else {
                panic!("{row}");
            };
            assert!(!what.is_empty(), "{row}");
            (coded(name)[0], *kind, coded(unit)[0], coded(attributes))
        })
        .collect();
    let sent: Vec<_> = METRICS
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                Instrument::Counter => "counter",
                Instrument::Histogram => "histogram",
                Instrument::UpDownCounter => "up-down counter",
                Instrument::Gauge => "gauge",
                _ => "another",
            };
            (metric.name, kind, metric.unit, metric.attributes.to_vec())
        })
        .collect();
    assert_eq!(told, sent);
}

#[test]
fn every_reason_has_its_entry_in_the_runbook_and_every_entry_is_a_reason() {
    let page = runbook();
    let told = headings(&page, "Reasons");
    let known: Vec<&str> = Denial::REASONS.into_iter().chain(OTHER_REASONS).collect();
    assert_eq!(told.iter().collect::<BTreeSet<_>>(), known.iter().collect());
    assert_eq!(told.len(), known.len(), "each once");
}

#[test]
fn every_alert_has_its_entry_in_the_runbook_which_it_links_to_and_every_entry_is_an_alert() {
    let page = runbook();
    let mut told: Vec<String> = headings(&page, "Alerts").into_iter().map(anchor).collect();
    told.sort_unstable();
    let alerts = alerts();
    let there: Vec<&str> = alerts.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(told, there);
    for (file, alert) in alerts {
        let name = alert["displayName"].as_str().expect("a name");
        let name = name.strip_prefix("callgate: ").expect("of callgate");
        assert_eq!(anchor(name), file);
        let words = alert["documentation"]["content"].as_str().expect("words");
        assert!(
            words.ends_with(&format!("docs/runbook.md#{file}")),
            "{words}"
        );
    }
}

#[test]
fn links_within_the_runbook_lead_somewhere() {
    let page = runbook();
    let anchors: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#').trim()))
        .collect();
    for link in page.split("](#").skip(1) {
        let link = link.split(')').next().unwrap_or_default();
        assert!(anchors.contains(link), "#{link}");
    }
}

#[test]
fn a_reason_without_words_is_told() {
    let page = "\n## Reasons\n\n### A\n\nWords that say what it means, and what to do.\n\n### B\n\n## Next\n";
    let told = std::panic::catch_unwind(|| headings(page, "Reasons"));
    assert!(told.is_err());
}
