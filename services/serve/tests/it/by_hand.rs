//! HTTP and gRPC-Web by hand.

use bytes::{BufMut, Bytes, BytesMut};
use callgate_api::votes::v1::GetResultsRequest;
use http::{HeaderMap, Request, Response, StatusCode, request};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;

use crate::fixture::{Running, soon};

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response<Incoming>) -> Self {
        let (head, body) = response.into_parts();
        let body = soon(body.collect()).await.expect("a whole body");
        Self {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The message and the trailers of a gRPC-Web answer.
    pub(crate) fn web_frames<M: Message + Default>(&self) -> (Vec<M>, String) {
        let mut rest = &self.body[..];
        let mut messages = Vec::new();
        let mut trailers = String::new();
        while let [flags, a, b, c, d, frames @ ..] = rest {
            let length = u32::from_be_bytes([*a, *b, *c, *d]);
            let (frame, others) = frames.split_at(usize::try_from(length).expect("a length"));
            match flags {
                0 => messages.push(M::decode(frame).expect("a message")),
                0x80 => trailers = String::from_utf8(frame.to_vec()).expect("text"),
                other => panic!("a frame with flags {other:#x}"),
            }
            rest = others;
        }
        (messages, trailers)
    }
}

/// A request in gRPC's frame.
pub(crate) fn post(path: &str, content_type: &str) -> request::Builder {
    Request::post(path).header("content-type", content_type)
}

pub(crate) fn framed(message: &impl Message) -> Full<Bytes> {
    let encoded = message.encode_to_vec();
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(encoded.len()).expect("a length"));
    frame.put_slice(&encoded);
    Full::new(frame.freeze())
}

pub(crate) fn grpc_web(path: &str) -> request::Builder {
    post(path, "application/grpc-web+proto").header("x-grpc-web", "1")
}

pub(crate) fn empty() -> Full<Bytes> {
    framed(&GetResultsRequest {})
}

impl Running {
    pub(crate) async fn http1(&self) -> http1::SendRequest<Full<Bytes>> {
        let io = TokioIo::new(self.tcp().await);
        let (sender, connection) = http1::handshake(io).await.expect("HTTP/1");
        tokio::spawn(connection);
        sender
    }

    pub(crate) async fn http2(&self) -> http2::SendRequest<Full<Bytes>> {
        let io = TokioIo::new(self.tcp().await);
        let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
            .await
            .expect("HTTP/2");
        tokio::spawn(connection);
        sender
    }

    /// Sends a request by HTTP/1.1.
    pub(crate) async fn by_http1(&self, mut request: Request<Full<Bytes>>) -> Answer {
        let host = self.address.to_string().parse().expect("a host");
        request.headers_mut().insert("host", host);
        let mut sender = self.http1().await;
        Answer::of(soon(sender.send_request(request)).await.expect("an answer")).await
    }

    /// Sends a request by HTTP/2.
    pub(crate) async fn by_http2(&self, mut request: Request<Full<Bytes>>) -> Answer {
        let uri = format!("http://{}{}", self.address, request.uri());
        *request.uri_mut() = uri.parse().expect("a URI");
        let mut sender = self.http2().await;
        Answer::of(soon(sender.send_request(request)).await.expect("an answer")).await
    }
}
