//! A key as Google hands it out: a JSON file.

use serde_json::json;

use crate::{Identity, state::ServiceAccountRecord};

/// What stands in the file. `None` where the key cannot be read.
pub(super) fn json(
    identity: &Identity,
    name: &str,
    account: &ServiceAccountRecord,
) -> Option<String> {
    let key = rcgen::KeyPair::try_from(account.key.pkcs8()?).ok()?;
    let origin = identity.settings().loopback_origin();
    let file = json!({
        "type": "service_account",
        "project_id": identity.project(),
        "private_key_id": account.key.kid(),
        "private_key": key.serialize_pem(),
        "client_email": identity.service_account_email(name),
        "client_id": account.unique_id,
        "auth_uri": format!("{origin}/o/oauth2/auth"),
        "token_uri": identity.token_uri(),
        "auth_provider_x509_cert_url": format!("{origin}/oauth2/v1/certs"),
        "universe_domain": "googleapis.com",
    });
    serde_json::to_string_pretty(&file).ok()
}
