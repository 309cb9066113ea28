//! What all measurements use: tokens of the size that Google's have, and who verifies them.

pub mod pass;

use std::time::{Duration, UNIX_EPOCH};

use callgate::{
    Clock, FirebaseVerifier, IapVerifier,
    keys::{Key, KeySet},
    verify::{Check, TokenCache},
};
use callgate_testkit::{FirebaseIssuer, IapIssuer};

/// The project whose users call.
pub const PROJECT: &str = "demo-callgate-bench";

/// The service that internal users call.
const AUDIENCE: &str = "/projects/123456789012/locations/europe-west1/services/admin";

/// A token and its parts, for the bare signature.
pub struct Signed {
    /// All of it.
    pub token: String,
    /// What the signature covers.
    pub message: Vec<u8>,
    /// The signature, decoded.
    pub signature: Vec<u8>,
}

/// An issuer of Firebase ID tokens.
pub fn firebase() -> FirebaseIssuer {
    FirebaseIssuer::new(PROJECT)
}

/// The Firebase ID token of the user of this number: 1.1 KB long, as of someone who signed in with Google.
pub fn firebase_token(issuer: &FirebaseIssuer, user: usize) -> String {
    issuer
        .token(&format!("uid-of-28-characters-{user:07}"))
        .name("Ada Augusta King-Lovelace")
        .picture("https://lh3.googleusercontent.com/a/ACg8ocJ0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ=s96-c")
        .email(&format!("ada.lovelace.{user:07}@example.com"))
        .email_verified(true)
        .provider("google.com")
        .sign()
}

/// The Firebase ID token of the user of this number, with so many bytes of claims, give or take 20: as many permissions as it
/// takes, in a claim of the project's own. None has less than 350 bytes.
pub fn firebase_token_of(issuer: &FirebaseIssuer, user: usize, bytes: usize) -> String {
    let bare = issuer.token(&format!("uid-of-28-characters-{user:07}"));
    let mut permissions: Vec<String> = Vec::new();
    loop {
        let token = match permissions.is_empty() {
            true => bare.clone(),
            false => bare.clone().claim("permissions", permissions.clone()),
        };
        if token.claims_json().len() >= bytes {
            return token.sign();
        }
        permissions.push(format!("documents.{:04}.read", permissions.len()));
    }
}

/// A verifier of Firebase ID tokens that verifies each anew.
pub fn firebase_verifier(issuer: &FirebaseIssuer) -> FirebaseVerifier {
    issuer.verifier().cache(TokenCache::OFF)
}

/// When [`iap_assertion`] was made, since 1970: 2026-01-01T00:00:00Z.
const MADE_AT: Duration = Duration::from_hours(490_896);

/// An issuer of IAP's assertions, for whom it is always the time at which [`iap_assertion`] was made.
pub fn iap() -> IapIssuer {
    IapIssuer::new(AUDIENCE).clock(Clock::manual(UNIX_EPOCH + MADE_AT))
}

/// An assertion of IAP, half a KB long: always the same one, since no two signatures of ES256 are alike, and one takes more
/// instructions to check than another.
pub fn iap_assertion() -> String {
    include_str!("assertion.txt").trim_end().to_owned()
}

/// A verifier of IAP's assertions that verifies each anew.
pub fn iap_verifier(issuer: &IapIssuer) -> IapVerifier {
    issuer.verifier().cache(TokenCache::OFF)
}

impl Signed {
    /// Takes a token apart.
    ///
    /// # Panics
    ///
    /// Where it is none.
    pub fn new(token: String) -> Self {
        let (message, signature) = token.rsplit_once('.').expect("a token");
        Self {
            message: message.as_bytes().to_vec(),
            signature: callgate_testkit::decode(signature),
            token,
        }
    }

    /// Checks the bare signature.
    ///
    /// # Panics
    ///
    /// Where it does not match.
    pub fn check(&self, keys: &KeySet) {
        let key: &Key = keys.iter().next().expect("a key");
        assert!(key.verify(&self.message, &self.signature));
    }
}

/// Demands that a token was accepted.
///
/// # Panics
///
/// Where it was not.
pub fn accepted<C>(check: &Check<C>) {
    assert!(matches!(check, Check::Verified(_)), "the token is valid");
}

/// Demands that a token was refused.
///
/// # Panics
///
/// Where it was not.
pub fn refused<C>(check: &Check<C>) {
    assert!(matches!(check, Check::Refused(_)), "the token is not valid");
}
