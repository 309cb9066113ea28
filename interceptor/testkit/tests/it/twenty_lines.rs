use callgate_testkit::FirebaseIssuer;
use greeter::Greeter;
use greeter::v1::greeter_service_client::GreeterServiceClient;
use greeter::v1::greeter_service_server::GreeterServiceServer;
use greeter::v1::{GreetRequest, greeter_service_gate::METHODS};
use tonic::Code;
use tower::Layer as _;

#[tokio::test]
async fn whoever_is_signed_in_is_greeted_and_nobody_else() {
    let issuer = FirebaseIssuer::new("demo-greeter");
    let service = issuer
        .gate(&METHODS)
        .layer(GreeterServiceServer::new(Greeter));
    let mut client = GreeterServiceClient::new(service); // no network between

    let refused = client.greet(GreetRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);

    let call = issuer.token("ada").request(GreetRequest::default());
    let greeted = client.greet(call).await.unwrap();
    assert_eq!(greeted.get_ref().text, "Hello ada");
}
