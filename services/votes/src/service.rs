//! `votes.v1.VoteService`.

use std::sync::Arc;

use callgate::{EndUser, ServiceAccount};
use callgate_api::votes::v1::{
    self as api, CastVoteRequest, CastVoteResponse, GetResultsRequest, GetResultsResponse,
    ListMyVotesRequest, ListMyVotesResponse, ResetVotesRequest, ResetVotesResponse,
    WatchResultsRequest, WatchResultsResponse, vote_service_gate::VoteService,
};
use callgate_database::{OpenError, PoolUse};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use crate::{
    hub::Hub,
    store::{self, StoreError, VoteStore},
    summary::summary,
    vote::{Candidate, Tally, Vote},
};

/// The handlers of `votes.v1.VoteService`. Cloning is cheap.
#[derive(Clone)]
pub struct Votes {
    store: Arc<dyn VoteStore>,
    hub: Hub,
}

impl Votes {
    /// The votes in the database that the URL names: `postgres://..` or `sqlite:file`, as [`DatabaseUrl`](callgate_database::DatabaseUrl) says.
    ///
    /// PostgreSQL need not be there yet: until it is, calls answer UNAVAILABLE.
    ///
    /// # Errors
    ///
    /// Where the URL is none of these, or the file cannot be opened.
    pub async fn open(database_url: &str) -> Result<Self, OpenError> {
        let store = store::open(database_url).await?;
        let hub = Hub::new(store.clone());
        Ok(Self { store, hub })
    }

    /// How many connections to the database there are, and what they do.
    pub fn pool_use(&self) -> PoolUse {
        self.store.pool_use()
    }

    /// Casts the vote and sees to it that watchers hear of it, though the caller may have gone away.
    async fn cast(&self, voter: EndUser, candidate: Candidate) -> Result<Vote, Status> {
        let Self { store, hub } = self.clone();
        to_its_end(async move {
            let name = voter.display_name().unwrap_or_default();
            let cast = store.cast(voter.id(), candidate, &name).await?;
            if cast.changed {
                hub.changed();
            }
            Ok(cast.vote)
        })
        .await
    }

    /// Removes all votes and sees to it that watchers hear of it, though the caller may have gone away.
    async fn reset(&self) -> Result<i64, Status> {
        let Self { store, hub } = self.clone();
        to_its_end(async move {
            let removed = store.reset().await?;
            hub.changed();
            Ok(removed)
        })
        .await
    }

    async fn results(&self) -> Result<api::Results, Status> {
        let tally = self.store.tally().await;
        tally
            .map(|tally| results(&tally))
            .map_err(|error| refusal(&error))
    }
}

impl VoteService for Votes {
    async fn cast_vote(
        &self,
        voter: EndUser,
        request: Request<CastVoteRequest>,
    ) -> Result<Response<CastVoteResponse>, Status> {
        let candidate = candidate(request.get_ref().candidate)?;
        let vote = self.cast(voter, candidate).await?;
        Ok(Response::new(CastVoteResponse {
            vote: Some(message(&vote)),
            results: Some(self.results().await?),
        }))
    }

    async fn get_results(
        &self,
        _: Request<GetResultsRequest>,
    ) -> Result<Response<GetResultsResponse>, Status> {
        Ok(Response::new(GetResultsResponse {
            results: Some(self.results().await?),
        }))
    }

    async fn watch_results(
        &self,
        _: Request<WatchResultsRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<WatchResultsResponse, Status>> + Send + 'static>,
        Status,
    > {
        let tallies = self.hub.watch().await;
        let tallies = tallies.map_err(|_| Status::unavailable(AWAY))?;
        Ok(Response::new(tallies.map(|tally| {
            Ok(WatchResultsResponse {
                results: Some(results(&tally)),
            })
        })))
    }

    async fn list_my_votes(
        &self,
        voter: EndUser,
        _: Request<ListMyVotesRequest>,
    ) -> Result<Response<ListMyVotesResponse>, Status> {
        let vote = self.store.vote_of(voter.id()).await;
        let vote = vote.map_err(|error| refusal(&error))?;
        Ok(Response::new(ListMyVotesResponse {
            votes: vote.iter().map(message).collect(),
        }))
    }

    async fn reset_votes(
        &self,
        service: ServiceAccount,
        _: Request<ResetVotesRequest>,
    ) -> Result<Response<ResetVotesResponse>, Status> {
        let removed = self.reset().await?;
        tracing::info!(service = service.name(), removed, "all votes are removed");
        Ok(Response::new(ResetVotesResponse { removed }))
    }
}

/// A call that is dropped is not dropped half-way.
async fn to_its_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, Status> {
    match tokio::spawn(change).await {
        Ok(done) => done.map_err(|error| refusal(&error)),
        Err(error) => {
            tracing::error!(%error, "changing the votes ended early");
            Err(Status::internal(BROKEN))
        }
    }
}

const AWAY: &str = "the votes cannot be reached at the moment; try again";
const BROKEN: &str = "the votes cannot be read or written";

/// What the caller is told. What happened is for the log.
fn refusal(error: &StoreError) -> Status {
    if error.is_outage() {
        tracing::warn!(%error, "the votes cannot be reached");
        Status::unavailable(AWAY)
    } else {
        tracing::error!(%error, "the votes cannot be read or written");
        Status::internal(BROKEN)
    }
}

fn candidate(number: i32) -> Result<Candidate, Status> {
    match api::Candidate::try_from(number) {
        Ok(api::Candidate::Cats) => Ok(Candidate::Cats),
        Ok(api::Candidate::Dogs) => Ok(Candidate::Dogs),
        Ok(api::Candidate::Unspecified) | Err(_) => Err(Status::invalid_argument(
            "candidate: vote for CANDIDATE_CATS or CANDIDATE_DOGS",
        )),
    }
}

fn results(tally: &Tally) -> api::Results {
    api::Results {
        cats: tally.cats,
        dogs: tally.dogs,
        summary: summary(tally.cats, tally.dogs),
        recent: tally.recent.iter().map(message).collect(),
    }
}

fn message(vote: &Vote) -> api::Vote {
    let candidate = match vote.candidate {
        Candidate::Cats => api::Candidate::Cats,
        Candidate::Dogs => api::Candidate::Dogs,
    };
    api::Vote {
        candidate: candidate.into(),
        cast_at: Some(vote.cast_at.into()),
        display_name: vote.display_name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use callgate_database::DatabaseError;
    use tonic::Code;

    use super::*;

    #[test]
    fn only_candidates_can_be_voted_for() {
        assert_eq!(candidate(1).unwrap(), Candidate::Cats);
        assert_eq!(candidate(2).unwrap(), Candidate::Dogs);
        for number in [0, 3, -1, i32::MAX] {
            let refusal = candidate(number).unwrap_err();
            assert_eq!(refusal.code(), Code::InvalidArgument);
            assert!(refusal.message().contains("CANDIDATE_CATS"));
        }
    }

    #[test]
    fn callers_are_told_nothing_of_the_database() {
        let cause = || sqlx::Error::Protocol("server at 10.0.0.7".into());
        let away = refusal(&DatabaseError::Away(cause()).into());
        assert_eq!((away.code(), away.message()), (Code::Unavailable, AWAY));
        let broken = refusal(&DatabaseError::Fault(cause()).into());
        assert_eq!((broken.code(), broken.message()), (Code::Internal, BROKEN));
    }
}
