//! What the handlers read of requests, and what they tell of them.

use http::{HeaderMap, HeaderName, HeaderValue};
use prost::Name;
use prost_types::Any;
use tonic::{Code, Status, metadata::MetadataMap};
use tonic_types::pb;

use crate::suite::open::{self as suite, Header, conformance_payload::RequestInfo};

/// A message that the suite sends first, which says how to answer.
pub(crate) trait Asks: Name {
    /// How to answer.
    type Definition;

    fn definition(&self) -> Option<&Self::Definition>;
}

macro_rules! asks {
    ($($message:ident: $definition:ident),*) => {$(
        impl Asks for suite::$message {
            type Definition = suite::$definition;

            fn definition(&self) -> Option<&Self::Definition> {
                self.response_definition.as_ref()
            }
        }
    )*};
}

asks! {
    UnaryRequest: UnaryResponseDefinition,
    IdempotentUnaryRequest: UnaryResponseDefinition,
    ClientStreamRequest: UnaryResponseDefinition,
    ServerStreamRequest: StreamResponseDefinition,
    BidiStreamRequest: StreamResponseDefinition
}

/// A message with its type, to be told of.
pub(crate) fn any<M: Name>(message: &M) -> Result<Any, Status> {
    Any::from_msg(message).map_err(|error| Status::internal(error.to_string()))
}

/// What is told of a request: its headers, its deadline, its messages.
pub(crate) fn info(metadata: &MetadataMap, requests: Vec<Any>) -> RequestInfo {
    let headers = metadata.clone().into_headers();
    let request_headers = headers.keys().map(|name| Header {
        name: name.to_string(),
        value: (headers.get_all(name).iter())
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect(),
    });
    RequestInfo {
        request_headers: request_headers.collect(),
        timeout_ms: headers.get("grpc-timeout").and_then(milliseconds),
        requests,
        connect_get_info: None,
    }
}

fn milliseconds(timeout: &HeaderValue) -> Option<i64> {
    let (count, unit) = timeout.to_str().ok()?.split_at_checked(timeout.len() - 1)?;
    let count: i64 = count.parse().ok()?;
    Some(match unit {
        "H" => count * 3_600_000,
        "M" => count * 60_000,
        "S" => count * 1_000,
        "m" => count,
        "u" => count / 1_000,
        "n" => count / 1_000_000,
        _ => return None,
    })
}

/// Headers or trailers to send.
pub(crate) fn headers(of: &[Header]) -> Result<HeaderMap, Status> {
    let mut headers = HeaderMap::new();
    for Header { name, value } in of {
        let name: HeaderName = name.parse().map_err(|_| unusable(name))?;
        for value in value {
            headers.append(&name, value.parse().map_err(|_| unusable(value))?);
        }
    }
    Ok(headers)
}

fn unusable(text: &str) -> Status {
    Status::invalid_argument(format!("{text:?} is no name or value of a header"))
}

/// The error to answer with. Where nothing was answered before, what is told of the request is one of its details.
pub(crate) fn status(
    error: &suite::Error,
    told: Option<&RequestInfo>,
    metadata: HeaderMap,
) -> Result<Status, Status> {
    let mut details = error.details.clone();
    if let Some(info) = told {
        details.push(any(info)?);
    }
    let rich = pb::Status {
        code: error.code,
        message: error.message().to_owned(),
        details,
    };
    Ok(Status::with_details_and_metadata(
        Code::from_i32(error.code),
        error.message(),
        prost::Message::encode_to_vec(&rich).into(),
        MetadataMap::from_headers(metadata),
    ))
}
