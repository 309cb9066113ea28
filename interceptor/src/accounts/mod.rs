//! The user accounts of Identity Platform (Firebase Auth), read and changed over its REST API.
//!
//! A token tells what was true when it was made; the account record tells what is true now: whether the account is disabled, how
//! the user can sign in, since when tokens count. Reading it costs a round trip to Google.
//!
//! ```no_run
//! use callgate::{
//!     UserId,
//!     accounts::{AccountUpdate, Accounts},
//!     google::{Credentials, Metadata},
//! };
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Credentials::metadata_server(&Metadata::new());
//! let accounts = Accounts::new("my-project", credentials)?;
//!
//! let ada = UserId { tenant: None, uid: "4cCXp7aQ" };
//! if let Some(account) = accounts.lookup(ada).await? {
//!     println!("disabled: {}", account.disabled);
//! }
//! accounts.update(ada, &AccountUpdate::new().display_name(Some("Ada"))).await?;
//! accounts.set_roles(ada, &["editor"]).await?;
//!
//! let mut page = accounts.list(None, 100, None).await?;
//! while let Some(next) = &page.next {
//!     page = accounts.list(None, 100, Some(next)).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The service account needs the role `roles/firebaseauth.admin`, or a custom one with `firebaseauth.users.get` and, to change
//! or delete accounts, `firebaseauth.users.update` and `firebaseauth.users.delete`; for session cookies,
//! `firebaseauth.users.createSession`.

mod account;
mod answer;
mod call;
mod client;
mod error;
mod page;
mod record;
mod roles;
mod session_cookie;
mod update;

pub use account::{Account, Provider, SecondFactor, SecondFactorKind};
pub use client::{Accounts, RolesChange};
pub use error::AccountsError;
pub use page::AccountPage;
pub use session_cookie::{
    InvalidSessionLifetime, SessionCookie, SessionCookieError, SessionLifetime,
};
pub use update::AccountUpdate;
