//! A server to test with.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use callgate::{EndUser, ServiceAccount, ServiceAccountVerifier};
use callgate_api::votes::v1::{
    CastVoteRequest, CastVoteResponse, GetResultsRequest, GetResultsResponse, ListMyVotesRequest,
    ListMyVotesResponse, ResetVotesRequest, ResetVotesResponse, Results, Vote, WatchResultsRequest,
    WatchResultsResponse, vote_service_client::VoteServiceClient, vote_service_gate,
};
use callgate_serve::{Config, Limits, Platform, Server};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use tokio::{
    net::TcpStream,
    sync::{Notify, Semaphore, oneshot},
    task::JoinHandle,
};
use tokio_stream::{Stream, StreamExt};
use tonic::{Code, Status, transport::Channel};
use tonic_types::{ErrorDetails, StatusExt};

pub(crate) const PROJECT: &str = "demo-project";
pub(crate) const CAST_VOTE: &str = "/votes.v1.VoteService/CastVote";
pub(crate) const GET_RESULTS: &str = "/votes.v1.VoteService/GetResults";
pub(crate) const WATCH_RESULTS: &str = "/votes.v1.VoteService/WatchResults";

/// Nothing here should take long; if it does, it hangs.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future)
        .await
        .expect("it takes too long")
}

// === the service ===

/// A service that can be made to wait.
#[derive(Clone)]
pub(crate) struct Votes {
    /// How many votes may be cast before casting waits.
    pub(crate) free: Arc<Semaphore>,
    /// A vote waits, or is cast.
    pub(crate) entered: Arc<Notify>,
    /// Whether reading the tally panics.
    pub(crate) broken: Arc<AtomicBool>,
}

impl vote_service_gate::VoteService for Votes {
    /// Tells who the caller is.
    async fn cast_vote(
        &self,
        voter: EndUser,
        _: tonic::Request<CastVoteRequest>,
    ) -> Result<tonic::Response<CastVoteResponse>, Status> {
        self.entered.notify_one();
        let free = self.free.acquire().await;
        free.map_err(|_| Status::internal("closed"))?.forget();
        let vote = Vote {
            display_name: voter.id().uid.to_owned(),
            ..Vote::default()
        };
        Ok(tonic::Response::new(CastVoteResponse {
            vote: Some(vote),
            results: None,
        }))
    }

    async fn get_results(
        &self,
        _: tonic::Request<GetResultsRequest>,
    ) -> Result<tonic::Response<GetResultsResponse>, Status> {
        assert!(!self.broken.load(Ordering::Relaxed), "the tally is broken");
        tracing::info!(cats = 3, "read\nthe \u{1b}[31mtally");
        Ok(tonic::Response::new(GetResultsResponse {
            results: Some(cats(3)),
        }))
    }

    /// Says one thing, then nothing more.
    async fn watch_results(
        &self,
        _: tonic::Request<WatchResultsRequest>,
    ) -> Result<
        tonic::Response<impl Stream<Item = Result<WatchResultsResponse, Status>> + Send + 'static>,
        Status,
    > {
        let first = WatchResultsResponse {
            results: Some(cats(3)),
        };
        let stream = tokio_stream::once(Ok(first)).chain(tokio_stream::pending());
        Ok(tonic::Response::new(stream))
    }

    async fn list_my_votes(
        &self,
        _: EndUser,
        _: tonic::Request<ListMyVotesRequest>,
    ) -> Result<tonic::Response<ListMyVotesResponse>, Status> {
        // A reason of its own, though the gate has one of the same name.
        let reason = ErrorDetails::with_error_info("ROLE_REQUIRED", "votes.example.com", []);
        let words = "the database of ada@example.com is gone";
        Err(Status::with_error_details(Code::Internal, words, reason))
    }

    async fn reset_votes(
        &self,
        _: ServiceAccount,
        _: tonic::Request<ResetVotesRequest>,
    ) -> Result<tonic::Response<ResetVotesResponse>, Status> {
        Ok(tonic::Response::new(ResetVotesResponse { removed: 3 }))
    }
}

fn cats(cats: i64) -> Results {
    Results {
        cats,
        ..Results::default()
    }
}

// === the server ===

/// A server that runs.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) votes: Votes,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

pub(crate) fn issuer() -> FirebaseIssuer {
    FirebaseIssuer::new(PROJECT)
}

/// Who knows the service account that a rule names.
pub(crate) fn service_accounts() -> ServiceAccountVerifier {
    GoogleIssuer::new("https://votes.example.com")
        .verifier([("admin", "admin@demo-project.iam.gserviceaccount.com")])
}

pub(crate) fn votes() -> Votes {
    Votes {
        free: Arc::new(Semaphore::new(1000)),
        entered: Arc::default(),
        broken: Arc::default(),
    }
}

pub(crate) fn config() -> Config {
    Config {
        address: ([127, 0, 0, 1], 0).into(),
        project_id: Some(PROJECT.to_owned()),
        platform: Platform::DEVELOPMENT,
        reflection: true,
        ..Config::default()
    }
}

pub(crate) fn limited(limits: Limits) -> Config {
    Config { limits, ..config() }
}

/// Runs a server with this configuration that trusts [`issuer`].
pub(crate) async fn run(config: Config) -> Running {
    run_with(config, |server| server.end_users(issuer().verifier())).await
}

pub(crate) async fn run_with(config: Config, more: impl FnOnce(Server) -> Server) -> Running {
    let votes = votes();
    let server = Server::new(config)
        .expect("a server")
        .service(vote_service_gate::server(votes.clone()))
        .service_accounts(service_accounts())
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET);
    let bound = more(server).bind().await.expect("a free port");
    let (stop, stopped) = oneshot::channel();
    Running {
        address: bound.local_addr(),
        votes,
        stop,
        served: tokio::spawn(bound.serve(async {
            let _ = stopped.await;
        })),
    }
}

impl Running {
    pub(crate) async fn client(&self) -> VoteServiceClient<Channel> {
        VoteServiceClient::new(self.channel().await)
    }

    pub(crate) async fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address))
            .expect("an address")
            .connect()
            .await
            .expect("a server")
    }

    pub(crate) async fn tcp(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a server")
    }

    /// Tells the server to stop, without waiting for it.
    pub(crate) fn begin_to_stop(self) -> JoinHandle<()> {
        self.stop.send(()).expect("it runs");
        self.served
    }

    /// How long it takes to stop.
    pub(crate) async fn stop(self) -> Duration {
        let began = Instant::now();
        soon(self.begin_to_stop()).await.expect("it ends well");
        began.elapsed()
    }
}

pub(crate) fn bearer<T>(token: &str, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let value = format!("Bearer {token}").parse().expect("a header value");
    request.metadata_mut().insert("authorization", value);
    request
}
