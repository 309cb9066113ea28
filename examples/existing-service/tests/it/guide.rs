//! `docs/existing-service.md` shows what is really there.

use std::{fs, path::Path};

use crate::lines;

fn guide() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/existing-service.md");
    fs::read_to_string(path).unwrap()
}

/// The code blocks of this language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    let blocks = page.split(begin.as_str()).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

#[test]
fn the_guide_shows_the_true_difference() {
    let page = guide();
    let diff = lines::diff();
    assert_eq!(
        blocks(&page, "diff"),
        [diff.as_str()],
        "docs/existing-service.md should have:\n{diff}"
    );
}

#[test]
fn what_the_guide_shows_of_rust_is_compiled_and_tested() {
    let source = concat!(include_str!("gated.rs"), include_str!("by_hand.rs"));
    let page = guide();
    let blocks = blocks(&page, "rust");
    assert!(!blocks.is_empty());
    for block in blocks {
        // Indentation is the only difference.
        let flat = |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        assert!(
            flat(source).contains(&flat(block)),
            "this is nowhere in the tests:\n{block}"
        );
    }
}
