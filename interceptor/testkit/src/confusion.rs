//! The confusion matrix: tokens of every kind, each with right and wrong keys, issuer, audience and times, offered to every
//! verifier. Only a token that is right in everything is accepted, and only by the verifier of its kind.
//!
//! ```
//! use callgate::verify::Check;
//! use callgate_testkit::{FirebaseIssuer, GoogleIssuer, IapIssuer, confusion::{self, Issuers, Kind}};
//!
//! const ADMIN: &str = "admin@demo-greeter.iam.gserviceaccount.com";
//!
//! let issuers = Issuers {
//!     firebase: FirebaseIssuer::new("demo-greeter"),
//!     iap: IapIssuer::new("/projects/1/locations/europe-west1/services/greeter"),
//!     google: GoogleIssuer::new("https://greeter.example.com"),
//!     service_account: ADMIN.to_owned(),
//! };
//! // Verifiers of your own, or calls to a server: whatever trusts these issuers.
//! let (firebase, iap) = (issuers.firebase.verifier(), issuers.iap.verifier());
//! let google = issuers.google.verifier([("admin", ADMIN)]);
//! let cases = confusion::assert_none(&issuers, |kind, token| match kind {
//!     Kind::Firebase => matches!(firebase.check(token), Check::Verified(_)),
//!     Kind::Iap => matches!(iap.check(token), Check::Verified(_)),
//!     Kind::Google => matches!(google.check(token), Check::Verified(_)),
//! });
//! println!("{cases} cases, none confused");
//! ```

use std::time::Duration;

use callgate::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};

use crate::{EcKey, FirebaseIssuer, GoogleIssuer, IapIssuer, RsaKey, SigningKey, TokenBuilder};

/// A kind of token, and of verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Firebase ID token, of an end user.
    Firebase,
    /// An assertion of Identity-Aware Proxy, of an internal user.
    Iap,
    /// An ID token signed by Google, of a service account.
    Google,
}

/// An issuer of every kind. The verifiers under test trust each for its own kind, and for nothing else.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// The issuer of end users' tokens.
    pub firebase: FirebaseIssuer,
    /// The issuer of internal users' assertions.
    pub iap: IapIssuer,
    /// The issuer of service accounts' tokens.
    pub google: GoogleIssuer,
    /// The e-mail address of a service account that the verifiers know.
    pub service_account: String,
}

/// A token to offer, and who has to accept it.
struct Offer {
    name: String,
    token: String,
    accepted_by: Option<Kind>,
}

/// How a token is signed.
#[derive(Clone, Copy, Debug)]
enum Signature {
    /// With algorithm, name and key of this kind's issuer.
    Of(Kind),
    /// With this kind's key, under algorithm and name of the token's own.
    ForgedBy(Kind),
    /// With another published key of the token's own issuer, under the first one's name.
    OtherKey,
    /// With the right key, under a name that no issuer publishes.
    UnknownName,
    /// With the right key, under the name of the other algorithm.
    OtherAlgorithm,
    /// With HS256, the published key as the secret.
    Symmetric,
    /// Not at all.
    Unsigned,
    /// As a service that checks IAM passes it on.
    Removed,
}

/// Offers every token to every verifier, and returns in how many cases. `accepts` says whether the verifier of a kind accepts a
/// token.
///
/// # Panics
///
/// Where a verifier accepts what is not right in everything and of its own kind, or refuses what is.
pub fn assert_none(issuers: &Issuers, mut accepts: impl FnMut(Kind, &str) -> bool) -> usize {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for offer in issuers.offers() {
        for kind in Kind::ALL {
            cases += 1;
            let is_accepted = accepts(kind, &offer.token);
            if is_accepted != (offer.accepted_by == Some(kind)) {
                let verb = if is_accepted { "accepted" } else { "refused" };
                wrong.push(format!("the {kind:?} verifier {verb} {}", offer.name));
            }
        }
    }
    let shown = wrong.len().min(20);
    assert!(
        wrong.is_empty(),
        "{} of {cases} cases are wrong:\n{}",
        wrong.len(),
        wrong[..shown].join("\n")
    );
    cases
}

// === impl Kind ===

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Firebase, Self::Iap, Self::Google];
}

// === impl Issuers ===

impl Issuers {
    fn offers(&self) -> Vec<Offer> {
        let account = self.service_account.as_str();
        let two_hours = Duration::from_hours(2);
        let mut offers = Vec::new();
        for (time, turn) in [("now", 0), ("late", -1), ("early", 1)] {
            let turned = |clock: &Clock| {
                let now = clock.now();
                Clock::manual(match turn {
                    0 => now,
                    1 => now + two_hours,
                    _ => now - two_hours,
                })
            };
            let firebase = self.firebase.clone();
            let clock = turned(firebase.time());
            // A user may well claim to be the service, who has no way to prove it.
            let token = firebase.clock(clock).token("ada");
            let token = token.email(account).email_verified(false);
            self.offer(&mut offers, Kind::Firebase, time, &token);

            let iap = self.iap.clone();
            let clock = turned(iap.time());
            self.offer(
                &mut offers,
                Kind::Iap,
                time,
                &iap.clock(clock).assertion("ada"),
            );

            let google = self.google.clone();
            let clock = turned(google.time());
            self.offer(
                &mut offers,
                Kind::Google,
                time,
                &google.clock(clock).token(account),
            );
        }
        offers
    }

