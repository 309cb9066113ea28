//! The client of Identity Toolkit's administrative calls.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use url::Url;

use super::{
    Account, AccountPage, AccountUpdate, AccountsError, call::Caller, page, record::read_lookup,
    roles,
};
use crate::{
    caller::UserId,
    clock::Clock,
    google::{Credentials, SettingsError},
    http_client::{check_url, http_client},
    verify,
};

/// The user accounts of one project. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Accounts(pub(super) Arc<Caller>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LookupRequest<'a> {
    local_id: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRequest<'a> {
    local_id: &'a str,
}

/// What was done by giving a user other roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RolesChange {
    /// Whether a role was taken away, and the user signed out everywhere for it.
    pub signed_out: bool,
}

// === impl Accounts ===

impl Accounts {
    /// The accounts of this project, at Google, with a time-out of 5 seconds.
    ///
    /// # Errors
    ///
    /// Where the project's id cannot be one.
    pub fn new(project_id: &str, credentials: Credentials) -> Result<Self, SettingsError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b);
        let letter = project_id.starts_with(|c: char| c.is_ascii_lowercase());
        if !letter || project_id.len() > 64 || !project_id.bytes().all(fits) {
            return Err(SettingsError::new("the accounts' project id is not one"));
        }
        Ok(Self(Arc::new(Caller {
            http: http_client(Duration::from_secs(2)),
            base_url: parse_base_url("https://identitytoolkit.googleapis.com")?,
            project_id: project_id.to_owned(),
            credentials,
            timeout: Duration::from_secs(5),
            clock: Clock::system(),
            roles_claim: "roles".to_owned(),
        })))
    }

    /// Other accounts than Google's: a local stand-in, or Firebase's emulator (`http://127.0.0.1:9099/identitytoolkit.googleapis.com`).
    ///
    /// # Errors
    ///
    /// Where it is neither https nor on this machine, or has more than a path.
    pub fn base_url(mut self, url: &str) -> Result<Self, SettingsError> {
        Arc::make_mut(&mut self.0).base_url = parse_base_url(url)?;
        Ok(self)
    }

    /// How long a call may take in all, with the request for a token that it may need.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.0).timeout = timeout;
        self
    }

    /// Takes the time from this clock: since when tokens count, and whether a sign-in is recent.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        Arc::make_mut(&mut self.0).clock = clock;
        self
    }

    /// Writes a user's roles to this custom claim, `roles` by default: the one that the services read them from, see
    /// [`FirebaseVerifier::roles_claim`](crate::FirebaseVerifier::roles_claim).
    ///
    /// # Errors
    ///
    /// Where it is a claim that users can set themselves, or one that a standard gave a meaning (G14).
    pub fn roles_claim(mut self, name: &str) -> Result<Self, SettingsError> {
        let name = verify::roles_claim(name.to_owned())
            .map_err(|error| SettingsError::new(error.to_string()))?;
        Arc::make_mut(&mut self.0).roles_claim = name;
        Ok(self)
    }

    /// The account of a user, as it is now. `None`: there is no such account.
    pub async fn lookup(&self, user: UserId<'_>) -> Result<Option<Account>, AccountsError> {
        let request = LookupRequest {
            local_id: [user.uid],
        };
        match self.0.post("accounts:lookup", user.tenant, &request).await {
            Ok(body) => read_lookup(&body, user).map_err(AccountsError::Unavailable),
            Err(AccountsError::NotFound) => Ok(None),
            Err(error) => Err(error.of_reading()),
        }
    }

    /// A page of the accounts of a tenant, or of the project's own pool of users, in no order of meaning: at most `size` of them,
    /// which is 1 to 1,000, from the start or from where the page before says that it goes on.
    ///
    /// # Errors
    ///
    /// Where they cannot be read. A page of a thousand long records may be more than is read, 8 MiB: ask for fewer.
    pub async fn list(
        &self,
        tenant: Option<&str>,
        size: u16,
        after: Option<&str>,
    ) -> Result<AccountPage, AccountsError> {
        page::list(&self.0, tenant, size, after).await
    }

    /// Changes the account of a user. Tokens show the change after their next refresh.
    pub async fn update(
        &self,
        user: UserId<'_>,
        update: &AccountUpdate,
    ) -> Result<(), AccountsError> {
        let request = update.request(user);
        self.0
            .change("accounts:update", user.tenant, &request)
            .await
    }

    /// Signs a user out everywhere: every token of a sign-in before this second is revoked, see
    /// [`AccountUpdate::valid_since`].
    pub async fn revoke(&self, user: UserId<'_>) -> Result<(), AccountsError> {
        let update = AccountUpdate::new().valid_since(self.0.clock.now());
        self.update(user, &update).await
    }

    /// Gives a user exactly these roles. The other custom claims of the account stay as they are.
    ///
    /// Where a role is taken away, the user is signed out everywhere in the same step, so that no token that shows the role
    /// outlives it where revocation is checked (G18). Elsewhere a token shows its roles until it is refreshed.
    ///
    /// The account is read and then written, and Identity Platform offers nothing to do both in one: of two changes of one
    /// account's claims in the same moment, the last one stands.
    ///
    /// # Errors
    ///
    /// [`Impossible`](AccountsError::Impossible), among others, where a role is none (1 to 64 characters, none of them a control
    /// character), where the account's custom claims would be longer than 1,000 characters, and where they cannot be read.
    pub async fn set_roles(
        &self,
        user: UserId<'_>,
        roles: &[impl AsRef<str>],
    ) -> Result<RolesChange, AccountsError> {
        let account = self.lookup(user).await?.ok_or(AccountsError::NotFound)?;
        let claim = &self.0.roles_claim;
        let plan = roles::plan(account.custom_attributes.as_deref(), claim, roles)
            .map_err(AccountsError::Impossible)?;
        let mut update = AccountUpdate::new().custom_attributes(plan.attributes);
        if plan.takes_away {
            update = update.valid_since(self.0.clock.now());
        }
        self.update(user, &update).await?;
        Ok(RolesChange {
            signed_out: plan.takes_away,
        })
    }

    /// Deletes the account of a user, for good. A token outlives it until it expires, except where a rule asks for revocation.
    pub async fn delete(&self, user: UserId<'_>) -> Result<(), AccountsError> {
        let request = DeleteRequest { local_id: user.uid };
        self.0
            .change("accounts:delete", user.tenant, &request)
            .await
    }
}

fn parse_base_url(url: &str) -> Result<Url, SettingsError> {
    let wrong = |words: &str| SettingsError::new(format!("the accounts' address: {words}"));
    let url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    check_url(&url).map_err(wrong)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must end with its path"));
    }
    Ok(url)
}
