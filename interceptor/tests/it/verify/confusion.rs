//! No token of one kind passes for another.

use callgate::verify::Check;
use callgate_testkit::confusion::{self, Issuers, Kind};

const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

pub(super) fn issuers() -> Issuers {
    Issuers::new(
        "demo-callgate",
        123_456_789_012,
        "/projects/123456789012/locations/europe-west1/services/admin",
        "https://votes.example.com",
        ADMIN,
    )
}

/// A verifier of every kind, each with the keys of its own issuer.
pub(super) fn verifiers(issuers: &Issuers) -> impl Fn(Kind, &str) -> bool + use<> {
    let firebase = issuers.firebase.verifier();
    let session_cookie = issuers.session_cookie.verifier_like(&firebase);
    let iap = issuers.iap.verifier();
    let google = issuers.google.verifier([("admin", ADMIN)]);
    let app_check = issuers.app_check.verifier();
    let emulator = issuers.emulator.verifier();
    move |kind, token| match kind {
        Kind::Firebase => matches!(firebase.check(token), Check::Verified(_)),
        Kind::SessionCookie => matches!(session_cookie.check(token), Check::Verified(_)),
        Kind::Iap => matches!(iap.check(token), Check::Verified(_)),
        Kind::Google => matches!(google.check(token), Check::Verified(_)),
        Kind::AppCheck => matches!(app_check.check(token), Check::Verified(_)),
        Kind::Emulator => matches!(emulator.check(token), Check::Verified(_)),
    }
}

#[test]
fn every_kind_is_accepted_by_its_own_verifier_only_and_only_if_right_in_everything() {
    let issuers = issuers();
    let accepts = verifiers(&issuers);
    let mut accepted = [0; 6];
    let cases = confusion::assert_none(&issuers, &Kind::ALL, |kind, token| {
        let is_accepted = accepts(kind, token);
        accepted[kind as usize] += usize::from(is_accepted);
        is_accepted
    });
    // Of each kind: 6 right signatures in 8 issuers and 9 audiences, and at 2 wrong times in 7 pairs of these that fit. 4 forged
    // (5 of the kind that is not signed) and 6 other wrong signatures, at 3 times in 7 pairs. Before 6 verifiers.
    let right = 6 * (6 * (8 * 9 + 2 * 7));
    let wrong = (5 * (4 + 6) + (5 + 6)) * 3 * 7;
    assert_eq!(cases, (right + wrong) * 6);
    // An ID token's claims are the emulator's as well, and those of a short session cookie. Google's issuer has two names. An App
    // Check token claims nothing that the others do not, and has two right audiences here.
    assert_eq!(accepted, [2, 3, 1, 2, 12, 2]);
}

#[test]
#[should_panic(
    expected = "the Google verifier accepted a token of Firebase: signature Of(Firebase)"
)]
fn a_verifier_that_takes_another_kind_is_told() {
    let issuers = issuers();
    let firebase = issuers.firebase.verifier();
    confusion::assert_none(&issuers, &[Kind::Google], |_, token| {
        matches!(firebase.check(token), Check::Verified(_))
    });
}

#[test]
#[should_panic(expected = "the Iap verifier refused a token of Iap")]
fn a_verifier_that_takes_nothing_is_told() {
    confusion::assert_none(&issuers(), &[Kind::Iap], |_, _| false);
}
