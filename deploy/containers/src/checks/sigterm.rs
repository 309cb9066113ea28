//! SIGTERM for one of two instances of the votes, under load.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tokio::{sync::mpsc, time::sleep};

use crate::{Services, held, instance::Instance, probe, stage::Stage};

/// How often it is tried to make enough calls, some of them when the instance ends: a busy machine has quiet moments. All else has to hold
/// each time.
const ATTEMPTS: usize = 10;

/// So many statements have to wait: one more than the ten that an instance can make at a time, so that some are of each.
const WAITING: i64 = 11;

/// How long they may take to come: less than the three seconds that a call waits for the database. Where hardly a call comes, it is
/// tried again.
const COME: Duration = Duration::from_secs(2);

/// How long the last lines of a log may take to be written.
const WRITTEN: Duration = Duration::from_secs(30);

/// The file of tokens of so many users.
async fn tokens(stage: &Stage, users: usize) -> anyhow::Result<String> {
    let issuer = stage.users.clone();
    let half = users / 2;
    let sign = move |from: usize, to: usize| {
        let issuer = issuer.clone();
        tokio::task::spawn_blocking(move || {
            let token = |number| issuer.token(&uid(number)).sign() + "\n";
            (from..to).map(token).collect::<String>()
        })
    };
    let (first, second) = tokio::try_join!(sign(0, half), sign(half, users))?;
    Ok(first + &second)
}

fn uid(number: usize) -> String {
    format!("voter-{number}")
}

pub(crate) async fn sigterm(
    services: &Services,
    front: &Path,
    users: usize,
    least: u32,
) -> anyhow::Result<()> {
    let stage = Stage::set(services).await?;
    let signed = tokens(&stage, users).await?;
    let paths = ["tokens", "acknowledged"].map(|name| stage.folder().join(name));
    std::fs::write(&paths[0], signed)?;
    let mut rate = 0.0;
    for _ in 0..ATTEMPTS {
        rate = once(services, &stage, front, &paths).await?;
        if rate >= f64::from(least) {
            held("the load", &format!("{rate:.0} calls/s"));
            return Ok(());
        }
        println!("      {rate:.0} calls/s are too few to prove it");
    }
    bail!(
        "{ATTEMPTS} times this machine made less than {least} calls/s, lastly {rate:.0}: is it busy? All else held"
    )
}

/// The load on two instances, one of which ends; and how many calls there were in a second. 0 where there was none to be cut.
async fn once(
    services: &Services,
    stage: &Stage,
    front: &Path,
    [tokens, acknowledged]: &[PathBuf; 2],
) -> anyhow::Result<f64> {
    let (file, _) = services.get("votes")?;
    let database = stage.database().await;
    let mut instances = Vec::new();
    for _ in 0..2 {
        let instance = stage.start(services, "votes", &database)?;
        probe::startup(&instance, &file.startup).await?;
        instances.push(instance);
    }
    let mut load = Command::new(front);
    for instance in &instances {
        load.args(["--instance", &instance.address.to_string()]);
    }
    load.arg("--tokens").arg(tokens);
    load.arg("--acknowledged").arg(acknowledged);
    let mut load = load
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", front.display()))?;
    let lines = BufReader::new(load.stdout.take().context("no output")?).lines();
    let (sender, mut said) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let half = said.recv().await;
    ensure!(half.as_deref() == Some("half"), "the load ended early");
    let took = end_while_calls_wait(&mut instances[1], &database).await?;
    let report = said.recv().await.context("the load broke off")?;
    ensure!(load.wait()?.success(), "the load failed");
    let report: Value = serde_json::from_str(&report)?;
    let acknowledged = std::fs::read_to_string(acknowledged)?;
    if !judge(&report, &acknowledged, took, &database, &instances).await? {
        println!("      there was hardly a call to be cut, which proves nothing");
        return Ok(0.0);
    }
    let calls = report["calls"].as_f64().context("no calls")?;
    let seconds = report["seconds"].as_f64().context("no time")?;
    Ok(calls / seconds)
}

