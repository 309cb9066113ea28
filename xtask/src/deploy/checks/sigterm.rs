//! SIGTERM for one of two instances of the votes, under load.

use crate::deploy::{
    check::{Check, Verdict},
    trial::Trial,
};

pub(super) const CHECK: Check = Check {
    name: "sigterm",
    about: "2,000 calls/s to two instances of votes survive SIGTERM for one: no accepted call fails, no acknowledged vote is lost",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let front = Trial::front()?;
    let front = front.to_string_lossy();
    Trial::of(&["votes"])?.run(&["sigterm", "--front", &front], "everything above held")
}
