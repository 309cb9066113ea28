//! What internal users do with the accounts of end users and with the votes, and the audit of it.
//!
//! The accounts are Identity Platform's, the votes are another service's: this one asks for changes as itself, and keeps who
//! had it ask. An attempt is on record before it is made (G26): see [`audit`].
//!
//! ```no_run
//! use callgate::{
//!     accounts::Accounts,
//!     google::{Credentials, IdTokens, Metadata},
//!     outgoing::Callee,
//! };
//! use callgate_admin::{Admin, store};
//! use callgate_api::admin::v1::admin_service_gate;
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let metadata = Metadata::new();
//! let accounts = Accounts::new("my-project", Credentials::metadata_server(&metadata))?;
//! let votes = "https://votes-x1y2z3.a.run.app";
//! let votes = Callee::new(votes, votes, &IdTokens::metadata_server(&metadata))?;
//! let audit = store::open("sqlite:admin.db").await?;
//! let service = admin_service_gate::server(Admin::new(accounts, "roles", votes.channel(), audit)?);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

pub mod audit;
mod page;
mod refusal;
mod request;
mod roles;
mod service;
pub mod store;
mod users;
mod view;
mod votes;

pub use page::{NoPage, Page};
pub use service::Admin;
