//! The rule promises an end user; the handler forgets to look.

use callgate::EndUser;
use callgate_api::profiles::v1::{
    GetMyProfileRequest, GetMyProfileResponse, UpdateMyProfileRequest, UpdateMyProfileResponse,
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
}

fn main() {}
