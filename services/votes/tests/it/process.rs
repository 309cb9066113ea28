//! The service as it runs: processes of its own, called over the wire.

use std::process::Output;

use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, GetResultsRequest, ResetVotesRequest, WatchResultsRequest,
};
use callgate_database::testkit::PostgresServer;
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use tokio::time::timeout;
use tonic::{Code, Request};

use crate::instance::{ADMIN, AUDIENCE, Instance, PATIENCE, command, keys};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_cast_on_one_instance_is_seen_by_watchers_of_another() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let keys = keys(&issuer);
    let keys = keys.path();
    let url = PostgresServer::shared().database().await;
    let (here, there) = tokio::join!(Instance::start(&url, keys), Instance::start(&url, keys));

    let mut watching = there
        .client
        .clone()
        .watch_results(WatchResultsRequest {})
        .await
        .unwrap()
        .into_inner();
    let mut watched = async || {
        let message = timeout(PATIENCE, watching.message()).await;
        let message = message.expect("in time").unwrap().expect("no end");
        let results = message.results.unwrap();
        (results.cats, results.dogs)
    };
    assert_eq!(watched().await, (0, 0));

    let cast = async |uid: &str, candidate: Candidate| {
        let mut request = Request::new(CastVoteRequest {
            candidate: candidate.into(),
        });
        let bearer = format!("Bearer {}", issuer.token(uid).name("Ada").sign());
        let metadata = request.metadata_mut();
        metadata.insert("authorization", bearer.parse().unwrap());
        here.client.clone().cast_vote(request).await
    };
    for (uid, candidate, totals) in [
        ("ada", Candidate::Cats, (1, 0)),
        ("bob", Candidate::Dogs, (1, 1)),
        ("ada", Candidate::Dogs, (0, 2)),
    ] {
        cast(uid, candidate).await.unwrap();
        assert_eq!(watched().await, totals);
    }

    let request = GetResultsRequest {};
    let results = there.client.clone().get_results(request).await.unwrap();
    let results = results.into_inner().results.unwrap();
    assert_eq!(results.summary, "DOGS are winning by 2 votes!");
    assert_eq!(results.recent[0].display_name, "Ada");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn casting_needs_a_token() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&issuer);
    let url = format!("sqlite:{}", folder.path().join("votes.db").display());
    let instance = Instance::start(&url, folder.path()).await;

    let request = CastVoteRequest {
        candidate: Candidate::Cats.into(),
    };
    let refusal = instance.client.clone().cast_vote(request).await;
    assert_eq!(refusal.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_service_named_admin_resets_the_votes() {
    let users = FirebaseIssuer::new("demo-callgate");
    let folder = keys(&users);
    let url = format!("sqlite:{}", folder.path().join("votes.db").display());
    let instance = Instance::start(&url, folder.path()).await;
    let services = GoogleIssuer::new(AUDIENCE);
    let elsewhere = GoogleIssuer::new("https://profiles.example.com");
    let reset = async |token: Option<String>| {
        let mut request = Request::new(ResetVotesRequest {});
        if let Some(token) = token {
            let bearer = format!("Bearer {token}").parse().unwrap();
            request.metadata_mut().insert("authorization", bearer);
        }
        let answer = instance.client.clone().reset_votes(request).await;
        answer.map(|it| it.into_inner().removed)
    };

    let other = "other@demo-callgate.iam.gserviceaccount.com";
    for (token, code) in [
        (None, Code::Unauthenticated),
        (Some(users.token("ada").sign()), Code::PermissionDenied),
        (Some(services.token(other).sign()), Code::PermissionDenied),
        (Some(elsewhere.token(ADMIN).sign()), Code::Unauthenticated),
    ] {
        assert_eq!(reset(token).await.unwrap_err().code(), code);
    }
    assert_eq!(reset(Some(services.token(ADMIN).sign())).await.unwrap(), 0);
}

#[test]
fn firebases_emulator_stops_the_start_in_production_and_is_named() {
    for variable in ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"] {
        let output = command("")
            .env("CALLGATE_PROJECT_ID", "demo-callgate")
            .env("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
            .env(variable, "votes")
            .output()
            .unwrap();
        assert!(!output.status.success());
        let refusal = String::from_utf8(output.stderr).unwrap();
        assert!(
            refusal.contains("FIREBASE_AUTH_EMULATOR_HOST: ") && refusal.contains(variable),
            "{refusal}"
        );
    }
}

#[test]
fn a_wrong_or_missing_database_url_stops_the_start_and_is_named() {
    let refusal = |output: Output| {
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let wrong = refusal(command("mysql://ann:secret@db/votes").output().unwrap());
    assert!(
        wrong.contains("DATABASE_URL: a database URL starts with"),
        "{wrong}"
    );
    assert!(!wrong.contains("secret"), "{wrong}");

    let on_cloud_run = command("").env("K_SERVICE", "votes").output().unwrap();
    let missing = refusal(on_cloud_run);
    assert!(missing.contains("DATABASE_URL: it is missing"), "{missing}");
}
