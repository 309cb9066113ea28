//! Cats against dogs: the service that counts the votes.
//!
//! Each user has one vote and may change it. Everyone may see how it stands, and watch it change, whichever instance of the
//! service the votes are cast on.
//!
//! ```no_run
//! use callgate_api::votes::v1::vote_service_gate;
//! use callgate_votes::Votes;
//!
//! # async fn serve() -> Result<(), callgate_database::OpenError> {
//! let votes = Votes::open("sqlite:votes.db").await?;
//! let service = vote_service_gate::server(votes);
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod hub;
mod service;
pub mod store;
mod summary;
mod vote;

pub use service::Votes;
pub use vote::{Candidate, Tally, Vote};
