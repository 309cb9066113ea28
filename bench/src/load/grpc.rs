//! gRPC over HTTP/2, with no more of a client than has to be: a load that costs more than its server measures itself.

use std::sync::Arc;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, HeaderValue, Request, header};
use tokio::{net::TcpStream, task::JoinSet};

use super::{Call, Shared, Times};

/// Connects, and calls on so many streams at once.
pub(super) async fn connect(
    shared: &Arc<Shared>,
    count: usize,
    streams: &mut JoinSet<anyhow::Result<Times>>,
) -> anyhow::Result<()> {
    let socket = TcpStream::connect(("127.0.0.1", shared.port))
        .await
        .context("the server does not listen")?;
    socket.set_nodelay(true)?;
    let (sender, connection) = h2::client::handshake(socket).await?;
    tokio::spawn(connection);
    for _ in 0..count {
        streams.spawn(stream(Arc::clone(shared), sender.clone()));
    }
    Ok(())
}

async fn stream(shared: Arc<Shared>, sender: SendRequest<Bytes>) -> anyhow::Result<Times> {
    let uri = format!("http://127.0.0.1:{}/bench.v1.EchoService/Echo", shared.port);
    let mut template = Request::post(uri).body(())?;
    let headers = template.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static("callgate-bench"),
    );
    let mut sender = Some(sender);
    let mut times = Times::new();
    while let Some(call) = shared.next() {
        let mut ready = sender
            .take()
            .context("the sender is put back below")?
            .ready()
            .await?;
        let mut request = template.clone();
        let token = HeaderValue::from_maybe_shared(call.token.clone())?;
        request.headers_mut().insert(header::AUTHORIZATION, token);
        call_once(&call, &mut ready, request).await?;
        shared.note(&call, &mut times);
        sender = Some(ready);
    }
    Ok(times)
}

async fn call_once(
    call: &Call,
    sender: &mut SendRequest<Bytes>,
    request: Request<()>,
) -> anyhow::Result<()> {
    let (response, mut body) = sender.send_request(request, false)?;
    body.send_data(call.frame.clone(), true)?;
    let response = response.await?;
    anyhow::ensure!(
        response.status() == 200,
        "HTTP status {}",
        response.status()
    );
    let in_headers = status(response.headers());
    let mut body = response.into_body();
    let mut received = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        received.extend_from_slice(&chunk);
    }
    let trailers = body.trailers().await?;
    let status = trailers.as_ref().and_then(status).or(in_headers);
    call.check(&received, status.as_ref().map(HeaderValue::as_bytes))
}

fn status(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get("grpc-status").cloned()
}
