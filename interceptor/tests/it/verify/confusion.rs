//! No token of one kind passes for another.

use callgate::verify::Check;
use callgate_testkit::{
    FirebaseIssuer, GoogleIssuer, IapIssuer,
    confusion::{self, Issuers, Kind},
};

const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

fn issuers() -> Issuers {
    Issuers {
        firebase: FirebaseIssuer::new("demo-callgate"),
        iap: IapIssuer::new("/projects/123456789012/locations/europe-west1/services/admin"),
        google: GoogleIssuer::new("https://votes.example.com"),
        service_account: ADMIN.to_owned(),
    }
}

#[test]
fn every_kind_is_accepted_by_its_own_verifier_only_and_only_if_right_in_everything() {
    let issuers = issuers();
    let firebase = issuers.firebase.verifier();
    let iap = issuers.iap.verifier();
    let google = issuers.google.verifier([("admin", ADMIN)]);
    let mut accepted = 0;
    let cases = confusion::assert_none(&issuers, |kind, token| {
        let is_accepted = match kind {
            Kind::Firebase => matches!(firebase.check(token), Check::Verified(_)),
            Kind::Iap => matches!(iap.check(token), Check::Verified(_)),
            Kind::Google => matches!(google.check(token), Check::Verified(_)),
        };
        accepted += usize::from(is_accepted);
        is_accepted
    });
    // 3 kinds, 11 signatures, 6 issuers, 5 audiences and 3 times, before 3 verifiers.
    assert_eq!(cases, 3 * 11 * 6 * 5 * 3 * 3);
    // Google's issuer has two names.
    assert_eq!(accepted, 4);
}

#[test]
#[should_panic(
    expected = "the Google verifier accepted a token of Firebase: signature Of(Firebase)"
)]
fn a_verifier_that_takes_another_kind_is_told() {
    let issuers = issuers();
    let firebase = issuers.firebase.verifier();
    confusion::assert_none(&issuers, |_, token| {
        matches!(firebase.check(token), Check::Verified(_))
    });
}

#[test]
#[should_panic(expected = "the Iap verifier refused a token of Iap")]
fn a_verifier_that_takes_nothing_is_told() {
    confusion::assert_none(&issuers(), |_, _| false);
}
