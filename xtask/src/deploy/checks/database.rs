//! What the services' users may do in the database, on a real PostgreSQL.

use crate::{
    deploy::{check::Check, script},
    setup,
};

pub(super) const CHECK: Check = Check {
    name: "database",
    about: "deploy/database.sql and the migrations, on PostgreSQL with roles as Cloud SQL makes them",
    run: || {
        setup::postgresql()?;
        script::run("database.py", &[".."])
    },
};
