//! Handlers, written as an `impl` of the generated trait is meant to look.

use callgate::EndUser;
use callgate_build_foreign::{
    greeter::v1::{GreetRequest, GreetResponse, greet_request, greeter_service_gate},
    place::v1::Place,
};
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};

/// Answers with who the caller was.
pub(crate) struct Greeter;

fn greeting(text: impl Into<String>) -> GreetResponse {
    GreetResponse {
        greeting: text.into(),
    }
}

fn greet_caller(caller: Option<EndUser>) -> GreetResponse {
    match caller {
        Some(user) => greeting(user.id().uid),
        None => greeting("nobody"),
    }
}

async fn count(mut requests: Streaming<GreetRequest>) -> Result<Response<GreetResponse>, Status> {
    let mut count = 0;
    while requests.message().await?.is_some() {
        count += 1;
    }
    Ok(Response::new(greeting(count.to_string())))
}

impl greeter_service_gate::GreeterService for Greeter {
    async fn greet(
        &self,
        user: EndUser,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greet_caller(Some(user))))
    }

    async fn greet_anyone(
        &self,
        user: Option<EndUser>,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greet_caller(user)))
    }

    async fn greet_publicly(
        &self,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greeting("everyone")))
    }

    async fn collect(
        &self,
        _user: EndUser,
        requests: Request<Streaming<GreetRequest>>,
    ) -> Result<Response<GreetResponse>, Status> {
        count(requests.into_inner()).await
    }

    async fn repeat(
        &self,
        user: EndUser,
        _request: Request<GreetRequest>,
    ) -> Result<Response<impl Stream<Item = Result<GreetResponse, Status>> + Send + 'static>, Status>
    {
        let answers = std::iter::repeat_with(move || Ok(greet_caller(Some(user.clone()))));
        Ok(Response::new(tokio_stream::iter(answers)))
    }

    async fn chat(
        &self,
        user: EndUser,
        requests: Request<Streaming<GreetRequest>>,
    ) -> Result<Response<impl Stream<Item = Result<GreetResponse, Status>> + Send + 'static>, Status>
    {
        let answers = requests
            .into_inner()
            .map(move |request| request.map(|_| greet_caller(Some(user.clone()))));
        Ok(Response::new(answers))
    }

    async fn collect_publicly(
        &self,
        requests: Request<Streaming<GreetRequest>>,
    ) -> Result<Response<GreetResponse>, Status> {
        count(requests.into_inner()).await
    }

    async fn chat_publicly(
        &self,
        requests: Request<Streaming<GreetRequest>>,
    ) -> Result<Response<impl Stream<Item = Result<GreetResponse, Status>> + Send + 'static>, Status>
    {
        let answers = requests.into_inner().map(|request| {
            let name = request?.name.unwrap_or_default();
            Ok(greeting(name.value))
        });
        Ok(Response::new(answers))
    }

    async fn chat_with_anyone(
        &self,
        user: Option<EndUser>,
        _requests: Request<Streaming<GreetRequest>>,
    ) -> Result<Response<impl Stream<Item = Result<GreetResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(tokio_stream::once(Ok(greet_caller(user)))))
    }

    async fn r#move(
        &self,
        _user: EndUser,
        request: Request<Place>,
    ) -> Result<Response<impl Stream<Item = Result<Place, Status>> + Send + 'static>, Status> {
        Ok(Response::new(tokio_stream::once(Ok(request.into_inner()))))
    }

    async fn well_known(
        &self,
        _user: EndUser,
        _request: Request<()>,
    ) -> Result<Response<prost_types::Duration>, Status> {
        Ok(Response::new(prost_types::Duration::default()))
    }

    async fn wrapped(
        &self,
        _user: EndUser,
        request: Request<bool>,
    ) -> Result<Response<String>, Status> {
        Ok(Response::new(request.into_inner().to_string()))
    }

    async fn nested(
        &self,
        _user: EndUser,
        request: Request<greet_request::Name>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greeting(request.into_inner().value)))
    }

    async fn greet_few(
        &self,
        user: EndUser,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greet_caller(Some(user))))
    }

    async fn greet_guests(
        &self,
        user: EndUser,
        _request: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        Ok(Response::new(greet_caller(Some(user))))
    }
}
