//! What `GetResults` and `CastVote` cost where there are ten votes, and where there are ten million: `cargo xtask bench growth`.
//!
//! The handlers are called as the server calls them, on a database that writes to the disk before it says so. The votes that are
//! there are put in by SQL, spread evenly over the same ten million voters, and those who vote are spread over them.

mod fill;
mod measure;

use anyhow::ensure;
use callgate_count::firebase;
use callgate_database::testkit::PostgresServer;
use callgate_votes::Votes;
use clap::{Parser, ValueEnum};

use measure::Measured;

/// How many voters there are; each number of votes is a divisor of it.
pub(crate) const VOTERS: usize = 10_000_000;

/// How many of them vote while it is measured, at most.
const VOTING: usize = 1000;

/// Measures `GetResults` and `CastVote`.
#[derive(Parser)]
struct Cli {
    /// Where the votes are.
    #[arg(value_enum)]
    database: Kind,
    /// How many votes there are, one number after the other, each a multiple of the one before.
    #[arg(long, value_delimiter = ',', default_value = "10,1000,100000,10000000")]
    votes: Vec<usize>,
    /// For how long each thing is measured, in seconds.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Sqlite,
    Postgres,
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(cli.run())
}

impl Cli {
    /// Prints the database's version and a line for each number of votes, all of it JSON.
    async fn run(&self) -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let (url, _server) = match self.database {
            Kind::Sqlite => {
                let file = folder.path().join("votes.db");
                (format!("sqlite:{}", file.display()), None)
            }
            Kind::Postgres => {
                let server = PostgresServer::durable();
                (server.database().await, Some(server))
            }
        };
        let votes = Votes::open(&url).await?;
        measure::results(&votes).await?;
        let version = fill::version(&url, self.database == Kind::Sqlite).await?;
        println!("{}", serde_json::json!({ "version": version }));
        for count in &self.votes {
            ensure!(
                *count > 0 && VOTERS.is_multiple_of(*count),
                "{count} votes cannot be spread evenly over {VOTERS} voters"
            );
            match self.database {
                Kind::Sqlite => fill::sqlite(&url, VOTERS / count).await?,
                Kind::Postgres => fill::postgres(&url, VOTERS / count).await?,
            }
            let there = measure::results(&votes).await?;
            ensure!(there == i64::try_from(*count)?, "{there} votes are there");
            let measured = Measured::of(&votes, &voters(*count), self.seconds).await?;
            println!("{}", serde_json::to_string(&measured.json(*count))?);
        }
        Ok(())
    }
}

/// Some of those whose votes are there.
fn voters(votes: usize) -> Vec<callgate::EndUser> {
    let (issuer, count) = (firebase(), votes.min(VOTING));
    let apart = VOTERS / count;
    (0..count)
        .map(|n| issuer.end_user(&format!("uid-of-28-characters-{:07}", n * apart)))
        .collect()
}
