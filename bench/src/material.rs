//! The keys and the tokens that all servers and all loads use.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use callgate_count::{firebase, firebase_token, firebase_token_of};

const KEYS: &str = "jwks.json";
const TOKENS: &str = "tokens.txt";

/// Writes keys and tokens into a folder.
#[derive(clap::Args)]
pub(crate) struct Material {
    /// The folder.
    folder: PathBuf,
    /// How many tokens, each of another user.
    #[arg(long, default_value_t = 1000)]
    tokens: usize,
    /// How many bytes of claims each has; about 600 by default.
    #[arg(long)]
    claims: Option<usize>,
}

impl Material {
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let issuer = firebase();
        fs::write(keys(&self.folder), issuer.jwks())?;
        let tokens: String = (0..self.tokens)
            .map(|user| match self.claims {
                Some(bytes) => firebase_token_of(&issuer, user, bytes),
                None => firebase_token(&issuer, user),
            })
            .map(|token| token + "\n")
            .collect();
        fs::write(self.folder.join(TOKENS), tokens)?;
        Ok(())
    }
}

/// Where the issuer's keys are in this folder.
pub(crate) fn keys(folder: &Path) -> PathBuf {
    folder.join(KEYS)
}

/// The tokens in this folder.
pub(crate) fn tokens(folder: &Path) -> anyhow::Result<Vec<String>> {
    let path = folder.join(TOKENS);
    let tokens =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(tokens.lines().map(str::to_owned).collect())
}
