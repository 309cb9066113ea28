//! Keys in a file.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use super::set::{KeyLimits, KeySet, KeySetError};

/// Why a file of keys will not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("cannot read the keys in {}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// What is in it is no key set.
    #[error("cannot use the keys in {}: {reason}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: KeySetError,
    },
}

/// Reads the JWK set in a file.
pub(super) fn read(path: &Path) -> Result<KeySet, KeyFileError> {
    let limits = KeyLimits::default();
    let jwks = read_bytes(path, limits.max_bytes).map_err(|reason| KeyFileError::Read {
        path: path.to_owned(),
        reason,
    })?;
    let (keys, skipped) = KeySet::read(&jwks, &limits).map_err(|reason| KeyFileError::Parse {
        path: path.to_owned(),
        reason,
    })?;
    for key in skipped {
        tracing::warn!(file = %path.display(), kid = key.kid, "key left out: {}", key.why);
    }
    Ok(keys)
}

/// One byte more than the limit, if there are so many, for the parser to see that there are more.
fn read_bytes(path: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
