//! `cargo xtask test`: every check and every test, with a count at the end.

use std::time::Instant;

use anyhow::bail;
use clap::ValueEnum;

use crate::{
    book, conformance,
    count::Count,
    dependencies, deploy, instructions, interop, kotlin, new, oracle, published, release,
    run::{cargo, command, counted, run},
    setup, tidy,
};

/// A part of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Format, file lengths, unfinished marks, licenses, one crypto stack, nothing insecure in what ships; quick.
    Tidy,
    /// Clippy and rustdoc, with warnings as errors.
    Lints,
    /// The documentation site: its links, its code, and the reference of rules: `cargo xtask book`.
    Book,
    /// The crates for other people's projects: their features, their interface as it is written down, their packages.
    Published,
    /// Unit, integration and documentation tests of all crates, on SQLite and PostgreSQL.
    Rust,
    /// The web client and the web page: types, protos, unit tests, build; the npm packages as they are published.
    Web,
    /// The Kotlin client and its sample: unit tests, Android's API, and against the whole system.
    Kotlin,
    /// The web page in Chromium, against the whole system.
    Browser,
    /// What the path of a call costs, in instructions, by callgrind.
    Instructions,
    /// The official firebase-admin on a token of the embedded identity.
    Oracle,
    /// Everyone's clients, against the whole system: `cargo xtask interop`.
    Interop,
    /// What is in deploy/: `cargo xtask deploy-check`.
    Deploy,
    /// The conformance suite of gRPC and gRPC-Web: `cargo xtask conformance`. It needs Go.
    Conformance,
    /// The web page in Chromium, with Firebase's own emulator in place of the embedded identity.
    Emulator,
    /// `callgate new`: what it writes builds, passes its tests, is served and listed; in a copy of this repository, and on its own.
    New,
}

const PAGE: &str = "web";
const CLIENT: &str = "clients/web";

/// Where Firebase's emulator is installed: 250 MB, which the page's own packages shall not have.
const EMULATOR: &str = "web/tests/emulator";

type Step = (&'static str, fn() -> anyhow::Result<Count>);

impl Part {
    /// In the order to run them: what needs what another part makes comes after it.
    const ALL: &[Self] = &[
        Self::Tidy,
        Self::Web,
        Self::Lints,
        Self::Published,
        Self::Book,
        Self::Rust,
        Self::Instructions,
        Self::Oracle,
        Self::Interop,
        Self::Deploy,
        Self::Conformance,
        Self::Kotlin,
        Self::Browser,
        Self::Emulator,
        Self::New,
    ];

    fn steps(self) -> &'static [Step] {
        match self {
            Self::Tidy => &[
                ("format", || check(run(cargo(&["fmt", "--all", "--check"])))),
                ("tidy files", || check(tidy::check())),
                ("dependencies", || check(dependencies::check())),
                ("what ships", || check(release::check())),
            ],
            Self::Web => &[
                ("npm packages", || check(setup::npm(""))),
                ("client: format", || check(npm(CLIENT, "lint"))),
                ("client: tests, packages", || {
                    counted(command("npm", &["run", "--silent", "test"], CLIENT))
                }),
                ("page: format, protos", || check(npm(PAGE, "lint"))),
                ("page: build", || check(npm(PAGE, "build"))),
                ("page: unit tests", || {
                    counted(command("npm", &["run", "--silent", "test:unit"], PAGE))
                }),
            ],
            Self::Lints => &[
                ("clippy", || {
                    let mut clippy = cargo(&[
                        "clippy",
                        "--workspace",
                        "--all-targets",
                        "--locked",
                        "--",
                        "-D",
                        "warnings",
                    ]);
                    match conformance::protos() {
                        Ok(protos) => drop(clippy.env(conformance::PROTOS, protos)),
                        Err(error) => println!("the code in conformance/ is left out: {error:#}"),
                    }
                    check(run(clippy))
                }),
                ("rustdoc", || {
                    let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
                    doc.env("RUSTDOCFLAGS", "-D warnings");
                    check(run(doc))
                }),
            ],
            Self::Book => &[
                ("documentation site", || check(book::check())),
                ("diagrams, in Chromium", book::check_diagrams),
            ],
            Self::Published => &[
                ("features", published::features::check),
                ("public interface", published::api::check),
                ("packages", published::package::check),
            ],
            Self::Rust => &[
                ("PostgreSQL and Chromium", || check(setup::packages())),
                ("npm packages of firebase-admin", || {
                    check(setup::npm(oracle::FOLDER))
                }),
                ("cargo test", || {
                    counted(cargo(&[
                        "test",
                        "--workspace",
                        "--locked",
                        "--no-fail-fast",
                    ]))
                }),
            ],
            Self::Instructions => &[("instructions", instructions::check)],
            Self::Oracle => &[("build", build_programs), ("firebase-admin", oracle::check)],
            Self::Interop => &[
                ("npm packages", || check(setup::npm(""))),
                ("examples: format", || check(interop::format())),
                ("build", build_programs),
                ("everyone's clients", interop::check),
            ],
            Self::Deploy => &[("deploy-check", deploy::check_all)],
            Self::Conformance => &[("conformance", conformance::check)],
            Self::Kotlin => &[
                ("Maven and a JDK", || check(setup::maven())),
                ("build", build_programs),
                ("kotlin client", kotlin::check),
            ],
            Self::Browser => &[
                ("PostgreSQL and Chromium", || check(setup::packages())),
                ("npm packages", || check(setup::npm(""))),
                ("build", build_programs),
                ("page: build", || check(npm(PAGE, "build"))),
                ("browser", || {
                    counted(command("npm", &["run", "--silent", "test:browser"], PAGE))
                }),
            ],
            Self::Emulator => &[
                ("PostgreSQL and Chromium", || check(setup::packages())),
                ("npm packages", || check(setup::npm(""))),
                ("npm packages of the emulator", || {
                    check(setup::npm(EMULATOR))
                }),
                ("build", build_programs),
                ("page: build", || check(npm(PAGE, "build"))),
                ("services refuse the emulator", release::refuse_emulator),
                ("browser, Firebase's emulator", || {
                    counted(command("npm", &["run", "--silent", "test:emulator"], PAGE))
                }),
            ],
            Self::New => &[
                ("a new service", new::in_repository),
                ("a new project", new::standalone),
            ],
        }
    }
}

