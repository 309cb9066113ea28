//! A stand-in for Cloud Run's front end before two or more instances of the votes, and a load through it.
//!
//! It shows that ending an instance under load costs nothing: no call that an instance has accepted fails, and whoever was told that
//! a vote is cast has cast it. It only counts; `callgate-containers` starts the instances, ends one of them, and compares the votes
//! acknowledged with those in the database.
//!
//! Each user of the file of tokens votes once, reads the own vote back, and reads the results, so that there are three calls a user.
//! Some clients watch the results all the while, and watch on when their stream ends.
//!
//! It prints `half` when half of the users have voted, and what came of it as one line of JSON.
//!
//! This is a program of its own, and of few crates, because it is built optimized: a slow load would be no load.

mod front;
mod load;
mod tally;

use std::{net::SocketAddr, path::PathBuf, rc::Rc, time::Instant};

use anyhow::Context;
use clap::Parser;
use tokio::{net::TcpListener, task::LocalSet};

use crate::{
    front::Front,
    load::{Users, connect, user, watch},
    tally::Tally,
};

/// Puts a load on some instances of the votes, through a stand-in for Cloud Run's front end.
#[derive(Parser)]
struct Settings {
    /// Where an instance listens; several
    #[arg(long = "instance", required = true)]
    instances: Vec<SocketAddr>,
    /// File of the users' tokens, one a line
    #[arg(long)]
    tokens: PathBuf,
    /// File to write the numbers of those into whose vote was acknowledged: their lines in the file of tokens, from 0
    #[arg(long)]
    acknowledged: PathBuf,
    /// How many connections the clients have
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// How many users are active at once on each
    #[arg(long, default_value_t = 12)]
    active: usize,
    /// How many clients watch the results
    #[arg(long, default_value_t = 2)]
    watchers: usize,
}

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    LocalSet::new().block_on(&runtime, run(Settings::parse()))
}

async fn run(settings: Settings) -> anyhow::Result<()> {
    let tally = Rc::<Tally>::default();
    let front = Front::connect(&settings.instances, &tally).await?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::task::spawn_local(front.serve(listener));

    let tokens = std::fs::read_to_string(&settings.tokens).context("the file of tokens")?;
    let users = Rc::new(Users::of(&tokens)?);
    let watchers = connect(address).await?;
    for _ in 0..settings.watchers {
        tokio::task::spawn_local(watch(watchers.clone(), Rc::clone(&tally)));
    }
    let began = Instant::now();
    let mut active = Vec::new();
    for _ in 0..settings.connections {
        let connection = connect(address).await?;
        for _ in 0..settings.active {
            let work = user(connection.clone(), Rc::clone(&users), Rc::clone(&tally));
            active.push(tokio::task::spawn_local(work));
        }
    }
    for work in active {
        work.await?;
    }
    let took = began.elapsed();
    std::fs::write(&settings.acknowledged, tally.acknowledged())
        .context("the file of acknowledged votes")?;
    println!("{}", tally.report(took));
    Ok(())
}
