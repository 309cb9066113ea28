//! A service account's key file.

use std::{fmt, fs::File, io::Read as _, path::Path, time::SystemTime};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    SettingsError,
    fetch::{SCOPES, Wanted},
};
use crate::{http_client::check_url, json::parse_object};

/// A key file has about 2.4 KiB.
const MAX_FILE: u64 = 64 * 1024;

/// The key of a service account, with which it asks for tokens (RFC 7523).
pub(super) struct ServiceAccount {
    /// The account's e-mail address, the issuer of its assertions.
    email: String,
    key_id: String,
    key: EncodingKey,
    token_url: Url,
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: String,
    client_email: String,
    private_key_id: String,
    private_key: String,
    token_uri: String,
}

#[derive(Serialize)]
struct Assertion<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// Google's own: an ID token for this audience is asked for, and not an access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_audience: Option<&'a str>,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

// === impl ServiceAccount ===

impl ServiceAccount {
    /// Reads the JSON file that Google gives for a key.
    pub(super) fn read(path: &Path) -> Result<Self, SettingsError> {
        let wrong =
            |words: &str| SettingsError::new(format!("the key file {}: {words}", path.display()));
        let mut json = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut json))
            .map_err(|error| wrong(&error.to_string()))?;
        if json.len() as u64 > MAX_FILE {
            return Err(wrong("it is too long to be one"));
        }
        Self::parse(&json).map_err(|words| wrong(&words))
    }

    fn parse(json: &[u8]) -> Result<Self, String> {
        let file: KeyFile = parse_object(json)?;
        if file.kind != "service_account" {
            return Err("its type is not \"service_account\"".to_owned());
        }
        let token_url =
            Url::parse(&file.token_uri).map_err(|_| "its token_uri is no address".to_owned())?;
        check_url(&token_url).map_err(|words| format!("its token_uri: {words}"))?;
        // The library's errors may quote the key.
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes())
            .map_err(|_| "its private_key is no RSA key in PEM".to_owned())?;
        let account = Self {
            email: file.client_email,
            key_id: file.private_key_id,
            key,
            token_url,
        };
        // A key that cannot sign is to stop the start, not the first call.
        account
            .assertion(&Wanted::AccessToken, SystemTime::UNIX_EPOCH)
            .ok_or("its private_key cannot sign")?;
        Ok(account)
    }

    /// Where assertions are exchanged for tokens.
    pub(super) fn token_url(&self) -> &Url {
        &self.token_url
    }

    /// The account's own statement that it asks for this token, signed, good for an hour (the longest that Google accepts).
    pub(super) fn assertion(&self, wanted: &Wanted, now: SystemTime) -> Option<String> {
        let (scope, target_audience) = match wanted {
            Wanted::AccessToken => (Some(SCOPES.join(" ")), None),
            Wanted::IdToken { audience } => (None, Some(&**audience)),
        };
        let iat = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let header = Header {
            kid: Some(self.key_id.clone()),
            ..Header::new(Algorithm::RS256)
        };
        let claims = Assertion {
            iss: &self.email,
            scope,
            target_audience,
            aud: self.token_url.as_str(),
            iat,
            exp: iat + 3600,
        };
        jsonwebtoken::encode(&header, &claims, &self.key).ok()
    }
}

/// Shows neither the key nor the account's address.
impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceAccount(..)")
    }
}
