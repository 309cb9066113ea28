//! Asking the votes, as this service.

use callgate_admin::Admin;
use callgate_api::admin::v1::{
    ResetVotesRequest, admin_service_gate::AdminService, audit_record::Outcome,
};
use tonic::{Code, Request, Status};

use crate::system::{System, channel, eve, outcome, reason};

async fn reset(admin: &Admin) -> Result<i64, Status> {
    let request = Request::new(ResetVotesRequest {});
    let answer = admin.reset_votes(eve(), request).await?;
    Ok(answer.into_inner().removed)
}

#[tokio::test]
async fn the_votes_are_reset_by_this_service_as_itself() {
    let system = System::start().await;
    system.votes.cast("ada").await;
    system.votes.cast("bob").await;

    assert_eq!(reset(&system.admin).await.unwrap(), 2);

    assert_eq!(system.votes.cats().await, 0);
    let record = system.record().await;
    assert_eq!(outcome(&record), (Outcome::Succeeded, "votes removed: 2"));
    assert_eq!(record.target, None);
}

#[tokio::test]
async fn votes_that_do_not_know_this_service_refuse_it() {
    let system = System::start().await;
    system.votes.cast("ada").await;
    let other = "other@demo-callgate.iam.gserviceaccount.com";
    let admin = system.with_votes(system.votes.channel(other));

    let refusal = reset(&admin).await.unwrap_err();

    assert_eq!(refusal.code(), Code::FailedPrecondition, "{refusal:?}");
    assert_eq!(system.votes.cats().await, 1);
    let record = system.record().await;
    let (outcome, details) = outcome(&record);
    assert_eq!(outcome, Outcome::Failed);
    assert!(details.starts_with("the votes refused: "), "{details}");
}

#[tokio::test]
async fn votes_that_are_away_are_told_as_our_outage_and_nothing_was_changed() {
    let system = System::start().await;
    let admin = system.with_votes(channel("http://127.0.0.1:1", "admin"));

    let refusal = reset(&admin).await.unwrap_err();

    assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
    assert_eq!(reason(&refusal), "VOTES_UNAVAILABLE");
    let record = system.record().await;
    assert_eq!(outcome(&record).0, Outcome::Failed);
}

#[tokio::test]
async fn votes_that_hang_up_leave_the_outcome_unknown() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let hanging_up = tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            // The preface of HTTP/2, and perhaps the call after it.
            let mut read = [0; 24];
            let _ = tokio::io::AsyncReadExt::read(&mut connection, &mut read).await;
        }
    });
    let system = System::start().await;
    let admin = system.with_votes(channel(&url, "admin"));

    let refusal = reset(&admin).await.unwrap_err();

    assert_eq!(refusal.code(), Code::DeadlineExceeded, "{refusal:?}");
    assert_eq!(reason(&refusal), "OUTCOME_UNKNOWN");
    let record = system.record().await;
    assert_eq!(outcome(&record).0, Outcome::Unknown);
    hanging_up.abort();
}

#[tokio::test]
async fn without_a_token_of_its_own_this_service_does_not_call_the_votes() {
    let system = System::start().await;
    system.votes.cast("ada").await;
    let metadata = callgate::google::Metadata::at("127.0.0.1:1").unwrap();
    let tokens = callgate::google::IdTokens::metadata_server(&metadata);
    let admin = system.with_votes(system.votes.channel_with(&tokens));

    let refusal = reset(&admin).await.unwrap_err();

    assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
    assert_eq!(system.votes.cats().await, 1);
    let record = system.record().await;
    assert_eq!(outcome(&record).0, Outcome::Failed);
}