/// Ends an instance at a moment when the database makes everyone wait, so that there are calls to be cut; else most of the time hardly
/// any is under way.
async fn end_while_calls_wait(instance: &mut Instance, database: &str) -> anyhow::Result<Duration> {
    let mut locking = PgConnection::connect(database).await?;
    let mut watching = PgConnection::connect(database).await?;
    let mut transaction = locking.begin().await?;
    sqlx::query("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await?;
    let waiting = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let began = Instant::now();
    loop {
        let (count,): (i64,) = sqlx::query_as(waiting).fetch_one(&mut watching).await?;
        if count >= WAITING || began.elapsed() > COME {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
    // Now that the database keeps them waiting, the others come in milliseconds.
    sleep(Duration::from_millis(100)).await;
    let unlock = async {
        sleep(Duration::from_millis(200)).await;
        anyhow::Ok(transaction.rollback().await?)
    };
    let (took, ()) = tokio::try_join!(instance.terminate(), unlock)?;
    Ok(took)
}

/// Whether there were calls to be cut. An error where one was cut, or a vote lost.
async fn judge(
    report: &Value,
    acknowledged: &str,
    took: Duration,
    database: &str,
    instances: &[Instance],
) -> anyhow::Result<bool> {
    let number = |name: &str| report[name].as_u64().context("a report without a number");
    if number("failed")? > 0 {
        bail!(
            "{} calls or streams failed: {:#}",
            number("failed")?,
            report["failures"]
        );
    }
    held(
        "no call failed",
        &format!(
            "{} calls; {} of them not accepted by the ending instance, which the other took",
            number("calls")?,
            number("moved")?
        ),
    );
    ensure!(number("watched")? > 0, "the watchers saw nothing");
    held(
        "streams",
        &format!(
            "{} ended with UNAVAILABLE and were opened again; {} messages",
            number("streams_ended")?,
            number("watched")?
        ),
    );
    let under_way = under_way(&instances[1])?;
    held(
        "the instance",
        &format!("ended well in {took:.1?}, with {under_way} calls under way"),
    );

    let mut connection = PgConnection::connect(database).await?;
    let rows: Vec<(String, i16)> = sqlx::query_as("SELECT uid, candidate FROM votes")
        .fetch_all(&mut connection)
        .await?;
    let (total,): (i64,) = sqlx::query_as("SELECT sum(cats + dogs)::bigint FROM totals")
        .fetch_one(&mut connection)
        .await?;
    let rows: HashMap<String, i16> = rows.into_iter().collect();
    let mut votes = 0;
    for line in acknowledged.lines() {
        let number: usize = line.parse()?;
        let candidate = if number.is_multiple_of(2) { 1 } else { 2 };
        ensure!(
            rows.get(&uid(number)) == Some(&candidate),
            "the vote of {} was acknowledged and is not in PostgreSQL",
            uid(number)
        );
        votes += 1;
    }
    ensure!(
        rows.len() == votes && total == i64::try_from(votes)?,
        "{votes} votes were acknowledged, there are {}, and {total} are counted",
        rows.len()
    );
    held(
        "PostgreSQL",
        &format!("has every one of {votes} acknowledged votes, counted once"),
    );

    // The line is written when the answer is: it may come after it.
    let began = Instant::now();
    let mut handled = handled(instances)?;
    while handled.iter().sum::<usize>() < votes && began.elapsed() < WRITTEN {
        sleep(Duration::from_millis(50)).await;
        handled = self::handled(instances)?;
    }
    ensure!(
        handled.iter().sum::<usize>() == votes && handled.iter().all(|count| *count > 0),
        "{votes} votes were acknowledged, and the instances handled {handled:?}"
    );
    held(
        "no call was sent twice",
        &format!("the instances handled {} and {}", handled[0], handled[1]),
    );
    // The streams are few, and one or two of them are of this instance.
    Ok(under_way > 4)
}

/// How many votes each has handled, by its log.
fn handled(instances: &[Instance]) -> anyhow::Result<Vec<usize>> {
    let is_vote = |line: &&String| line.contains("/CastVote OK");
    let count = |of: &Instance| anyhow::Ok(of.log()?.iter().filter(is_vote).count());
    instances.iter().map(count).collect()
}

/// How many calls were under way when the instance was told to end, the streams among them.
fn under_way(instance: &Instance) -> anyhow::Result<u64> {
    for line in instance.log()? {
        let line: Value = serde_json::from_str(&line).unwrap_or_default();
        if let ("stopping", Some(calls)) = (
            line["message"].as_str().unwrap_or_default(),
            line["calls"].as_u64(),
        ) {
            return Ok(calls);
        }
    }
    bail!("the instance does not say that it is stopping")
}
