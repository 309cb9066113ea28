//! The example as a program. Its calls are tried by `cargo xtask interop`.

use std::process::Command;

#[test]
fn it_says_where_it_cannot_find_a_server() {
    let program = env!("CARGO_BIN_EXE_callgate-interop");
    for (args, said) in [
        (&[][..], "where is the server?"),
        (&["http://localhost:1"], "transport error"),
    ] {
        let output = Command::new(program).args(args).output().expect("it runs");
        assert!(!output.status.success());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(errors.contains(said), "{errors}");
    }
}
