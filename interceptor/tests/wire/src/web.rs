//! gRPC-Web by hand.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use prost::Message;
use reqwest::{Client, Response, Version};
use tonic::Code;
use tonic_types::{ErrorDetails, StatusExt};

use crate::v1::{EchoRequest, EchoResponse};

/// A client that speaks this version of HTTP and no other.
pub fn client(version: Version) -> Client {
    let builder = Client::builder().no_proxy();
    let builder = match version {
        Version::HTTP_2 => builder.http2_prior_knowledge(),
        _ => builder.http1_only(),
    };
    builder.tls_certs_only([]).build().unwrap()
}

/// One length-prefixed message.
pub fn frame(message: &EchoRequest) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.encoded_len()).unwrap());
    message.encode(&mut frame).unwrap();
    frame.freeze()
}

/// Calls a method of the echo service.
pub async fn call(client: &Client, url: &str, method: &str, token: Option<&str>) -> Response {
    let message = EchoRequest {
        text: "hello".into(),
    };
    let mut request = client
        .post(format!("{url}/echo.v1.EchoService/{method}"))
        .header("content-type", "application/grpc-web+proto")
        .header("x-grpc-web", "1")
        .body(frame(&message));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap()
}

/// What a gRPC-Web response holds.
#[derive(Debug, Default)]
pub struct Answer {
    /// The messages.
    pub messages: Vec<EchoResponse>,
    /// `grpc-status`, from the body's last frame or, where there is no body, from the headers.
    pub code: Option<Code>,
    /// The reason in the `google.rpc.ErrorInfo`.
    pub reason: Option<String>,
    /// Whether the status stood in the headers.
    pub in_headers: bool,
}

/// Reads a response to its end.
pub async fn read(response: Response) -> Answer {
    let mut answer = Answer::default();
    let headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    answer.in_headers = headers.iter().any(|(name, _)| name == "grpc-status");
    answer.take_status(&headers);
    let mut body = response.bytes().await.unwrap();
    while body.has_remaining() {
        let (flags, length) = (body.get_u8(), body.get_u32() as usize);
        let payload = body.split_to(length);
        if flags & 0x80 == 0 {
            answer.messages.push(EchoResponse::decode(payload).unwrap());
        } else {
            let text = std::str::from_utf8(&payload).unwrap();
            let trailers: Vec<(String, String)> = text
                .split("\r\n")
                .filter_map(|line| line.split_once(':'))
                .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                .collect();
            answer.take_status(&trailers);
        }
    }
    answer
}

impl Answer {
    fn take_status(&mut self, headers: &[(String, String)]) {
        let map: http::HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.parse::<http::HeaderName>().unwrap(),
                    value.parse().unwrap(),
                )
            })
            .collect();
        if let Some(status) = tonic::Status::from_header_map(&map) {
            self.code = Some(status.code());
            let details: ErrorDetails = status.get_error_details();
            self.reason = details.error_info().map(|info| info.reason.clone());
        }
    }
}
