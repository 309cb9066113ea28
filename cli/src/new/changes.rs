//! Files that are made and files that are changed: all of them, or none.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::format::format;

/// What is to be done in a folder. Nothing is, until [`Changes::write`].
#[derive(Debug)]
pub(super) struct Changes {
    root: PathBuf,
    made: Vec<(String, String)>,
    changed: Vec<(String, String)>,
}

impl Changes {
    pub(super) fn to(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            made: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// A new file.
    pub(super) fn make(&mut self, file: String, text: String) {
        self.made.push((file, text));
    }

    /// Another text for a file that is there, or for what it is to be already.
    pub(super) fn change(
        &mut self,
        file: &str,
        change: impl FnOnce(&str) -> anyhow::Result<String>,
    ) -> anyhow::Result<()> {
        if let Some((_, text)) = self.changed.iter_mut().find(|(it, _)| it == file) {
            *text = change(text).with_context(|| file.to_owned())?;
            return Ok(());
        }
        let text = fs::read_to_string(self.root.join(file)).with_context(|| file.to_owned())?;
        let text = change(&text).with_context(|| file.to_owned())?;
        self.changed.push((file.to_owned(), text));
        Ok(())
    }

    /// The files whose text changes.
    pub(super) fn files(&self) -> Vec<String> {
        self.changed.iter().map(|(file, _)| file.clone()).collect()
    }

    /// Does it. Says which files were made and changed.
    pub(super) fn write(self) -> anyhow::Result<Vec<(&'static str, String)>> {
        let Self {
            root,
            made,
            changed,
        } = self;
        // Everything is written here first, so that what remains are renames.
        let aside = tempfile::Builder::new()
            .prefix(".callgate-new-")
            .tempdir_in(&root)
            .with_context(|| root.display().to_string())?;
        let (new, other) = (aside.path().join("new"), aside.path().join("other"));
        for (folder, files) in [(&new, &made), (&other, &changed)] {
            for (file, text) in files {
                put(&folder.join(file), text).with_context(|| file.clone())?;
            }
        }
        let rust = made.iter().filter(|(file, _)| is_rust(file));
        format(&rust.map(|(file, _)| new.join(file)).collect::<Vec<_>>());

        let mut undo = Undo::default();
        let mut done = Vec::new();
        for (file, _) in made {
            undo.make(&new.join(&file), &root.join(&file))
                .with_context(|| file.clone())?;
            done.push(("made", file));
        }
        for (file, _) in changed {
            undo.change(&other.join(&file), &root.join(&file))
                .with_context(|| file.clone())?;
            done.push(("changed", file));
        }
        undo.0.clear();
        Ok(done)
    }
}

fn put(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

fn is_rust(file: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

/// Takes back what was done, the last first, unless it is cleared.
#[derive(Debug, Default)]
struct Undo(Vec<Step>);

#[derive(Debug)]
enum Step {
    Folder(PathBuf),
    Made(PathBuf),
    Changed(PathBuf, String),
}

// === impl Undo ===

impl Undo {
    /// Moves a file to where there is none, and makes the folders that it needs.
    fn make(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        let mut missing: Vec<&Path> = to.ancestors().skip(1).collect();
        missing.retain(|folder| !folder.exists());
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.0.push(Step::Folder(folder.to_owned()));
        }
        if to.exists() {
            bail!("it is there already");
        }
        fs::rename(from, to)?;
        self.0.push(Step::Made(to.to_owned()));
        Ok(())
    }

    /// Moves a file over another.
    fn change(&mut self, from: &Path, to: &Path) -> anyhow::Result<()> {
        let old = fs::read_to_string(to)?;
        fs::set_permissions(from, fs::metadata(to)?.permissions())?;
        fs::rename(from, to)?;
        self.0.push(Step::Changed(to.to_owned(), old));
        Ok(())
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        while let Some(step) = self.0.pop() {
            let undone = match &step {
                Step::Folder(folder) => fs::remove_dir(folder),
                Step::Made(file) => fs::remove_file(file),
                Step::Changed(file, old) => fs::write(file, old),
            };
            if let Err(error) = undone {
                eprintln!("warning: {step:?} could not be taken back: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All files and folders below a folder, files with their text.
    fn content(folder: &Path) -> Vec<(PathBuf, Option<String>)> {
        let mut all = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            all.push((path.clone(), fs::read_to_string(&path).ok()));
            if path.is_dir() {
                all.extend(content(&path));
            }
        }
        all.sort();
        all
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("list"), "a\n").unwrap();
        fs::write(folder.path().join("file"), "not a folder\n").unwrap();
        folder
    }

    fn changes(folder: &Path) -> Changes {
        let mut changes = Changes::to(folder);
        changes.make("a/b/main.rs".to_owned(), "fn  main( ) { }\n".to_owned());
        changes
            .change("list", |text| Ok(format!("{text}b\n")))
            .unwrap();
        changes
    }

    #[test]
    fn files_are_made_and_changed_and_nothing_else_is_left() {
        let folder = folder();
        let done = changes(folder.path()).write().unwrap();
        assert_eq!(
            done,
            [
                ("made", "a/b/main.rs".to_owned()),
                ("changed", "list".to_owned())
            ]
        );
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
        assert_eq!(read("list"), "a\nb\n");
        assert!(read("a/b/main.rs").contains("main"));
        assert_eq!(content(folder.path()).len(), 5);
    }

    #[test]
    fn what_fails_half_way_is_taken_back() {
        for hindrance in ["file/main.rs", "list"] {
            let folder = folder();
            let before = content(folder.path());
            let mut changes = changes(folder.path());
            changes.make(hindrance.to_owned(), String::new());
            let error = changes.write().expect_err("it cannot be made");
            assert!(error.to_string().contains(hindrance), "{error:#}");
            assert_eq!(content(folder.path()), before, "{hindrance}");
        }
        // The last step of all: the file that was to be changed is gone.
        let folder = folder();
        let changes = changes(folder.path());
        fs::remove_file(folder.path().join("list")).unwrap();
        let before = content(folder.path());
        changes.write().expect_err("there is nothing to change");
        assert_eq!(content(folder.path()), before);
    }
}
