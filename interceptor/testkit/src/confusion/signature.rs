//! How a token is signed: rightly, for one of the kinds, or wrongly.

use jsonwebtoken::{Algorithm, EncodingKey, crypto};

use super::{Issuers, Kind};
use crate::{EcKey, RsaKey, SigningKey, TokenBuilder};

/// What signs the emulator's tokens, or would, were they signed.
const EMULATOR_SECRET: &str = "fake-secret";

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// With algorithm, name and key of this kind's issuer.
    Of(Kind),
    /// With this kind's key, under algorithm and name of the token's own.
    ForgedBy(Kind),
    /// With another published key of the token's own issuer, under the first one's name.
    OtherKey,
    /// With the right key, under a name that no issuer publishes.
    UnknownName,
    /// With the right key, under the name of another algorithm.
    OtherAlgorithm,
    /// With HS256, the published key as the secret.
    Symmetric,
    /// Not at all, but under the name of the right key; for the emulator, by another spelling of its algorithm.
    Unsigned,
    /// As a service that checks IAM passes it on.
    Removed,
}

impl Signature {
    /// Every way to sign a token of this kind.
    pub(super) fn all(kind: Kind) -> impl Iterator<Item = Self> {
        let forgers = move |by: &Kind| *by != kind && *by != Kind::Emulator;
        Kind::ALL
            .into_iter()
            .map(Self::Of)
            .chain(Kind::ALL.into_iter().filter(forgers).map(Self::ForgedBy))
            .chain([
                Self::OtherKey,
                Self::UnknownName,
                Self::OtherAlgorithm,
                Self::Symmetric,
                Self::Unsigned,
                Self::Removed,
            ])
    }
}

impl Issuers {
    /// Signs a token of this kind.
    pub(super) fn sign(&self, kind: Kind, token: TokenBuilder<()>, signature: Signature) -> String {
        let keys = self.keys(kind);
        match signature {
            Signature::Of(of) => match self.keys(of) {
                Some((key, _)) => {
                    let token = token.header("alg", key.alg()).header("kid", key.kid());
                    token.forged_with_any(key).sign()
                }
                None => token.emulated().sign(),
            },
            Signature::ForgedBy(by) => {
                let (key, _) = self.keys(by).unwrap_or(ANY_KEYS);
                token.forged_with_any(key).sign()
            }
            Signature::OtherKey => token.forged_with_any(keys.unwrap_or(ANY_KEYS).1).sign(),
            Signature::UnknownName => token.header("kid", "unpublished").sign(),
            Signature::OtherAlgorithm => {
                let other = match keys {
                    Some((SigningKey::Rsa(_), _)) => "ES256",
                    Some((SigningKey::Ec(_), _)) | None => "RS256",
                };
                token.header("alg", other).sign()
            }
            Signature::Symmetric => {
                let secret = match keys {
                    Some((SigningKey::Rsa(number), _)) => RsaKey::number(number).jwk().to_string(),
                    Some((SigningKey::Ec(number), _)) => EcKey::number(number).jwk().to_string(),
                    None => EMULATOR_SECRET.to_owned(),
                };
                let secret = EncodingKey::from_secret(secret.as_bytes());
                let unsigned = token.header("alg", "HS256").sign_as("");
                let signed = unsigned.trim_end_matches('.');
                let signature = crypto::sign(signed.as_bytes(), &secret, Algorithm::HS256)
                    .expect("a secret signs anything");
                format!("{signed}.{signature}")
            }
            Signature::Unsigned => {
                let alg = if keys.is_some() { "none" } else { "None" };
                token.header("alg", alg).sign_as("")
            }
            Signature::Removed => token.sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        }
    }
}

/// To sign with what should not be signed.
const ANY_KEYS: (SigningKey, SigningKey) = (SigningKey::Rsa(1), SigningKey::Rsa(2));
