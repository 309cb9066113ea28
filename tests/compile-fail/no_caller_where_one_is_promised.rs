//! The rule promises an end user; the handler forgets to look.

use callgate::EndUser;
use callgate_api::profiles::v1::{
    CreateSessionRequest, CreateSessionResponse, DeleteMyAccountRequest, DeleteMyAccountResponse,
    EndSessionRequest, EndSessionResponse, GetMyProfileRequest, GetMyProfileResponse,
    SignOutEverywhereRequest, SignOutEverywhereResponse, UpdateMyProfileRequest,
    UpdateMyProfileResponse,
    profile_service_gate::ProfileService,
};
use tonic::{Request, Response, Status};

struct Profiles;

impl ProfileService for Profiles {
    async fn get_my_profile(
        &self,
        _request: Request<GetMyProfileRequest>,
    ) -> Result<Response<GetMyProfileResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn update_my_profile(
        &self,
        _user: EndUser,
        _request: Request<UpdateMyProfileRequest>,
    ) -> Result<Response<UpdateMyProfileResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn sign_out_everywhere(
        &self,
        _user: EndUser,
        _request: Request<SignOutEverywhereRequest>,
    ) -> Result<Response<SignOutEverywhereResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn delete_my_account(
        &self,
        _user: EndUser,
        _request: Request<DeleteMyAccountRequest>,
    ) -> Result<Response<DeleteMyAccountResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn create_session(
        &self,
        _user: EndUser,
        _request: Request<CreateSessionRequest>,
    ) -> Result<Response<CreateSessionResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn end_session(
        &self,
        _request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn watch_my_profile(
        &self,
        _user: EndUser,
        _request: Request<callgate_api::profiles::v1::WatchMyProfileRequest>,
    ) -> Result<
        Response<
            impl tokio_stream::Stream<
                Item = Result<callgate_api::profiles::v1::WatchMyProfileResponse, Status>,
            > + Send
            + 'static,
        >,
        Status,
    > {
        Ok(Response::new(tokio_stream::empty()))
    }
}

fn main() {}
