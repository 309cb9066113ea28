//! `cargo xtask book`: the documentation site, by mdBook, which is installed below the target folder.

use std::path::PathBuf;

use clap::Args;

use crate::{
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

fn make(args: &[String]) -> anyhow::Result<()> {
    setup::npm(MERMAID)?;
    let mdbook = mdbook()?;
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
        .arg(target()?.join("book"))
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
    install.arg(tools);
    run(install)?;
    Ok(program)
}
