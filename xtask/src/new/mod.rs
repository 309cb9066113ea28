//! `callgate new`, with all that follows: what it writes is built, tested, served and listed, and nobody edits it in between.

mod call;
mod copy;

use std::{fs, path::Path, process::Command};

use anyhow::{bail, ensure};

use crate::{
    count::Count,
    run::{cargo, counted, output, root, run, target},
    setup,
    system::System,
};
use copy::Copy;

/// A name that no service has.
const NAME: &str = "trial-greeter";
const SERVICE: &str = "trial_greeter.v1.TrialGreeterService";

/// How many tests it comes with.
const TESTS: u64 = 3;

/// In a copy of this repository, with its uncommitted changes.
pub(crate) fn in_repository() -> anyhow::Result<Count> {
    let copy = Copy::make()?;
    run(copy.cargo(&[
        "run",
        "--quiet",
        "--package",
        "callgate-cli",
        "--",
        "new",
        NAME,
    ])?)?;
    let mut count = tested(copy.cargo(&["test", "--package", NAME])?)?;
    copy.only_added()?;

    run(copy.cargo(&["fmt", "--all", "--check"])?)?;
    let mut clippy = copy.cargo(&[
        "clippy",
        "--no-deps",
        "--quiet",
        "--all-targets",
        "--package",
        NAME,
    ])?;
    clippy.args(["--", "-D", "warnings"]);
    run(clippy)?;

    // The list of all methods is that of the protos, and docs/policy.json is current.
    let mut policy = copy.cargo(&["test", "--quiet", "--package", "callgate-cli"])?;
    policy.args(["--test", "it", "policy::"]);
    count += counted(policy)?;

    setup::python()?;
    let checks = ["xtask", "deploy-check", "services", "names", "roles"];
    run(copy.cargo(&checks)?)?;

    run(copy.cargo(&["build", "--quiet"])?)?;
    let local = target()?.join("debug/callgate-local");
    let mut system = System::start(&local, &["--no-build-page"])?;
    let origin = system.origin()?;
    served(&origin)?;
    println!("{SERVICE}: served and listed beside the others");
    count.passed += 1;
    Ok(count)
}

/// As a project of its own, with callgate's crates from here.
pub(crate) fn standalone() -> anyhow::Result<Count> {
    run(cargo(&["build", "--quiet", "--package", "callgate-cli"]))?;
    let folder = tempfile::tempdir()?;
    let mut new = Command::new(target()?.join("debug/callgate"));
    new.args(["new", "--standalone", NAME, "--path"])
        .arg(root());
    run(within(new, folder.path())?)?;
    // The versions that are here already.
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let mut count = tested(within(cargo(&["test"]), folder.path())?)?;

    let mut program = Command::new(target()?.join("debug").join(NAME));
    program.env_clear().env("PORT", "0");
    let said = match output(program) {
        Ok(_) => bail!("{NAME} ended as if all were well, without a setting"),
        Err(error) => error.to_string(),
    };
    ensure!(
        said.contains("error: CALLGATE_PROJECT_ID: "),
        "{NAME} does not ask for its settings in words: {said}"
    );
    println!("{NAME} asks for CALLGATE_PROJECT_ID");
    count.passed += 1;
    Ok(count)
}

/// Runs the tests of the new service, which have to be there.
fn tested(command: Command) -> anyhow::Result<Count> {
    let count = counted(command)?;
    ensure!(
        count.passed == TESTS && count.failed == 0,
        "{NAME} comes with {TESTS} tests, and {} passed",
        count.passed
    );
    Ok(count)
}

/// What the running system answers of the new service, by gRPC-Web. Native gRPC is what its own tests speak.
fn served(origin: &str) -> anyhow::Result<()> {
    for (method, status) in [("GetCount", 0), ("Greet", 16), ("WatchCount", 16)] {
        let answer = call::call(origin, &format!("{SERVICE}/{method}"), b"")?;
        ensure!(
            answer.status == Some(status),
            "{SERVICE}/{method} ends with {:?}, {status} expected",
            answer.status
        );
    }
    // A ServerReflectionRequest: list_services, the field of number 7.
    let reflection = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let answer = call::call(origin, reflection, b"\x3a\x01*")?;
    ensure!(answer.body.contains(SERVICE), "reflection does not list it");
    Ok(())
}

/// A command in another folder, which builds to where everything is built.
fn within(mut command: Command, folder: &Path) -> anyhow::Result<Command> {
    command
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target()?);
    Ok(command)
}
