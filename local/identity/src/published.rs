//! The public keys, at Google's paths.

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use http::header;
use serde_json::Value;

use crate::{
    Identity,
    keys::{Issuer, Ring},
    moment::Moment,
};

/// JWK sets (RFC 7517), by the paths that the production verifiers fetch them from.
const KEY_SETS: [(&str, Issuer); 5] = [
    (
        "/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        Issuer::Firebase,
    ),
    (
        "/identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys",
        Issuer::SessionCookie,
    ),
    ("/iap/verify/public_key-jwk", Issuer::Iap),
    ("/oauth2/v3/certs", Issuer::Google),
    ("/firebaseappcheck.googleapis.com/v1/jwks", Issuer::AppCheck),
];

/// Their twins for libraries that take certificates, such as firebase-admin.
const CERTIFICATES: [(&str, Issuer); 2] = [
    (
        "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com",
        Issuer::Firebase,
    ),
    (
        "/identitytoolkit/v3/relyingparty/publicKeys",
        Issuer::SessionCookie,
    ),
];

pub(crate) fn router(identity: &Identity) -> Router<Identity> {
    let mut router = Router::new();
    for (path, issuer) in KEY_SETS {
        router = router.route(path, publish(identity, issuer, Ring::jwks));
    }
    for (path, issuer) in CERTIFICATES {
        router = router.route(path, publish(identity, issuer, Ring::certificates));
    }
    router
}

fn publish(
    identity: &Identity,
    issuer: Issuer,
    read: fn(&Ring, Moment) -> Value,
) -> MethodRouter<Identity> {
    let identity = identity.clone();
    get(move || {
        let keys = read(&identity.keys(issuer), identity.now());
        std::future::ready(cached(&identity, keys))
    })
}

fn cached(identity: &Identity, keys: Value) -> Response {
    let max_age = identity.settings().keys_max_age.as_secs();
    let control = format!("public, max-age={max_age}, must-revalidate, no-transform");
    ([(header::CACHE_CONTROL, control)], Json(keys)).into_response()
}
