//! PostgreSQL is away, and comes back.

use std::time::{Duration, Instant};

use callgate_api::votes::v1::{
    Candidate, Results, WatchResultsRequest, vote_service_gate::VoteService,
};
use callgate_database::testkit::PostgresServer;
use callgate_votes::Votes;
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tonic::{Code, Request, Status};

use crate::{
    service::{cast, results, voter},
    store::opened,
};

/// Three seconds for a connection, and some for a busy machine. The driver by itself would wait for thirty.
const AWAY_WITHIN: Duration = Duration::from_secs(20);
const BACK_WITHIN: Duration = Duration::from_mins(1);

async fn assert_away<T>(what: &str, call: impl Future<Output = Result<T, Status>>) {
    let answer = timeout(AWAY_WITHIN, call).await;
    let Err(refusal) = answer.unwrap_or_else(|_| panic!("{what} keeps its caller waiting")) else {
        panic!("{what} succeeded");
    };
    assert_eq!(refusal.code(), Code::Unavailable, "{what}: {refusal:?}");
    assert_eq!(
        refusal.message(),
        "the votes cannot be reached at the moment; try again"
    );
}

/// Tries again while the answer is UNAVAILABLE, as a client does.
async fn when_back<T>(mut call: impl AsyncFnMut() -> Result<T, Status>) -> T {
    let begun = Instant::now();
    loop {
        match call().await {
            Ok(answer) => return answer,
            Err(refusal) => {
                assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
                assert!(begun.elapsed() < BACK_WITHIN, "still away");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

fn totals(results: &Results) -> (i64, i64) {
    (results.cats, results.dogs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_answer_unavailable_while_the_database_is_away_and_recover() {
    let server = PostgresServer::start();
    let votes = Votes::open(&server.database().await).await.unwrap();
    let (ada, bob) = (voter("ada", "Ada"), voter("bob", "Bob"));
    when_back(async || cast(&votes, ada.clone(), Candidate::Cats).await).await;
    let watch = || votes.watch_results(Request::new(WatchResultsRequest {}));
    let watching = watch().await.unwrap().into_inner();
    let watching = watching.timeout(BACK_WITHIN);
    tokio::pin!(watching);
    let mut watched = async || {
        let results = watching.next().await.expect("no end").expect("in time");
        totals(&results.unwrap().results.unwrap())
    };
    assert_eq!(watched().await, (1, 0));

    server.stop();
    assert_away("CastVote", cast(&votes, ada.clone(), Candidate::Dogs)).await;
    assert_away("GetResults", results(&votes)).await;
    let begun = Instant::now();
    while watch().await.is_ok() {
        assert!(begun.elapsed() < AWAY_WITHIN, "the reader notices nothing");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_away("WatchResults", watch()).await;

    server.resume();
    assert_eq!(
        totals(&when_back(async || results(&votes).await).await),
        (1, 0)
    );
    when_back(async || cast(&votes, bob.clone(), Candidate::Dogs).await).await;
    assert_eq!(watched().await, (1, 1), "the stream goes on");
    when_back(async || watch().await.map(drop)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_away_at_the_start_is_waited_for() {
    let server = PostgresServer::start();
    let url = server.database().await;
    server.stop();

    let votes = Votes::open(&url).await.unwrap();
    assert_away("CastVote", cast(&votes, voter("ada", ""), Candidate::Cats)).await;
    let request = Request::new(WatchResultsRequest {});
    assert_away("WatchResults", votes.watch_results(request)).await;

    server.resume();
    when_back(async || cast(&votes, voter("ada", ""), Candidate::Cats).await).await;
    assert_eq!(totals(&results(&votes).await.unwrap()), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_hangs_is_not_waited_for_and_holds_up_no_other() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await
        .unwrap();

    // More than there are connections.
    let hanging: Vec<_> = (0..12)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.tally().await })
        })
        .collect();
    for call in hanging {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_outage(), "{error}");
    }
    store.announce().await.unwrap();

    transaction.rollback().await.unwrap();
    store.tally().await.unwrap();
}
