//! The handlers, with callers as the gate hands them over.

use callgate::EndUser;
use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, CastVoteResponse, GetResultsRequest, ListMyVotesRequest,
    ResetVotesRequest, Results, Vote, WatchResultsRequest, vote_service_gate::VoteService,
};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use callgate_votes::Votes;
use tokio_stream::StreamExt;
use tonic::{Code, Request, Status};

use crate::instance::PATIENCE;

/// The service on a SQLite file of its own.
async fn votes() -> (Votes, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("votes.db").display());
    (Votes::open(&url).await.unwrap(), folder)
}

pub(crate) fn voter(uid: &str, name: &str) -> EndUser {
    let issuer = FirebaseIssuer::new("demo-callgate");
    issuer.token(uid).name(name).end_user()
}

pub(crate) async fn cast(
    votes: &Votes,
    caller: EndUser,
    candidate: Candidate,
) -> Result<CastVoteResponse, Status> {
    let request = CastVoteRequest {
        candidate: candidate.into(),
    };
    let response = votes.cast_vote(caller, Request::new(request)).await?;
    Ok(response.into_inner())
}

pub(crate) async fn results(votes: &Votes) -> Result<Results, Status> {
    let response = votes
        .get_results(Request::new(GetResultsRequest {}))
        .await?;
    Ok(response.into_inner().results.expect("results"))
}

async fn reset(votes: &Votes) -> i64 {
    let admin = GoogleIssuer::new("https://votes.example.com").service_account("admin");
    let request = Request::new(ResetVotesRequest {});
    let response = votes.reset_votes(admin, request).await.unwrap();
    response.into_inner().removed
}

async fn votes_of(votes: &Votes, caller: EndUser) -> Vec<Vote> {
    let request = Request::new(ListMyVotesRequest {});
    let response = votes.list_my_votes(caller, request).await.unwrap();
    response.into_inner().votes
}

#[tokio::test]
async fn casting_a_vote_answers_with_the_vote_and_how_it_stands() {
    let (votes, _folder) = votes().await;
    assert_eq!(
        results(&votes).await.unwrap(),
        Results {
            summary: "CATS and DOGS are evenly matched!".to_owned(),
            ..Results::default()
        }
    );

    let ada = voter("ada", "Ada");
    let answer = cast(&votes, ada.clone(), Candidate::Cats).await.unwrap();

    let vote = answer.vote.unwrap();
    assert_eq!(vote.candidate(), Candidate::Cats);
    assert_eq!(vote.display_name, "Ada");
    let expected = Results {
        cats: 1,
        dogs: 0,
        summary: "CATS are winning by 1 vote!".to_owned(),
        recent: vec![vote.clone()],
    };
    assert_eq!(answer.results.unwrap(), expected);
    assert_eq!(results(&votes).await.unwrap(), expected);
    assert_eq!(votes_of(&votes, ada).await, [vote]);
    assert_eq!(votes_of(&votes, voter("bob", "Bob")).await, []);
}

#[tokio::test]
async fn a_vote_for_nobody_is_refused() {
    let (votes, _folder) = votes().await;
    for candidate in [0, 3, -1] {
        let request = Request::new(CastVoteRequest { candidate });
        let refusal = votes.cast_vote(voter("ada", "Ada"), request).await;
        assert_eq!(refusal.unwrap_err().code(), Code::InvalidArgument);
    }
    assert_eq!(results(&votes).await.unwrap().recent, []);
}

#[tokio::test]
async fn names_are_shown_cleaned_and_addresses_not_at_all() {
    let (votes, _folder) = votes().await;
    for (uid, name, shown) in [
        ("1", "Ada\u{202e} \u{0}Lovelace", "Ada Lovelace"),
        ("2", "ada@example.com", ""),
    ] {
        let answer = cast(&votes, voter(uid, name), Candidate::Dogs).await;
        assert_eq!(answer.unwrap().vote.unwrap().display_name, shown);
    }
    let nameless = FirebaseIssuer::new("demo-callgate")
        .token("3")
        .without("name")
        .end_user();
    let answer = cast(&votes, nameless, Candidate::Dogs).await.unwrap();
    assert_eq!(answer.vote.unwrap().display_name, "");
}

#[tokio::test]
async fn watching_begins_with_how_it_stands_and_goes_on_with_each_change() {
    let (votes, _folder) = votes().await;
    cast(&votes, voter("ada", "Ada"), Candidate::Cats)
        .await
        .unwrap();
    let request = Request::new(WatchResultsRequest {});
    let response = votes.watch_results(request).await.unwrap();
    let stream = response.into_inner().timeout(PATIENCE);
    tokio::pin!(stream);
    let mut next = async || {
        let results = stream.next().await.expect("no end").expect("in time");
        let results = results.unwrap().results.unwrap();
        (results.cats, results.dogs, results.summary)
    };
    assert_eq!(
        next().await,
        (1, 0, "CATS are winning by 1 vote!".to_owned())
    );

    for (uid, expected) in [
        ("bob", (1, 1, "CATS and DOGS are evenly matched!")),
        ("ada", (0, 2, "DOGS are winning by 2 votes!")),
    ] {
        cast(&votes, voter(uid, ""), Candidate::Dogs).await.unwrap();
        let (cats, dogs, summary) = next().await;
        assert_eq!((cats, dogs, summary.as_str()), expected);
    }
}

#[tokio::test]
async fn a_reset_says_how_many_votes_there_were_and_watchers_see_it() {
    let (votes, folder) = votes().await;
    // Past the service, so that nothing but the reset is announced.
    let url = format!("sqlite:{}", folder.path().join("votes.db").display());
    let store = callgate_votes::store::open(&url).await.unwrap();
    for uid in ["ada", "bob"] {
        let user = callgate::UserId { tenant: None, uid };
        let cats = callgate_votes::Candidate::Cats;
        store.cast(user, cats, "").await.unwrap();
    }
    let request = Request::new(WatchResultsRequest {});
    let response = votes.watch_results(request).await.unwrap();
    let stream = response.into_inner().timeout(PATIENCE);
    tokio::pin!(stream);
    let mut next = async || {
        let results = stream.next().await.expect("no end").expect("in time");
        results.unwrap().results.unwrap()
    };
    assert_eq!(next().await.cats, 2);

    assert_eq!(reset(&votes).await, 2);

    let none = Results {
        summary: "CATS and DOGS are evenly matched!".to_owned(),
        ..Results::default()
    };
    assert_eq!(next().await, none);
    assert_eq!(results(&votes).await.unwrap(), none);
    assert_eq!(votes_of(&votes, voter("ada", "Ada")).await, []);
    assert_eq!(reset(&votes).await, 0, "again: there is nothing left");
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_in_words() {
    let Err(error) = Votes::open("mysql://localhost/votes").await else {
        panic!("opened");
    };
    assert_eq!(
        error.to_string(),
        "a database URL starts with `postgres://`, `postgresql://` or `sqlite:`"
    );
}
