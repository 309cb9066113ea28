//! `profiles.v1.ProfileService`.

use std::time::Duration;

use callgate::{
    EndUser,
    accounts::{AccountUpdate, Accounts, AccountsError, SessionCookie},
};
use callgate_api::profiles::v1::{
    CreateSessionRequest, CreateSessionResponse, DeleteMyAccountRequest, DeleteMyAccountResponse,
    EndSessionRequest, EndSessionResponse, GetMyProfileRequest, GetMyProfileResponse, Profile,
    SignOutEverywhereRequest, SignOutEverywhereResponse, UpdateMyProfileRequest,
    UpdateMyProfileResponse, WatchMyProfileRequest, WatchMyProfileResponse,
    profile_service_gate::ProfileService,
};
use futures_util::{Stream, StreamExt, stream};
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
    every: Duration,
}

/// How long a change of an account may go unseen by who watches it.
const EVERY: Duration = Duration::from_secs(5);

// === impl Profiles ===

impl Profiles {
    /// Profiles of the users who have these accounts.
    pub fn new(accounts: Accounts) -> Self {
        Self {
            accounts,
            every: EVERY,
        }
    }

    /// Looks again at the accounts of those who watch their profile after so long, 5 seconds by default.
    #[must_use]
    pub fn look_again_every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// The profile when it is no longer the one that was seen. An account that cannot be looked up has not changed: whether the
    /// user still stands is the gate's to ask.
    async fn changed(&self, user: &EndUser, seen: &Profile) -> Profile {
        loop {
            tokio::time::sleep(self.every).await;
            match self.profile(user).await {
                Ok(profile) if profile != *seen => return profile,
                Ok(_) | Err(_) => {}
            }
        }
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

    async fn watch_my_profile(
        &self,
        user: EndUser,
        _request: Request<WatchMyProfileRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<WatchMyProfileResponse, Status>> + Send + 'static>,
        Status,
    > {
        let first = self.profile(&user).await?;
        let profiles = self.clone();
        let later = stream::unfold(first.clone(), move |seen| {
            let (profiles, user) = (profiles.clone(), user.clone());
            async move {
                let profile = profiles.changed(&user, &seen).await;
                Some((profile.clone(), profile))
            }
        });
        let all = stream::iter([first]).chain(later);
        Ok(Response::new(all.map(|profile| {
            let profile = Some(profile);
            Ok(WatchMyProfileResponse { profile })
        })))
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
