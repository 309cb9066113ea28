//! `cargo xtask render`: the service files, with every variable filled in, strictly checked.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{
    judge,
    variables::{self, Variables},
};
use crate::run::root;

/// Where the files are that leave variables open.
const TEMPLATES: &str = "deploy/services";

/// Variables that no file names: they are compared with what the files say.
const COMPARED: [&str; 1] = ["SQL_MAX_CONNECTIONS"];

/// Renders the service files of a deployment.
///
/// What is rendered is checked like `cargo xtask deploy-check services` checks it; where something is wrong, nothing is written.
#[derive(clap::Args)]
pub(crate) struct Render {
    /// The variables, such as deploy/variables.env: a copy of deploy/variables.example.env, filled in.
    #[arg(long, value_name = "FILE")]
    variables: PathBuf,
    /// The folder to write to.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// One file, filled in.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    /// Where it comes from, such as `deploy/services/votes.yaml`.
    pub(crate) file: String,
    pub(crate) text: String,
}

impl Render {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let variables = Variables::read(&self.variables)?;
        let rendered = render(&variables)?;
        let faults = judge::faults(&rendered, &variables)?;
        if !faults.is_empty() {
            bail!("{}", faults.join("\n"));
        }
        fs::create_dir_all(&self.out).with_context(|| self.out.display().to_string())?;
        for one in &rendered {
            let path = self.out.join(one.name());
            fs::write(&path, &one.text).with_context(|| path.display().to_string())?;
            println!("{}", path.display());
        }
        Ok(())
    }
}

impl Rendered {
    /// The name of the file.
    pub(crate) fn name(&self) -> &str {
        self.file.rsplit('/').next().unwrap_or(&self.file)
    }

    /// The service that the file is of: what stands before the first dot.
    pub(crate) fn service(&self) -> &str {
        self.name().split('.').next().unwrap_or_default()
    }
}

/// The example's variables, and the files with them: what the checks look at.
pub(crate) fn example() -> anyhow::Result<(Variables, Vec<Rendered>)> {
    let variables = Variables::example()?;
    let rendered = render(&variables)?;
    Ok((variables, rendered))
}

/// All files, filled in.
fn render(variables: &Variables) -> anyhow::Result<Vec<Rendered>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(root().join(TEMPLATES))
        .context(TEMPLATES)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    paths.sort();
    let templates = paths.iter().map(|path| template(path));
    fill(&templates.collect::<anyhow::Result<Vec<_>>>()?, variables)
}

fn template(path: &Path) -> anyhow::Result<Rendered> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = format!("{TEMPLATES}/{name}");
    let text = fs::read_to_string(path).with_context(|| file.clone())?;
    Ok(Rendered { file, text })
}

fn fill(templates: &[Rendered], variables: &Variables) -> anyhow::Result<Vec<Rendered>> {
    let mut used: BTreeSet<&str> = COMPARED.into();
    let mut faults = Vec::new();
    let mut rendered = Vec::new();
    for Rendered { file, text } in templates {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let name = part.split_once('}').map(|(name, _)| name);
            let Some(name) = name.filter(|name| variables::is_name(name)) else {
                let shown: String = part.chars().take(20).collect();
                faults.push(format!("{file}: ${{{shown} is no variable"));
                continue;
            };
            used.insert(name);
            match variables.get(name) {
                Some(value) => filled.push_str(value),
                None => faults.push(format!("{file}: ${{{name}}} has no value")),
            }
            filled.push_str(&part[name.len() + 1..]);
        }
        rendered.push(Rendered {
            file: file.clone(),
            text: filled,
        });
    }
    for name in variables.names().filter(|name| !used.contains(name)) {
        faults.push(format!(
            "{name}: no file of {TEMPLATES} knows this variable"
        ));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(rendered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, variables: &str) -> anyhow::Result<String> {
        let template = Rendered {
            file: "deploy/services/votes.yaml".to_owned(),
            text: text.to_owned(),
        };
        let variables = Variables::parse("f", variables)?;
        Ok(fill(&[template], &variables)?[0].text.clone())
    }

    #[test]
    fn every_variable_is_filled_in() {
        let text = filled("a: ${A}-${B_1}\nb: $A {A}\n", "A=x\nB_1=y").expect("it renders");
        assert_eq!(text, "a: x-y\nb: $A {A}\n");
    }

    #[test]
    fn what_is_left_open_or_known_to_no_file_is_told() {
        for (text, variables, reason) in [
            ("${A}", "", "deploy/services/votes.yaml: ${A} has no value"),
            (
                "a",
                "A=x",
                "A: no file of deploy/services knows this variable",
            ),
            (
                "${a}",
                "",
                "deploy/services/votes.yaml: ${a} is no variable",
            ),
            ("${A", "", "deploy/services/votes.yaml: ${A is no variable"),
        ] {
            let error = filled(text, variables).expect_err(text);
            assert!(error.to_string().starts_with(reason), "{error}");
        }
    }
}
