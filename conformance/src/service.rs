//! The service that the suite calls, with the gate open and with the gate closed: the same handlers.

use callgate::EndUser;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use crate::{
    answers, streams,
    suite::{
        closed::conformance_service_gate as closed,
        open::{
            BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse,
            IdempotentUnaryRequest, IdempotentUnaryResponse, ServerStreamRequest,
            ServerStreamResponse, UnaryRequest, UnaryResponse, UnimplementedRequest,
            UnimplementedResponse, conformance_service_gate as open,
        },
    },
};

/// The handlers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conformance;

macro_rules! handlers {
    ($gate:ident $(, $caller:ty)?) => {
        impl $gate::ConformanceService for Conformance {
            async fn unary(
                &self,
                $(_: $caller,)?
                request: Request<UnaryRequest>,
            ) -> Result<Response<UnaryResponse>, Status> {
                let answer = answers::one(request).await?;
                Ok(answer.map(|payload| UnaryResponse { payload: Some(payload) }))
            }

            async fn idempotent_unary(
                &self,
                $(_: $caller,)?
                request: Request<IdempotentUnaryRequest>,
            ) -> Result<Response<IdempotentUnaryResponse>, Status> {
                let answer = answers::one(request).await?;
                Ok(answer.map(|payload| IdempotentUnaryResponse { payload: Some(payload) }))
            }

            async fn client_stream(
                &self,
                $(_: $caller,)?
                request: Request<Streaming<ClientStreamRequest>>,
            ) -> Result<Response<ClientStreamResponse>, Status> {
                let answer = answers::all(request).await?;
                Ok(answer.map(|payload| ClientStreamResponse { payload: Some(payload) }))
            }

            async fn server_stream(
                &self,
                $(_: $caller,)?
                request: Request<ServerStreamRequest>,
            ) -> Result<
                Response<impl Stream<Item = Result<ServerStreamResponse, Status>> + Send + 'static>,
                Status,
            > {
                let answer = streams::many(request)?;
                Ok(answer.map(|payloads| {
                    payloads.map(|said| said.map(|payload| ServerStreamResponse { payload: Some(payload) }))
                }))
            }

            async fn bidi_stream(
                &self,
                $(_: $caller,)?
                request: Request<Streaming<BidiStreamRequest>>,
            ) -> Result<
                Response<impl Stream<Item = Result<BidiStreamResponse, Status>> + Send + 'static>,
                Status,
            > {
                let answer = streams::each(request).await?;
                Ok(answer.map(|payloads| {
                    payloads.map(|said| said.map(|payload| BidiStreamResponse { payload: Some(payload) }))
                }))
            }

            async fn unimplemented(
                &self,
                $(_: $caller,)?
                _: Request<UnimplementedRequest>,
            ) -> Result<Response<UnimplementedResponse>, Status> {
                // The trait has no method that may be left out.
                Err(Status::unimplemented("not implemented"))
            }
        }
    };
}

handlers!(open);
handlers!(closed, EndUser);
