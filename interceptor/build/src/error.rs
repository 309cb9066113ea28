//! What is wrong with a build, in words.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use thiserror::Error as ThisError;

/// Why nothing was generated. The message says where, and what to write instead.
///
/// `Debug` gives the same text as `Display`, since cargo shows the `Debug` output of what a build script's `main` returns.
#[derive(ThisError)]
#[error(transparent)]
pub struct Error(#[from] Kind);

#[derive(Debug, ThisError)]
enum Kind {
    #[error("{}", listed(.0))]
    Protos(Vec<Problem>),
    #[error("no .proto file is below the folder {}", .0.display())]
    NoProtos(PathBuf),
    #[error("cannot read {}: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("cannot write {}: {cause}", path.display())]
    Write { path: PathBuf, cause: io::Error },
    #[error("OUT_DIR is not set: call this from a build.rs, or set `out_dir`")]
    NoOutDir,
}

/// One thing that is wrong, and where. Sorted by place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// As the reader can open it.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: Option<usize>,
    /// From 1.
    pub(crate) column: Option<usize>,
    pub(crate) text: String,
}

// === impl Error ===

impl Error {
    pub(crate) fn protos(mut problems: Vec<Problem>) -> Self {
        problems.sort();
        Kind::Protos(problems).into()
    }

    pub(crate) fn no_protos(folder: &Path) -> Self {
        Kind::NoProtos(folder.to_owned()).into()
    }

    pub(crate) fn read(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        Kind::Read { path, cause }.into()
    }

    pub(crate) fn write(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        Kind::Write { path, cause }.into()
    }

    pub(crate) fn no_out_dir() -> Self {
        Kind::NoOutDir.into()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A heading, and each problem on a line of its own, where a terminal finds file and line.
fn listed(problems: &[Problem]) -> String {
    let mut list = match problems {
        [_] => "1 error in the protos".to_owned(),
        problems => format!("{} errors in the protos", problems.len()),
    };
    for problem in problems {
        list.push('\n');
        list.push_str(&problem.to_string());
    }
    list
}

// === impl Problem ===

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if let Some(column) = self.column {
            write!(f, "{column}:")?;
        }
        write!(f, " {}", self.text)
    }
}
