//! The variables that the files of a deployment leave open: NAME=VALUE, a line each.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, bail};

use crate::run::root;

/// What the checks render, and what people copy.
pub(crate) const EXAMPLE: &str = "deploy/variables.example.env";

/// Those that are of one project only: with the example's value nothing was filled in. What begins with `IMAGE_` is too.
const OWN: [&str; 8] = [
    "ADMIN_UNIQUE_ID",
    "API_ORIGIN",
    "AUTH_DOMAIN",
    "PAGE_ORIGIN",
    "PROJECT_ID",
    "PROJECT_NUMBER",
    "SQL_INSTANCE",
    "WEB_API_KEY",
];

/// The variables of one file, each with a value.
#[derive(Clone, Debug)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of the example.
    pub(crate) fn example() -> anyhow::Result<Self> {
        let text = fs::read_to_string(root().join(EXAMPLE)).context(EXAMPLE)?;
        Self::parse(EXAMPLE, &text)
    }

    /// Those of a file, which has to have values of its own unless it is the example.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let file = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| file.clone())?;
        let variables = Self::parse(&file, &text)?;
        let is_example = path.canonicalize()? == root().join(EXAMPLE).canonicalize()?;
        if !is_example {
            variables.are_own(&file, &Self::example()?)?;
        }
        Ok(variables)
    }

    pub(crate) fn parse(file: &str, text: &str) -> anyhow::Result<Self> {
        let mut variables = BTreeMap::new();
        let mut faults = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Some((name, value)) = line.split_once('=') else {
                faults.push(format!("{file}:{}: not NAME=VALUE", number + 1));
                continue;
            };
            if !is_name(name) {
                faults.push(format!(
                    "{file}:{}: {name:?} is no name of a variable",
                    number + 1
                ));
            } else if value.is_empty() {
                faults.push(format!("{file}:{}: {name} is not filled in", number + 1));
            } else if let Some(odd) = value.chars().find(|c| !is_plain(*c)) {
                faults.push(format!(
                    "{file}:{}: {name} has the character {odd:?}, which no value needs",
                    number + 1
                ));
            } else if variables
                .insert(name.to_owned(), value.to_owned())
                .is_some()
            {
                faults.push(format!("{file}:{}: {name} is there twice", number + 1));
            }
        }
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        Ok(Self(variables))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn are_own(&self, file: &str, example: &Self) -> anyhow::Result<()> {
        let is_own = |name: &&str| OWN.contains(name) || name.starts_with("IMAGE_");
        let left: Vec<&str> = self
            .names()
            .filter(is_own)
            .filter(|name| self.get(name) == example.get(name))
            .collect();
        if !left.is_empty() {
            bail!(
                "{file}: still as in the example: {}. Fill in your own",
                left.join(", ")
            );
        }
        Ok(())
    }
}

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Characters that mean nothing to YAML, within quotes or without, nor to a shell.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.,:/@#=+".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_filled_in_or_could_change_the_file_is_refused() {
        for (text, reason) in [
            ("A=", "f:1: A is not filled in"),
            ("A=b\nA=c", "f:2: A is there twice"),
            ("A", "f:1: not NAME=VALUE"),
            ("a b=c", "f:1: \"a b\" is no name of a variable"),
            (
                "A=\"b\"",
                "f:1: A has the character '\"', which no value needs",
            ),
            (
                "A=b c",
                "f:1: A has the character ' ', which no value needs",
            ),
            (
                "A=${B}",
                "f:1: A has the character '$', which no value needs",
            ),
        ] {
            let error = Variables::parse("f", text).expect_err(text);
            assert_eq!(error.to_string(), reason);
        }
        let variables = Variables::parse("f", "# why\n\nA=b=c\n").expect("it is fine");
        assert_eq!(variables.get("A"), Some("b=c"));
    }

    #[test]
    fn a_project_of_the_example_is_not_ones_own() {
        let example = Variables::example().expect("it is fine");
        let error = example.are_own("f", &example).expect_err("nothing is own");
        assert!(error.to_string().contains("PROJECT_ID"), "{error}");
        assert!(error.to_string().contains("IMAGE_VOTES"), "{error}");
        let other = Variables::parse("f", "PROJECT_ID=mine\nREGION=europe-west1").expect("fine");
        other.are_own("f", &example).expect("it is");
    }

    #[test]
    fn every_variable_of_a_single_project_is_in_the_example() {
        let example = Variables::example().expect("it is fine");
        for name in OWN {
            assert!(example.get(name).is_some(), "{name}");
        }
    }
}
