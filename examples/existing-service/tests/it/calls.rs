//! Who gets through to the service, before and after.

use std::error::Error;

use callgate::{Gate, Policy};
use callgate_testkit::FirebaseIssuer;
use greeter_after::{
    Greeter,
    v1::{
        GetHoursRequest, GreetAllRequest, GreetRequest,
        greeter_service_client::GreeterServiceClient, greeter_service_gate,
        greeter_service_server::GreeterServiceServer,
    },
};
use tokio::net::TcpListener;
use tokio_stream::StreamExt;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use tower::Layer;

/// Code and reason of a refusal.
fn refusal(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.clone());
    (status.code(), reason.unwrap_or_default())
}

fn request<T>(message: T, token: Option<&str>) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    request
}

fn greet() -> GreetRequest {
    GreetRequest {
        name: "Grace".to_owned(),
    }
}

fn greet_all() -> GreetAllRequest {
    GreetAllRequest {
        names: vec!["Grace".to_owned(), "Alan".to_owned()],
    }
}

/// A port of this machine.
async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

fn end<T>(served: Result<T, Box<dyn Error>>) {
    if let Err(error) = served {
        panic!("{error}");
    }
}

#[tokio::test]
async fn before_anyone_calls_as_anyone() {
    use greeter_before::v1::{GreetRequest, greeter_service_client::GreeterServiceClient};
    let (listener, url) = listener().await;
    let calls = async {
        let mut client = GreeterServiceClient::connect(url).await.unwrap();
        let name = "Grace".to_owned();
        let answer = client.greet(GreetRequest { name }).await.unwrap();
        assert_eq!(answer.get_ref().text, "Hello Grace");
    };
    tokio::select! {
        served = greeter_before::serve(listener) => end(served),
        () = calls => {}
    }
}

#[tokio::test]
async fn after_only_what_is_public_is_open() {
    let (listener, url) = listener().await;
    let calls = async {
        let mut client = GreeterServiceClient::connect(url).await.unwrap();
        let hours = client.get_hours(GetHoursRequest {}).await.unwrap();
        assert_eq!(hours.get_ref().hours, "9 to 5");

        let missing = (Code::Unauthenticated, "TOKEN_MISSING".to_owned());
        let status = client.greet(greet()).await.unwrap_err();
        assert_eq!(refusal(&status), missing);
        let status = client.greet_all(greet_all()).await.unwrap_err();
        assert_eq!(refusal(&status), missing);
        let status = client
            .greet(request(greet(), Some("anything")))
            .await
            .unwrap_err();
        assert_eq!(
            refusal(&status),
            (Code::Unauthenticated, "TOKEN_MALFORMED".to_owned())
        );
    };
    tokio::select! {
        served = greeter_after::serve(listener) => end(served),
        () = calls => {}
    }
}

#[tokio::test]
async fn after_a_user_is_greeted_by_who_it_is() {
    let issuer = FirebaseIssuer::new("demo-greeter");
    let gate = Gate::builder(Policy::of(&greeter_service_gate::METHODS))
        .end_users(issuer.verifier())
        .build()
        .unwrap();
    let mut client = GreeterServiceClient::new(gate.layer(GreeterServiceServer::new(Greeter)));

    let ada = issuer.token("ada").sign();
    let answer = client.greet(request(greet(), Some(&ada))).await.unwrap();
    assert_eq!(answer.get_ref().text, "Hello ada");
    let answers = client
        .greet_all(request(greet_all(), Some(&ada)))
        .await
        .unwrap();
    assert_eq!(answers.into_inner().collect::<Vec<_>>().await.len(), 2);

    let forged = issuer.token("ada").forged_with(3).sign();
    let status = client
        .greet(request(greet(), Some(&forged)))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, "TOKEN_INVALID".to_owned())
    );
}

/// What the guide warns of: tonic's own trait does not hold a handler to ask.
#[tokio::test]
async fn after_without_the_layer_a_handler_that_asks_answers_internal() {
    let mut client = GreeterServiceClient::new(GreeterServiceServer::new(Greeter));
    let status = client.greet(greet()).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::Internal, "the gate is not installed")
    );
    assert!(
        client.greet_all(greet_all()).await.is_ok(),
        "it does not ask who calls"
    );
}
