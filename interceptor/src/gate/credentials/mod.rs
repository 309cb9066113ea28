//! The slots of a request: which header holds which credential (G5). [`Headers`] finds them, [`read`] takes a token from each,
//! [`strip`] takes all of them off the request (G4).
//!
//! | slot | what it may hold |
//! |---|---|
//! | `authorization` | the direct caller's own token: a Firebase ID token, a service account's, a session cookie where the rule has it |
//! | cookie `__session` | a session cookie |
//! | `x-goog-iap-jwt-assertion` | an assertion of Identity-Aware Proxy |
//! | `x-end-user-authorization` | the Firebase ID token of the user for whom a service calls |
//! | `x-firebase-appcheck` | an App Check token |

mod headers;
pub(super) mod read;
mod strip;

use http::HeaderName;

pub(super) use headers::{Found, Headers, Slot};
pub(super) use strip::strip;

const END_USER_AUTHORIZATION: HeaderName = HeaderName::from_static("x-end-user-authorization");
const APP_CHECK: HeaderName = HeaderName::from_static("x-firebase-appcheck");
const IAP_ASSERTION: HeaderName = HeaderName::from_static("x-goog-iap-jwt-assertion");

/// The name of the cookie that holds a Firebase session.
const SESSION_COOKIE: &[u8] = b"__session";
