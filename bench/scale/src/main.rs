//! What 10 to 10,000 instances ask of one database, and of Google: `cargo run --package callgate-scale` prints the tables of
//! docs/scale.md. [`inputs`] holds what it is told.

mod fanout;
mod inputs;
mod queue;
mod random;
mod start;
mod totals;

use std::fmt::Write as _;

use inputs::{
    CALLS_PER_S, CONNECTIONS, GIB, INSTANCES, KEYS_AHEAD, KEYS_LIVE, MEMORY, MILLION_REQUESTS,
    ROWS, VCPU,
};

fn main() {
    print!(
        "{}",
        [calls(), database(), start(), fanout(), totals()].join("\n")
    );
}

/// Calls, what they cost, and the keys for them.
fn calls() -> String {
    let mut text = String::from(
        "| instances | calls a second | CPU and memory for a million calls | with the fee for requests | fetches of keys an hour, each issuer | of which in one second |\n|--:|--:|--:|--:|--:|--:|\n",
    );
    let million = (VCPU + GIB * MEMORY) * 1e6 / CALLS_PER_S;
    for instances in INSTANCES {
        let hourly = f64::from(instances) * 3600.0 / (KEYS_LIVE - KEYS_AHEAD);
        let _ = writeln!(
            text,
            "| {instances} | {:.0} | ${million:.4} | ${:.2} | {hourly:.0} | {instances} |",
            f64::from(instances) * CALLS_PER_S,
            million + MILLION_REQUESTS,
        );
    }
    text
}

fn database() -> String {
    let mut text =
        String::from("| instances | connections to the database, at most |\n|--:|--:|\n");
    for instances in INSTANCES {
        let _ = writeln!(text, "| {instances} | {} |", instances * CONNECTIONS);
    }
    text
}

fn start() -> String {
    let mut text = String::from(
        "| instances that start within a minute | ready after, half of them | ready after, p99 | wait before the lock at a time |\n|--:|--:|--:|--:|\n",
    );
    for instances in INSTANCES {
        let storm = start::storm(instances);
        let _ = writeln!(
            text,
            "| {instances} | {:.0} ms | {:.0} ms | {} |",
            storm.p50 * 1e3,
            storm.p99 * 1e3,
            storm.waiting,
        );
    }
    text
}

fn fanout() -> String {
    let mut text = String::from(
        "| instances | announcements a second | listeners told a second | readings a second | part of the database | a vote is seen elsewhere, half | p99 |\n|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for instances in INSTANCES {
        let fanout = fanout::fanout(instances);
        let seen = fanout.seen_ms.map_or_else(
            || "never | never".to_owned(),
            |(p99, p50)| format!("{p50:.0} ms | {p99:.0} ms"),
        );
        let _ = writeln!(
            text,
            "| {instances} | {:.0} | {:.0} | {:.0} | {:.0} % | {seen} |",
            fanout.announcements_per_s,
            fanout.told_per_s,
            fanout.readings_per_s,
            fanout.cores * 100.0,
        );
    }
    text
}

fn totals() -> String {
    let mut text = format!(
        "| votes a second | one row of totals: half, p99 | {ROWS} rows | {} rows |\n|--:|--:|--:|--:|\n",
        ROWS * 4
    );
    for per_s in [100.0, 400.0, 1000.0, 4000.0, 7000.0, 16_000.0] {
        let _ = write!(text, "| {per_s} |");
        for rows in [1, ROWS, ROWS * 4] {
            let took = totals::cast(per_s, rows).map_or_else(
                || "queues without end".to_owned(),
                |(p99, p50)| format!("{p50:.1} ms, {p99:.1} ms"),
            );
            let _ = write!(text, " {took} |");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_what_the_simulation_says() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scale.md");
        let page = std::fs::read_to_string(page).expect("docs/scale.md");
        for table in [calls(), database(), start(), fanout(), totals()] {
            assert!(page.contains(&table), "docs/scale.md lacks\n{table}");
        }
    }
}
