//! The handlers of the service with a method for each kind of caller: each says who called.

use callgate::{EndUser, InternalUser, OnBehalfOf, ServiceAccount};
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, metadata::KeyAndValueRef};

use crate::v1::{
    EchoRequest, EchoResponse,
    callers_service_gate::{CallersService, SeveralCaller, UserOrServiceCaller},
};

/// Says who called.
#[derive(Clone, Copy, Debug)]
pub struct Callers;

type Answer = Result<Response<EchoResponse>, Status>;

/// Who called, and the metadata that the handler saw.
fn tell(caller: impl Into<String>, request: &Request<EchoRequest>) -> EchoResponse {
    let metadata = request.metadata().iter().map(|pair| match pair {
        KeyAndValueRef::Ascii(key, _) => key.as_str().to_owned(),
        KeyAndValueRef::Binary(key, _) => key.as_str().to_owned(),
    });
    EchoResponse {
        text: request.get_ref().text.clone(),
        uid: caller.into(),
        metadata: metadata.collect(),
        cookie: String::new(),
    }
}

fn answer(caller: impl Into<String>, request: &Request<EchoRequest>) -> Answer {
    Ok(Response::new(tell(caller, request)))
}

fn end_user(user: &EndUser) -> String {
    let by = if user.by_session_cookie() {
        " by cookie"
    } else {
        ""
    };
    format!("user {}{by}", user.id().uid)
}

fn both(caller: &OnBehalfOf) -> String {
    format!("{} for {}", caller.service.name(), end_user(&caller.user))
}

fn once_then_open(first: EchoResponse) -> impl Stream<Item = Result<EchoResponse, Status>> {
    tokio_stream::once(Ok(first)).chain(tokio_stream::pending())
}

impl CallersService for Callers {
    async fn public(&self, request: Request<EchoRequest>) -> Answer {
        answer("anyone", &request)
    }

    async fn end_user(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(end_user(&user), &request)
    }

    async fn session(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(end_user(&user), &request)
    }

    async fn internal(&self, user: InternalUser, request: Request<EchoRequest>) -> Answer {
        answer(user.id(), &request)
    }

    async fn internal_of_domain(
        &self,
        user: InternalUser,
        request: Request<EchoRequest>,
    ) -> Answer {
        answer(user.id(), &request)
    }

    async fn external(&self, user: InternalUser, request: Request<EchoRequest>) -> Answer {
        answer(user.id(), &request)
    }

    async fn program(&self, user: InternalUser, request: Request<EchoRequest>) -> Answer {
        answer(user.id(), &request)
    }

    async fn service(&self, service: ServiceAccount, request: Request<EchoRequest>) -> Answer {
        answer(service.name(), &request)
    }

    async fn user_or_service(
        &self,
        caller: UserOrServiceCaller,
        request: Request<EchoRequest>,
    ) -> Answer {
        let caller = match &caller {
            UserOrServiceCaller::EndUser(user) => end_user(user),
            UserOrServiceCaller::ServiceAccount(service) => service.name().to_owned(),
        };
        answer(caller, &request)
    }

    async fn on_behalf(&self, caller: OnBehalfOf, request: Request<EchoRequest>) -> Answer {
        answer(both(&caller), &request)
    }

    async fn on_behalf_standing(
        &self,
        caller: OnBehalfOf,
        request: Request<EchoRequest>,
    ) -> Answer {
        answer(both(&caller), &request)
    }

    async fn several(&self, caller: SeveralCaller, request: Request<EchoRequest>) -> Answer {
        let caller = match &caller {
            SeveralCaller::EndUser(user) => end_user(user),
            SeveralCaller::InternalUser(user) => format!("internal {}", user.id()),
            SeveralCaller::OnBehalfOf(caller) => both(caller),
        };
        answer(caller, &request)
    }

    async fn app(&self, request: Request<EchoRequest>) -> Answer {
        answer("anyone", &request)
    }

    async fn one_app(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(end_user(&user), &request)
    }

    async fn app_once(&self, user: EndUser, request: Request<EchoRequest>) -> Answer {
        answer(end_user(&user), &request)
    }

    async fn watch_internal(
        &self,
        user: InternalUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(tell(user.id(), &request))))
    }

    async fn watch_on_behalf(
        &self,
        caller: OnBehalfOf,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(tell(both(&caller), &request))))
    }

    async fn watch_app(
        &self,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(tell("anyone", &request))))
    }

    async fn watch_user_of_app(
        &self,
        user: EndUser,
        request: Request<EchoRequest>,
    ) -> Result<Response<impl Stream<Item = Result<EchoResponse, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(once_then_open(tell(
            end_user(&user),
            &request,
        ))))
    }
}
