//! The handlers: for tonic alone, and behind the gate.

use callgate::EndUser;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use crate::v1::{EchoRequest, EchoResponse, echo_service_gate, echo_service_server};

/// Says back what it was told.
#[derive(Clone, Copy)]
pub struct Echo;

type Watched = Result<EchoResponse, Status>;

fn answer(request: Request<EchoRequest>) -> EchoResponse {
    EchoResponse {
        payload: request.into_inner().payload,
    }
}

/// One message, and then silence.
fn open(request: Request<EchoRequest>) -> impl Stream<Item = Watched> + Send + Sync + 'static {
    tokio_stream::once(Ok(answer(request))).chain(tokio_stream::pending())
}

#[tonic::async_trait]
impl echo_service_server::EchoService for Echo {
    async fn echo(&self, request: Request<EchoRequest>) -> Result<Response<EchoResponse>, Status> {
        Ok(Response::new(answer(request)))
    }

    type WatchStream = std::pin::Pin<Box<dyn Stream<Item = Watched> + Send + 'static>>;

    async fn watch(
        &self,
        request: Request<EchoRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(Box::pin(open(request))))
    }
}

impl echo_service_gate::EchoService for Echo {
    async fn echo(
        &self,
        _: EndUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<EchoResponse>, Status> {
        Ok(Response::new(answer(request)))
    }

    async fn watch(
        &self,
        _: EndUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Watched> + Send + 'static>, Status> {
        Ok(Response::new(open(request)))
    }
}
