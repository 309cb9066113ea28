//! What of the running system `callgate token` needs.

use std::net::TcpListener;

use axum::{Router, http::StatusCode};
use callgate_identity::{Identity, Settings};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Answer, run};

pub(crate) const AUDIENCE: &str = "http://localhost/votes";
pub(crate) const IAP_AUDIENCE: &str = "/projects/123456789012/locations/local/services/admin";

/// The embedded identity, on a port and in a folder.
pub(crate) struct System {
    port: String,
    dir: TempDir,
    /// It serves as long as this is there.
    _runtime: tokio::runtime::Runtime,
}

impl System {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let dir = tempfile::tempdir().expect("a folder");
        let origin = format!("http://localhost:{port}");
        let identity = Identity::open(Settings::new("demo-callgate", dir.path(), [origin]))
            .expect("an identity provider");
        Self::serve(listener, dir, identity.router())
    }

    /// Something else than the system, that answers everything like this.
    pub(crate) fn stranger(status: StatusCode, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("secret"), "secret").expect("a file");
        let answer = move || async move { (status, body) };
        Self::serve(listener, dir, Router::new().fallback(answer))
    }

    fn serve(listener: TcpListener, dir: TempDir, router: Router) -> Self {
        let port = listener
            .local_addr()
            .expect("an address")
            .port()
            .to_string();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        listener.set_nonblocking(true).expect("a socket");
        let guard = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        drop(guard);
        runtime.spawn(axum::serve(listener, router).into_future());
        Self {
            port,
            dir,
            _runtime: runtime,
        }
    }

    pub(crate) fn port(&self) -> &str {
        &self.port
    }

    pub(crate) fn dir(&self) -> &str {
        self.dir.path().to_str().expect("a path")
    }

    pub(crate) fn token(&self, args: &[&str]) -> Answer {
        let variables = [
            ("PORT", self.port.as_str()),
            ("CALLGATE_LOCAL_DIR", self.dir()),
        ];
        run(&[&["token"], args].concat(), &variables, "")
    }

    /// A token as a shell's variable gets it.
    #[track_caller]
    pub(crate) fn minted(&self, args: &[&str]) -> String {
        let answer = self.token(args);
        assert_eq!(answer.status, Some(0), "{}", answer.err);
        let token = answer.out.strip_suffix('\n').expect("a line").to_owned();
        assert_eq!(token.split('.').count(), 3, "the token alone: {token}");
        assert!(!answer.err.contains(&token));
        token
    }

    /// What the production verifiers say of it, by the keys that the system serves.
    pub(crate) fn explained(&self, args: &[&str], token: &str) -> (Option<i32>, Value) {
        let base = format!("http://127.0.0.1:{}", self.port);
        let url = |path: &str| format!("{base}/{path}");
        let variables = [
            ("CALLGATE_PROJECT_ID", "demo-callgate".to_owned()),
            ("CALLGATE_PROJECT_NUMBER", "123456789012".to_owned()),
            ("CALLGATE_IAP_AUDIENCE", IAP_AUDIENCE.to_owned()),
            ("CALLGATE_AUDIENCES", AUDIENCE.to_owned()),
            ("CALLGATE_TENANTS", "-,pupils".to_owned()),
            (
                "CALLGATE_SERVICE_ACCOUNTS",
                "admin=admin@demo-callgate.iam.gserviceaccount.com".to_owned(),
            ),
            (
                "CALLGATE_KEYS_URL_FIREBASE",
                url("service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"),
            ),
            (
                "CALLGATE_KEYS_URL_SESSION_COOKIE",
                url("identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys"),
            ),
            ("CALLGATE_KEYS_URL_IAP", url("iap/verify/public_key-jwk")),
            ("CALLGATE_KEYS_URL_GOOGLE", url("oauth2/v3/certs")),
            (
                "CALLGATE_KEYS_URL_APP_CHECK",
                url("firebaseappcheck.googleapis.com/v1/jwks"),
            ),
        ];
        let variables: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let answer = run(&[&["explain", "--json"], args].concat(), &variables, token);
        let json = serde_json::from_str(&answer.out).expect("JSON");
        (answer.status, json)
    }
}
