//! What is left of a request after its answer, over HTTP/1: it is read and thrown away, for a while.
//!
//! A call can be answered before all of its request is there: it was refused, or its message is too large. Over HTTP/2 the rest
//! is called off. Over HTTP/1 hyper closes the connection, upon which the client's next bytes make the system answer with a
//! reset: then the client has not even the answer, or a next call on the same connection breaks off. So the rest is read first,
//! within bounds, as web servers do ("lingering close").

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::{runtime::Handle, time::timeout};

/// How long it is read.
const LONGEST: Duration = Duration::from_secs(5);

/// How many bytes of it are read.
const MOST: usize = 8 << 20;

/// The body of a request. Dropped before its end, it is read on where it `lingers`.
#[derive(Debug)]
pub(crate) struct Lingering<B: Body<Data = Bytes> + Unpin + Send + 'static> {
    inner: Option<B>,
    lingers: bool,
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Lingering<B> {
    pub(crate) fn new(inner: B, lingers: bool) -> Self {
        Self {
            inner: Some(inner),
            lingers,
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Body for Lingering<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.inner {
            Some(inner) => Pin::new(inner).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        (self.inner.as_ref()).map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Body<Data = Bytes> + Unpin + Send + 'static> Drop for Lingering<B> {
    fn drop(&mut self) {
        if let (true, Some(rest)) = (self.lingers, self.inner.take())
            && !rest.is_end_stream()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(timeout(LONGEST, read(rest)));
        }
    }
}

/// Reads to the end, or too far.
async fn read<B: Body<Data = Bytes> + Unpin>(mut rest: B) {
    let mut bytes = 0;
    while bytes <= MOST
        && let Some(Ok(frame)) = poll_fn(|cx| Pin::new(&mut rest).poll_frame(cx)).await
    {
        bytes += frame.data_ref().map_or(0, Bytes::len);
    }
}
