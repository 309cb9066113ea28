//! Messages that are too large, told as gRPC tells it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::{Code, Status, body::Body as TonicBody};

/// How `grpc-message` begins where tonic found a message too large: its code alone may be the application's.
const TOO_LARGE: &[u8] = b"Error,%20decoded%20message%20length%20too%20large";

/// Mends the code in these headers or trailers. Whether there was anything to mend.
pub(super) fn mend(headers: &mut HeaderMap) -> bool {
    let is = |name, value: &dyn Fn(&[u8]) -> bool| {
        (headers.get(name)).is_some_and(|header: &HeaderValue| value(header.as_bytes()))
    };
    let too_large = is("grpc-status", &|status| status == b"11")
        && is("grpc-message", &|message| message.starts_with(TOO_LARGE));
    if too_large {
        let code = HeaderValue::from(Code::ResourceExhausted as i32);
        headers.insert("grpc-status", code);
    }
    too_large
}

pin_project! {
    /// A response whose trailers may tell of a message too large.
    pub(super) struct StreamBody {
        #[pin]
        inner: TonicBody,
    }
}

impl StreamBody {
    pub(super) fn new(inner: TonicBody) -> Self {
        Self { inner }
    }
}

impl Body for StreamBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut frame = ready!(self.project().inner.poll_frame(cx));
        if let Some(Ok(frame)) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            mend(trailers);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_tonic_says_of_a_large_message_is_mended() {
        let told = |code: &'static str, message: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-status", HeaderValue::from_static(code));
            headers.insert("grpc-message", HeaderValue::from_static(message));
            mend(&mut headers);
            headers["grpc-status"].to_str().map(str::to_owned).ok()
        };
        let tonics = "Error,%20decoded%20message%20length%20too%20large:%20found%2011%20bytes";
        assert_eq!(told("11", tonics).as_deref(), Some("8"));
        assert_eq!(told("11", "no%20such%20page").as_deref(), Some("11"));
        assert_eq!(told("13", tonics).as_deref(), Some("13"));
        assert!(!mend(&mut HeaderMap::new()));
    }
}
