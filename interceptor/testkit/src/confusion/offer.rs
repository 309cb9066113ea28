//! The tokens that are offered, and which verifier has to accept each.

use std::time::Duration;

use callgate::Clock;
use serde_json::Value;

use super::{Issuers, Kind, signature::Signature};

/// A token to offer.
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) token: String,
    /// The kind that it is rightly, if it is right in everything.
    pub(super) is: Option<Kind>,
}

/// When a token is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Time {
    Now,
    /// After the longest that any kind lives.
    Late,
    Early,
}

/// The token of a kind, in each thing right or wrong.
struct Recipe<'a> {
    kind: Kind,
    signature: Signature,
    iss: &'a (Option<Value>, &'static [Kind]),
    aud: &'a (Option<Value>, &'static [Kind]),
    time: Time,
}

impl Issuers {
    /// The tokens of this kind in every signature, issuer, audience and time, less those that are wrong in signature or time and,
    /// beyond that, are by an issuer for none of its own audiences.
    pub(super) fn all_offers(&self, kind: Kind) -> Vec<Offer> {
        let (names, audiences) = (self.names(), self.audiences());
        let mut offers = Vec::new();
        for signature in Signature::all(kind) {
            for time in [Time::Now, Time::Late, Time::Early] {
                let may_be_right = matches!(signature, Signature::Of(_)) && time == Time::Now;
                for iss in &names {
                    for aud in &audiences {
                        let fit = iss.1.iter().any(|kind| aud.1.contains(kind));
                        if may_be_right || fit {
                            offers.push(self.offer(&Recipe {
                                kind,
                                signature,
                                iss,
                                aud,
                                time,
                            }));
                        }
                    }
                }
            }
        }
        offers
    }

    /// The token of this kind that is right in everything, and those that are wrong in one thing.
    pub(super) fn near_offers(&self, kind: Kind) -> Vec<Offer> {
        let (names, audiences) = (self.names(), self.audiences());
        let is_right = |claim: &&(_, &'static [Kind])| claim.1.contains(&kind);
        let (Some(iss), Some(aud)) = (names.iter().find(is_right), audiences.iter().find(is_right))
        else {
            return Vec::new();
        };
        let right = || Recipe {
            kind,
            signature: Signature::Of(kind),
            iss,
            aud,
            time: Time::Now,
        };
        let mut recipes = vec![right()];
        recipes.extend(
            Signature::all(kind)
                .filter(|signature| *signature != Signature::Of(kind))
                .map(|signature| Recipe {
                    signature,
                    ..right()
                }),
        );
        recipes.extend(names.iter().map(|iss| Recipe { iss, ..right() }));
        recipes.extend(audiences.iter().map(|aud| Recipe { aud, ..right() }));
        recipes.extend([Time::Late, Time::Early].map(|time| Recipe { time, ..right() }));
        recipes.iter().map(|recipe| self.offer(recipe)).collect()
    }

    fn offer(&self, recipe: &Recipe<'_>) -> Offer {
        let Recipe {
            kind,
            signature,
            iss,
            aud,
            time,
        } = recipe;
        let now = self.time(*kind).now();
        let made_at = match time {
            Time::Now => now,
            Time::Late => now - Duration::from_hours(15 * 24),
            Time::Early => now + Duration::from_hours(2),
        };
        let issuers = self.clone().clock(&Clock::manual(made_at));
        let mut token = issuers.builder(*kind);
        for (name, (value, _)) in [("iss", iss), ("aud", aud)] {
            token = match value {
                Some(value) => token.claim(name, value.clone()),
                None => token.without(name),
            };
        }
        let (iss_text, aud_text) = (text(iss.0.as_ref()), text(aud.0.as_ref()));
        Offer {
            name: format!(
                "a token of {kind:?}: signature {signature:?}, iss {iss_text}, aud {aud_text}, {time:?}"
            ),
            token: self.sign(*kind, token, *signature),
            is: recipe.makes(),
        }
    }
}

impl Recipe<'_> {
    /// The kind of token that comes of it, if all is right for one.
    fn makes(&self) -> Option<Kind> {
        let Signature::Of(kind) = self.signature else {
            return None;
        };
        let is_right = self.iss.1.contains(&kind)
            && self.aud.1.contains(&kind)
            && self.kind.has_claims_of(kind)
            && self.time == Time::Now;
        is_right.then_some(kind)
    }
}

fn text(claim: Option<&Value>) -> String {
    claim.map_or("none".to_owned(), Value::to_string)
}
