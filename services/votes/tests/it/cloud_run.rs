//! What Cloud Run does to an instance: it starts it cold, ends it by SIGTERM, and shows it its database as a unix socket.

use std::{
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, CastVoteResponse, GetResultsRequest, ListMyVotesRequest,
    WatchResultsRequest,
};
use callgate_database::testkit::PostgresServer;
use callgate_testkit::{
    FirebaseIssuer, KeyServer,
    key_server::{Answer, Gate},
};
use sqlx::{Connection, PgConnection};
use tokio::time::{sleep, timeout};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

use crate::instance::{Instance, PATIENCE, command, keys};

/// Cloud Run sends SIGKILL so long after SIGTERM.
const KILLED_AFTER: Duration = Duration::from_secs(10);

impl Instance {
    async fn cast(
        &self,
        issuer: &FirebaseIssuer,
        uid: &str,
    ) -> Result<Response<CastVoteResponse>, Status> {
        let mut request = Request::new(CastVoteRequest {
            candidate: Candidate::Cats.into(),
        });
        let bearer = format!("Bearer {}", issuer.token(uid).sign());
        let metadata = request.metadata_mut();
        metadata.insert("authorization", bearer.parse().unwrap());
        self.client.clone().cast_vote(request).await
    }

    async fn serving(&self, service: &str) -> ServingStatus {
        let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", self.address));
        let channel = channel.unwrap().connect().await.unwrap();
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = HealthClient::new(channel).check(request).await.unwrap();
        answer.into_inner().status()
    }

    fn terminate(&self) {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.unwrap().success());
    }

    async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// How many statements of this database wait for a lock.
async fn waiting(connection: &mut PgConnection) -> i64 {
    let waiting = "SELECT count(*) FROM pg_stat_activity \
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let (count,) = sqlx::query_as::<_, (i64,)>(waiting)
        .fetch_one(connection)
        .await
        .unwrap();
    count
}

async fn votes_in(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let (count,) = sqlx::query_as::<_, (i64,)>("SELECT count(*) FROM votes")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    count
}

