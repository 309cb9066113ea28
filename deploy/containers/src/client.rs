//! Calls, by tonic and by hand.

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use bytes::{BufMut, Bytes, BytesMut};
use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, CastVoteResponse, vote_service_client::VoteServiceClient,
};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::net::TcpStream;
use tonic::{Status, metadata::MetadataMap, transport::Channel};

pub(crate) const CAST_VOTE: &str = "/votes.v1.VoteService/CastVote";

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Http {
    One,
    Two,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

pub(crate) async fn votes(address: SocketAddr) -> anyhow::Result<VoteServiceClient<Channel>> {
    Ok(VoteServiceClient::connect(format!("http://{address}")).await?)
}

/// Casts a vote for cats with these headers, by native gRPC.
pub(crate) async fn cast(
    address: SocketAddr,
    headers: &[(&'static str, String)],
) -> anyhow::Result<Result<CastVoteResponse, Status>> {
    let mut request = tonic::Request::new(for_cats());
    set(request.metadata_mut(), headers)?;
    let answer = votes(address).await?.cast_vote(request).await;
    Ok(answer.map(tonic::Response::into_inner))
}

pub(crate) fn set(
    metadata: &mut MetadataMap,
    headers: &[(&'static str, String)],
) -> anyhow::Result<()> {
    for (name, value) in headers {
        metadata.insert(*name, value.parse()?);
    }
    Ok(())
}

pub(crate) fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

pub(crate) fn for_cats() -> CastVoteRequest {
    CastVoteRequest {
        candidate: Candidate::Cats.into(),
    }
}

/// A message in gRPC's frame.
pub(crate) fn framed(message: &impl Message) -> Bytes {
    let encoded = message.encode_to_vec();
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(encoded.len()).unwrap_or(u32::MAX));
    frame.put_slice(&encoded);
    frame.freeze()
}

/// Sends a request by hand, over this version of HTTP. The path is all of its address.
pub(crate) async fn send(
    address: SocketAddr,
    version: Http,
    mut request: Request<Full<Bytes>>,
) -> anyhow::Result<Answer> {
    let io = TokioIo::new(TcpStream::connect(address).await?);
    let response = match version {
        Http::One => {
            let host = address.to_string().parse()?;
            request.headers_mut().insert("host", host);
            let (mut sender, connection) = http1::handshake(io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
        Http::Two => {
            *request.uri_mut() = format!("http://{address}{}", request.uri()).parse()?;
            let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
    };
    Answer::of(response).await
}

// === impl Answer ===

impl Answer {
    async fn of(response: Response<hyper::body::Incoming>) -> anyhow::Result<Self> {
        let (head, body) = response.into_parts();
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The one message of a gRPC-Web answer whose trailers say OK.
    pub(crate) fn web_message<M: Message + Default>(&self) -> anyhow::Result<M> {
        ensure!(self.status == 200, "HTTP {}", self.status);
        if let Some(status) = self.header("grpc-status").filter(|status| *status != "0") {
            bail!("grpc-status {status} in the headers");
        }
        let (mut message, mut ended) = (None, false);
        let mut rest = &self.body[..];
        while let [flags, a, b, c, d, frames @ ..] = rest {
            let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d]))?;
            let (frame, others) = frames.split_at_checked(length).context("a frame is cut")?;
            match flags {
                0 => message = Some(M::decode(frame)?),
                0x80 => {
                    let trailers = std::str::from_utf8(frame)?;
                    ensure!(trailers.contains("grpc-status:0"), "{trailers}");
                    ended = true;
                }
                other => bail!("a frame with flags {other:#x}"),
            }
            rest = others;
        }
        ensure!(ended, "the last frame, with the trailers, is missing");
        message.context("there is no message")
    }
}
