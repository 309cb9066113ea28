//! The clients.

use std::{cell::Cell, rc::Rc};

use anyhow::{Context, bail, ensure};
use bytes::{Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, HeaderValue, Request, header};

pub(crate) use crate::front::connect;
use crate::{
    front::whole,
    tally::{Tally, count},
};

const SERVICE: &str = "http://votes/votes.v1.VoteService";
/// An empty message, in gRPC's frame.
const NOTHING: Bytes = Bytes::from_static(&[0, 0, 0, 0, 0]);
/// `UNAVAILABLE`, which an instance ends its streams with.
const UNAVAILABLE: &str = "14";

/// Those who will vote, each once.
pub(crate) struct Users {
    /// Values of the header `authorization`.
    tokens: Vec<HeaderValue>,
    next: Cell<usize>,
}

// === impl Users ===

impl Users {
    pub(crate) fn of(tokens: &str) -> anyhow::Result<Self> {
        let tokens = tokens
            .lines()
            .map(|token| HeaderValue::from_str(&format!("Bearer {token}")))
            .collect::<Result<Vec<_>, _>>()?;
        ensure!(!tokens.is_empty(), "there are no tokens");
        Ok(Self {
            tokens,
            next: Cell::new(0),
        })
    }

    fn next(&self) -> Option<(usize, &HeaderValue)> {
        let number = self.next.get();
        self.next.set(number + 1);
        Some((number, self.tokens.get(number)?))
    }
}

/// User after user: each votes, reads the own vote, and reads the results.
pub(crate) async fn user(connection: SendRequest<Bytes>, users: Rc<Users>, tally: Rc<Tally>) {
    while let Some((number, token)) = users.next() {
        // The numbers of the candidates are 1 and 2, and the field's is 1.
        let candidate = if number.is_multiple_of(2) { 1 } else { 2 };
        let vote = Bytes::copy_from_slice(&[0, 0, 0, 0, 2, 0x08, candidate]);
        let cast = unary(&connection, "CastVote", Some(token), vote).await;
        if note(&tally, "CastVote", cast).is_some() {
            let mut voted = tally.voted.borrow_mut();
            voted.push(number);
            if voted.len() == users.tokens.len() / 2 {
                println!("half");
            }
        }
        let mine = unary(&connection, "ListMyVotes", Some(token), NOTHING).await;
        let mine = mine.and_then(|answer| is_vote_for(&answer, candidate));
        note(&tally, "ListMyVotes", mine);
        let results = unary(&connection, "GetResults", None, NOTHING).await;
        note(&tally, "GetResults", results);
    }
}

fn note<T>(tally: &Tally, method: &str, answer: anyhow::Result<T>) -> Option<T> {
    match answer {
        Ok(answer) => {
            count(&tally.answered);
            Some(answer)
        }
        Err(error) => {
            tally.fail(format!("{method}: {error:#}"));
            None
        }
    }
}

/// The message of the answer, in its frame.
async fn unary(
    connection: &SendRequest<Bytes>,
    method: &str,
    token: Option<&HeaderValue>,
    message: Bytes,
) -> anyhow::Result<Bytes> {
    let mut sender = connection.clone().ready().await?;
    let (response, mut body) = sender.send_request(request(method, token)?, false)?;
    body.send_data(message, true)?;
    let response = response.await?;
    ensure!(response.status() == 200, "HTTP {}", response.status());
    let in_headers = status(response.headers());
    let mut body = response.into_body();
    let answer = whole(&mut body).await?;
    let trailers = body.trailers().await?;
    match trailers.as_ref().and_then(status).or(in_headers).as_deref() {
        Some("0") => Ok(answer),
        other => bail!("grpc-status {}", other.unwrap_or("is missing")),
    }
}

/// `ListMyVotesResponse`, as protobuf writes it: votes are field 1, and the candidate is the first field of a vote.
fn is_vote_for(answer: &Bytes, candidate: u8) -> anyhow::Result<()> {
    match answer.as_ref() {
        [0, _, _, _, _, 0x0a, _, 0x08, found, ..] if *found == candidate => Ok(()),
        [0, 0, 0, 0, 0] => bail!("a vote that was acknowledged is not there"),
        _ => bail!("another vote than the one cast"),
    }
}

/// Watches the results, and watches on when the stream is ended with a status.
pub(crate) async fn watch(connection: SendRequest<Bytes>, tally: Rc<Tally>) {
    loop {
        match one_stream(&connection, &tally).await {
            Ok(Some(UNAVAILABLE)) => count(&tally.streams_ended),
            Ok(other) => {
                let status = other.unwrap_or("another");
                tally.fail(format!("WatchResults ended with status {status}"));
                return;
            }
            Err(error) => {
                tally.fail(format!("WatchResults: {error:#}"));
                return;
            }
        }
    }
}

async fn one_stream(
    connection: &SendRequest<Bytes>,
    tally: &Tally,
) -> anyhow::Result<Option<&'static str>> {
    let mut sender = connection.clone().ready().await?;
    let (response, mut body) = sender.send_request(request("WatchResults", None)?, false)?;
    body.send_data(NOTHING, true)?;
    let response = response.await?;
    let in_headers = status(response.headers());
    let mut body = response.into_body();
    let mut buffered = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        buffered.extend_from_slice(&chunk);
        while let [_, a, b, c, d, rest @ ..] = buffered.as_ref() {
            let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d]))?;
            if rest.len() < length {
                break;
            }
            let _ = buffered.split_to(5 + length);
            count(&tally.watched);
        }
    }
    let trailers = body.trailers().await?;
    let status = trailers.as_ref().and_then(status).or(in_headers);
    let status = status.context("no status")?;
    Ok((status == UNAVAILABLE).then_some(UNAVAILABLE))
}

fn request(method: &str, token: Option<&HeaderValue>) -> anyhow::Result<Request<()>> {
    let mut request = Request::post(format!("{SERVICE}/{method}"))
        .header(header::CONTENT_TYPE, "application/grpc")
        .header(header::TE, "trailers")
        .body(())?;
    if let Some(token) = token {
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, token.clone());
    }
    Ok(request)
}

fn status(headers: &HeaderMap) -> Option<String> {
    let status = headers.get("grpc-status")?.to_str().ok()?;
    Some(status.to_owned())
}
