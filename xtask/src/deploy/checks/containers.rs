//! The services as Cloud Run would run them, and what Cloud Run does to them but for SIGTERM under load.

use crate::deploy::{
    check::{Check, Verdict},
    trial::{SERVICES, Trial},
};

pub(super) const CHECK: Check = Check {
    name: "containers",
    about: "votes and admin run from their files: probes, every protocol, CORS, stripped signatures, PostgreSQL by socket, IAP, a pause",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    Trial::of(&SERVICES)?.run(&["calls"], "everything above held")
}
