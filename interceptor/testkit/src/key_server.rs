//! An HTTP server for keys that answers as a test tells it to, badly too.

use std::{
    collections::VecDeque,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};
use url::Url;

/// A server on loopback that stands for an issuer's key endpoint. It stops when it is dropped.
///
/// It gives [`once`](KeyServer::once)'s answers in turn, and else the standing one.
///
/// ```
/// use callgate::{FirebaseVerifier, keys::KeyStore};
/// use callgate_testkit::{FirebaseIssuer, KeyServer, key_server::Answer};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let issuer = FirebaseIssuer::new("demo-greeter");
/// let server = KeyServer::start(Answer::keys(issuer.jwks())).await?;
/// let keys = KeyStore::fetched(server.url()).build()?;
/// let verifier = FirebaseVerifier::new("demo-greeter", keys)?;
///
/// assert!(verifier.verify(&issuer.token("ada").sign()).await.is_ok());
/// assert_eq!(server.requests(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct KeyServer {
    address: SocketAddr,
    script: Arc<Script>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct Script {
    standing: Mutex<Answer>,
    once: Mutex<VecDeque<Answer>>,
    requests: watch::Sender<usize>,
}

/// What the server sends.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Without it the server hangs up.
    head: Option<String>,
    body: Vec<u8>,
    /// How many bytes of the body are sent before the server hangs up.
    cut: Option<usize>,
    gate: Option<Gate>,
}

/// Holds answers back until it is opened. Its clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<watch::Sender<bool>>);

// === impl KeyServer ===

impl KeyServer {
    /// Starts a server, on a port that the system chooses, in the current tokio runtime.
    pub async fn start(standing: Answer) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let script = Arc::new(Script {
            standing: Mutex::new(standing),
            once: Mutex::default(),
            requests: watch::Sender::new(0),
        });
        let serving = tokio::spawn(serve(listener, Arc::clone(&script)));
        Ok(Self {
            address,
            script,
            serving,
        })
    }

    /// Where the keys are.
    ///
    /// # Panics
    ///
    /// Never: an address and a path are a URL.
    pub fn url(&self) -> Url {
        format!("http://{}/keys", self.address)
            .parse()
            .unwrap_or_else(|error| panic!("no URL: {error}"))
    }

    /// Answers so from now on.
    pub fn always(&self, answer: Answer) {
        *lock(&self.script.standing) = answer;
    }

    /// Answers one request so, after those that were given before.
    pub fn once(&self, answer: Answer) {
        lock(&self.script.once).push_back(answer);
    }

    /// How many requests have come.
    pub fn requests(&self) -> usize {
        *self.script.requests.borrow()
    }

    /// Returns as soon as so many requests have come.
    pub async fn requested(&self, count: usize) {
        let mut requests = self.script.requests.subscribe();
        // The sender is this server's own.
        let _ = requests.wait_for(|come| *come >= count).await;
    }
}

impl Drop for KeyServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

// === impl Answer ===

impl Answer {
    /// This key set, with nothing said of how long it may be kept.
    pub fn keys(jwks: impl Into<Vec<u8>>) -> Self {
        Self {
            body: jwks.into(),
            ..Self::status(200)
        }
    }

    /// This HTTP status, and an empty body.
    pub fn status(code: u16) -> Self {
        Self {
            head: Some(format!("HTTP/1.1 {code} status\r\n")),
            body: Vec::new(),
            cut: None,
            gate: None,
        }
    }

    /// No answer: the server hangs up.
    pub fn none() -> Self {
        Self {
            head: None,
            ..Self::status(0)
        }
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(head) = &mut self.head {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        }
        self
    }

    /// May be kept for so many seconds.
    #[must_use]
    pub fn max_age(self, seconds: u64) -> Self {
        self.header("cache-control", &format!("public, max-age={seconds}"))
    }

    /// The server hangs up after so many bytes of the body.
    #[must_use]
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    /// Not before the gate is open.
    #[must_use]
    pub fn held_by(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    async fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        if let Some(gate) = &self.gate {
            gate.passed().await;
        }
        let Some(head) = &self.head else {
            return Ok(());
        };
        let end = format!(
            "content-length: {}\r\nconnection: close\r\n\r\n",
            self.body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(end.as_bytes()).await?;
        let sent = self.cut.unwrap_or(self.body.len()).min(self.body.len());
        stream.write_all(&self.body[..sent]).await?;
        stream.shutdown().await
    }
}

// === impl Gate ===

impl Gate {
    /// A closed gate.
    pub fn closed() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    async fn passed(&self) {
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}

async fn serve(listener: TcpListener, script: Arc<Script>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let script = Arc::clone(&script);
        tokio::spawn(async move {
            if read_request(&mut stream).await.is_err() {
                return;
            }
            let next = lock(&script.once).pop_front();
            let answer = next.unwrap_or_else(|| lock(&script.standing).clone());
            script.requests.send_modify(|requests| *requests += 1);
            // Whoever asked may have gone.
            let _ = answer.send(&mut stream).await;
        });
    }
}

/// Reads to the end of the head. A request for keys has no body.
async fn read_request(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= 16 * 1024 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
