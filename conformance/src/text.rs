//! A stand-in in front of the server that makes text of all gRPC-Web: base64 of requests, and bytes again of answers.
//!
//! The suite knows gRPC-Web in binary only. Through this, its cases try gRPC-Web in text, as old browsers and the official client
//! speak it. Each piece of a body is encoded as two, so that there is padding in the middle, which a reader has to expect.

use std::{
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Request, Response, Version,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::{Body, Frame};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::net::{TcpListener, TcpStream};

const BINARY: &str = "application/grpc-web";
const TEXT: &str = "application/grpc-web-text";

/// Listens, and passes everything on to the server.
pub(crate) async fn before(server: SocketAddr) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let pass = service_fn(move |request| pass(request, server));
                let http = auto::Builder::new(TokioExecutor::new());
                // Who breaks off is done.
                let _ = http.serve_connection(TokioIo::new(client), pass).await;
            });
        }
    });
    Ok(address)
}

/// Each request on a connection of its own.
async fn pass(
    request: Request<Incoming>,
    server: SocketAddr,
) -> anyhow::Result<Response<Recoded<Incoming>>> {
    let is_text = renamed(request.headers(), BINARY, TEXT);
    let (mut head, body) = request.into_parts();
    let version = head.version;
    let wants_text = is_text.is_some();
    let body = Recoded::new(body, wants_text.then_some(Way::Encode));
    if let Some(text) = is_text {
        head.headers.insert(CONTENT_TYPE, text);
        head.headers.remove(CONTENT_LENGTH);
    }
    let request = Request::from_parts(head, body);
    let io = TokioIo::new(TcpStream::connect(server).await?);
    let response = if version == Version::HTTP_2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
        tokio::spawn(connection);
        sender.send_request(request).await?
    } else {
        let (mut sender, connection) = http1::handshake(io).await?;
        tokio::spawn(connection);
        sender.send_request(request).await?
    };
    let (mut head, body) = response.into_parts();
    let binary = renamed(&head.headers, TEXT, BINARY);
    let unlike = renamed(&head.headers, BINARY, TEXT).is_some();
    anyhow::ensure!(!(wants_text && unlike), "text is answered in binary");
    let body = Recoded::new(body, binary.as_ref().map(|_| Way::Decode));
    if let Some(binary) = binary {
        head.headers.insert(CONTENT_TYPE, binary);
    }
    Ok(Response::from_parts(head, body))
}

/// The content type, if it is this kind of gRPC-Web, as one of the other kind.
fn renamed(headers: &HeaderMap, from: &str, to: &str) -> Option<HeaderValue> {
    let kind = headers
        .get(CONTENT_TYPE)?
        .to_str()
        .ok()?
        .strip_prefix(from)?;
    let is_protobuf = kind.is_empty() || kind == "+proto";
    is_protobuf.then(|| HeaderValue::try_from(format!("{to}{kind}")).ok())?
}

#[derive(Clone, Copy)]
enum Way {
    Encode,
    Decode,
}

/// A body, encoded or decoded where there is a way.
struct Recoded<B> {
    inner: B,
    way: Option<Way>,
    /// Of four characters, those that have come so far.
    part: Vec<u8>,
}

// === impl Recoded ===

impl<B> Recoded<B> {
    fn new(inner: B, way: Option<Way>) -> Self {
        Self {
            inner,
            way,
            part: Vec::new(),
        }
    }

    fn recode(&mut self, chunk: &Bytes) -> anyhow::Result<Bytes> {
        match self.way {
            None => Ok(chunk.clone()),
            Some(Way::Encode) => {
                let halves = chunk.split_at(chunk.len() / 2);
                let text = [STANDARD.encode(halves.0), STANDARD.encode(halves.1)];
                Ok(text.concat().into())
            }
            Some(Way::Decode) => {
                self.part.extend_from_slice(chunk);
                let whole = self.part.len() / 4 * 4;
                let text: Vec<u8> = self.part.drain(..whole).collect();
                let mut bytes = Vec::new();
                for four in text.chunks(4) {
                    STANDARD.decode_vec(four, &mut bytes)?;
                }
                Ok(bytes.into())
            }
        }
    }
}

impl<B> Body for Recoded<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<anyhow::Error>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
            None if self.part.is_empty() => return Poll::Ready(None),
            None => Err(anyhow::anyhow!("the text ends in the middle")),
            Some(Err(error)) => Err(error.into()),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => self.recode(&chunk).map(Frame::data),
                Err(frame) => Ok(frame),
            },
        };
        Poll::Ready(Some(frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream() && self.part.is_empty()
    }
}
