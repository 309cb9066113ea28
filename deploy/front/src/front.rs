//! The front end: HTTP/2 from clients, HTTP/2 to instances, as Cloud Run does it where the port is named `h2c`.
//!
//! It learns that an instance ends by what the instance says on its connections (GOAWAY), and by nothing else: so calls are still on
//! their way to it when it is told to end, as they are in production. A call that the instance has not accepted, by its own word, goes
//! to another instance. A call that it may have accepted is never sent again.

use std::{cell::RefCell, net::SocketAddr, rc::Rc};

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use h2::{
    Reason, RecvStream,
    client::{ResponseFuture, SendRequest},
    server::SendResponse,
};
use http::{Request, Response};
use tokio::net::{TcpListener, TcpStream};

use crate::tally::{Tally, count};

/// Connections to each instance.
const CONNECTIONS: usize = 2;
/// A window that is never full here: it is not flow control that is tried.
const WINDOW: u32 = 1 << 24;
/// Odd, and without pattern in its bits: multiples of it, without their lowest bits, look like random numbers.
const SCATTER: usize = 2_654_435_769;

#[derive(Clone)]
pub(crate) struct Front {
    /// The connections that take calls, those of the instances in turn.
    open: Rc<RefCell<Vec<Connection>>>,
    next: Rc<RefCell<usize>>,
    tally: Rc<Tally>,
}

#[derive(Clone)]
struct Connection {
    number: usize,
    sender: SendRequest<Bytes>,
}

/// A call of which an instance has the head and the body.
struct Sent {
    response: ResponseFuture,
}

/// Why a call has no answer.
enum Failure {
    /// The instance has not accepted it.
    NotAccepted,
    /// It may have.
    Broken(h2::Error),
}

// === impl Front ===

impl Front {
    pub(crate) async fn connect(
        instances: &[SocketAddr],
        tally: &Rc<Tally>,
    ) -> anyhow::Result<Self> {
        let mut open = Vec::new();
        for _ in 0..CONNECTIONS {
            for address in instances {
                let sender = connect(*address)
                    .await
                    .with_context(|| format!("the instance at {address}"))?;
                let number = open.len();
                open.push(Connection { number, sender });
            }
        }
        Ok(Self {
            open: Rc::new(RefCell::new(open)),
            next: Rc::default(),
            tally: Rc::clone(tally),
        })
    }

    pub(crate) async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::task::spawn_local(self.clone().serve_client(stream));
        }
    }

    async fn serve_client(self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let mut builder = h2::server::Builder::new();
        builder.initial_window_size(WINDOW);
        builder.initial_connection_window_size(WINDOW);
        builder.max_concurrent_streams(1000);
        let Ok(mut client) = builder.handshake::<_, Bytes>(stream).await else {
            return;
        };
        while let Some(Ok((request, respond))) = client.accept().await {
            tokio::task::spawn_local(self.clone().pass(request, respond));
        }
    }

    /// Passes a call on, and its answer back.
    async fn pass(self, request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
        let passed = self.try_pass(request, &mut respond).await;
        if let Err(error) = passed {
            // To the client it is what the front end of Cloud Run says.
            self.tally.fail(format!("an instance: {error:#}"));
            let answer = Response::builder().status(503).body(());
            if let Ok(answer) = answer {
                let _ = respond.send_response(answer, true);
            }
        }
    }

    async fn try_pass(
        &self,
        request: Request<RecvStream>,
        respond: &mut SendResponse<Bytes>,
    ) -> anyhow::Result<()> {
        let (head, mut body) = request.into_parts();
        // Requests of one message: the whole of it is kept for as long as it may have to be sent again.
        let message = whole(&mut body).await?;
        let response = loop {
            let mut again = Request::new(());
            *again.method_mut() = head.method.clone();
            *again.uri_mut() = head.uri.clone();
            *again.version_mut() = http::Version::HTTP_2;
            again.headers_mut().clone_from(&head.headers);
            let connection = self.turn().context("no instance takes calls any more")?;
            let number = connection.number;
            match call(connection.sender, again, message.clone()).await {
                Ok(response) => break response,
                Err(Failure::NotAccepted) => {
                    self.open.borrow_mut().retain(|it| it.number != number);
                    count(&self.tally.moved);
                }
                Err(Failure::Broken(error)) => return Err(error.into()),
            }
        };
        let (head, mut body) = response.into_parts();
        let mut head_only = Response::new(());
        *head_only.status_mut() = head.status;
        *head_only.headers_mut() = head.headers;
        let ended = body.is_end_stream();
        let mut client = respond.send_response(head_only, ended)?;
        if ended {
            return Ok(());
        }
        while let Some(chunk) = body.data().await {
            let chunk = chunk.context("in the middle of an answer")?;
            body.flow_control().release_capacity(chunk.len())?;
            client.send_data(chunk, false)?;
        }
        let trailers = body.trailers().await.context("at the end of an answer")?;
        match trailers {
            Some(trailers) => client.send_trailers(trailers)?,
            None => client.send_data(Bytes::new(), true)?,
        }
        Ok(())
    }

    /// The connection whose turn it is.
    fn turn(&self) -> Option<Connection> {
        let open = self.open.borrow();
        let mut next = self.next.borrow_mut();
        *next = next.wrapping_add(1);
        // Not simply round and round: each user's calls come in threes, and all the votes could come to one instance.
        let scattered = next.wrapping_mul(SCATTER) >> 16;
        let at = scattered.checked_rem(open.len())?;
        open.get(at).cloned()
    }
}

async fn call(
    sender: SendRequest<Bytes>,
    request: Request<()>,
    message: Bytes,
) -> Result<Response<RecvStream>, Failure> {
    let sent = send(sender, request, message).await?;
    sent.response.await.map_err(Failure::of)
}

async fn send(
    sender: SendRequest<Bytes>,
    request: Request<()>,
    message: Bytes,
) -> Result<Sent, Failure> {
    // Whatever is wrong here: nothing was sent yet.
    let ready = sender.ready().await;
    let mut sender = ready.map_err(|_| Failure::NotAccepted)?;
    let sent = sender.send_request(request, false);
    let (response, mut body) = sent.map_err(|_| Failure::NotAccepted)?;
    // If the stream is gone by now, the answer says why.
    let _ = body.send_data(message, true);
    Ok(Sent { response })
}

// === impl Failure ===

impl Failure {
    /// RFC 9113: what is above the last stream of a GOAWAY (6.8), or reset with `REFUSED_STREAM` (8.7), was not and will not be acted
    /// upon. h2 fails only those streams with the GOAWAY of the other side.
    fn of(error: h2::Error) -> Self {
        let refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
        if refused || error.is_go_away() && error.is_remote() {
            Self::NotAccepted
        } else {
            Self::Broken(error)
        }
    }
}

pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Bytes>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut builder = h2::client::Builder::new();
    builder.initial_window_size(WINDOW);
    builder.initial_connection_window_size(WINDOW);
    let (sender, connection) = builder.handshake(stream).await?;
    tokio::task::spawn_local(async {
        // Each call says for itself what became of it.
        let _ = connection.await;
    });
    Ok(sender)
}

/// All of a body.
pub(crate) async fn whole(body: &mut RecvStream) -> Result<Bytes, h2::Error> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}
