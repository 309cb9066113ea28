//! A small tonic service, with a server of its own.

use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio_stream::{Iter, iter};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};
use v1::greeter_service_gate::{METHODS, caller};
use v1::greeter_service_server::{GreeterService, GreeterServiceServer};
use v1::{GetHoursRequest, GetHoursResponse, GreetAllRequest, GreetRequest, GreetResponse};

/// What the build has made of the proto.
#[allow(clippy::all, clippy::pedantic, missing_docs, unused_qualifications)]
pub mod v1 {
    tonic::include_proto!("greeter.v1");
}

/// The handlers.
#[derive(Clone, Copy, Debug)]
pub struct Greeter;

#[tonic::async_trait]
impl GreeterService for Greeter {
    async fn get_hours(
        &self,
        _request: Request<GetHoursRequest>,
    ) -> Result<Response<GetHoursResponse>, Status> {
        let hours = "9 to 5".to_owned();
        Ok(Response::new(GetHoursResponse { hours }))
    }

    async fn greet(
        &self,
        request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        let greeting = greeting(caller::greet(request.extensions())?.id().uid);
        Ok(Response::new(greeting))
    }

    type GreetAllStream = Iter<std::vec::IntoIter<Result<GreetResponse, Status>>>;

    async fn greet_all(
        &self,
        request: Request<GreetAllRequest>,
    ) -> Result<Response<Self::GreetAllStream>, Status> {
        let names = request.into_inner().names;
        let greetings: Vec<_> = names.iter().map(|name| Ok(greeting(name))).collect();
        Ok(Response::new(iter(greetings)))
    }
}

fn greeting(name: &str) -> GreetResponse {
    GreetResponse {
        text: format!("Hello {name}"),
        greeted_at: Some(SystemTime::now().into()),
    }
}

/// Serves the greeter until it fails.
pub async fn serve(listener: TcpListener) -> Result<(), Box<dyn std::error::Error>> {
    Server::builder()
        .layer(callgate::Gate::for_firebase("my-project", &METHODS)?)
        .add_service(GreeterServiceServer::new(Greeter))
        .serve_with_incoming(TcpIncoming::from(listener))
        .await?;
    Ok(())
}