/// Builds the programs as `cargo test` does, so that one set of artifacts serves both.
fn build_programs() -> anyhow::Result<Count> {
    check(run(cargo(&[
        "test",
        "--workspace",
        "--locked",
        "--no-run",
        "--quiet",
    ])))
}

fn npm(folder: &str, script: &str) -> anyhow::Result<()> {
    run(command("npm", &["run", "--silent", script], folder))
}

/// A step that is one check.
fn check(result: anyhow::Result<()>) -> anyhow::Result<Count> {
    result.map(|()| Count {
        passed: 1,
        failed: 0,
    })
}

/// Runs these parts, all of them if none is given.
fn run_parts(parts: &[Part]) -> Vec<(&'static str, anyhow::Result<Count>, u64)> {
    let mut done: Vec<(&str, anyhow::Result<Count>, u64)> = Vec::new();
    for part in Part::ALL {
        if !parts.is_empty() && !parts.contains(part) {
            continue;
        }
        for (name, step) in part.steps() {
            if done.iter().any(|(earlier, ..)| earlier == name) {
                continue;
            }
            println!("\n== {name}");
            let begin = Instant::now();
            let result = step();
            if let Err(error) = &result {
                println!("{error:#}");
            }
            done.push((name, result, begin.elapsed().as_secs()));
        }
    }
    done
}

/// Runs the tests and closes with a summary and a count.
pub(crate) fn run_all(parts: &[Part]) -> anyhow::Result<()> {
    let done = run_parts(parts);
    println!("\n== summary");
    let mut total = Count::default();
    let mut broken = Vec::new();
    for (name, result, seconds) in &done {
        if let Ok(count) = result {
            let passed = count.passed;
            println!("  ok      {name:<28} {passed:>5} passed {seconds:>5} s");
            total += *count;
        } else {
            println!("  FAILED  {name:<28}              {seconds:>5} s");
            total.failed += 1;
            broken.push(*name);
        }
    }
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if !broken.is_empty() {
        bail!("failed: {}", broken.join(", "));
    }
    Ok(())
}
