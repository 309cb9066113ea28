//! G3: without the gate only public methods are reached, and those as they are.

use callgate_build_foreign::{
    greeter::v1::{
        GreetRequest, greet_request::Name, greeter_service_client::GreeterServiceClient,
        greeter_service_gate, greeter_service_gate::Gated,
        greeter_service_server::GreeterServiceServer,
    },
    place::v1::Place,
};
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};

use crate::greeter::Greeter;

/// The server, called without a network between.
fn client() -> GreeterServiceClient<GreeterServiceServer<Gated<Greeter>>> {
    GreeterServiceClient::new(greeter_service_gate::server(Greeter))
}

fn request(name: &str) -> GreetRequest {
    GreetRequest {
        name: Some(Name {
            value: name.to_owned(),
        }),
    }
}

#[track_caller]
fn assert_no_gate<T: std::fmt::Debug>(result: Result<T, Status>) {
    let status = result.expect_err("no gate");
    assert_eq!(
        (status.code(), status.message()),
        (Code::Internal, "the gate is not installed")
    );
}

#[tokio::test]
async fn methods_that_promise_a_caller_are_not_reached() {
    let mut client = client();
    assert_no_gate(client.greet(request("")).await);
    assert_no_gate(client.greet_anyone(request("")).await);
    assert_no_gate(client.collect(tokio_stream::once(request(""))).await);
    assert_no_gate(client.repeat(request("")).await);
    assert_no_gate(client.chat(tokio_stream::once(request(""))).await);
    assert_no_gate(
        client
            .chat_with_anyone(tokio_stream::once(request("")))
            .await,
    );
    assert_no_gate(client.r#move(Place::default()).await);
    assert_no_gate(client.well_known(()).await);
    assert_no_gate(client.wrapped(true).await);
    assert_no_gate(client.nested(Name::default()).await);
    assert_no_gate(client.greet_few(request("")).await);
    assert_no_gate(client.greet_guests(request("")).await);
}

#[tokio::test]
async fn public_methods_are_reached_with_their_messages() {
    let mut client = client();
    let answer = client.greet_publicly(request("")).await.unwrap();
    assert_eq!(answer.get_ref().greeting, "everyone");

    let requests = || tokio_stream::iter([request("Ada"), request("Grace")]);
    let answer = client.collect_publicly(requests()).await.unwrap();
    assert_eq!(answer.get_ref().greeting, "2");

    let answers = client.chat_publicly(requests()).await.unwrap().into_inner();
    let answers: Vec<_> = answers
        .map(|answer| answer.unwrap().greeting)
        .collect()
        .await;
    assert_eq!(answers, ["Ada", "Grace"]);
}
