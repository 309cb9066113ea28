//! Requests of gRPC-Web in text, made bytes before tonic-web has them.
//!
//! A client that sends message by message ends each with padding, and what is between puts pieces together as it likes: so there
//! is padding in the middle ("the runtime should process 4-byte base64 quantums", says gRPC-Web's document of answers). tonic-web
//! decodes what has come in one go, to which padding in the middle is a fault.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use base64::{DecodeError, Engine, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// So many characters are three bytes, or fewer with padding.
const QUANTUM: usize = 4;

#[derive(Debug, thiserror::Error)]
#[error("the request is not gRPC-Web in text: its base64 is malformed")]
struct Malformed;

pin_project! {
    /// The body of a request, decoded where it is text.
    #[derive(Debug)]
    pub(crate) struct Decoded<B> {
        #[pin]
        inner: B,
        // The characters of a quantum that is not whole yet.
        part: Option<BytesMut>,
    }
}

impl<B> Decoded<B> {
    pub(crate) fn new(inner: B, is_text: bool) -> Self {
        Self {
            inner,
            part: is_text.then(BytesMut::new),
        }
    }
}

/// The bytes of all quanta that are whole now.
fn decode(part: &mut BytesMut, chunk: &[u8]) -> Result<Bytes, DecodeError> {
    part.extend_from_slice(chunk);
    let text = part.split_to(part.len() - part.len() % QUANTUM);
    let mut bytes = Vec::with_capacity(text.len() / QUANTUM * 3);
    let mut rest = &text[..];
    while !rest.is_empty() {
        // To the next padding, in one go.
        let padded = rest
            .chunks(QUANTUM)
            .position(|quantum| quantum.last() == Some(&b'='));
        let (run, after) = rest.split_at(padded.map_or(rest.len(), |n| (n + 1) * QUANTUM));
        STANDARD.decode_vec(run, &mut bytes)?;
        rest = after;
    }
    Ok(bytes.into())
}

impl<B> Body for Decoded<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx)).map(|frame| frame.map_err(Into::into));
        let Some(part) = this.part else {
            return Poll::Ready(frame);
        };
        Poll::Ready(match frame.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(chunk))) => {
                let bytes = decode(part, &chunk).map_err(|_| Malformed.into());
                Some(bytes.map(Frame::data))
            }
            Some(Ok(Err(frame))) => Some(Ok(frame)),
            Some(Err(error)) => Some(Err(error)),
            None if part.is_empty() => None,
            None => {
                part.clear();
                Some(Err(Malformed.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream() && self.part.as_ref().is_none_or(BytesMut::is_empty)
    }

    fn size_hint(&self) -> SizeHint {
        match self.part {
            None => self.inner.size_hint(),
            Some(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(chunks: &[&str]) -> Option<Vec<u8>> {
        let mut part = BytesMut::new();
        let mut all = Vec::new();
        for chunk in chunks {
            all.extend(decode(&mut part, chunk.as_bytes()).ok()?);
        }
        part.is_empty().then_some(all)
    }

    #[test]
    fn text_may_be_padded_and_cut_anywhere() {
        for chunks in [
            &["YWJjZGVm"][..],
            &["YWI=Yw==ZGVm"],
            &["YWI=", "Yw==", "ZGVm"],
            &["Y", "WI=Y", "w==ZG", "", "Vm"],
        ] {
            assert_eq!(
                decoded(chunks).as_deref(),
                Some(&b"abcdef"[..]),
                "{chunks:?}"
            );
        }
        assert_eq!(decoded(&[]).as_deref(), Some(&b""[..]));
        for wrong in ["YWJ", "YW=j", "Y===", "YWJj\n", "!!!!", "YWK="] {
            assert_eq!(decoded(&[wrong]), None, "{wrong}");
        }
    }
}
