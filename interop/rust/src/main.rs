//! How a Rust program calls the votes, with tonic: `cargo run -p callgate-interop -- http://localhost:8080`

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tonic::{Request, Status, metadata::AsciiMetadataValue};
use tonic_types::StatusExt;

use profiles::{WatchMyProfileRequest, profile_service_client::ProfileServiceClient};
use votes::{
    Candidate, CastVoteRequest, WatchResultsRequest, vote_service_client::VoteServiceClient,
};

#[allow(
    clippy::all,
    clippy::pedantic,
    dead_code,
    unreachable_pub,
    reason = "generated"
)]
mod votes {
    tonic::include_proto!("votes.v1");
}
#[allow(
    clippy::all,
    clippy::pedantic,
    dead_code,
    unreachable_pub,
    reason = "generated"
)]
mod profiles {
    tonic::include_proto!("profiles.v1");
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let origin = std::env::args().nth(1).context("where is the server?")?;
    let mut client = VoteServiceClient::connect(origin.clone()).await?;
    let cats = CastVoteRequest {
        candidate: Candidate::Cats.into(),
    };

    // Without a token it is refused, and the refusal says why.
    if let Err(refused) = client.cast_vote(cats).await {
        println!("refusal: {}", reason(&refused)?);
    }

    // The stream: the results as they are, then after each change.
    let mut watch = client
        .watch_results(WatchResultsRequest {})
        .await?
        .into_inner();
    let before = watch
        .message()
        .await?
        .and_then(|r| r.results)
        .context("no results")?;

    // With a user's token it is taken.
    let id_token = sign_up(&origin).await?;
    let bearer: AsciiMetadataValue = format!("Bearer {id_token}").parse()?;
    let mut as_user = Request::new(cats);
    as_user
        .metadata_mut()
        .insert("authorization", bearer.clone());
    let cast = client.cast_vote(as_user).await?.into_inner();
    println!("vote: {}", cast.results.context("no results")?.cats);
    let after = watch
        .message()
        .await?
        .and_then(|r| r.results)
        .context("no results")?;
    println!("stream: {} {}", before.cats, after.cats);

    // A stream that is open ends when its user is gone, and says why.
    let mut profiles = ProfileServiceClient::connect(origin.clone()).await?;
    let mut as_user = Request::new(WatchMyProfileRequest {});
    as_user.metadata_mut().insert("authorization", bearer);
    let mut profile = profiles.watch_my_profile(as_user).await?.into_inner();
    profile.message().await?;
    identity(&origin, "accounts:delete", json!({ "idToken": id_token })).await?;
    let ended = loop {
        match profile.message().await {
            Ok(Some(_)) => (),
            Ok(None) => bail!("it ended well"),
            Err(ended) => break ended,
        }
    };
    println!("end: {}", reason(&ended)?);
    Ok(())
}

/// The gate's reason for a refusal.
fn reason(refused: &Status) -> anyhow::Result<String> {
    match refused.get_details_error_info() {
        Some(info) if info.domain == "callgate" => Ok(info.reason),
        _ => bail!("not a refusal of the gate: {refused}"),
    }
}

/// Signs a new user up, and returns the ID token. An app does this with Firebase's SDK.
async fn sign_up(origin: &str) -> anyhow::Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let email = format!("rust-{now}@example.com");
    let user = json!({ "email": email, "password": "correct horse", "returnSecureToken": true });
    let user = identity(origin, "accounts:signUp", user).await?;
    Ok(user["idToken"].as_str().context("no token")?.to_owned())
}

/// Calls the identity provider: <https://identitytoolkit.googleapis.com/> where it is Google's.
async fn identity(origin: &str, method: &str, request: Value) -> anyhow::Result<Value> {
    let url = format!("{origin}/identitytoolkit.googleapis.com/v1/{method}?key=local");
    let answer = reqwest::Client::new()
        .post(url)
        .json(&request)
        .send()
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}
