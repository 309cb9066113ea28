//! Calls of one service to another, by tonic's own client: both tokens arrive, and verify.

use std::{convert::Infallible, sync::Arc, time::SystemTime};

use callgate::{
    Clock, FirebaseVerifier,
    google::IdTokens,
    keys::KeyStore,
    outgoing::{Callee, acting_for},
    verify::Check,
};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use callgate_wire_tests::{
    Echo,
    server::{EchoServer, PROJECT},
    v1::{EchoRequest, echo_service_client::EchoServiceClient, echo_service_gate},
};
use http::HeaderMap;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{net::TcpListener, sync::mpsc};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Request,
    body::Body,
    service::Routes,
    transport::{Identity, Server, ServerTlsConfig},
};
use tower::{Layer, Service, util::BoxCloneSyncService};

const AUDIENCE: &str = "https://echo.example.com";
const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

/// Tells the headers of each call that comes in.
#[derive(Clone)]
struct Headers(mpsc::UnboundedSender<HeaderMap>);

impl Layer<Routes> for Headers {
    type Service = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

    fn layer(&self, routes: Routes) -> Self::Service {
        let sender = self.0.clone();
        BoxCloneSyncService::new(tower::service_fn(move |request: http::Request<Body>| {
            sender.send(request.headers().clone()).unwrap();
            let mut routes = routes.clone();
            async move {
                std::future::poll_fn(|cx| {
                    Service::<http::Request<Body>>::poll_ready(&mut routes, cx)
                })
                .await?;
                routes.call(request).await
            }
        }))
    }
}

/// Tokens of the account that the issuer knows as an administrator's.
fn tokens_of(google: &GoogleIssuer) -> IdTokens {
    let google = Arc::new(google.clone());
    IdTokens::minted(move |audience| google.token(ADMIN).claim("aud", audience).sign())
}

fn bearer<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    let value = headers[name].to_str().unwrap();
    value.strip_prefix("Bearer ").unwrap()
}

#[tokio::test]
async fn both_identities_arrive_and_verify() {
    let clock = Clock::manual(SystemTime::now());
    let firebase = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let google = GoogleIssuer::new(AUDIENCE).clock(clock.clone());
    let (sender, mut arrived) = mpsc::unbounded_channel();
    let server = EchoServer::serve(clock.clone(), firebase.clone(), Headers(sender)).await;

    let tokens = tokens_of(&google).clock(clock.clone());
    let callee = Callee::new(&server.url(), AUDIENCE, &tokens)
        .unwrap()
        .behind_iam();
    let mut client = EchoServiceClient::new(callee.channel());
    let users = FirebaseVerifier::new(PROJECT, KeyStore::fixed(firebase.key_set()))
        .unwrap()
        .clock(clock);
    let Check::Verified(ada) = users.check(&firebase.token("ada").sign()) else {
        panic!("a valid token");
    };

    let request = acting_for(&ada, Request::new(EchoRequest::default()));
    client.public(request).await.unwrap();
    let headers = arrived.recv().await.unwrap();
    let services = google.verifier([("admin", ADMIN)]);
    for name in ["authorization", "x-serverless-authorization"] {
        let Check::Verified(service) = services.check(bearer(&headers, name)) else {
            panic!("a valid token");
        };
        assert_eq!(service.name(), "admin");
    }
    let forwarded = users.check(bearer(&headers, "x-end-user-authorization"));
    assert_eq!(forwarded, Check::Verified(ada));

    // A stream, for nobody.
    client.watch_public(EchoRequest::default()).await.unwrap();
    let headers = arrived.recv().await.unwrap();
    assert!(!headers.contains_key("x-end-user-authorization"));
    assert!(headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_client_is_told_in_words_that_there_is_no_token() {
    let server = EchoServer::start().await;
    let tokens = IdTokens::minted(|_| String::new());
    let callee = Callee::new(&server.url(), AUDIENCE, &tokens).unwrap();
    let mut client = EchoServiceClient::new(callee.channel());
    let status = client.public(EchoRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("no token of its own"), "{status}");
}

/// An authority, and a server with a certificate of it. The server's address, and the authority's certificate.
async fn serve_tls() -> (String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    let identity = Identity::from_pem(certificate.pem(), key.serialize_pem());

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::builder()
        .tls_config(ServerTlsConfig::new().identity(identity))
        .unwrap()
        .add_service(echo_service_gate::server(Echo))
        .serve_with_incoming(TcpListenerStream::new(listener));
    tokio::spawn(server);
    (format!("https://localhost:{port}"), authority.pem())
}

#[tokio::test]
async fn a_callee_proves_itself_by_a_certificate_before_it_sees_a_token() {
    let (origin, authority) = serve_tls().await;
    let tokens = IdTokens::fixed("own").unwrap();
    let callee = Callee::new(&origin, AUDIENCE, &tokens).unwrap();
    let mut stranger = EchoServiceClient::new(callee.channel());
    let status = stranger.public(EchoRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable, "{status}");

    let known = callee.trusting(&authority).unwrap();
    let mut client = EchoServiceClient::new(known.channel());
    let answer = client.public(EchoRequest::default()).await.unwrap();
    let sent = answer.into_inner().metadata;
    assert!(sent.contains(&"authorization".to_owned()), "{sent:?}");
}
