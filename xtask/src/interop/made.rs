//! What is made of files, and made anew only where they have changed.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

use crate::run::{command, output, root};

/// Makes this product, unless it is there and was made of just these files and folders of the repository. `mark` is the file that
/// remembers.
pub(crate) fn of(
    sources: &[&str],
    product: &Path,
    mark: &Path,
    make: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let wanted = fingerprint(sources)?;
    if product.exists() && fs::read_to_string(mark).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    make()?;
    // Last, so that what was cut off is begun again.
    if let Some(folder) = mark.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(mark, wanted)?)
}

/// Other files, other contents, another fingerprint. What git ignores was made, and does not count.
fn fingerprint(sources: &[&str]) -> anyhow::Result<String> {
    let mut list = command(
        "git",
        &[
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
        ],
        "",
    );
    list.args(sources);
    let mut hasher = DefaultHasher::new();
    for file in output(list)?.lines() {
        file.hash(&mut hasher);
        fs::read(root().join(file)).ok().hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, fs};

    use super::of;

    #[test]
    fn it_is_made_once_and_again_for_other_sources_and_where_it_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (product, mark) = (folder.path().join("product"), folder.path().join("mark"));
        let made = Cell::new(0);
        let build = |sources: &[&str]| {
            of(sources, &product, &mark, || {
                made.set(made.get() + 1);
                Ok(fs::write(&product, "")?)
            })
            .expect("made");
            made.get()
        };
        assert_eq!(build(&["proto"]), 1);
        assert_eq!(build(&["proto"]), 1);
        assert_eq!(build(&["proto/votes"]), 2);
        fs::remove_file(&product).expect("removed");
        assert_eq!(build(&["proto/votes"]), 3);
        of(&["proto"], &product, &mark, || anyhow::bail!("cut off")).expect_err("cut off");
        assert_eq!(build(&["proto"]), 4);
    }
}
