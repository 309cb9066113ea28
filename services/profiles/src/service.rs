//! `profiles.v1.ProfileService`.

use callgate::{
    EndUser,
    accounts::{AccountUpdate, Accounts, AccountsError, SessionCookie},
};
use callgate_api::profiles::v1::{
    CreateSessionRequest, CreateSessionResponse, DeleteMyAccountRequest, DeleteMyAccountResponse,
    EndSessionRequest, EndSessionResponse, GetMyProfileRequest, GetMyProfileResponse, Profile,
    SignOutEverywhereRequest, SignOutEverywhereResponse, UpdateMyProfileRequest,
    UpdateMyProfileResponse, profile_service_gate::ProfileService,
};
use http::header::SET_COOKIE;
use tonic::{Request, Response, Status};

use crate::{
    name::read_name,
    refusal::{accounts_failed, bad_lifetime, bad_name, no_account, no_session},
    session, view,
};

/// The handlers of `profiles.v1.ProfileService`. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Profiles {
    accounts: Accounts,
}

// === impl Profiles ===

impl Profiles {
    /// Profiles of the users who have these accounts.
    pub fn new(accounts: Accounts) -> Self {
        Self { accounts }
    }

    async fn profile(&self, user: &EndUser) -> Result<Profile, Status> {
        let account = self
            .accounts
            .lookup(user.id())
            .await
            .map_err(|error| accounts_failed(user.id(), &error))?
            .ok_or_else(no_account)?;
        Ok(Profile {
            token: Some(view::token(user)),
            account: Some(view::account(account)),
        })
    }
}

impl ProfileService for Profiles {
    async fn get_my_profile(
        &self,
        user: EndUser,
        _request: Request<GetMyProfileRequest>,
    ) -> Result<Response<GetMyProfileResponse>, Status> {
        let profile = Some(self.profile(&user).await?);
        Ok(Response::new(GetMyProfileResponse { profile }))
    }

    async fn update_my_profile(
        &self,
        user: EndUser,
        request: Request<UpdateMyProfileRequest>,
    ) -> Result<Response<UpdateMyProfileResponse>, Status> {
        let name = read_name(&request.get_ref().display_name).map_err(|words| bad_name(&words))?;
        let update = AccountUpdate::new().display_name(name);
        self.accounts
            .update(user.id(), &update)
            .await
            .map_err(|error| accounts_failed(user.id(), &error))?;
        let profile = Some(self.profile(&user).await?);
        Ok(Response::new(UpdateMyProfileResponse { profile }))
    }

    async fn sign_out_everywhere(
        &self,
        user: EndUser,
        _request: Request<SignOutEverywhereRequest>,
    ) -> Result<Response<SignOutEverywhereResponse>, Status> {
        self.accounts
            .revoke(user.id())
            .await
            .map_err(|error| accounts_failed(user.id(), &error))?;
        tracing::info!(
            uid = user.id().uid,
            tenant = user.id().tenant,
            "signed out everywhere"
        );
        Ok(Response::new(SignOutEverywhereResponse {}))
    }

    async fn delete_my_account(
        &self,
        user: EndUser,
        _request: Request<DeleteMyAccountRequest>,
    ) -> Result<Response<DeleteMyAccountResponse>, Status> {
        match self.accounts.delete(user.id()).await {
            // Deleted by another call meanwhile: it is as the caller wants it.
            Ok(()) | Err(AccountsError::NotFound) => {}
            Err(error) => return Err(accounts_failed(user.id(), &error)),
        }
        tracing::info!(
            uid = user.id().uid,
            tenant = user.id().tenant,
            "deleted the account"
        );
        Ok(Response::new(DeleteMyAccountResponse {}))
    }

    async fn create_session(
        &self,
        user: EndUser,
        request: Request<CreateSessionRequest>,
    ) -> Result<Response<CreateSessionResponse>, Status> {
        let lifetime =
            session::lifetime(request.get_ref().lifetime).map_err(|words| bad_lifetime(&words))?;
        let cookie = self
            .accounts
            .create_session_cookie(&user, lifetime)
            .await
            .map_err(|error| no_session(user.id(), error))?;
        let mut response = Response::new(CreateSessionResponse {
            expires_at: Some(cookie.expires_at().into()),
        });
        let metadata = response.metadata_mut().as_mut();
        metadata.insert(SET_COOKIE, cookie.header_value());
        Ok(response)
    }

    async fn end_session(
        &self,
        _request: Request<EndSessionRequest>,
    ) -> Result<Response<EndSessionResponse>, Status> {
        let mut response = Response::new(EndSessionResponse {});
        let metadata = response.metadata_mut().as_mut();
        metadata.insert(SET_COOKIE, SessionCookie::removal());
        Ok(response)
    }
}
