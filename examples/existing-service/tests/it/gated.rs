//! The same service by gated handlers: the guide's next step.

use std::error::Error;

use callgate::EndUser;
use greeter_after::v1::{
    GetHoursRequest, GetHoursResponse, GreetAllRequest, GreetRequest, GreetResponse,
    greeter_service_client::GreeterServiceClient, greeter_service_gate,
};
use tokio_stream::{Stream, iter};
use tonic::{Code, Request, Response, Status};

struct Greeter;

impl greeter_service_gate::GreeterService for Greeter {
    async fn get_hours(
        &self,
        _request: Request<GetHoursRequest>,
    ) -> Result<Response<GetHoursResponse>, Status> {
        let hours = "9 to 5".to_owned();
        Ok(Response::new(GetHoursResponse { hours }))
    }

    async fn greet(
        &self,
        user: EndUser,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greeting(user.id().uid)))
    }

    async fn greet_all(
        &self,
        _user: EndUser,
        request: Request<GreetAllRequest>,
    ) -> Result<Response<impl Stream<Item = Result<GreetResponse, Status>> + Send + 'static>, Status>
    {
        let names = request.into_inner().names.into_iter();
        Ok(Response::new(iter(names.map(|name| Ok(greeting(&name))))))
    }
}

fn greeting(name: &str) -> GreetResponse {
    GreetResponse {
        text: format!("Hello {name}"),
        greeted_at: None,
    }
}

#[tokio::test]
async fn without_the_layer_no_gated_handler_is_reached() -> Result<(), Box<dyn Error>> {
    let mut client = GreeterServiceClient::new(greeter_service_gate::server(Greeter));
    let status = client.greet(GreetRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    let status = client
        .greet_all(GreetAllRequest::default())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    let hours = client.get_hours(GetHoursRequest {}).await?;
    assert_eq!(hours.get_ref().hours, "9 to 5");
    Ok(())
}
