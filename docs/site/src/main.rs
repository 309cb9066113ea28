//! The documentation site: the pages of docs/, and those that lie beside what they are about, made into one book and checked.
//!
//! `cargo xtask book` brings mdBook and mermaid and runs this. In turn:
//!
//! 1. [`rules`] makes docs/rules.md of `rule.proto`;
//! 2. [`links`], [`snippets`], [`figures`] and [`reasons`] check the pages as they are in the repository, where GitHub shows them;
//! 3. [`stage`] puts them into one folder, and mdBook builds it;
//! 4. [`sources`] adds a page for each file that is linked to;
//! 5. [`built`] checks the links of the site.

mod built;
mod figures;
mod links;
mod markdown;
mod reasons;
mod repository;
mod rules;
mod serve;
mod snippets;
mod sources;
mod stage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context, bail};
use clap::Parser;

use repository::Repository;

/// Makes the documentation site of the pages in docs/, and checks it.
#[derive(Parser)]
struct Book {
    /// mdBook's program.
    #[arg(long)]
    mdbook: PathBuf,
    /// Mermaid as one script, which draws the diagrams in the browser.
    #[arg(long)]
    mermaid: PathBuf,
    /// Folder to build in; the site is in `html`.
    #[arg(long)]
    out: PathBuf,
    /// Write docs/rules.md and the code in the pages anew, instead of comparing them.
    #[arg(long)]
    write: bool,
    /// Serve the site on this port of this machine once it is built; 0 for any free one.
    #[arg(long)]
    serve: Option<u16>,
}

fn main() -> ExitCode {
    let book = Book::parse();
    match book.make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

// === impl Book ===

impl Book {
    fn make(&self) -> anyhow::Result<()> {
        let repository = Repository::here()?;
        self.rules(&repository)?;

        let found = links::check(&repository)?;
        let (blocks, mut faults) = snippets::check(&repository, self.write)?;
        faults.extend(found.faults);
        faults.extend(figures::faults(&repository)?);
        faults.extend(reasons::faults(&repository)?);
        println!(
            "{} links in Markdown and to docs/, {blocks} blocks of code that are compiled",
            found.links
        );

        let site = self.out.join("html");
        let staged = self.build(&repository)?;
        sources::write(&repository, &staged, &site)?;
        fs::copy(&self.mermaid, site.join("mermaid.tiny.js")).context("mermaid")?;
        let in_site = built::check(&site)?;
        faults.extend(in_site.faults);
        let mut addresses = found.addresses;
        addresses.extend(in_site.addresses);
        let listed: Vec<_> = addresses.iter().map(String::as_str).collect();
        fs::write(self.out.join("addresses.txt"), listed.join("\n"))?;
        println!(
            "{} pages, {} files shown, {} links in the site; {} addresses elsewhere, which nobody asked, in addresses.txt",
            staged.pages,
            staged.sources.len(),
            in_site.links,
            addresses.len()
        );
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        println!("{}", site.join("index.html").display());
        match self.serve {
            Some(port) => serve::serve(&site, port),
            None => Ok(()),
        }
    }

    fn rules(&self, repository: &Repository) -> anyhow::Result<()> {
        let (page, built) = rules::page(repository)?;
        println!("{}: {built} rules built", rules::PAGE);
        let path = repository.path(rules::PAGE);
        if fs::read_to_string(&path).is_ok_and(|there| there == page) {
            return Ok(());
        }
        if !self.write {
            bail!(
                "{} is not what rule.proto says: run `cargo xtask book`, and commit it",
                rules::PAGE
            );
        }
        fs::write(path, page).with_context(|| format!("cannot write {}", rules::PAGE))
    }

    /// Runs mdBook on a folder that is made anew.
    fn build(&self, repository: &Repository) -> anyhow::Result<stage::Staged> {
        for folder in ["src", "html"] {
            let folder = self.out.join(folder);
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
        }
        let staged = stage::stage(repository, &self.out.join("src"))?;
        for (from, to) in [
            ("docs/book.toml", "book.toml"),
            ("docs/site/mermaid.js", "mermaid.js"),
        ] {
            fs::copy(repository.path(from), self.out.join(to)).context(from)?;
        }
        run(&self.mdbook, &self.out)?;
        Ok(staged)
    }
}

/// Builds the book in a folder. What mdBook warns of is a fault.
fn run(mdbook: &Path, folder: &Path) -> anyhow::Result<()> {
    let output = Command::new(mdbook)
        .arg("build")
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", mdbook.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains(" WARN ") || said.contains("ERROR ") {
        bail!("mdBook: {}\n{said}", output.status);
    }
    Ok(())
}
