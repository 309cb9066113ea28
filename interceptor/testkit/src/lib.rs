//! Issuers of test tokens, for testing gated services.
//!
//! A [`FirebaseIssuer`] stands in for Google: it signs tokens with keys of its own, and the verifier that it gives knows these
//! keys. So a test goes the way that production goes; nothing is bypassed.
//!
//! A test of a whole service, here one that greets whoever is signed in:
//!
//! ```
//! use callgate_testkit::FirebaseIssuer;
//! use greeter::Greeter;
//! use greeter::v1::greeter_service_client::GreeterServiceClient;
//! use greeter::v1::greeter_service_server::GreeterServiceServer;
//! use greeter::v1::{GreetRequest, greeter_service_gate::METHODS};
//! use tonic::Code;
//! use tower::Layer as _;
//!
//! #[tokio::test]
//! async fn whoever_is_signed_in_is_greeted_and_nobody_else() {
//!     let issuer = FirebaseIssuer::new("demo-greeter");
//!     let service = issuer
//!         .gate(&METHODS)
//!         .layer(GreeterServiceServer::new(Greeter));
//!     let mut client = GreeterServiceClient::new(service); // no network between
//!
//!     let refused = client.greet(GreetRequest::default()).await.unwrap_err();
//!     assert_eq!(refused.code(), Code::Unauthenticated);
//!
//!     let call = issuer.token("ada").request(GreetRequest::default());
//!     let greeted = client.greet(call).await.unwrap();
//!     assert_eq!(greeted.get_ref().text, "Hello ada");
//! }
//! ```
//!
//! A handler by itself takes a caller, who was really verified; and wrong tokens are as easy as right ones:
//!
//! ```
//! use callgate::verify::Check;
//! use callgate_testkit::FirebaseIssuer;
//!
//! let issuer = FirebaseIssuer::new("demo-greeter");
//! let ada = issuer.token("ada").name("Ada Lovelace").roles(&["editor"]).end_user();
//! assert_eq!(ada.id().uid, "ada");
//! assert!(ada.has_role("editor"));
//!
//! // Signed by someone else.
//! let forged = issuer.token("ada").forged_with(3).sign();
//! assert!(matches!(issuer.verifier().check(&forged), Check::Refused(_)));
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
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `emulator` | `EmulatorIssuer::verifier`, by callgate's feature of the same name |

#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
