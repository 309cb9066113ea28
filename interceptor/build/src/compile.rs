//! `.proto` files -> descriptors, with protox.

use std::{
    fs,
    path::{Path, PathBuf},
};

use prost_reflect::{
    DescriptorPool, FileDescriptor,
    prost_types::{FileDescriptorProto, FileDescriptorSet},
};
use protox::{
    Compiler,
    file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver},
};

use crate::{
    diagnostic,
    error::{Error, Problem},
};

/// What protos import to write rules.
pub(crate) const RULE_FILE: &str = "callgate/v1/rule.proto";
const RULE_PACKAGE: &str = "callgate.v1";
const RULE_SOURCE: &str = include_str!("../proto/callgate/v1/rule.proto");

/// The compiled protos of a folder.
pub(crate) struct Protos {
    folder: PathBuf,
    /// The files of the folder, as imports name them; not what they import.
    names: Vec<String>,
    pool: DescriptorPool,
    encoded_set: Vec<u8>,
}

/// Compiles all protos below `folder`. A file with a problem is left out.
pub(crate) fn compile(
    folder: &Path,
    includes: &[PathBuf],
    problems: &mut Vec<Problem>,
) -> Result<Protos, Error> {
    let mut names = Vec::new();
    find(folder, "", &mut names)?;
    if names.is_empty() {
        return Err(Error::no_protos(folder));
    }
    names.sort();
    if let Some(copy) = names.iter().position(|name| name == RULE_FILE) {
        names.remove(copy);
        problems.extend(changed_copy(folder)?);
    }

    let mut resolver = ChainFileResolver::new();
    resolver.add(Embedded);
    resolver.add(IncludeFileResolver::new(folder.to_owned()));
    for include in includes {
        resolver.add(IncludeFileResolver::new(include.clone()));
    }
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(false);

    let paths = names.iter().map(|name| folder.join(name));
    for path in std::iter::once(PathBuf::from(RULE_FILE)).chain(paths) {
        if let Err(error) = compiler.open_file(path) {
            let file = error.file().map(|name| {
                let ours = names.iter().any(|own| own == name);
                if ours {
                    shown(folder, name)
                } else {
                    name.to_owned()
                }
            });
            let file = file.unwrap_or_else(|| folder.display().to_string());
            for problem in diagnostic::problems(&error, &file, &compiler.descriptor_pool()) {
                // A broken file is broken for each file that imports it, too.
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
        }
    }

    let protos = Protos {
        folder: folder.to_owned(),
        encoded_set: compiler.encode_file_descriptor_set(),
        pool: compiler.descriptor_pool(),
        names,
    };
    for file in protos.files() {
        if file.package_name() == RULE_PACKAGE {
            problems.push(Problem {
                file: protos.shown(file.name()),
                line: None,
                column: None,
                text: format!("the package {RULE_PACKAGE} is callgate's own; name it otherwise"),
            });
        }
    }
    Ok(protos)
}

// === impl Protos ===

impl Protos {
    /// The files of the folder that compiled.
    pub(crate) fn files(&self) -> impl Iterator<Item = FileDescriptor> {
        self.names
            .iter()
            .filter_map(|name| self.pool.get_file_by_name(name))
    }

    pub(crate) fn pool(&self) -> &DescriptorPool {
        &self.pool
    }

    /// A file of the folder as the reader can open it.
    pub(crate) fn shown(&self, name: &str) -> String {
        shown(&self.folder, name)
    }

    /// The descriptors of all files, with the rules, as gRPC reflection wants them.
    pub(crate) fn encoded_set(&self) -> &[u8] {
        &self.encoded_set
    }

    /// What prost generates from: imported files come without their services, whose rules are not ours to demand.
    pub(crate) fn to_generate(&self) -> FileDescriptorSet {
        let file = self.pool.files().map(|file| {
            let ours = self.names.iter().any(|name| name == file.name());
            let mut file: FileDescriptorProto = file.file_descriptor_proto().clone();
            if !ours {
                file.service.clear();
            }
            file
        });
        FileDescriptorSet {
            file: file.collect(),
        }
    }
}

/// `rule.proto`, out of this crate.
struct Embedded;

impl FileResolver for Embedded {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == RULE_FILE {
            File::from_source(name, RULE_SOURCE)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// The names of all protos below `folder`, as imports write them: with slashes, relative to the folder.
fn find(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), Error> {
    let unreadable = |cause| Error::read(folder, cause);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_dir() {
            find(&path, &format!("{prefix}{name}/"), names)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            names.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// Some keep a copy of `rule.proto` for their other tools. It must say what is enforced.
fn changed_copy(folder: &Path) -> Result<Option<Problem>, Error> {
    let path = folder.join(RULE_FILE);
    let copy = fs::read_to_string(&path).map_err(|cause| Error::read(&path, cause))?;
    Ok((copy != RULE_SOURCE).then(|| Problem {
        file: shown(folder, RULE_FILE),
        line: None,
        column: None,
        text: "this is not the rule.proto of this version of callgate-build; delete it, it is found without".to_owned(),
    }))
}

fn shown(folder: &Path, name: &str) -> String {
    format!("{}/{name}", folder.display())
}
