//! Between two calls an instance has no CPU: no timer runs, and its keys grow old.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use callgate_testkit::{FirebaseIssuer, KeyServer, key_server::Answer};
use tokio::time::{sleep, sleep_until, timeout};
use tonic::Code;

use crate::{
    Services,
    client::{self, bearer},
    held,
    instance::Instance,
    probe,
    stage::Stage,
};

/// The shortest time that keys are kept for.
const MAX_AGE: Duration = Duration::from_mins(1);
/// What takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(30);
const PROJECT: &str = "demo-callgate";

/// Two instances that are paused.
pub(super) struct Paused {
    keys: KeyServer,
    until: Instant,
    instances: [Instance; 2],
}

pub(super) async fn begin(services: &Services, stage: &Stage) -> anyhow::Result<Paused> {
    let issuer = FirebaseIssuer::new(PROJECT);
    let answer = Answer::keys(issuer.jwks()).max_age(MAX_AGE.as_secs());
    let keys = KeyServer::start(answer).await?;
    let database = stage.database().await;
    let (file, _) = services.get("votes")?;
    let start = || stage.start_fetching(services, &database, keys.url().as_str(), PROJECT);
    let instances = [start()?, start()?];
    for instance in &instances {
        probe::startup(instance, &file.startup).await?;
        client::cast(instance.address, &[bearer(&issuer.token("before").sign())])
            .await?
            .context("before the pause")?;
        instance.pause()?;
    }
    ensure!(keys.requests() == 2, "not one fetch each");
    Ok(Paused {
        keys,
        until: Instant::now() + MAX_AGE + Duration::from_secs(1),
        instances,
    })
}

pub(super) async fn end(paused: Paused, _: &Stage) -> anyhow::Result<()> {
    let Paused {
        keys,
        until,
        instances: [same, rotated],
    } = paused;
    sleep_until(until.into()).await;

    // The first call is by a key that is known: it does not fail, and the keys are fetched again though no time was theirs.
    let issuer = FirebaseIssuer::new(PROJECT);
    same.resume()?;
    client::cast(same.address, &[bearer(&issuer.token("after").sign())])
        .await?
        .context("the first call after the pause")?;
    timeout(PATIENCE, keys.requested(3))
        .await
        .context("the first call after the pause fetched no keys")?;
    held(
        "a pause beyond the keys' age",
        "the first call after it is answered, and fetches the keys",
    );

    // Meanwhile the issuer has withdrawn its first key, and signs by a new one.
    let renewed = issuer.clone().publishing(&[5, 2]);
    keys.always(Answer::keys(renewed.jwks()).max_age(MAX_AGE.as_secs()));
    rotated.resume()?;
    client::cast(rotated.address, &[bearer(&renewed.token("new").sign())])
        .await?
        .context("the first call after the pause, by a new key")?;
    let withdrawn = [bearer(&issuer.token("before").sign())];
    // The answer to the call above may be of the fetch before.
    let refused = async {
        loop {
            if let Err(refusal) = client::cast(rotated.address, &withdrawn).await? {
                return anyhow::Ok(refusal);
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    let refusal = timeout(PATIENCE, refused)
        .await
        .context("a key that was withdrawn during the pause still counts")??;
    ensure!(refusal.code() == Code::Unauthenticated, "{refusal}");
    held(
        "keys rotated during the pause",
        "the first call is by the new key and is answered; the old key counts no more",
    );
    Ok(())
}