/// Casts so many votes at once that the instance has its connections: a call that waits for one, or for a lock, does so for three
/// seconds only.
async fn warm(instance: &Instance, issuer: &FirebaseIssuer) {
    let uids: Vec<String> = (0..20).map(|number| format!("early-{number}")).collect();
    let votes = uids.iter().map(|uid| voted(instance, issuer, uid));
    futures_util::future::join_all(votes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sigterm_cuts_no_call_loses_no_vote_and_ends_the_process_in_time() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let url = PostgresServer::shared().database().await;
    let mut instance = Instance::start(&url, folder.path()).await;
    warm(&instance, &issuer).await;
    let before = votes_in(&url).await;

    // Whoever votes now waits until this is over: eight calls are under way.
    let mut locking = PgConnection::connect(&url).await.unwrap();
    let mut watching = PgConnection::connect(&url).await.unwrap();
    let mut transaction = locking.begin().await.unwrap();
    sqlx::query("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let uids: Vec<String> = (0..8).map(|number| format!("voter-{number}")).collect();
    let votes = uids.iter().map(|uid| instance.cast(&issuer, uid));
    let votes = futures_util::future::join_all(votes);
    let ended = async {
        while waiting(&mut watching).await < 8 {
            sleep(Duration::from_millis(10)).await;
        }
        instance.terminate();
        let told = Instant::now();
        // It takes no more connections, so it knows.
        while tokio::net::TcpStream::connect(instance.address)
            .await
            .is_ok()
        {
            sleep(Duration::from_millis(10)).await;
        }
        transaction.rollback().await.unwrap();
        told
    };
    let (votes, told) = timeout(PATIENCE, async { tokio::join!(votes, ended) })
        .await
        .unwrap();
    for vote in votes {
        vote.expect("a call under way is not cut");
    }
    let status = timeout(PATIENCE, instance.ended()).await.unwrap();
    assert!(status.success(), "{status}");
    assert!(told.elapsed() < KILLED_AFTER, "{:?}", told.elapsed());

    assert_eq!(votes_in(&url).await, before + 8);
}

/// `cargo xtask deploy-check` multiplies this by the number of instances.
const CONNECTIONS: i64 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_takes_ten_connections_however_many_calls_there_are() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let url = PostgresServer::shared().database().await;
    let instance = Instance::start(&url, folder.path()).await;
    warm(&instance, &issuer).await;
    let mut client = instance.client.clone();
    let watching = client.watch_results(WatchResultsRequest {}).await;
    let mut results = watching.unwrap().into_inner();
    timeout(PATIENCE, results.message()).await.unwrap().unwrap();

    let mut locking = PgConnection::connect(&url).await.unwrap();
    let mut counting = PgConnection::connect(&url).await.unwrap();
    let mut transaction = locking.begin().await.unwrap();
    sqlx::query("LOCK TABLE votes IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let uids: Vec<String> = (0..40).map(|number| format!("voter-{number}")).collect();
    let votes = futures_util::future::join_all(uids.iter().map(|uid| instance.cast(&issuer, uid)));
    let counted = async {
        // One of them hears what is announced, all others wait.
        while waiting(&mut counting).await < CONNECTIONS - 1 {
            sleep(Duration::from_millis(10)).await;
        }
        let connections =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()";
        let (count,) = sqlx::query_as::<_, (i64,)>(connections)
            .fetch_one(&mut counting)
            .await
            .unwrap();
        transaction.rollback().await.unwrap();
        count - 2
    };
    let (votes, count) = timeout(PATIENCE, async { tokio::join!(votes, counted) })
        .await
        .unwrap();
    assert_eq!(count, CONNECTIONS);
    for vote in votes {
        vote.expect("it only waits");
    }
}

/// An instance whose keys are at this server.
async fn cold(keys_at: &KeyServer, folder: &std::path::Path) -> Instance {
    let url = format!("sqlite:{}", folder.join("votes.db").display());
    let mut command = command(&url);
    command.env("CALLGATE_KEYS_URL_FIREBASE", keys_at.url().as_str());
    Instance::start_as(command, folder).await
}

fn assert_our_own_outage(answer: Result<Response<CastVoteResponse>, Status>) {
    let refusal = answer.unwrap_err();
    assert_eq!(refusal.code(), Code::Unavailable);
    let details = refusal.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "KEYS_UNAVAILABLE");
    assert!(details.retry_info().is_some());
}

/// Tries again while the answer is UNAVAILABLE, as a client does.
async fn voted(instance: &Instance, issuer: &FirebaseIssuer, uid: &str) {
    let vote = async {
        loop {
            match instance.cast(issuer, uid).await {
                Ok(_) => return,
                Err(refusal) => assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}"),
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, vote).await.expect("it recovers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_start_while_the_key_server_is_away_is_a_start_all_the_same() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let server = KeyServer::start(Answer::none()).await.unwrap();
    let instance = cold(&server, folder.path()).await;

    // The startup probe passes; what the keys are for waits for them.
    assert_eq!(instance.serving("").await, ServingStatus::Serving);
    let votes = "votes.v1.VoteService";
    assert_eq!(instance.serving(votes).await, ServingStatus::NotServing);
    let results = instance
        .client
        .clone()
        .get_results(GetResultsRequest {})
        .await;
    results.expect("a public method needs no keys");
    assert_our_own_outage(instance.cast(&issuer, "ada").await);

    server.always(Answer::keys(issuer.jwks()));
    voted(&instance, &issuer, "ada").await;
    let serving = async {
        while instance.serving(votes).await != ServingStatus::Serving {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, serving).await.expect("health follows");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_start_while_the_key_server_is_slow_keeps_no_call_for_longer_than_two_seconds() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let held = Gate::closed();
    let answer = Answer::keys(issuer.jwks()).held_by(&held);
    let server = KeyServer::start(answer).await.unwrap();
    let instance = cold(&server, folder.path()).await;

    let began = Instant::now();
    assert_our_own_outage(instance.cast(&issuer, "ada").await);
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(5), "{waited:?}");

    held.open();
    voted(&instance, &issuer, "ada").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cloud_sql_is_reached_by_its_unix_socket_and_by_nothing_else() {
    let server = PostgresServer::cloud_sql("demo-callgate:europe-west1:main");
    let url = server.database_of_plain_role().await;
    assert!(url.contains("/cloudsql/demo-callgate:europe-west1:main"));
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let instance = Instance::start(&url, folder.path()).await;
    voted(&instance, &issuer, "ada").await;

    let mut request = Request::new(ListMyVotesRequest {});
    let bearer = format!("Bearer {}", issuer.token("ada").sign());
    let metadata = request.metadata_mut();
    metadata.insert("authorization", bearer.parse().unwrap());
    let mine = instance.client.clone().list_my_votes(request).await;
    assert_eq!(mine.unwrap().into_inner().votes.len(), 1);
}
