//! G3: served without the gate, a method that promises a caller answers INTERNAL; a public one works.

use callgate::{EndUser, ServiceAccount};
use callgate_api::votes::v1::{
    CastVoteRequest, CastVoteResponse, GetResultsRequest, GetResultsResponse, ListMyVotesRequest,
    ListMyVotesResponse, ResetVotesRequest, ResetVotesResponse, Results, WatchResultsRequest,
    WatchResultsResponse, vote_service_client::VoteServiceClient, vote_service_gate,
};
use tokio_stream::Stream;
use tonic::{
    Code, Request, Response, Status,
    transport::{Channel, Server, server::TcpIncoming},
};

struct Votes;

fn results() -> Results {
    Results {
        cats: 2,
        dogs: 1,
        ..Results::default()
    }
}

impl vote_service_gate::VoteService for Votes {
    async fn cast_vote(
        &self,
        _voter: EndUser,
        _request: Request<CastVoteRequest>,
    ) -> Result<Response<CastVoteResponse>, Status> {
        panic!("reached without the gate");
    }

    async fn get_results(
        &self,
        _request: Request<GetResultsRequest>,
    ) -> Result<Response<GetResultsResponse>, Status> {
        let results = Some(results());
        Ok(Response::new(GetResultsResponse { results }))
    }

    async fn watch_results(
        &self,
        _request: Request<WatchResultsRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<WatchResultsResponse, Status>> + Send + 'static>,
        Status,
    > {
        let results = Some(results());
        Ok(Response::new(tokio_stream::once(Ok(
            WatchResultsResponse { results },
        ))))
    }

    async fn list_my_votes(
        &self,
        _voter: EndUser,
        _request: Request<ListMyVotesRequest>,
    ) -> Result<Response<ListMyVotesResponse>, Status> {
        panic!("reached without the gate");
    }

    async fn reset_votes(
        &self,
        _service: ServiceAccount,
        _request: Request<ResetVotesRequest>,
    ) -> Result<Response<ResetVotesResponse>, Status> {
        panic!("reached without the gate");
    }
}

/// Serves [`Votes`] on loopback without a gate.
async fn serve() -> VoteServiceClient<Channel> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let address = incoming.local_addr().expect("an address");
    tokio::spawn(
        Server::builder()
            .add_service(vote_service_gate::server(Votes))
            .serve_with_incoming(incoming),
    );
    VoteServiceClient::connect(format!("http://{address}"))
        .await
        .expect("a connection")
}

#[tokio::test]
async fn a_method_that_promises_a_caller_answers_internal() {
    let mut client = serve().await;
    for status in [
        client
            .cast_vote(CastVoteRequest::default())
            .await
            .unwrap_err(),
        client
            .list_my_votes(ListMyVotesRequest {})
            .await
            .unwrap_err(),
        client.reset_votes(ResetVotesRequest {}).await.unwrap_err(),
    ] {
        assert_eq!(
            (status.code(), status.message()),
            (Code::Internal, "the gate is not installed")
        );
    }
}

#[tokio::test]
async fn a_public_method_works() {
    let mut client = serve().await;
    let answer = client.get_results(GetResultsRequest {}).await.unwrap();
    assert_eq!(answer.into_inner().results, Some(results()));

    let stream = client.watch_results(WatchResultsRequest {}).await.unwrap();
    let first = stream.into_inner().message().await.unwrap().unwrap();
    assert_eq!(first.results, Some(results()));
}
