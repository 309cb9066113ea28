//! A server of the service with a method for each kind of caller, and an issuer of each kind of token.

use std::{net::SocketAddr, time::SystemTime};

use callgate::{
    AppCheckVerifier, Clock, Gate, HasPolicy, Policy, gate::GateBuilder, google::Credentials,
};
use callgate_testkit::{
    AppCheckIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
};
use http::{HeaderMap, HeaderName, HeaderValue, uri::PathAndQuery};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Extensions, Request, Status, Streaming,
    metadata::MetadataMap,
    transport::{Channel, Endpoint, Server},
};
use tonic_types::StatusExt;

use crate::{
    Callers,
    accounts::AccountsServer,
    server::PROJECT,
    v1::{EchoRequest, EchoResponse, callers_service_gate},
};

/// The number of the project.
pub const PROJECT_NUMBER: u64 = 123_456_789_012;

/// The audience of IAP's assertions.
pub const IAP_AUDIENCE: &str = "/projects/123456789012/locations/europe-west1/services/echo";

/// The audience of services' tokens.
pub const AUDIENCE: &str = "https://echo.example.com";

/// The account that the rules call `admin`.
pub const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

/// An account with a name that no rule has.
pub const CRON: &str = "cron@demo-callgate.iam.gserviceaccount.com";

/// The origin whose pages may call with cookies.
pub const ORIGIN: &str = "https://echo.example.com";

/// The app that one of the rules names.
pub const APP: &str = "1:123456789012:web:a1";

/// A running server, with the issuers and the accounts that its gate goes by. It stops when dropped.
#[derive(Debug)]
pub struct CallersServer {
    /// The gate's clock.
    pub clock: Clock,
    /// Firebase ID tokens.
    pub firebase: FirebaseIssuer,
    /// Session cookies.
    pub sessions: SessionCookieIssuer,
    /// Assertions of IAP.
    pub iap: IapIssuer,
    /// Service accounts' tokens.
    pub google: GoogleIssuer,
    /// App Check tokens.
    pub apps: AppCheckIssuer,
    /// The accounts: `ada` is there.
    pub accounts: AccountsServer,
    address: SocketAddr,
    channel: Channel,
    task: JoinHandle<()>,
}

impl Drop for CallersServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl CallersServer {
    /// On a clock that stands still.
    pub async fn start() -> Self {
        Self::start_with(|gate| gate).await
    }

    /// The same, with other settings of the gate.
    pub async fn start_with(settings: impl FnOnce(GateBuilder) -> GateBuilder) -> Self {
        let clock = Clock::manual(SystemTime::now());
        let firebase = FirebaseIssuer::new(PROJECT).clock(clock.clone());
        let sessions = SessionCookieIssuer::new(PROJECT).clock(clock.clone());
        let iap = IapIssuer::new(IAP_AUDIENCE).clock(clock.clone());
        let google = GoogleIssuer::new(AUDIENCE).clock(clock.clone());
        let apps = AppCheckIssuer::new(PROJECT, PROJECT_NUMBER).clock(clock.clone());
        let accounts = AccountsServer::start([serde_json::json!({ "localId": "ada" })]).await;

        let id_tokens = firebase.verifier();
        let gate = Gate::builder(policy())
            .session_cookies(sessions.verifier_like(&id_tokens))
            .end_users(id_tokens)
            .internal_users(iap.verifier())
            .service_accounts(google.verifier([("admin", ADMIN), ("cron", CRON)]))
            .apps(once(apps.verifier(), accounts.url()))
            .accounts(accounts.client())
            .origins([ORIGIN])
            .unwrap()
            .clock(clock.clone());
        let layer = settings(gate).build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder()
            .layer(layer)
            .add_service(callers_service_gate::server(Callers))
            .serve_with_incoming(TcpListenerStream::new(listener));
        Self {
            task: tokio::spawn(async move { server.await.unwrap() }),
            channel: Endpoint::try_from(format!("http://{address}"))
                .unwrap()
                .connect_lazy(),
            address,
            clock,
            firebase,
            sessions,
            iap,
            google,
            apps,
            accounts,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Who called, as the handler was told, or the code and the reason of the refusal.
    pub async fn call(
        &self,
        method: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<EchoResponse, (Code, String)> {
        self.call_with(method, map(headers)).await
    }

    /// The same.
    pub async fn call_with(
        &self,
        method: &str,
        headers: HeaderMap,
    ) -> Result<EchoResponse, (Code, String)> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<EchoRequest, EchoResponse>::default();
        let answer = client.unary(request(headers), path(method), codec).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| refusal(&status))
    }

    /// Opens a stream.
    pub async fn watch(
        &self,
        method: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Streaming<EchoResponse>, (Code, String)> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.unwrap();
        let codec = tonic_prost::ProstCodec::<EchoRequest, EchoResponse>::default();
        let answer = client
            .server_streaming(request(map(headers)), path(method), codec)
            .await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| refusal(&status))
    }
}

/// The policy of the service.
pub fn policy() -> Policy {
    fn of<S: HasPolicy>(_: &S) -> Policy {
        Policy::of(S::METHODS)
    }
    of(&callers_service_gate::server(Callers))
}

/// Code and reason of a refusal; without a reason, its message.
pub fn refusal(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone());
    (
        status.code(),
        reason.unwrap_or_else(|| status.message().to_owned()),
    )
}

fn once(verifier: AppCheckVerifier, url: &str) -> AppCheckVerifier {
    verifier
        .credentials(Credentials::fixed("secret").unwrap())
        .base_url(url)
        .unwrap()
}

fn map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    map
}

fn request(headers: HeaderMap) -> Request<EchoRequest> {
    Request::from_parts(
        MetadataMap::from_headers(headers),
        Extensions::default(),
        EchoRequest::default(),
    )
}

fn path(method: &str) -> PathAndQuery {
    format!("/echo.v1.CallersService/{method}").parse().unwrap()
}
