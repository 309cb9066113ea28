//! The first bytes of a connection, which must come in time.
//!
//! hyper's own time-outs begin when it knows which HTTP is spoken: a peer that says nothing, or half of HTTP/2's preface, would
//! be waited for without end.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// How HTTP/2 begins where it is known beforehand (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose reading fails unless it says in time which HTTP it speaks.
#[derive(Debug)]
pub(crate) struct Opening<I> {
    io: I,
    /// Until then; none once it is known.
    deadline: Option<Pin<Box<Sleep>>>,
    /// How much of the preface has come.
    matched: usize,
}

impl<I> Opening<I> {
    pub(crate) fn new(io: I, within: Duration) -> Self {
        Self {
            io,
            deadline: Some(Box::pin(sleep(within))),
            matched: 0,
        }
    }

    fn saw(&mut self, bytes: &[u8]) {
        let rest = &PREFACE[self.matched..];
        let both = rest.len().min(bytes.len());
        if rest[..both] == bytes[..both] && both < rest.len() {
            self.matched += both;
        } else {
            self.deadline = None;
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Opening<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if let Some(deadline) = &mut self.deadline {
            if read.is_pending() {
                ready!(deadline.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.saw(&buffer.filled()[before..]);
        }
        read
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Opening<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_open(chunks: &[&[u8]]) -> bool {
        let mut opening = Opening {
            io: (),
            deadline: Some(Box::pin(sleep(Duration::MAX))),
            matched: 0,
        };
        for chunk in chunks {
            opening.saw(chunk);
        }
        opening.deadline.is_none()
    }

    #[tokio::test]
    async fn the_deadline_holds_until_it_is_known_which_http_is_spoken() {
        assert!(!is_open(&[]));
        assert!(!is_open(&[b"PRI * HTTP"]));
        assert!(!is_open(&[b"PRI", b" * HTTP/2.0\r\n\r\nSM\r\n\r"]));
        assert!(is_open(&[b"PRI", &PREFACE[3..]]));
        assert!(is_open(&[PREFACE, b"more"]));
        assert!(is_open(&[b"P", b"OST / HTTP/1.1\r\n"]));
        assert!(is_open(&[b"G"]));
    }
}
