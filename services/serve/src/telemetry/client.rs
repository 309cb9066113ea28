//! The HTTP client of the exporter.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use callgate::google::Credentials;
use http::{HeaderName, HeaderValue, Request, Response, header::AUTHORIZATION};
use opentelemetry_http::{HttpClient, HttpError};
use reqwest::{Certificate, Client, redirect};
use tokio::runtime::Handle;
use tonic::async_trait;

/// For one request in all, from the look-up of the address to the last byte.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// More than this a collector has no reason to answer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends on the server's own runtime: the exporter's threads have none.
#[derive(Clone, Debug)]
pub(super) struct OnRuntime(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    runtime: Handle,
    client: Client,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Of Google's own endpoint.
    credentials: Option<Credentials>,
    /// Whether the last request failed. A collector that is away is told of once, and not at each request.
    failing: AtomicBool,
}

impl OnRuntime {
    /// A client that takes nothing from its surroundings: no proxy, no redirects, and the roots that are compiled in.
    pub(super) fn new(
        headers: Vec<(HeaderName, HeaderValue)>,
        credentials: Option<Credentials>,
    ) -> Result<Self, reqwest::Error> {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|root| Certificate::from_der(root).ok());
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self(Arc::new(Inner {
            runtime: Handle::current(),
            client,
            headers,
            credentials,
            failing: AtomicBool::new(false),
        })))
    }
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let inner = Arc::clone(&self.0);
        let sending = async move {
            let result = inner.send(request).await;
            inner.tell(&result);
            result
        };
        self.0.runtime.spawn(sending).await?
    }
}

// === impl Inner ===

impl Inner {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        let token = match &self.credentials {
            Some(credentials) => Some(credentials.access_token().await?),
            None => None,
        };
        if let Some(token) = &token {
            let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.secret()))?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        let mut answer = self.client.execute(request.try_into()?).await?;
        let status = answer.status();
        if let (Some(credentials), Some(token), http::StatusCode::UNAUTHORIZED) =
            (&self.credentials, &token, status)
        {
            credentials.reject(token);
        }
        let mut response = Response::builder().status(status);
        // The one header that the exporter reads.
        if let Some(after) = answer.headers().get(http::header::RETRY_AFTER) {
            response = response.header(http::header::RETRY_AFTER, after);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err("the answer is too long".into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(response.body(body.into())?)
    }

    /// A line where it begins to fail, and one where it works again.
    fn tell(&self, result: &Result<Response<Bytes>, HttpError>) {
        let problem = match result {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("the answer is HTTP {}", response.status().as_u16())),
            Err(error) => Some(crate::logs::with_sources(&**error)),
        };
        let failed_before = self.failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !failed_before => {
                tracing::warn!("traces and metrics cannot be sent: {problem}");
            }
            None if failed_before => tracing::info!("traces and metrics are sent again"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::{Router, extract::State, routing::post};
    use http::HeaderMap;

    use super::*;

    type Seen = Arc<Mutex<Vec<Option<String>>>>;

    /// Takes down what each request proves itself with, and says that it is not enough.
    async fn take_down(State(seen): State<Seen>, headers: HeaderMap) -> http::StatusCode {
        let bearer = headers.get(AUTHORIZATION);
        let bearer = bearer.map(|value| value.to_str().unwrap_or_default().to_owned());
        seen.lock().expect("no panic").push(bearer);
        http::StatusCode::UNAUTHORIZED
    }

    #[tokio::test]
    async fn googles_endpoint_gets_an_access_token_and_no_other_does() {
        let seen = Seen::default();
        let router = Router::new()
            .route("/v1/traces", post(take_down))
            .with_state(seen.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let url = format!("http://{}/v1/traces", listener.local_addr().expect("one"));
        tokio::spawn(async move { axum::serve(listener, router).await });

        let token = Credentials::fixed("an-access-token").expect("a token");
        for credentials in [Some(token), None] {
            let client = OnRuntime::new(Vec::new(), credentials).expect("a client");
            let request = Request::post(&url).body(Bytes::new()).expect("a request");
            let answer = client.send_bytes(request).await.expect("an answer");
            assert_eq!(answer.status(), http::StatusCode::UNAUTHORIZED);
        }
        let seen = seen.lock().expect("no panic").clone();
        assert_eq!(seen, [Some("Bearer an-access-token".to_owned()), None]);
    }
}
