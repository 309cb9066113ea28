//! The configuration that the services would have by environment variables, for one machine: all of Google's addresses are this
//! program's own.

use std::net::Ipv4Addr;

use anyhow::Context;
use callgate_identity::ServiceAccount;
use callgate_serve::{Config, KeySource, Keys};

use crate::place::Place;

/// The project that the whole system belongs to. `demo-` tells everyone that it is none of Google's.
pub(crate) const PROJECT: &str = "demo-callgate";

/// As the embedded identity's default.
pub(crate) const PROJECT_NUMBER: u64 = 123_456_789_012;

/// Of the assertions that the stand-in of Identity-Aware Proxy makes.
pub(crate) const IAP_AUDIENCE: &str = "/projects/123456789012/locations/local/services/admin";

/// The configuration at this place. `admin` may call as a service.
pub(crate) fn config(place: &Place, admin: &ServiceAccount) -> anyhow::Result<Config> {
    let keys_at = |path: &str| -> anyhow::Result<KeySource> {
        let url = format!("{}{path}", place.itself);
        Ok(KeySource::Url(url.parse().context("an address of keys")?))
    };
    let mut config = Config {
        address: (Ipv4Addr::LOCALHOST, place.port).into(),
        project_id: Some(PROJECT.into()),
        project_number: Some(PROJECT_NUMBER),
        iap_audience: Some(IAP_AUDIENCE.into()),
        audiences: vec![place.itself.clone()],
        service_accounts: vec![(
            "admin".into(),
            format!("{}#{}", admin.email, admin.unique_id),
        )],
        public_origin: Some(place.origin.parse().context("the page's origin")?),
        keys: Keys {
            firebase: keys_at("/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com")?,
            session_cookie: keys_at("/identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys")?,
            iap: keys_at("/iap/verify/public_key-jwk")?,
            google: keys_at("/oauth2/v3/certs")?,
            app_check: keys_at("/firebaseappcheck.googleapis.com/v1/jwks")?,
        },
        auth_emulator_host: place.auth_emulator_host.clone(),
        ..Config::default()
    };
    if let Ok(filter) = std::env::var("RUST_LOG") {
        config.log_filter = filter;
    }
    Ok(config)
}
