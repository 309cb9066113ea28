//! `cargo xtask book`: the documentation site, by mdBook, which is installed below the target folder.

use std::{fs, path::PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

use crate::{
    count::Count,
    run::{cargo, command, output, root, run, target},
    setup,
};

/// Without its server and its watcher, mdBook is built in about a minute.
const MDBOOK: &str = "0.5.4";

/// Where mermaid is installed, and its one file.
const MERMAID: &str = "docs/site";
const MERMAID_FILE: &str = "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js";

/// Makes the documentation site, target/book/html, and writes docs/rules.md anew.
#[derive(Args)]
pub(crate) struct Book {
    /// Show it in the browser.
    #[arg(long, conflicts_with = "serve")]
    open: bool,
    /// Serve it on this port of this machine.
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "3000")]
    serve: Option<u16>,
}

/// A diagram as it is written into a page, and as the browser has it once it is drawn.
const DIAGRAM: &str = "<pre class=\"mermaid\">";
const DRAWN: &str = "<pre class=\"mermaid\" data-processed=\"true\"><svg";

/// Waits for what the page's scripts do, and prints what has become of it. No name is resolved.
const LOOK: [&str; 6] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--virtual-time-budget=10000",
    "--dump-dom",
];

// === impl Book ===

impl Book {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let mut args = vec!["--write".to_owned()];
        args.extend(self.serve.map(|port| format!("--serve={port}")));
        make(&args)?;
        if self.open {
            let index = target()?.join("book/html/index.html");
            let open = if cfg!(target_os = "macos") {
                "open"
            } else {
                "xdg-open"
            };
            run(command(open, &[&index.to_string_lossy()], ""))?;
        }
        Ok(())
    }
}

/// Makes the site and checks it: its links, its code, and that docs/rules.md is what rule.proto says.
pub(crate) fn check() -> anyhow::Result<()> {
    make(&[])
}

/// Looks at each page with a diagram in Chromium, with no network: whether it has become a picture.
pub(crate) fn check_diagrams() -> anyhow::Result<Count> {
    let chromium = setup::chromium()?;
    let site = target()?.join("book/html");
    let mut count = Count::default();
    for entry in fs::read_dir(&site).context("the site is not built")? {
        let page = entry?.path();
        let is_page = page.extension().is_some_and(|ending| ending == "html");
        if !is_page || page.ends_with("print.html") {
            continue;
        }
        let diagrams = fs::read_to_string(&page)?.matches(DIAGRAM).count();
        if diagrams == 0 {
            continue;
        }
        let profile = tempfile::tempdir()?;
        let mut look = command(&chromium.to_string_lossy(), &LOOK, "");
        look.arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("file://{}", page.display()));
        let drawn = output(look)?.matches(DRAWN).count();
        println!("{}: {drawn} of {diagrams} diagrams drawn", page.display());
        if drawn == diagrams {
            count.passed += 1;
        } else {
            count.failed += 1;
        }
    }
    ensure!(count.passed > 0, "no page has a diagram");
    ensure!(count.failed == 0, "{} pages lack a picture", count.failed);
    Ok(count)
}

fn make(args: &[String]) -> anyhow::Result<()> {
    setup::npm(MERMAID)?;
    let mdbook = mdbook()?;
    let out = target()?.join("book");
    // What is looked at afterwards is of this time.
    let site = out.join("html");
    if site.exists() {
        fs::remove_dir_all(site)?;
    }
    let mut book = cargo(&[
        "run",
        "--quiet",
        "--locked",
        "--package",
        "callgate-book",
        "--",
    ]);
    book.arg("--mdbook")
        .arg(mdbook)
        .arg("--mermaid")
        .arg(root().join(MERMAID).join(MERMAID_FILE))
        .arg("--out")
        .arg(out)
        .args(args);
    run(book)
}

/// mdBook's program, installed if it is not there in this version.
fn mdbook() -> anyhow::Result<PathBuf> {
    let tools = target()?.join("tools");
    let program = tools.join("bin/mdbook");
    let version = output(command(&program.to_string_lossy(), &["--version"], ""));
    if version.is_ok_and(|version| version.trim() == format!("mdbook v{MDBOOK}")) {
        return Ok(program);
    }
    println!("installing mdBook {MDBOOK}, which takes a minute or two ..");
    let version = format!("={MDBOOK}");
    let mut install = cargo(&[
        "install",
        "mdbook",
        "--version",
        &version,
        "--locked",
        "--debug",
        "--no-default-features",
        "--features",
        "search",
        "--quiet",
        "--root",
    ]);
    // Elsewhere than in this repository's target folder, what it is built of stays behind.
    install.arg(tools).env_remove("CARGO_TARGET_DIR");
    run(install)?;
    Ok(program)
}
