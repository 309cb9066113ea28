//! The front: what is an RPC goes to the gate, everything else to the web pages. Both are on one port, since Cloud Run has one.
//!
//! A request is an RPC if its content type begins with `application/grpc`, or if its path is in the policy; the latter catches
//! the preflights of browsers, and those who call a method without being gRPC, for the gate's answer to that (G1).

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use axum::Router;
use callgate::{GateLayer, Policy};
use futures_util::{TryFutureExt, future::Either};
use http::{
    HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE},
};
use http_body::Body;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::{body::Body as TonicBody, service::Routes};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_http::{cors::CorsLayer, sensitive_headers::SetSensitiveRequestHeadersLayer};

use crate::{
    codes::CodesLayer,
    cors::{Origins, Site},
    deadline::DeadlineLayer,
    drain::{Counted, EndStreamsLayer},
    hosts::Hosts,
    linger::Lingering,
    proxy::Proxy,
    trace::{CameAsGrpcWeb, TraceLayer},
    trailers::TrailersLayer,
    web_text::Decoded,
    web_types::WebTypes,
};

/// Headers that hold credentials: marked, so that nothing prints them and HTTP/2 does not index them.
const SENSITIVE: [HeaderName; 6] = [
    AUTHORIZATION,
    COOKIE,
    HeaderName::from_static("x-end-user-authorization"),
    HeaderName::from_static("x-goog-iap-jwt-assertion"),
    HeaderName::from_static("x-serverless-authorization"),
    HeaderName::from_static("x-firebase-appcheck"),
];

/// What all connections share.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    pub(crate) hosts: Hosts,
    pub(crate) proxy: Proxy,
    pub(crate) policy: Arc<Policy>,
    pub(crate) origins: Origins,
    pub(crate) cors: CorsLayer,
    pub(crate) trace: TraceLayer,
    pub(crate) gate: GateLayer,
    pub(crate) routes: Routes,
    pub(crate) web: Router,
    /// The calls under way.
    pub(crate) calls: TaskTracker,
}

impl Front {
    /// The service of one connection. Its streams end when `ending` is cancelled.
    pub(crate) fn service<B>(
        &self,
        ending: CancellationToken,
    ) -> impl hyper::service::Service<
        Request<B>,
        Response = Response<Counted<TonicBody>>,
        Error = Infallible,
        Future: Send + 'static,
    > + Send
    + 'static
    where
        B: Body<Data = bytes::Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>> + std::fmt::Display,
    {
        let rpc = ServiceBuilder::new()
            .layer(GrpcWebLayer::new())
            .layer(SetSensitiveRequestHeadersLayer::new(SENSITIVE))
            .layer(self.trace.clone())
            .layer(EndStreamsLayer {
                policy: self.policy.clone(),
                ending,
            })
            .layer(DeadlineLayer {
                policy: self.policy.clone(),
            })
            .layer(self.gate.clone())
            .layer(CodesLayer {
                policy: self.policy.clone(),
            })
            .layer(TrailersLayer)
            .service(self.routes.clone());
        let front = self.clone();
        hyper::service::service_fn(move |request: Request<B>| {
            let lingers = request.version() < Version::HTTP_2;
            let request = request.map(|body| Lingering::new(body, lingers));
            let request = front.proxy.pass(request);
            let call = front.calls.token();
            // Clones of these share what they hold.
            let response = if !front.hosts.answer(&request) {
                Either::Right(Either::Left(ready(Ok(in_words(
                    StatusCode::MISDIRECTED_REQUEST,
                    "This server does not answer to that name.\n",
                )))))
            } else if !front.is_rpc(&request) {
                Either::Right(Either::Right(call_web(front.web.clone(), request)))
            } else if front.origins.site(request.headers()) == Site::Allowed {
                let rpc = front.cors.layer(OnlyGrpc(rpc.clone()));
                Either::Left(Either::Left(rpc.oneshot(request)))
            } else {
                Either::Left(Either::Right(OnlyGrpc(rpc.clone()).oneshot(request)))
            };
            response.map_ok(|response| response.map(|body| Counted::new(body, call)))
        })
    }

    fn is_rpc<B>(&self, request: &Request<B>) -> bool {
        request
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"application/grpc"))
            || self.policy.method(request.uri().path()).is_some()
    }
}

async fn call_web<B>(web: Router, request: Request<B>) -> Result<Response<TonicBody>, Infallible>
where
    B: Body<Data = bytes::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Ok(web.oneshot(request).await?.map(TonicBody::new))
}

/// Answers what is neither gRPC nor gRPC-Web, in words, where tonic-web would say 400 or 405 and nothing else. Over HTTP/2 the
/// gate has the last word.
#[derive(Clone, Debug)]
struct OnlyGrpc<S>(S);

impl<S, B> Service<Request<B>> for OnlyGrpc<S>
where
    S: Service<Request<Decoded<B>>, Response = Response<TonicBody>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<S::Response, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let web = WebTypes::of(request.headers());
        let through = match web {
            _ if request.headers().get_all(CONTENT_TYPE).iter().count() > 1 => false,
            Some(_) => request.method() == Method::POST,
            None => request.version() == Version::HTTP_2 && request.method() != Method::OPTIONS,
        };
        if through {
            if let Some(types) = web {
                types.write(request.headers_mut());
                request.extensions_mut().insert(CameAsGrpcWeb);
            }
            let is_text = web.is_some_and(WebTypes::is_text);
            let request = request.map(|body| Decoded::new(body, is_text));
            return Either::Left(self.0.call(request));
        }
        // Preflights of the configured origins do not come as far as this.
        let (status, words) = match *request.method() {
            Method::OPTIONS => (
                StatusCode::FORBIDDEN,
                "Pages of this origin may not call: see CALLGATE_ALLOWED_ORIGINS.\n",
            ),
            _ => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "This is a gRPC method: call it by POST, as application/grpc over HTTP/2 or as application/grpc-web+proto.\n",
            ),
        };
        Either::Right(ready(Ok(in_words(status, words))))
    }
}

fn in_words(status: StatusCode, words: &'static str) -> Response<TonicBody> {
    let mut response = Response::new(TonicBody::new(words.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
