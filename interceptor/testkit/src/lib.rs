//! Issuers of test tokens, for testing gated services.
//!
//! A [`FirebaseIssuer`] stands in for Google: it signs tokens with keys of its own, and the verifier that it gives knows these
//! keys. So a test goes the way that production goes; nothing is bypassed.
//!
//! ```
//! use callgate::{Gate, Policy, verify::Check};
//! use callgate_testkit::FirebaseIssuer;
//!
//! let issuer = FirebaseIssuer::new("demo-greeter");
//!
//! // To test a handler: a caller to hand to it, really verified.
//! let ada = issuer.token("ada").name("Ada Lovelace").roles(&["editor"]).end_user();
//! assert_eq!(ada.id().uid, "ada");
//! assert!(ada.has_role("editor"));
//!
//! // To test a whole service: a gate that trusts the issuer, and a token to call with.
//! let gate = Gate::builder(Policy::default()).end_users(issuer.verifier()).build()?;
//! let token = issuer.token("ada").email("ada@example.com").email_verified(true).sign();
//!
//! // Wrong tokens are as easy: this one is signed by someone else.
//! let forged = issuer.token("ada").forged_with(3).sign();
//! assert!(matches!(issuer.verifier().check(&token), Check::Verified(_)));
//! assert!(matches!(issuer.verifier().check(&forged), Check::Refused(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Other kinds of tokens have issuers as well:
//!
//! | issuer | of what |
//! |---|---|
//! | [`FirebaseIssuer`] | ID tokens of end users |
//! | [`SessionCookieIssuer`] | session cookies of end users |
//! | [`EmulatorIssuer`] | unsigned tokens of end users, by Firebase's emulator |
//! | [`IapIssuer`] | assertions of internal users |
//! | [`GoogleIssuer`] | ID tokens of service accounts |
//! | [`AppCheckIssuer`] | tokens of apps |
//!
//! That no token of one kind passes for another is what [`confusion`] tries, on any verifiers and on any server.
//!
//! Time stands still with a manual [`Clock`](callgate::Clock), given to [`FirebaseIssuer::clock`] and to whatever else has to
//! agree on the time.

#![warn(missing_docs)]

mod app_check;
pub mod confusion;
mod ec_key;
mod emulator;
mod end_user;
mod firebase;
mod google;
mod iap;
pub mod key_server;
mod members;
pub mod metadata_server;
mod rsa_key;
mod session_cookie;
mod signing_key;
mod token;

pub use app_check::AppCheckIssuer;
pub use ec_key::{EcKey, ec_jwks};
pub use emulator::EmulatorIssuer;
pub use end_user::EndUserIssuer;
pub use firebase::FirebaseIssuer;
pub use google::GoogleIssuer;
pub use iap::IapIssuer;
pub use key_server::KeyServer;
pub use metadata_server::MetadataServer;
pub use rsa_key::{RsaKey, jwks};
pub use session_cookie::SessionCookieIssuer;
pub use signing_key::SigningKey;
pub use token::{TokenBuilder, decode, flip_bit};
