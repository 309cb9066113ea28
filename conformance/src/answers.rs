//! Methods that answer once, for one message or for many.

use std::time::Duration;

use callgate_serve::Trailers;
use prost_types::Any;
use tokio_stream::StreamExt;
use tonic::{Extensions, Request, Response, Status, Streaming, metadata::MetadataMap};

use crate::{
    messages::{Asks, any, headers, info, status},
    suite::open::{
        ClientStreamRequest, ConformancePayload, UnaryResponseDefinition,
        unary_response_definition::Response as Wanted,
    },
};

/// Answers one message.
pub(crate) async fn one<M>(request: Request<M>) -> Result<Response<ConformancePayload>, Status>
where
    M: Asks<Definition = UnaryResponseDefinition>,
{
    let (metadata, _, message) = request.into_parts();
    answer(&metadata, message.definition(), vec![any(&message)?]).await
}

/// Answers all messages at once. The first says how.
pub(crate) async fn all(
    request: Request<Streaming<ClientStreamRequest>>,
) -> Result<Response<ConformancePayload>, Status> {
    let (metadata, _, mut messages) = request.into_parts();
    let mut requests = Vec::new();
    let mut definition = None;
    while let Some(message) = messages.next().await {
        let message = message?;
        if requests.is_empty() {
            definition = message.definition().cloned();
        }
        requests.push(any(&message)?);
    }
    answer(&metadata, definition.as_ref(), requests).await
}

async fn answer(
    metadata: &MetadataMap,
    definition: Option<&UnaryResponseDefinition>,
    requests: Vec<Any>,
) -> Result<Response<ConformancePayload>, Status> {
    let info = info(metadata, requests);
    let Some(definition) = definition else {
        return Ok(Response::new(ConformancePayload {
            data: Vec::new(),
            request_info: Some(info),
        }));
    };
    let delay = Duration::from_millis(definition.response_delay_ms.into());
    tokio::time::sleep(delay).await;
    let mut sent = headers(&definition.response_headers)?;
    let trailers = headers(&definition.response_trailers)?;
    let data = match &definition.response {
        Some(Wanted::Error(error)) => {
            // One answer is all there is: both kinds travel together.
            for (name, value) in &trailers {
                sent.append(name, value.clone());
            }
            return Err(status(error, Some(&info), sent)?);
        }
        Some(Wanted::ResponseData(data)) => data.clone(),
        None => Vec::new(),
    };
    let mut extensions = Extensions::new();
    extensions.insert(Trailers(trailers));
    let payload = ConformancePayload {
        data,
        request_info: Some(info),
    };
    Ok(Response::from_parts(
        MetadataMap::from_headers(sent),
        payload,
        extensions,
    ))
}
