//! The program, as `cargo xtask deploy-check` starts it. What it tries is tried there.

use std::process::Command;

#[test]
fn what_cannot_be_run_is_named() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let said = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_callgate-containers"))
            .arg("--services")
            .arg(folder.path())
            .args(arguments)
            .arg("calls")
            .output()
            .expect("it starts");
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let nothing = said(&[]);
    assert!(
        nothing.contains("neither an image nor a program of votes"),
        "{nothing}"
    );
    let no_program = said(&["--program", "votes=/nowhere"]);
    assert!(no_program.contains("the program of votes"), "{no_program}");
    let no_file = said(&["--program", "votes=/bin/true"]);
    assert!(no_file.contains("votes.yaml"), "{no_file}");
}
