//! `admin.v1.AdminService`.

use std::sync::Arc;

use callgate::{InternalUser, accounts::Accounts, google::SettingsError, outgoing::Channel};
use callgate_api::{
    admin::v1::{
        DisableUserRequest, DisableUserResponse, EnableUserRequest, EnableUserResponse,
        ListAuditRecordsRequest, ListAuditRecordsResponse, ListUsersRequest, ListUsersResponse,
        ResetVotesRequest, ResetVotesResponse, SetRolesRequest, SetRolesResponse,
        admin_service_gate::AdminService,
    },
    votes::v1::vote_service_client::VoteServiceClient,
};
use tonic::{Request, Response, Status};

use crate::{
    audit::{Action, Attempt, Audit},
    refusal::bad_request,
    request,
    roles::Roles,
    store::AuditStore,
    users::Users,
    view, votes,
};

/// The handlers of `admin.v1.AdminService`. Cloning is cheap.
#[derive(Clone)]
pub struct Admin {
    users: Users,
    votes: VoteServiceClient<Channel>,
    audit: Audit,
}

// === impl Admin ===

impl Admin {
    /// Administration of these accounts, whose roles are in this custom claim, and of the votes at the end of this channel. No
    /// change is made that this audit does not hold.
    ///
    /// # Errors
    ///
    /// Where the claim is one that users can set themselves, or one that a standard gave a meaning (G14).
    pub fn new(
        accounts: Accounts,
        roles_claim: &str,
        votes: Channel,
        audit: Arc<dyn AuditStore>,
    ) -> Result<Self, SettingsError> {
        Ok(Self {
            users: Users::new(accounts, roles_claim)?,
            votes: VoteServiceClient::new(votes),
            audit: Audit::new(audit),
        })
    }

    async fn set_disabled(
        &self,
        actor: InternalUser,
        user: Option<callgate_api::admin::v1::UserId>,
        disabled: bool,
    ) -> Result<(), Status> {
        let target = request::target(user)?;
        let attempt = Attempt {
            actor,
            action: match disabled {
                true => Action::DisableUser,
                false => Action::EnableUser,
            },
            target: Some(target.clone()),
            details: String::new(),
        };
        let users = self.users.clone();
        let change = async move { users.set_disabled(target.id(), disabled).await };
        self.audit.change(attempt, change).await
    }
}

impl AdminService for Admin {
    async fn list_users(
        &self,
        _: InternalUser,
        request: Request<ListUsersRequest>,
    ) -> Result<Response<ListUsersResponse>, Status> {
        let ListUsersRequest {
            page_size,
            page_token,
            tenant,
        } = request.into_inner();
        let page_size = request::page_size(page_size)?;
        let page_token = request::users_page(page_token)?;
        let tenant = request::tenant("tenant", tenant)?;
        let users = self
            .users
            .list(tenant.as_deref(), page_size, page_token.as_deref());
        users.await.map(Response::new)
    }

    async fn disable_user(
        &self,
        actor: InternalUser,
        request: Request<DisableUserRequest>,
    ) -> Result<Response<DisableUserResponse>, Status> {
        let user = request.into_inner().user;
        self.set_disabled(actor, user, true).await?;
        Ok(Response::new(DisableUserResponse {}))
    }

    async fn enable_user(
        &self,
        actor: InternalUser,
        request: Request<EnableUserRequest>,
    ) -> Result<Response<EnableUserResponse>, Status> {
        let user = request.into_inner().user;
        self.set_disabled(actor, user, false).await?;
        Ok(Response::new(EnableUserResponse {}))
    }

    async fn set_roles(
        &self,
        actor: InternalUser,
        request: Request<SetRolesRequest>,
    ) -> Result<Response<SetRolesResponse>, Status> {
        let SetRolesRequest { user, roles } = request.into_inner();
        let target = request::target(user)?;
        let roles = Roles::parse(roles).map_err(|words| bad_request("roles", &words))?;
        let attempt = Attempt {
            actor,
            action: Action::SetRoles,
            target: Some(target.clone()),
            details: format!("roles: {roles}"),
        };
        let users = self.users.clone();
        let change = async move { users.set_roles(target.id(), &roles).await };
        let signed_out = self.audit.change(attempt, change).await?;
        Ok(Response::new(SetRolesResponse { signed_out }))
    }

    async fn reset_votes(
        &self,
        actor: InternalUser,
        _: Request<ResetVotesRequest>,
    ) -> Result<Response<ResetVotesResponse>, Status> {
        let attempt = Attempt {
            actor,
            action: Action::ResetVotes,
            target: None,
            details: String::new(),
        };
        let votes = self.votes.clone();
        let removed = self.audit.change(attempt, votes::reset(votes)).await?;
        Ok(Response::new(ResetVotesResponse { removed }))
    }

    async fn list_audit_records(
        &self,
        _: InternalUser,
        request: Request<ListAuditRecordsRequest>,
    ) -> Result<Response<ListAuditRecordsResponse>, Status> {
        let request = request.get_ref();
        let page_size = request::page_size(request.page_size)?;
        let before = request::audit_page(&request.page_token)?;
        // One more says whether there is another page.
        let mut records = self.audit.records(before, page_size + 1).await?;
        let next = match records.get(usize::from(page_size)) {
            Some(_) => {
                records.truncate(page_size.into());
                records
                    .last()
                    .map(|last| request::audit_page_token(last.id))
            }
            None => None,
        };
        Ok(Response::new(ListAuditRecordsResponse {
            records: records.into_iter().map(view::record).collect(),
            next_page_token: next.unwrap_or_default(),
        }))
    }
}
