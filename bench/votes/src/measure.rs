//! How long the handlers take.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context;
use callgate::EndUser;
use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, GetResultsRequest, vote_service_gate::VoteService,
};
use callgate_votes::Votes;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tonic::Request;

/// How many calls are under way at a time where it is measured how many there can be.
const AT_ONCE: usize = 16;

/// What both take, at one number of votes.
pub(crate) struct Measured {
    get: Times,
    cast: Times,
}

/// How long one of them takes alone, in microseconds, and how many there are a second with 16 at a time.
struct Times {
    p50: f64,
    p99: f64,
    per_s: f64,
}

/// How many votes there are.
pub(crate) async fn results(votes: &Votes) -> anyhow::Result<i64> {
    let answer = votes
        .get_results(Request::new(GetResultsRequest {}))
        .await?;
    let results = answer.into_inner().results.context("no results")?;
    Ok(results.cats + results.dogs)
}

/// Has one of them vote for the other candidate.
async fn cast(votes: &Votes, users: &[EndUser], number: usize) -> anyhow::Result<()> {
    let user = users[number % users.len()].clone();
    // Everyone in turn, and the next time for the other one: each cast changes a vote.
    let candidate = match (number / users.len()).is_multiple_of(2) {
        true => Candidate::Cats,
        false => Candidate::Dogs,
    };
    let request = Request::new(CastVoteRequest {
        candidate: candidate.into(),
    });
    votes.cast_vote(user, request).await?;
    Ok(())
}

#[derive(Clone, Copy)]
enum Call {
    GetResults,
    CastVote,
}

impl Measured {
    pub(crate) async fn of(votes: &Votes, users: &[EndUser], seconds: f64) -> anyhow::Result<Self> {
        let users: Arc<[EndUser]> = users.into();
        let within = Duration::from_secs_f64(seconds);
        // The first calls open connections and read pages.
        calls(votes, &users, Call::GetResults, AT_ONCE, within / 4).await?;
        calls(votes, &users, Call::CastVote, AT_ONCE, within / 4).await?;
        Ok(Self {
            get: Times::of(votes, &users, Call::GetResults, within).await?,
            cast: Times::of(votes, &users, Call::CastVote, within).await?,
        })
    }

    pub(crate) fn json(&self, votes: usize) -> Value {
        json!({
            "votes": votes,
            "get_p50_us": self.get.p50, "get_p99_us": self.get.p99, "get_per_s": self.get.per_s,
            "cast_p50_us": self.cast.p50, "cast_p99_us": self.cast.p99, "cast_per_s": self.cast.per_s,
        })
    }
}

impl Times {
    async fn of(
        votes: &Votes,
        users: &Arc<[EndUser]>,
        call: Call,
        within: Duration,
    ) -> anyhow::Result<Self> {
        let mut alone = calls(votes, users, call, 1, within).await?;
        alone.sort_unstable();
        let at = |hundredths: usize| {
            let at = (alone.len() * hundredths / 100).min(alone.len().saturating_sub(1));
            let time = alone.get(at).copied().unwrap_or_default();
            time.as_secs_f64() * 1e6
        };
        let (p50, p99) = (at(50), at(99));
        let many = calls(votes, users, call, AT_ONCE, within).await?.len();
        #[expect(clippy::cast_precision_loss, reason = "a figure of a few digits")]
        let per_s = many as f64 / within.as_secs_f64();
        Ok(Self { p50, p99, per_s })
    }
}

/// How long each of the calls took that were made, so many at a time.
async fn calls(
    votes: &Votes,
    users: &Arc<[EndUser]>,
    call: Call,
    at_once: usize,
    within: Duration,
) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + within;
    let number = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..at_once {
        let (votes, users, number) = (votes.clone(), Arc::clone(users), Arc::clone(&number));
        callers.spawn(async move {
            let mut times = Vec::new();
            loop {
                let began = Instant::now();
                if began >= end {
                    return anyhow::Ok(times);
                }
                match call {
                    Call::GetResults => results(&votes).await.map(drop)?,
                    Call::CastVote => {
                        cast(&votes, &users, number.fetch_add(1, Ordering::Relaxed)).await?;
                    }
                }
                times.push(began.elapsed());
            }
        });
    }
    let mut times = Vec::new();
    while let Some(caller) = callers.join_next().await {
        times.extend(caller??);
    }
    Ok(times)
}
