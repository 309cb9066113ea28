//! An HTTP server on loopback that answers by a script and remembers what it was asked.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::Response,
};
use futures_util::stream;
use http::Method;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::AbortHandle,
};

/// What the server was asked.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: String,
}

/// One answer. Without one to give, the server answers 500.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16, String),
    /// The header `Metadata-Flavor: Google` comes with it.
    Metadata(String),
    Redirect(String),
    /// Breaks off in the middle.
    CutOff(String),
    Never,
    /// A gRPC answer without a message: its status is in the headers.
    Grpc(tonic::Code),
    /// Waits until the script says `true`.
    Held(watch::Receiver<bool>, Box<Reply>),
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    serving: AbortHandle,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
    count: watch::Sender<usize>,
    connections: AtomicUsize,
}

/// Counts the connections.
struct Counted(TcpListener, Arc<Shared>);

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::<Shared>::default();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let listener = Counted(listener, Arc::clone(&shared));
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            address,
            shared,
            serving: serving.abort_handle(),
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Adds an answer to the script.
    pub(crate) fn then(&self, reply: Reply) -> &Self {
        self.shared
            .replies
            .lock()
            .expect("no panic")
            .push_back(reply);
        self
    }

    /// What was asked since this was last called.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.shared.asked.lock().expect("no panic"))
    }

    /// How many connections there were in all.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Waits until it was asked so often in all.
    pub(crate) async fn asked_times(&self, times: usize) {
        let mut count = self.shared.count.subscribe();
        count
            .wait_for(|count| *count >= times)
            .await
            .expect("the server runs");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl axum::serve::Listener for Counted {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let accepted = axum::serve::Listener::accept(&mut self.0).await;
        self.1.connections.fetch_add(1, Ordering::SeqCst);
        accepted
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Reply {
    pub(crate) fn ok(json: impl Into<String>) -> Self {
        Self::Status(200, json.into())
    }

    /// The metadata server's answer, or a token endpoint's.
    pub(crate) fn token(token: &str, lifetime: u64) -> Self {
        Self::Metadata(format!(
            r#"{{"access_token":"{token}","expires_in":{lifetime},"token_type":"Bearer"}}"#
        ))
    }

    /// The same answer, given once the sender says so.
    pub(crate) fn held(self) -> (watch::Sender<bool>, Self) {
        let (release, held) = watch::channel(false);
        (release, Self::Held(held, Box::new(self)))
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.expect("a whole request");
    shared.asked.lock().expect("no panic").push(Asked {
        method: head.method,
        target: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8(body.into()).expect("text"),
    });
    let reply = shared.replies.lock().expect("no panic").pop_front();
    shared.count.send_modify(|count| *count += 1);
    respond(reply.unwrap_or(Reply::Status(500, "the script is over".to_owned()))).await
}

async fn respond(reply: Reply) -> Response {
    let response = Response::builder();
    let built = match reply {
        Reply::Status(status, body) => response.status(status).body(body.into()),
        Reply::Metadata(body) => response
            .header("metadata-flavor", "Google")
            .body(body.into()),
        Reply::Redirect(to) => response
            .status(302)
            .header("location", to)
            .body(Body::empty()),
        Reply::CutOff(start) => {
            let parts = [Ok(start), Err(std::io::Error::other("the cable is cut"))];
            response
                .header("metadata-flavor", "Google")
                .body(Body::from_stream(stream::iter(parts)))
        }
        Reply::Grpc(code) => response
            .header("content-type", "application/grpc")
            .header("grpc-status", code as i32)
            .body(Body::empty()),
        Reply::Never => std::future::pending().await,
        Reply::Held(mut held, reply) => {
            // The test may be over and gone.
            let _ = held.wait_for(|released| *released).await;
            return Box::pin(respond(*reply)).await;
        }
    };
    built.expect("a response")
}
