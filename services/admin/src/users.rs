//! The accounts of end users: listed and changed.

use callgate::{
    UserId,
    accounts::{AccountUpdate, Accounts, AccountsError},
    google::SettingsError,
};
use callgate_api::admin::v1::ListUsersResponse;
use tonic::Status;

use crate::{
    audit::Done,
    refusal::{ChangeError, Keeper, unlisted},
    roles::Roles,
    view,
};

/// The accounts of one project, and where their roles stand. Cloning is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    accounts: Accounts,
    roles_claim: String,
}

impl Users {
    pub(crate) fn new(accounts: Accounts, roles_claim: &str) -> Result<Self, SettingsError> {
        Ok(Self {
            accounts: accounts.roles_claim(roles_claim)?,
            roles_claim: roles_claim.to_owned(),
        })
    }

    pub(crate) async fn list(
        &self,
        tenant: Option<&str>,
        page_size: u16,
        after: Option<&str>,
    ) -> Result<ListUsersResponse, Status> {
        let page = self.accounts.list(tenant, page_size, after).await;
        let page = page.map_err(|error| unlisted(&error))?;
        let users = page.accounts.into_iter();
        Ok(ListUsersResponse {
            users: users
                .map(|account| view::user(account, &self.roles_claim))
                .collect(),
            next_page_token: page.next.unwrap_or_default(),
        })
    }

    /// Locks or unlocks an account.
    pub(crate) async fn set_disabled(
        &self,
        user: UserId<'_>,
        disabled: bool,
    ) -> Result<Done<()>, ChangeError> {
        let update = AccountUpdate::new().disabled(disabled);
        self.accounts.update(user, &update).await?;
        Ok(Done {
            answer: (),
            details: String::new(),
        })
    }

    /// Gives a user exactly these roles, and signs the user out where one is taken away: says whether.
    pub(crate) async fn set_roles(
        &self,
        user: UserId<'_>,
        roles: &Roles,
    ) -> Result<Done<bool>, ChangeError> {
        let change = self.accounts.set_roles(user, roles.as_slice()).await?;
        Ok(Done {
            answer: change.signed_out,
            details: match change.signed_out {
                true => "a role was taken away: the user is signed out".to_owned(),
                false => String::new(),
            },
        })
    }
}

impl From<AccountsError> for ChangeError {
    fn from(error: AccountsError) -> Self {
        match error {
            AccountsError::NotFound => Self::NotFound,
            AccountsError::Impossible(words) => Self::Impossible(words),
            AccountsError::Refused(words) => Self::Refused(Keeper::Accounts, words),
            AccountsError::Unavailable(words) => Self::Away(Keeper::Accounts, words),
            // And whatever may come to be known of: it is not said that nothing was changed.
            _ => Self::Unknown(error.to_string()),
        }
    }
}
