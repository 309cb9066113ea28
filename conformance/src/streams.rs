//! Methods that answer with a stream.

use std::{future::Future, time::Duration};

use callgate_serve::Trailers;
use prost_types::Any;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_stream::{StreamExt, wrappers::ReceiverStream};
use tonic::{Extensions, Request, Response, Status, Streaming, metadata::MetadataMap};

use crate::{
    messages::{Asks, any, headers, info, status},
    suite::open::{
        BidiStreamRequest, ConformancePayload, ServerStreamRequest, StreamResponseDefinition,
        conformance_payload::RequestInfo,
    },
};

/// What a stream says.
pub(crate) type Payloads = ReceiverStream<Result<ConformancePayload, Status>>;

/// Answers one message with many.
pub(crate) fn many(request: Request<ServerStreamRequest>) -> Result<Response<Payloads>, Status> {
    let (metadata, _, message) = request.into_parts();
    let requests = vec![any(&message)?];
    begin(
        message.definition().cloned(),
        move |mut answers| async move { answers.rest(&metadata, requests).await },
    )
}

/// Answers each message with one, or all of them with many: the first says which, and how.
pub(crate) async fn each(
    request: Request<Streaming<BidiStreamRequest>>,
) -> Result<Response<Payloads>, Status> {
    let (metadata, _, mut messages) = request.into_parts();
    let mut requests = Vec::new();
    let Some(first) = messages.next().await.transpose()? else {
        return begin(None, |_| async { Ok(()) });
    };
    requests.push(any(&first)?);
    if !first.full_duplex {
        while let Some(message) = messages.next().await {
            requests.push(any(&message?)?);
        }
        return begin(first.definition().cloned(), move |mut answers| async move {
            answers.rest(&metadata, requests).await
        });
    }
    begin(first.definition().cloned(), move |mut answers| async move {
        loop {
            if answers.are_over() {
                return answers.rest(&metadata, requests).await;
            }
            answers
                .next(&metadata, std::mem::take(&mut requests))
                .await?;
            match messages.next().await {
                Some(message) => requests.push(any(&message?)?),
                None => return answers.rest(&metadata, requests).await,
            }
        }
    })
}

/// Begins a stream, which `say` goes on with. The headers are sent at once.
fn begin<F>(
    definition: Option<StreamResponseDefinition>,
    say: impl FnOnce(Answers) -> F,
) -> Result<Response<Payloads>, Status>
where
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let definition = definition.unwrap_or_default();
    let mut extensions = Extensions::new();
    extensions.insert(Trailers(headers(&definition.response_trailers)?));
    let sent = MetadataMap::from_headers(headers(&definition.response_headers)?);
    let (sender, receiver): (_, Receiver<_>) = channel(1);
    let saying = say(Answers {
        definition,
        said: 0,
        sender: sender.clone(),
    });
    tokio::spawn(async move {
        if let Err(error) = saying.await {
            // Who has gone does not hear it.
            let _ = sender.send(Err(error)).await;
        }
    });
    Ok(Response::from_parts(
        sent,
        ReceiverStream::new(receiver),
        extensions,
    ))
}

/// The answers of one stream.
struct Answers {
    definition: StreamResponseDefinition,
    said: usize,
    sender: Sender<Result<ConformancePayload, Status>>,
}

// === impl Answers ===

impl Answers {
    fn are_over(&self) -> bool {
        self.said >= self.definition.response_data.len()
    }

    /// Says the next one. The first tells all of the request, a later one only the messages that came since.
    async fn next(&mut self, metadata: &MetadataMap, requests: Vec<Any>) -> Result<(), Status> {
        let told = match self.said {
            0 => Some(info(metadata, requests)),
            _ if requests.is_empty() => None,
            _ => Some(RequestInfo {
                requests,
                ..RequestInfo::default()
            }),
        };
        let data = self.definition.response_data.get(self.said).cloned();
        let delay = Duration::from_millis(self.definition.response_delay_ms.into());
        tokio::time::sleep(delay).await;
        self.said += 1;
        let payload = ConformancePayload {
            data: data.unwrap_or_default(),
            request_info: told,
        };
        let gone = |_| Status::cancelled("the client has gone");
        self.sender.send(Ok(payload)).await.map_err(gone)
    }

    /// Says what has not been said yet, and ends the stream.
    async fn rest(&mut self, metadata: &MetadataMap, mut requests: Vec<Any>) -> Result<(), Status> {
        while !self.are_over() {
            self.next(metadata, std::mem::take(&mut requests)).await?;
        }
        let Some(error) = &self.definition.error else {
            return Ok(());
        };
        let told = (self.said == 0).then(|| info(metadata, requests));
        // The trailers are sent as those of a stream that ends well.
        Err(status(error, told.as_ref(), http::HeaderMap::new())?)
    }
}