    /// The token with every signature, every issuer and every audience.
    fn offer<I: Clone>(
        &self,
        offers: &mut Vec<Offer>,
        kind: Kind,
        time: &str,
        token: &TokenBuilder<I>,
    ) {
        let firebase = self.firebase.name();
        let issuers = [
            (Some(firebase.as_str()), Some(Kind::Firebase)),
            (Some(IapIssuer::NAME), Some(Kind::Iap)),
            (Some(GoogleIssuer::NAME), Some(Kind::Google)),
            (Some("accounts.google.com"), Some(Kind::Google)),
            (Some("https://issuer.example.com"), None),
            (None, None),
        ];
        let audiences = [
            (Some(self.audience(Kind::Firebase)), Some(Kind::Firebase)),
            (Some(self.audience(Kind::Iap)), Some(Kind::Iap)),
            (Some(self.audience(Kind::Google)), Some(Kind::Google)),
            (Some("https://audience.example.com"), None),
            (None, None),
        ];
        for signature in Signature::all(kind) {
            for (iss, iss_of) in issuers {
                for (aud, aud_of) in audiences {
                    let token = match iss {
                        Some(iss) => token.clone().claim("iss", iss),
                        None => token.clone().without("iss"),
                    };
                    let token = match aud {
                        Some(aud) => token.claim("aud", aud),
                        None => token.without("aud"),
                    };
                    let is_right = matches!(signature, Signature::Of(of) if of == kind)
                        && iss_of == Some(kind)
                        && aud_of == Some(kind)
                        && time == "now";
                    offers.push(Offer {
                        name: format!(
                            "a token of {kind:?}: signature {signature:?}, iss {iss:?}, aud {aud:?}, {time}"
                        ),
                        token: self.sign(kind, token, signature),
                        accepted_by: is_right.then_some(kind),
                    });
                }
            }
        }
    }

    fn sign<I>(&self, kind: Kind, token: TokenBuilder<I>, signature: Signature) -> String {
        let (first, second) = self.keys(kind);
        match signature {
            Signature::Of(of) => {
                let (key, _) = self.keys(of);
                let token = token.header("alg", key.alg()).header("kid", key.kid());
                token.forged_with_any(key).sign()
            }
            Signature::ForgedBy(by) => token.forged_with_any(self.keys(by).0).sign(),
            Signature::OtherKey => token.forged_with_any(second).sign(),
            Signature::UnknownName => token.header("kid", "unpublished").sign(),
            Signature::OtherAlgorithm => {
                let other = match first {
                    SigningKey::Rsa(_) => "ES256",
                    SigningKey::Ec(_) => "RS256",
                };
                token.header("alg", other).sign()
            }
            Signature::Symmetric => {
                let jwk = match first {
                    SigningKey::Rsa(number) => RsaKey::number(number).jwk(),
                    SigningKey::Ec(number) => EcKey::number(number).jwk(),
                };
                let secret = EncodingKey::from_secret(jwk.to_string().as_bytes());
                let unsigned = token.header("alg", "HS256").sign_as("");
                let signed = unsigned.trim_end_matches('.');
                let signature = crypto::sign(signed.as_bytes(), &secret, Algorithm::HS256)
                    .expect("a secret signs anything");
                format!("{signed}.{signature}")
            }
            Signature::Unsigned => token.header("alg", "none").sign_as(""),
            Signature::Removed => token.sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        }
    }

    /// The key that the issuer of this kind signs with, and another of the same sort.
    fn keys(&self, kind: Kind) -> (SigningKey, SigningKey) {
        match kind {
            Kind::Firebase => self.firebase.signing_keys(),
            Kind::Iap => self.iap.signing_keys(),
            Kind::Google => self.google.signing_keys(),
        }
    }

    fn audience(&self, kind: Kind) -> &str {
        match kind {
            Kind::Firebase => self.firebase.project_id(),
            Kind::Iap => self.iap.audience(),
            Kind::Google => self.google.audience(),
        }
    }
}

// === impl Signature ===

impl Signature {
    fn all(kind: Kind) -> impl Iterator<Item = Self> {
        let others = Kind::ALL.into_iter().filter(move |other| *other != kind);
        Kind::ALL
            .into_iter()
            .map(Self::Of)
            .chain(others.map(Self::ForgedBy))
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
