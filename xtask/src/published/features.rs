//! Features only add: whichever are on, the crate compiles, without a warning.

use crate::{
    count::Count,
    run::{cargo, run},
};

use super::{LIBRARIES, workspace};

/// Checks each published crate with no feature, with each by itself, and with all.
pub(crate) fn check() -> anyhow::Result<Count> {
    let workspace = workspace()?;
    let mut count = Count::default();
    for library in &LIBRARIES {
        let metadata = library.metadata(&workspace)?;
        let features = metadata["features"].as_object().into_iter().flatten();
        let features: Vec<&str> = features.map(|(name, _)| name.as_str()).collect();
        for chosen in choices(&features) {
            let shown = if chosen.is_empty() {
                "no feature"
            } else {
                &chosen
            };
            println!("{}: {shown}", library.name);
            run(cargo(&[
                "clippy",
                "--quiet",
                "--locked",
                "--lib",
                "--package",
                library.name,
                "--no-default-features",
                "--features",
                &chosen,
                "--",
                "-D",
                "warnings",
            ]))?;
            count.passed += 1;
        }
    }
    Ok(count)
}

/// None, each by itself, and all of them: as cargo takes them, and no choice twice.
fn choices(features: &[&str]) -> Vec<String> {
    let mut choices = vec![String::new()];
    choices.extend(features.iter().map(|&feature| feature.to_owned()));
    choices.push(features.join(","));
    let mut seen = Vec::new();
    choices.retain(|choice| {
        let new = !seen.contains(choice);
        seen.push(choice.clone());
        new
    });
    choices
}

#[cfg(test)]
mod tests {
    use super::choices;

    #[test]
    fn none_each_and_all_are_tried_once() {
        assert_eq!(choices(&[]), [""]);
        assert_eq!(choices(&["a"]), ["", "a"]);
        assert_eq!(choices(&["a", "b", "c"]), ["", "a", "b", "c", "a,b,c"]);
    }
}
