//! The folder: who may use it, and how files get into it whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::State;
use crate::error::OpenError;

const STATE: &str = "identity.json";
const SECRET: &str = "secret";
const LOCK: &str = "identity.lock";

/// More than 10,000 accounts fill.
const MAX_STATE: u64 = 256 * 1024 * 1024;

/// The folder, held by this process alone.
pub(crate) struct Dir {
    path: PathBuf,
    /// Let go by the operating system too, however the process ends.
    _lock: File,
}

impl Dir {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let in_dir = |source| OpenError::Io {
            path: path.to_owned(),
            source,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(in_dir)?;
        let lock = private()
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))
            .map_err(in_dir)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(in_dir(source)),
        }
    }

    /// The state, or none where there is none yet.
    pub(crate) fn state(&self) -> Result<Option<State>, OpenError> {
        let path = self.path.join(STATE);
        let corrupt = |reason: String| OpenError::Corrupt {
            path: path.clone(),
            reason,
        };
        let Some(bytes) = self.read(STATE, MAX_STATE)? else {
            return Ok(None);
        };
        // serde's own words may quote what stands in the file.
        let state: State = serde_json::from_slice(&bytes).map_err(|error| {
            corrupt(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if state.version() != State::VERSION {
            return Err(corrupt(format!("version {}", state.version())));
        }
        Ok(Some(state))
    }

    /// Replaces the state. When it returns, it is on the disk; however the process ends, the file is the old or the new one.
    pub(crate) fn write_state(&self, state: &[u8]) -> io::Result<()> {
        self.write(STATE, state)
    }

    /// The secret for admin calls, made at the first start.
    pub(crate) fn secret(&self) -> Result<String, OpenError> {
        let path = self.path.join(SECRET);
        if let Some(bytes) = self.read(SECRET, 1024)? {
            let secret = String::from_utf8(bytes)
                .unwrap_or_default()
                .trim()
                .to_owned();
            let plain = secret
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
            if secret.len() < 32 || !plain {
                return Err(OpenError::Corrupt {
                    path,
                    reason: "not a secret".to_owned(),
                });
            }
            return Ok(secret);
        }
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| OpenError::Crypto)?;
        let secret = BASE64_URL_SAFE_NO_PAD.encode(random);
        self.write(SECRET, secret.as_bytes())
            .map_err(|source| OpenError::Io { path, source })?;
        Ok(secret)
    }

    /// Writes another file, unless it is there with this content.
    pub(crate) fn ensure(&self, name: &str, content: &[u8]) -> io::Result<PathBuf> {
        let path = self.path.join(name);
        if fs::read(&path).is_ok_and(|there| there == content) {
            fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        } else {
            self.write(name, content)?;
        }
        Ok(path)
    }

    fn read(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, OpenError> {
        let path = self.path.join(name);
        let failed = |source| OpenError::Io {
            path: path.clone(),
            source,
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        // It may have been copied here with wider rights.
        file.set_permissions(Permissions::from_mode(0o600))
            .map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Some(bytes))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = self.path.join(format!("{name}.new"));
        // Left behind by a process that was killed, perhaps.
        if let Err(error) = fs::remove_file(&temporary)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = private().create_new(true).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, self.path.join(name))?;
        File::open(&self.path)?.sync_all()
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}
