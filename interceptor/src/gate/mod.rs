//! The gate: the [`tower::Layer`] that authenticates the caller of each RPC and applies the method's rule.
//!
//! A call enters at [`Gate::call`](tower::Service::call) and ends there if it is refused, in this order: it is no gRPC (HTTP 415),
//! its path has no rule, its app or its caller has no token or one that is not valid, its caller is not one that the rule names,
//! the caller's account is gone, disabled or signed out, the browser's cookies prove the caller but the page may not use them,
//! too many streams are open.
//! A refusal is a gRPC status, with the [`Denial`](crate::Denial) in the response's extensions for the log line.
//!
//! What is let through carries no credential any more, but a permit from which the generated adapter takes the caller. A call
//! that streams ends when the first of the tokens does that let it in.
//!
//! # Which token counts
//!
//! Each kind of token has its slot, and is looked for nowhere else:
//!
//! | slot | what it may hold |
//! |---|---|
//! | `authorization` | the direct caller's own token: a Firebase ID token, a service account's, a session cookie where the rule has it |
//! | cookie `__session` | a session cookie, where the rule has it and there is no `authorization` |
//! | `x-goog-iap-jwt-assertion` | an assertion of Identity-Aware Proxy |
//! | `x-end-user-authorization` | the Firebase ID token of the user for whom a service calls, where the rule has `on_behalf_of` |
//! | `x-firebase-appcheck` | an App Check token, where the rule has `app_check` |
//!
//! Only what the rule reads is verified. A call that brings an assertion of IAP beside another token that the rule reads is refused:
//! it is ambiguous who calls. A user's token that is forwarded beside anything but a service's own is refused too. Whoever is known
//! by a cookie, IAP's or the session's, must bring exactly one `Origin`, which is one of [`GateBuilder::origins`].
//!
//! # Revocation
//!
//! Where a rule has `revocation_checked_within`, the account of the verified user is looked up ([`GateBuilder::accounts`]). A call
//! goes by an answer that was asked for at most so long before it came in; with zero, by one that was asked for after it. No
//! account, or a sign-in before the last sign-out everywhere, is `TOKEN_REVOKED`, a disabled account `USER_DISABLED`. Roles and the
//! verified e-mail address that the rule demands must stand in token and record alike. Where the accounts give no answer the call
//! is refused with `ACCOUNTS_UNAVAILABLE`.
//!
//! An open stream is asked about again whenever the answer it goes by is older than that, and than a second. It ends as soon as
//! the answer says so, and when there is none for 10 seconds, with the same reasons.
//!
//! ```
//! use callgate::{FirebaseVerifier, Gate, Method, Policy, Rule, keys::KeyStore};
//!
//! # static METHODS: [Method; 1] = [Method { path: "/greeter.v1.GreeterService/Greet", client_streaming: false,
//! #     server_streaming: false, rule: Rule::end_user(callgate::EndUserRule::SIGNED_IN) }];
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let keys = KeyStore::fetched(callgate::verify::FIREBASE_KEYS_URL.parse()?).build()?;
//! let gate = Gate::builder(Policy::of(&METHODS))
//!     .end_users(FirebaseVerifier::new("my-project", keys)?)
//!     .build()?;
//! let server = tonic::transport::Server::builder().layer(gate); // .add_service(..).serve(..)
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod app;
mod authenticate;
mod body;
mod builder;
mod callers;
mod check;
mod credentials;
mod deadline;
mod end_users;
mod future;
mod judge;
mod kind;
mod layer;
mod lease;
mod origin;
mod patience;
mod revocation;
mod service;
mod streams;

pub use body::RequestBody;
pub use builder::GateBuilder;
pub use check::GateError;
pub use future::GateFuture;
pub use layer::GateLayer;
pub use service::{Admitted, Gate};
