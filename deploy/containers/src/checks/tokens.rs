//! Tokens as they arrive on Cloud Run.

use anyhow::{Context, ensure};
use callgate_api::votes::v1::ResetVotesRequest;
use callgate_testkit::GoogleIssuer;
use sqlx::{Connection, PgConnection};
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::{
    client::{self, bearer},
    held,
    instance::Instance,
    service_file::ServiceFile,
    stage::Stage,
};

/// What Cloud Run puts in the place of a signature that it has verified.
const REMOVED: &str = "SIGNATURE_REMOVED_BY_GOOGLE";

pub(super) async fn stripped(votes: &Instance, stage: &Stage) -> anyhow::Result<()> {
    let stripped = stage.users.token("stripped").sign_as(REMOVED);
    let refusal = client::cast(votes.address, &[bearer(&stripped)]).await?;
    let refusal = refusal.err().context("a stripped signature was accepted")?;
    ensure!(refusal.code() == Code::Unauthenticated, "{refusal}");
    let reason = refusal.get_details_error_info().map(|info| info.reason);
    held("a stripped signature", &format!("is refused: {reason:?}"));

    let whole = stage.users.token("not-stripped").sign();
    let beside = ("x-serverless-authorization", format!("Bearer {stripped}"));
    client::cast(votes.address, &[bearer(&whole), beside]).await??;
    held(
        "a stripped signature beside",
        "X-Serverless-Authorization is not looked at",
    );
    Ok(())
}

/// The service that the file names may remove all votes, with a token for this audience only.
pub(super) async fn service(votes: &Instance, file: &ServiceFile) -> anyhow::Result<()> {
    let audience = file.variable("CALLGATE_AUDIENCES")?;
    let accounts = file.variable("CALLGATE_SERVICE_ACCOUNTS")?;
    let account = accounts.strip_prefix("admin=");
    let account = account.context("CALLGATE_SERVICE_ACCOUNTS does not begin with admin=")?;
    let (email, unique_id) = account.split_once('#').context("no unique id")?;
    let mut client = client::votes(votes.address).await?;
    let mut reset = async |audience: &str, unique_id: &str| {
        let token = GoogleIssuer::new(audience).token(email);
        let token = token.claim("sub", unique_id).sign();
        let mut request = Request::new(ResetVotesRequest {});
        client::set(request.metadata_mut(), &[bearer(&token)])?;
        let answer = client.reset_votes(request).await;
        anyhow::Ok(answer.map_err(|refusal| refusal.code()))
    };
    let other = reset("https://profiles.example.com", unique_id).await?;
    ensure!(other.err() == Some(Code::Unauthenticated), "the audience");
    let again = reset(audience, "1").await?;
    ensure!(again.err() == Some(Code::PermissionDenied), "the unique id");
    let answer = reset(audience, unique_id).await?;
    let removed = answer.map_err(|code| anyhow::anyhow!("admin is refused: {code:?}"))?;
    held(
        "admin calls votes",
        &format!(
            "{} votes removed; refused with a token for another service, or of an account made again",
            removed.into_inner().removed
        ),
    );
    Ok(())
}

/// The votes since then are where they belong.
pub(super) async fn in_database(database: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM votes WHERE uid = 'traced'")
        .fetch_one(&mut connection)
        .await?;
    ensure!(count == 1, "the vote is not in PostgreSQL");
    held("PostgreSQL by socket", "/cloudsql/.. has the vote");
    Ok(())
}
