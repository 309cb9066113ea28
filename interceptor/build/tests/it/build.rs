//! A build of protos that are written in the test.

use std::{fs, path::Path};

use tempfile::TempDir;

/// What a build has written.
pub(crate) struct Output(TempDir);

impl Output {
    /// A generated file, as text.
    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join("out").join(name)).expect("a generated file")
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join("out").join(name)).expect("a generated file")
    }

    /// The names of all generated files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.path().join("out"))
            .expect("the folder")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        names.sort();
        names
    }
}

/// Builds these files (path, source) as the folder `proto`. The error is what cargo would show.
pub(crate) fn build(files: &[(&str, &str)]) -> Result<Output, String> {
    build_with(files, |config, _| config)
}

/// The error of building these files.
pub(crate) fn error(files: &[(&str, &str)]) -> String {
    match build(files) {
        Ok(_) => panic!("it built"),
        Err(error) => error,
    }
}

/// [`build`] with other settings. Files whose path starts with `../` lie beside the folder.
pub(crate) fn build_with(
    files: &[(&str, &str)],
    settings: impl FnOnce(callgate_build::Config, &Path) -> callgate_build::Config,
) -> Result<Output, String> {
    let home = TempDir::new().expect("a folder");
    let folder = home.path().join("proto");
    let out = home.path().join("out");
    for dir in [&folder, &out] {
        fs::create_dir(dir).expect("a folder");
    }
    for (name, source) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, source).expect("a file");
    }
    let config = settings(callgate_build::configure(), home.path()).out_dir(&out);
    match config.compile(&folder) {
        Ok(()) => Ok(Output(home)),
        Err(error) => {
            assert_eq!(format!("{error:?}"), error.to_string(), "cargo shows Debug");
            Err(error
                .to_string()
                .replace(&format!("{}/", home.path().display()), ""))
        }
    }
}
