//! gRPC over HTTP/2, with no more of a client than has to be: a load that costs more than its server measures itself.

use anyhow::Context;
use bytes::{BufMut, Bytes, BytesMut};
use callgate_bench::v1::EchoRequest;
use h2::{
    RecvStream,
    client::{ResponseFuture, SendRequest},
};
use http::{HeaderMap, HeaderValue, Request, header};
use prost::Message;
use tokio::net::TcpStream;

/// What came of a call.
pub(crate) struct Answer {
    /// All frames of messages.
    pub(crate) body: BytesMut,
    status: Option<HeaderValue>,
}

/// Connects to a server on loopback.
pub(crate) async fn connect(port: u16) -> anyhow::Result<SendRequest<Bytes>> {
    let socket = TcpStream::connect(("127.0.0.1", port))
        .await
        .context("the server does not listen")?;
    over(socket).await
}

/// Begins HTTP/2 on a connection that is there.
pub(crate) async fn over(socket: TcpStream) -> anyhow::Result<SendRequest<Bytes>> {
    socket.set_nodelay(true)?;
    let (sender, connection) = h2::client::handshake(socket).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// A request for this method of the echo service, still without a token.
pub(crate) fn request(port: u16, method: &str) -> anyhow::Result<Request<()>> {
    let uri = format!("http://127.0.0.1:{port}/bench.v1.EchoService/{method}");
    let mut request = Request::post(uri).body(())?;
    let headers = request.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/grpc"),
    );
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert(
        header::USER_AGENT,
        HeaderValue::from_static("callgate-bench"),
    );
    Ok(request)
}

/// The same request, with this value of `authorization`.
pub(crate) fn with_token(request: &Request<()>, token: Bytes) -> anyhow::Result<Request<()>> {
    let mut request = request.clone();
    let token = HeaderValue::from_maybe_shared(token)?;
    request.headers_mut().insert(header::AUTHORIZATION, token);
    Ok(request)
}

/// Makes a unary call and reads all of its answer.
pub(crate) async fn call(
    sender: &mut SendRequest<Bytes>,
    request: Request<()>,
    frame: Bytes,
) -> anyhow::Result<Answer> {
    let response = send(sender, request, frame)?.await?;
    anyhow::ensure!(
        response.status() == 200,
        "HTTP status {}",
        response.status()
    );
    let in_headers = status(response.headers());
    let mut stream = response.into_body();
    let mut body = BytesMut::new();
    while let Some(chunk) = next(&mut stream).await? {
        body.extend_from_slice(&chunk);
    }
    let trailers = stream.trailers().await?;
    let status = trailers.as_ref().and_then(status).or(in_headers);
    Ok(Answer { body, status })
}

/// Sends a request with its one message.
pub(crate) fn send(
    sender: &mut SendRequest<Bytes>,
    request: Request<()>,
    frame: Bytes,
) -> anyhow::Result<ResponseFuture> {
    let (response, mut body) = sender.send_request(request, false)?;
    body.send_data(frame, true)?;
    Ok(response)
}

/// What comes next of an answer.
pub(crate) async fn next(stream: &mut RecvStream) -> anyhow::Result<Option<Bytes>> {
    let Some(chunk) = stream.data().await.transpose()? else {
        return Ok(None);
    };
    stream.flow_control().release_capacity(chunk.len())?;
    Ok(Some(chunk))
}

/// The status in headers or in trailers.
pub(crate) fn status(headers: &HeaderMap) -> Option<HeaderValue> {
    headers.get("grpc-status").cloned()
}

/// A message of the echo service in a frame of gRPC: five bytes and the message.
pub(crate) fn frame(payload: &[u8]) -> Bytes {
    let message = EchoRequest {
        payload: payload.to_vec(),
    };
    let length = message.encoded_len();
    let mut frame = BytesMut::with_capacity(5 + length);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    message.encode_raw(&mut frame);
    frame.freeze()
}

// === impl Answer ===

impl Answer {
    /// The number of its gRPC status, as it came.
    pub(crate) fn status(&self) -> Option<&[u8]> {
        self.status.as_ref().map(HeaderValue::as_bytes)
    }
}
