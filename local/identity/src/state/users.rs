//! Everything that is kept, and finding accounts in it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::user::User;
use crate::{
    error::{ApiError, OpenError},
    keys::{KeyRecord, KeyRecords},
    moment::Moment,
    sealer,
    token::{Proof, Session},
};

/// As many accounts as there may be: all of them are written at each change.
const MAX_USERS: usize = 10_000;

/// What is on the disk.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    version: u32,
    #[serde(flatten)]
    pub(crate) keys: KeyRecords,
    /// Base64: seals refresh tokens, and whatever else is handed out sealed.
    pub(crate) refresh_key: String,
    users: BTreeMap<String, User>,
    /// By name.
    #[serde(default)]
    pub(crate) service_accounts: BTreeMap<String, ServiceAccountRecord>,
}

/// A service account, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceAccountRecord {
    /// 21 digits: an account made again under the same name has others.
    pub(crate) unique_id: String,
    pub(crate) key: KeyRecord,
}

/// Someone who has shown a first factor.
pub(crate) struct SignIn {
    pub(crate) user: User,
    pub(crate) session: Session,
}

// === impl SignIn ===

impl SignIn {
    /// Keeps the second factor that stands behind the ID token with which someone links another way to sign in.
    pub(crate) fn having_shown(mut self, proof: Option<&Proof>) -> Self {
        self.session.second_factor = proof.and_then(|proof| proof.second_factor.clone());
        self
    }
}

// === impl State ===

impl Default for State {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            keys: KeyRecords::default(),
            refresh_key: String::new(),
            users: BTreeMap::new(),
            service_accounts: BTreeMap::new(),
        }
    }
}

impl State {
    pub(crate) const VERSION: u32 = 1;

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// Makes the keys that are missing, and forgets those whose tokens are gone.
    pub(crate) fn prepare(&mut self, now: Moment, lifetime: u64) -> Result<(), OpenError> {
        self.keys.prepare(now, lifetime)?;
        if self.refresh_key.is_empty() {
            self.refresh_key = sealer::new_key()?;
        }
        Ok(())
    }

    pub(crate) fn user(&self, uid: &str) -> Option<&User> {
        self.users.get(uid)
    }

    pub(crate) fn user_mut(&mut self, uid: &str) -> Option<&mut User> {
        self.users.get_mut(uid)
    }

    pub(crate) fn by_email(&self, tenant: Option<&str>, email: &str) -> Option<&User> {
        self.of_tenant(tenant)
            .find(|user| user.email.as_deref() == Some(email))
    }

    pub(crate) fn by_phone(&self, tenant: Option<&str>, number: &str) -> Option<&User> {
        self.of_tenant(tenant)
            .find(|user| user.phone_number.as_deref() == Some(number))
    }

    pub(crate) fn by_provider(
        &self,
        tenant: Option<&str>,
        provider: &str,
        raw_id: &str,
    ) -> Option<&User> {
        self.of_tenant(tenant).find(|user| {
            user.providers
                .iter()
                .any(|linked| linked.provider_id == provider && linked.raw_id == raw_id)
        })
    }

    /// The accounts of one pool, by uid.
    pub(crate) fn of_tenant<'s>(&'s self, tenant: Option<&str>) -> impl Iterator<Item = &'s User> {
        self.users
            .values()
            .filter(move |user| user.tenant_id.as_deref() == tenant)
    }

    /// An e-mail address belongs to one account of a pool.
    pub(crate) fn check_email_free(
        &self,
        tenant: Option<&str>,
        email: &str,
        except: Option<&str>,
    ) -> Result<(), ApiError> {
        match self.by_email(tenant, email) {
            Some(user) if Some(user.local_id.as_str()) != except => Err(ApiError::EmailExists),
            _ => Ok(()),
        }
    }

    /// Adds an account.
    pub(crate) fn insert(&mut self, user: User) -> Result<(), ApiError> {
        if self.users.contains_key(&user.local_id) {
            return Err(ApiError::DuplicateLocalId);
        }
        if self.users.len() >= MAX_USERS {
            return Err(ApiError::QuotaExceeded("delete accounts first"));
        }
        self.users.insert(user.local_id.clone(), user);
        Ok(())
    }

    pub(crate) fn remove(&mut self, uid: &str) -> Option<User> {
        self.users.remove(uid)
    }

    /// Whoever brought this ID token, if the account is still there, still enabled, and not signed out since.
    pub(crate) fn proven(&self, proof: &Proof) -> Result<&User, ApiError> {
        self.live(&proof.uid, proof.tenant.as_deref(), proof.auth_time)
    }

    /// The same, to change it.
    pub(crate) fn proven_mut(&mut self, proof: &Proof) -> Result<&mut User, ApiError> {
        self.proven(proof)?;
        self.users.get_mut(&proof.uid).ok_or(ApiError::UserNotFound)
    }

    /// An account whose holder signed in at `auth_time` (seconds).
    pub(crate) fn live(
        &self,
        uid: &str,
        tenant: Option<&str>,
        auth_time: u64,
    ) -> Result<&User, ApiError> {
        let user = self
            .users
            .get(uid)
            .filter(|user| user.tenant_id.as_deref() == tenant)
            .ok_or(ApiError::UserNotFound)?;
        if user.disabled {
            return Err(ApiError::UserDisabled);
        }
        if auth_time < user.valid_since {
            return Err(ApiError::TokenExpired);
        }
        Ok(user)
    }

    /// Ends the first step of signing in. With no second factor it is the last one.
    pub(crate) fn sign_in(
        &mut self,
        uid: &str,
        provider: &str,
        now: Moment,
    ) -> Result<SignIn, ApiError> {
        let user = self.users.get_mut(uid).ok_or(ApiError::UserNotFound)?;
        if user.disabled {
            return Err(ApiError::UserDisabled);
        }
        if user.second_factors.is_empty() {
            user.last_login_at = Some(now.millis());
            user.last_refresh_at = Some(now.millis());
        }
        Ok(SignIn {
            session: Session::new(user, provider, now),
            user: user.clone(),
        })
    }
}
