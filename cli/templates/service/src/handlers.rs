//! The handlers of `hello_world.v1.HelloWorldService`. Each takes the caller that its rule in the proto promises.

use callgate::EndUser;
use tokio::sync::watch;
use tokio_stream::{Stream, StreamExt, wrappers::WatchStream};
use tonic::{Request, Response, Status};

use crate::v1::{
    GetCountRequest, GetCountResponse, GreetRequest, GreetResponse, WatchCountRequest,
    WatchCountResponse, hello_world_service_gate::HelloWorldService,
};

/// Greets, and counts. Cloning is cheap.
#[derive(Clone, Debug, Default)]
pub struct Handlers {
    count: watch::Sender<u64>,
}

impl HelloWorldService for Handlers {
    async fn get_count(
        &self,
        _: Request<GetCountRequest>,
    ) -> Result<Response<GetCountResponse>, Status> {
        let count = *self.count.borrow();
        Ok(Response::new(GetCountResponse { count }))
    }

    async fn greet(
        &self,
        user: EndUser,
        _: Request<GreetRequest>,
    ) -> Result<Response<GreetResponse>, Status> {
        self.count.send_modify(|count| *count += 1);
        let name = user.display_name().unwrap_or_else(|| "you".to_owned());
        let text = format!("Hello {name}");
        Ok(Response::new(GreetResponse { text }))
    }

    async fn watch_count(
        &self,
        _: EndUser,
        _: Request<WatchCountRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<WatchCountResponse, Status>> + Send + 'static>,
        Status,
    > {
        let counts = WatchStream::new(self.count.subscribe());
        Ok(Response::new(
            counts.map(|count| Ok(WatchCountResponse { count })),
        ))
    }
}
