//! The Terraform files: their form, every argument, and what checkov finds.

use anyhow::Context;

use crate::{
    deploy::{
        check::{Check, Verdict},
        python, script,
    },
    run::{command, output},
};

pub(super) const FORMAT: Check = Check {
    name: "terraform-format",
    about: "deploy/terraform/, by terraform fmt -check",
    run: format,
};

pub(super) const ARGUMENTS: Check = Check {
    name: "terraform",
    about: "deploy/terraform/: every argument and reference, by the provider's own list; no secret in the state",
    run: || {
        script::run(
            "arguments.py",
            &["terraform".as_ref(), script::bindings()?.as_os_str()],
        )
    },
};

pub(super) const PLAN: Check = Check {
    name: "terraform-plan",
    about: "deploy/terraform/, planned by Terraform with stand-ins for the providers: expressions, conditions, order",
    run: || match version() {
        Some(_) => script::run("evaluate.py", &["terraform"]),
        None => Ok(Verdict::NotTried(MISSING.to_owned())),
    },
};

pub(super) const CHECKOV: Check = Check {
    name: "checkov",
    about: "deploy/terraform/, by checkov; exceptions say why beside the resource",
    run: checkov,
};

const MISSING: &str = "terraform is not here, and no package has it";

fn version() -> Option<String> {
    let said = output(command("terraform", &["version"], "")).ok()?;
    Some(said.lines().next()?.to_owned())
}

fn format() -> anyhow::Result<Verdict> {
    let Some(version) = version() else {
        return Ok(Verdict::NotTried(MISSING.to_owned()));
    };
    output(command(
        "terraform",
        &["fmt", "-check", "-diff", "deploy/terraform"],
        "",
    ))?;
    Ok(Verdict::Passed(version))
}

fn checkov() -> anyhow::Result<Verdict> {
    let mut checkov = python::tool("checkov")?;
    checkov.args([
        "--directory=terraform",
        "--framework=terraform",
        "--skip-download",
        "--compact",
        "--output=json",
        // The exit code says no more than the list below.
        "--soft-fail",
    ]);
    let said: serde_json::Value = serde_json::from_str(&output(checkov)?)?;
    let results = &said["results"];
    let listed = |of: &str| results[of].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut faults: Vec<String> = Vec::new();
    for failed in listed("failed_checks") {
        faults.push(format!(
            "deploy/terraform{}: {}: {} {}",
            text(&failed["file_path"]),
            text(&failed["resource"]),
            text(&failed["check_id"]),
            text(&failed["check_name"]),
        ));
    }
    for skipped in listed("skipped_checks") {
        // "No comment provided" is what checkov says where nobody said why.
        let why = text(&skipped["check_result"]["suppress_comment"]);
        if why.trim().is_empty() || why.starts_with("No comment") {
            let resource = text(&skipped["resource"]);
            faults.push(format!(
                "{resource}: {} is skipped, and nothing says why",
                text(&skipped["check_id"])
            ));
        }
    }
    anyhow::ensure!(faults.is_empty(), "{}", faults.join("\n"));
    let passed = results["passed_checks"]
        .as_array()
        .context("checkov lists nothing")?
        .len();
    Ok(Verdict::Passed(format!(
        "{passed} passed, {} exceptions, each with its reason",
        listed("skipped_checks").len()
    )))
}
