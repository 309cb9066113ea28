//! tonic's own server, around handlers that never heard of the gate.

use callgate::HasPolicy;
use callgate_api::profiles::v1::{
    CreateSessionRequest, CreateSessionResponse, DeleteMyAccountRequest, DeleteMyAccountResponse,
    EndSessionRequest, EndSessionResponse, GetMyProfileRequest, GetMyProfileResponse,
    SignOutEverywhereRequest, SignOutEverywhereResponse, UpdateMyProfileRequest,
    UpdateMyProfileResponse,
    profile_service_server::{ProfileService, ProfileServiceServer},
};
use tonic::{Request, Response, Status};

struct Profiles;

#[tonic::async_trait]
impl ProfileService for Profiles {
    async fn get_my_profile(
        &self,
        _request: Request<GetMyProfileRequest>,
    ) -> Result<Response<GetMyProfileResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn update_my_profile(
        &self,
        _request: Request<UpdateMyProfileRequest>,
    ) -> Result<Response<UpdateMyProfileResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn sign_out_everywhere(
        &self,
        _request: Request<SignOutEverywhereRequest>,
    ) -> Result<Response<SignOutEverywhereResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn delete_my_account(
        &self,
        _request: Request<DeleteMyAccountRequest>,
    ) -> Result<Response<DeleteMyAccountResponse>, Status> {
        Err(Status::not_found(""))
    }

    async fn create_session(
        &self,
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

    type WatchMyProfileStream =
        tokio_stream::Empty<Result<callgate_api::profiles::v1::WatchMyProfileResponse, Status>>;

    async fn watch_my_profile(
        &self,
        _request: Request<callgate_api::profiles::v1::WatchMyProfileRequest>,
    ) -> Result<Response<Self::WatchMyProfileStream>, Status> {
        Err(Status::not_found(""))
    }
}

fn serve(_service: impl HasPolicy) {}

fn main() {
    serve(ProfileServiceServer::new(Profiles));
}
