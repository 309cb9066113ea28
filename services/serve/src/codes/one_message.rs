//! Exactly one message, where the method takes one.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Status;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Of a message: whether it is compressed (one byte), and its length (four).
const PREFIX: u8 = 5;

pin_project! {
    /// The body of a request, in which messages are counted where there may only be one.
    #[derive(Debug)]
    pub(crate) struct RequestBody<B> {
        #[pin]
        inner: B,
        counted: Option<Message>,
    }
}

/// How much of the one message has been there.
#[derive(Clone, Copy, Debug, Default)]
struct Message {
    prefix: u8,
    length: u32,
}

impl<B> RequestBody<B> {
    pub(super) fn new(inner: B, takes_one: bool) -> Self {
        Self {
            inner,
            counted: takes_one.then(Message::default),
        }
    }
}

impl Message {
    /// Whether this much more is still of the one message.
    fn holds(&mut self, mut chunk: &[u8]) -> bool {
        while let (true, [byte, rest @ ..]) = (self.prefix < PREFIX, chunk) {
            // The first byte is shifted out again by the four of the length.
            self.length = self.length << 8 | u32::from(*byte);
            self.prefix += 1;
            chunk = rest;
        }
        match u32::try_from(chunk.len()).map(|more| self.length.checked_sub(more)) {
            _ if chunk.is_empty() => true,
            Ok(Some(left)) => {
                self.length = left;
                true
            }
            _ => false,
        }
    }
}

impl<B> Body for RequestBody<B>
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
        let frame = ready!(this.inner.poll_frame(cx));
        let Some(message) = this.counted else {
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        };
        let fault = match &frame {
            Some(Ok(frame)) => match frame.data_ref() {
                Some(chunk) => (!message.holds(chunk)).then_some("more than one was sent"),
                None => (message.prefix == 0).then_some("none was sent"),
            },
            Some(Err(_)) => None,
            None => (message.prefix == 0).then_some("none was sent"),
        };
        Poll::Ready(match fault {
            Some(fault) => {
                // Told once.
                *this.counted = None;
                let words = format!("the method takes exactly one message: {fault}");
                Some(Err(Status::unimplemented(words).into()))
            }
            None => frame.map(|frame| frame.map_err(Into::into)),
        })
    }

    // An end without a message has yet to be told, and tonic does not ask a body that has ended.
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream() && self.counted.is_none_or(|message| message.prefix > 0)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each of these chunks is still of the one message.
    fn held<const N: usize>(chunks: [&[u8]; N]) -> [bool; N] {
        let mut message = Message::default();
        chunks.map(|chunk| message.holds(chunk))
    }

    #[test]
    fn a_message_ends_where_its_prefix_says_however_it_is_cut() {
        let whole = [0, 0, 0, 0, 2, b'a', b'b'];
        assert_eq!(held([&whole]), [true]);
        assert_eq!(held([&whole[..3], &whole[3..6], &whole[6..]]), [true; 3]);
        assert_eq!(held([&whole, b"", b"c"]), [true, true, false]);
        assert_eq!(held([&[0, 0, 0, 0, 0]]), [true]);
        assert_eq!(held([&[0, 0, 0, 0, 0], &[0]]), [true, false]);
        assert_eq!(held([&[1, 0, 0, 0, 1, b'a', 0]]), [false]);
        assert_eq!(held([&[0, 0xff, 0xff, 0xff, 0xff], b"a"]), [true; 2]);
    }
}
