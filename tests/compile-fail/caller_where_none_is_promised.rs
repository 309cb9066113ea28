//! The rule is public; the handler wants to know the caller.

use callgate::{EndUser, ServiceAccount};
use callgate_api::votes::v1::{
    CastVoteRequest, CastVoteResponse, GetResultsRequest, GetResultsResponse, ListMyVotesRequest,
    ListMyVotesResponse, ResetVotesRequest, ResetVotesResponse, WatchResultsRequest,
    WatchResultsResponse,
    vote_service_gate::VoteService,
};
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

struct Votes;

impl VoteService for Votes {
    async fn cast_vote(
        &self,
        _voter: EndUser,
        _request: Request<CastVoteRequest>,
    ) -> Result<Response<CastVoteResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn get_results(
        &self,
        _user: EndUser,
        _request: Request<GetResultsRequest>,
    ) -> Result<Response<GetResultsResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn watch_results(
        &self,
        _request: Request<WatchResultsRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<WatchResultsResponse, Status>> + Send + 'static>,
        Status,
    > {
        Ok(Response::new(tokio_stream::empty()))
    }

    async fn list_my_votes(
        &self,
        _voter: EndUser,
        _request: Request<ListMyVotesRequest>,
    ) -> Result<Response<ListMyVotesResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn reset_votes(
        &self,
        _service: ServiceAccount,
        _request: Request<ResetVotesRequest>,
    ) -> Result<Response<ResetVotesResponse>, Status> {
        Err(Status::not_found(""))
    }
}

fn main() {}
