//! The checks.

mod admin;
mod pause;
mod protocols;
mod sigterm;
mod tokens;

pub(crate) use sigterm::sigterm;

use crate::{Services, held, probe, stage::Stage};

/// Everything but SIGTERM under load.
pub(crate) async fn calls(services: &Services) -> anyhow::Result<()> {
    let stage = Stage::set(services).await?;
    // It takes more than a minute, nearly all of it waiting.
    let pause = pause::begin(services, &stage).await?;

    let database = stage.database().await;
    let mut votes = stage.start(services, "votes", &database)?;
    let (file, _) = services.get("votes")?;
    let started = probe::startup(&votes, &file.startup).await?;
    held("votes: startup probe", &started);
    let alive = probe::startup(&votes, &file.liveness).await?;
    held("votes: liveness probe", &alive);
    limits(&votes, file)?;
    protocols::grpc(&votes, &stage).await?;
    protocols::grpc_web(&votes, &stage).await?;
    protocols::headers(&votes, &stage).await?;
    protocols::cors(&votes, file).await?;
    tokens::stripped(&votes, &stage).await?;
    tokens::service(&votes, file).await?;
    protocols::trace(&votes, &stage).await?;
    tokens::in_database(&database).await?;
    let half_sent = protocols::half_sent(&votes, &stage).await?;
    let took = votes.terminate().await?;
    held(
        "votes: SIGTERM",
        &format!("ended well in {took:.1?}, though a client went silent half-way"),
    );
    drop((votes, half_sent));

    admin::iap(services, &stage).await?;
    pause::end(pause, &stage).await
}

fn limits(
    instance: &crate::instance::Instance,
    file: &crate::service_file::ServiceFile,
) -> anyhow::Result<()> {
    let user = instance.user()?;
    let Some((nano_cpus, bytes)) = instance.limits()? else {
        return Ok(());
    };
    anyhow::ensure!(nano_cpus > 0 && bytes > 0, "the container has no limits");
    anyhow::ensure!(user != 0, "the container runs as root");
    held(
        "votes: as its file says",
        &format!(
            "{} CPU, {} MiB, port {}; user {user}",
            nano_cpus / 1_000_000_000,
            bytes >> 20,
            file.port
        ),
    );
    Ok(())
}
