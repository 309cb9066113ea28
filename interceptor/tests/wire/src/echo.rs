//! The handlers: each says what it was told.

use callgate::EndUser;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming, metadata::KeyAndValueRef};

use crate::v1::{EchoRequest, EchoResponse, echo_service_gate::EchoService};

/// Says back what it was told, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Echo;

type Answer = Result<Response<EchoResponse>, Status>;

fn echo(user: Option<&EndUser>, request: &Request<EchoRequest>) -> EchoResponse {
    let metadata = request.metadata();
    EchoResponse {
        text: request.get_ref().text.clone(),
        uid: user.map(|u| u.id().uid.to_owned()).unwrap_or_default(),
        metadata: metadata
            .iter()
            .map(|pair| match pair {
                KeyAndValueRef::Ascii(key, _) => key.as_str().to_owned(),
                KeyAndValueRef::Binary(key, _) => key.as_str().to_owned(),
            })
            .collect(),
        cookie: metadata
            .get("cookie")
            .and_then(|c| c.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

fn answer(user: &EndUser, request: &Request<EchoRequest>) -> Answer {
    Ok(Response::new(echo(Some(user), request)))
}

async fn collect(user: &EndUser, mut requests: Streaming<EchoRequest>) -> Answer {
    let mut text = String::new();
    while let Some(request) = requests.message().await? {
        text.push_str(&request.text);
    }
    answer(user, &Request::new(EchoRequest { text }))
}

/// One message, and then silence.
fn once_then_open(first: EchoResponse) -> impl Stream<Item = Result<EchoResponse, Status>> {
    tokio_stream::once(Ok(first)).chain(tokio_stream::pending())
}

impl EchoService for Echo {
    async fn public(&self, request: Request<EchoRequest>) -> Answer {
        Ok(Response::new(echo(None, &request)))
    }

    async fn signed_in(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn may_be_absent(&self, user: Option<EndUser>, request: Request<EchoRequest>) -> Answer {
        Ok(Response::new(echo(user.as_ref(), &request)))
    }

    async fn guest(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn email_verified(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn second_factor(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn role(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn provider(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn recent(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn tenant(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn revocation(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn revocation_within(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn revocation_and_role(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn revocation_and_email(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(&user, &request)
    }

    async fn watch(
        &self,
        user: EndUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(echo(Some(&user), &request))))
    }

    async fn watch_public(
        &self,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(echo(None, &request))))
    }

    async fn revocation_watch(
        &self,
        user: EndUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(echo(Some(&user), &request))))
    }

    async fn collect(&self, user: EndUser, request: Request<Streaming<EchoRequest>>) -> Answer {
        collect(&user, request.into_inner()).await
    }

    async fn revocation_collect(
        &self,
        user: EndUser,
        request: Request<Streaming<EchoRequest>>,
    ) -> Answer {
        collect(&user, request.into_inner()).await
    }

    async fn chat(
        &self,
        user: EndUser,
        request: Request<Streaming<EchoRequest>>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(request.into_inner().map(move |request| {
            Ok(echo(Some(&user), &Request::new(request?)))
        })))
    }
}
