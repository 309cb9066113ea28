//! What the crate's documentation shows.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod twenty_lines;

const EXAMPLE: &str = include_str!("twenty_lines.rs");

#[test]
fn a_gated_service_is_tested_in_twenty_lines() {
    let lines = EXAMPLE.lines().filter(|line| !line.is_empty());
    assert!(lines.count() <= 20);
}

#[test]
fn the_documentation_shows_the_example_as_it_is() {
    let docs = include_str!("../../src/lib.rs").lines();
    let docs = docs.filter_map(|line| line.strip_prefix("//!"));
    let docs: String = docs
        .flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"])
        .collect();
    assert!(docs.contains(EXAMPLE));
}
