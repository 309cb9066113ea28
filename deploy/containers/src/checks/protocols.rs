//! Every protocol in which a call comes.

use anyhow::ensure;
use callgate_api::votes::v1::{CastVoteResponse, GetResultsRequest};
use http::{Method, Request, StatusCode, request};
use http_body_util::Full;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    client::{self, CAST_VOTE, Http, bearer, for_cats, framed, send},
    held,
    instance::Instance,
    service_file::ServiceFile,
    stage::Stage,
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn post(content_type: &str) -> request::Builder {
    Request::post(CAST_VOTE).header("content-type", content_type)
}

/// gRPC is HTTP/2 by its definition; over HTTP/1.1 the answer says so.
pub(super) async fn grpc(votes: &Instance, stage: &Stage) -> anyhow::Result<()> {
    let mut client = client::votes(votes.address).await?;
    client.get_results(GetResultsRequest {}).await?;
    let token = stage.users.token("by-grpc").name("Ada").sign();
    let answer = client::cast(votes.address, &[bearer(&token)]).await??;
    let name = answer.vote.map(|vote| vote.display_name);
    ensure!(name.as_deref() == Some("Ada"), "the vote is not Ada's");
    held("gRPC over HTTP/2", "a public call, and a vote");

    let request = post("application/grpc").body(Full::new(framed(&for_cats())))?;
    let answer = send(votes.address, Http::One, request).await?;
    ensure!(
        answer.status == StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "gRPC over HTTP/1.1: HTTP {}",
        answer.status
    );
    held("gRPC over HTTP/1.1", "is refused in words: HTTP 415");
    Ok(())
}

pub(super) async fn grpc_web(votes: &Instance, stage: &Stage) -> anyhow::Result<()> {
    for version in [Http::One, Http::Two] {
        let token = stage.users.token(&format!("by-web-{version:?}")).sign();
        let (name, value) = bearer(&token);
        let request = post("application/grpc-web+proto")
            .header(name, value)
            .body(Full::new(framed(&for_cats())))?;
        let answer = send(votes.address, version, request).await?;
        let answer: CastVoteResponse = answer.web_message()?;
        ensure!(answer.vote.is_some(), "gRPC-Web over {version:?}: no vote");
        let what = match version {
            Http::One => "gRPC-Web over HTTP/1.1",
            Http::Two => "gRPC-Web over HTTP/2",
        };
        held(what, "a vote");
    }
    Ok(())
}

/// hyper's own limit over HTTP/2 is 16 KiB.
pub(super) async fn headers(votes: &Instance, stage: &Stage) -> anyhow::Result<()> {
    let token = stage.users.token("by-long-headers").sign();
    let more = ("x-more", "x".repeat(20 << 10));
    client::cast(votes.address, &[bearer(&token), more]).await??;
    held("headers of more than 16 KiB", "a vote");
    Ok(())
}

pub(super) async fn cors(votes: &Instance, file: &ServiceFile) -> anyhow::Result<()> {
    let origins = file.variable("CALLGATE_ALLOWED_ORIGINS")?;
    let allowed = origins.split(',').next().unwrap_or_default();
    let preflight = |origin: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri(CAST_VOTE)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization,content-type,x-grpc-web",
            )
            .body(Full::default())
    };
    let answer = send(votes.address, Http::Two, preflight(allowed)?).await?;
    let told = answer.header("access-control-allow-origin");
    ensure!(
        answer.status.is_success() && told == Some(allowed),
        "the preflight of {allowed}: HTTP {}, allowed is {told:?}",
        answer.status
    );
    held("CORS", &format!("{allowed} may call"));

    let answer = send(
        votes.address,
        Http::Two,
        preflight("https://elsewhere.example")?,
    )
    .await?;
    let told = answer.header("access-control-allow-origin");
    ensure!(
        answer.status == StatusCode::FORBIDDEN && told.is_none(),
        "the preflight of an origin that is not listed: HTTP {}, allowed is {told:?}",
        answer.status
    );
    held("CORS", "another origin may not");
    Ok(())
}

/// The line of a call belongs to the trace that Cloud Run began.
pub(super) async fn trace(votes: &Instance, stage: &Stage) -> anyhow::Result<()> {
    let token = stage.users.token("traced").sign();
    let context = ("x-cloud-trace-context", format!("{TRACE}/255;o=1"));
    client::cast(votes.address, &[bearer(&token), context]).await??;
    let name = format!("projects/{}/traces/{TRACE}", stage.place.project_id);
    // The line is written when the answer is: it may come after it.
    for _ in 0..600 {
        let found = votes.log()?.into_iter().find(|line| line.contains(&name));
        if let Some(line) = found {
            let line: serde_json::Value = serde_json::from_str(&line)?;
            ensure!(
                line["logging.googleapis.com/trace"] == name.as_str()
                    && line["logging.googleapis.com/spanId"] == "00000000000000ff"
                    && line["logging.googleapis.com/trace_sampled"] == true
                    && line["severity"] == "INFO",
                "the line of the call: {line}"
            );
            held("X-Cloud-Trace-Context", "is in the call's line of the log");
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("no line of the log has the trace {name}")
}

/// A call that is under way, and whose message does not come: it holds up the end for as long as it may.
pub(super) async fn half_sent(votes: &Instance, stage: &Stage) -> anyhow::Result<TcpStream> {
    let mut client = TcpStream::connect(votes.address).await?;
    let token = stage.users.token("half-sent").sign();
    let head = format!(
        "POST {CAST_VOTE} HTTP/1.1\r\nhost: votes\r\nauthorization: Bearer {token}\r\n\
         content-type: application/grpc-web+proto\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await?;
    // It is asked for its message when the handler is reached.
    let mut said = [0; 25];
    client.read_exact(&mut said).await?;
    ensure!(said.starts_with(b"HTTP/1.1 100 Continue"), "no 100");
    Ok(client)
}
