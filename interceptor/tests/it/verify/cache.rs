//! A token that was verified before counts for no more than it would without.
//!
//! Whether it was verified anew can be seen by a key that the issuer renames: the token names no key then, but the key that it
//! was verified with is still there.

use std::time::Duration;

use callgate::{
    Clock, Denial, FirebaseVerifier, Invalid, ServiceAccountVerifier,
    keys::KeyStore,
    verify::{Check, TokenCache},
};
use callgate_testkit::{
    AppCheckIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, KeyServer, SessionCookieIssuer,
    flip_bit, jwks, key_server::Answer,
};

use super::{NOW, accepted, at, issuer, refusal, token};

const HOUR: Duration = Duration::from_hours(1);

/// An issuer's key endpoint, a verifier that fetches from it, and their clock.
struct Fixture {
    server: KeyServer,
    clock: Clock,
    verifier: FirebaseVerifier,
    token: String,
}

/// Keys fresh for two hours, and a token for a day that was verified already.
async fn verified(cache: TokenCache) -> Fixture {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::keys(jwks(&[1])).max_age(7200))
        .await
        .expect("a port");
    let keys = KeyStore::fetched(server.url())
        .clock(clock.clone())
        .build()
        .expect("a store");
    let verifier = FirebaseVerifier::new("demo-callgate", keys)
        .expect("a verifier")
        .clock(clock.clone())
        .cache(cache);
    let token = token().expires_at(at(NOW + 86_400)).sign();
    verifier.verify(&token).await.expect("a valid token");
    Fixture {
        server,
        clock,
        verifier,
        token,
    }
}

impl Fixture {
    /// The issuer publishes these keys, and they are known here.
    async fn publish(&self, jwks: String) {
        self.server.always(Answer::keys(jwks).max_age(7200));
        let unknown = token().key(4).sign();
        self.clock.advance(Duration::from_secs(11));
        let fetches = self.verifier.keys().fetches();
        self.verifier.verify(&unknown).await.expect_err("no key 4");
        assert_eq!(self.verifier.keys().fetches(), fetches + 1);
    }

    async fn rename_the_key(&self) {
        self.publish(jwks(&[1]).replace("test-key-1", "renamed"))
            .await;
    }

    /// The refusal of whatever names the key.
    fn unknown() -> Denial {
        Denial::TokenInvalid(Invalid::UnknownKey("test-key-1".to_owned()))
    }
}

#[tokio::test]
async fn a_token_is_verified_once() {
    let fixture = verified(TokenCache::default()).await;
    fixture.rename_the_key().await;
    accepted(&fixture.verifier, &fixture.token);
    fixture.verifier.verify(&fixture.token).await.expect("Ok");
    let clone = fixture.verifier.clone();
    accepted(&clone, &fixture.token);
    // Each bit counts, that of the signature as well.
    for part in 0..3 {
        refusal(&fixture.verifier, &flip_bit(&fixture.token, part, 3));
    }
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let fixture = verified(TokenCache::OFF).await;
    accepted(&fixture.verifier, &fixture.token);
    fixture.rename_the_key().await;
    assert_eq!(
        refusal(&fixture.verifier, &fixture.token),
        Fixture::unknown()
    );
}

#[tokio::test]
async fn a_token_is_verified_again_after_the_time_set() {
    let cache = TokenCache::default().max_age(Duration::from_mins(5));
    let fixture = verified(cache).await;
    fixture.rename_the_key().await;
    fixture.clock.set(at(NOW + 299));
    accepted(&fixture.verifier, &fixture.token);
    fixture.clock.set(at(NOW + 300));
    let denial = fixture.verifier.verify(&fixture.token).await.unwrap_err();
    assert_eq!(denial, Fixture::unknown());
}

#[tokio::test]
async fn a_withdrawn_key_ends_its_tokens_at_once() {
    let fixture = verified(TokenCache::default()).await;
    fixture.publish(jwks(&[2])).await;
    assert_eq!(
        refusal(&fixture.verifier, &fixture.token),
        Fixture::unknown()
    );
}

#[tokio::test]
async fn other_key_material_under_the_old_name_ends_the_tokens() {
    let fixture = verified(TokenCache::default()).await;
    let other = jwks(&[2]).replace("test-key-2", "test-key-1");
    fixture.publish(other).await;
    assert_eq!(
        refusal(&fixture.verifier, &fixture.token),
        Denial::TokenInvalid(Invalid::Signature)
    );
}

#[tokio::test]
async fn known_tokens_start_the_refresh_and_end_at_the_stale_bound() {
    let fixture = verified(TokenCache::default()).await;
    fixture.server.always(Answer::status(503));
    assert_eq!(fixture.server.requests(), 1);

    fixture.clock.set(at(NOW + 7200));
    accepted(&fixture.verifier, &fixture.token);
    let refresh = fixture.server.requested(2);
    let refreshed = tokio::time::timeout(Duration::from_secs(20), refresh).await;
    refreshed.expect("a refresh");

    fixture.clock.set(at(NOW + 7200 + 3599));
    accepted(&fixture.verifier, &fixture.token);
    fixture.clock.set(at(NOW + 7200 + 3600));
    assert_eq!(fixture.verifier.check(&fixture.token), Check::Wait);
    let denial = fixture.verifier.verify(&fixture.token).await.unwrap_err();
    assert_eq!(denial.reason(), "KEYS_UNAVAILABLE");

    fixture.server.always(Answer::keys(jwks(&[1])));
    fixture.clock.advance(Duration::from_mins(2));
    let again = fixture.verifier.verify(&fixture.token).await;
    again.expect("a valid token, with keys of now");
}

#[tokio::test]
async fn known_tokens_end_at_the_stale_bound_by_the_clock_of_the_keys() {
    let fixture = verified(TokenCache::default()).await;
    // From here on the verifier's clock stands still, and the keys' goes on.
    let verifier = fixture.verifier.clone().clock(Clock::manual(at(NOW)));
    accepted(&verifier, &fixture.token);
    fixture.server.always(Answer::status(503));
    fixture.clock.set(at(NOW + 7200 + 3600));
    assert_eq!(verifier.check(&fixture.token), Check::Wait);
}

#[test]
fn a_known_token_expires_like_a_new_one() {
    let clock = Clock::manual(at(NOW));
    let verifier = issuer().verifier().clock(clock.clone());
    let token = token().sign();
    accepted(&verifier, &token);
    clock.set(at(NOW + 3609) + Duration::from_millis(999));
    accepted(&verifier, &token);
    clock.set(at(NOW + 3610));
    assert_eq!(refusal(&verifier, &token), Denial::TokenExpired);
    assert_eq!(refusal(&verifier, &token), Denial::TokenExpired);
}

#[test]
fn a_known_token_is_early_again_when_the_clock_is_set_back() {
    for claim in ["iat", "auth_time", "nbf"] {
        let clock = Clock::manual(at(NOW + 60));
        let verifier = issuer().verifier().clock(clock.clone());
        let token = token().claim("iat", NOW).claim(claim, NOW + 60).sign();
        accepted(&verifier, &token);
        clock.set(at(NOW + 49));
        assert_eq!(
            refusal(&verifier, &token),
            Denial::TokenNotYetValid(claim),
            "{claim}"
        );
        clock.set(at(NOW + 50));
        accepted(&verifier, &token);
    }
}

#[test]
fn what_was_refused_stays_refused_however_often_it_comes() {
    let verifier = issuer().verifier();
    let good = token().sign();
    let forged = token().forged_with(2).sign();
    let (signed, _) = good.rsplit_once('.').expect("a token");
    for token in [
        forged.as_str(),
        &format!("{signed}."),
        &token().claim("aud", "another-project").sign(),
        &token().without("sub").sign(),
        "a.b.c",
    ] {
        for _ in 0..3 {
            refusal(&verifier, token);
        }
        accepted(&verifier, &good);
        refusal(&verifier, token);
    }
}

/// That a token was accepted twice: the second time because it was known.
fn is_known<C: std::fmt::Debug>(first: Check<C>, second: Check<C>) {
    for check in [first, second] {
        assert!(matches!(check, Check::Verified(_)), "{check:?}");
    }
}

#[test]
fn a_verifier_of_firebase_tokens_forgets_at_each_change_of_its_settings() {
    let good = token().sign();
    let known = || {
        let verifier = issuer().verifier();
        is_known(verifier.check(&good), verifier.check(&good));
        verifier
    };
    let of_a_tenant = known().tenants(["pupils"]).unwrap();
    assert_eq!(refusal(&of_a_tenant, &good).reason(), "TOKEN_INVALID");

    let later = known().clock(Clock::manual(at(NOW + 3610)));
    assert_eq!(refusal(&later, &good), Denial::TokenExpired);

    let clock = Clock::manual(at(NOW + 3605));
    let patient = issuer().verifier().clock(clock);
    accepted(&patient, &good);
    let strict = patient.clone().clock_skew(Duration::ZERO).unwrap();
    assert_eq!(refusal(&strict, &good), Denial::TokenExpired);
    accepted(&patient, &good);

    let with_roles = token()
        .roles(&["editor"])
        .claim("permissions", serde_json::json!(["admin"]))
        .sign();
    let verifier = issuer().verifier();
    assert!(accepted(&verifier, &with_roles).has_role("editor"));
    let renamed = verifier.roles_claim("permissions").unwrap();
    let user = accepted(&renamed, &with_roles);
    assert!(user.has_role("admin") && !user.has_role("editor"));
}

#[tokio::test]
async fn it_forgets_when_its_bounds_change() {
    let fixture = verified(TokenCache::default()).await;
    fixture.rename_the_key().await;
    let other = fixture.verifier.clone().cache(TokenCache::of(1024 * 1024));
    assert_eq!(refusal(&other, &fixture.token), Fixture::unknown());
    accepted(&fixture.verifier, &fixture.token);
}

#[test]
fn a_verifier_of_assertions_forgets_at_each_change_of_its_settings() {
    let clock = Clock::manual(at(NOW));
    let issuer = IapIssuer::new("/projects/1/locations/europe-west1/services/admin").clock(clock);
    let assertion = issuer
        .assertion("1")
        .claim("iat", NOW - 10)
        .claim("exp", NOW - 5)
        .sign();
    let verifier = issuer.verifier();
    is_known(verifier.check(&assertion), verifier.check(&assertion));
    let strict = verifier.clone().clock_skew(Duration::ZERO).unwrap();
    assert_eq!(
        strict.check(&assertion),
        Check::Refused(Denial::TokenExpired)
    );
    let later = verifier.clone().clock(Clock::manual(at(NOW) + HOUR));
    assert_eq!(
        later.check(&assertion),
        Check::Refused(Denial::TokenExpired)
    );
    assert!(matches!(verifier.check(&assertion), Check::Verified(_)));
}

#[test]
fn a_verifier_of_service_accounts_forgets_at_each_change_of_its_settings() {
    const VOTES: &str = "votes@demo-callgate.iam.gserviceaccount.com";
    const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";
    let clock = Clock::manual(at(NOW));
    let issuer = GoogleIssuer::new("https://votes.example.com").clock(clock);
    let late = issuer
        .token(ADMIN)
        .claim("iat", NOW - 10)
        .claim("exp", NOW - 5)
        .sign();
    let known = || -> ServiceAccountVerifier {
        let verifier = issuer.verifier([("admin", ADMIN)]);
        is_known(verifier.check(&late), verifier.check(&late));
        verifier
    };
    let expired = Check::Refused(Denial::TokenExpired);
    let strict = known().clock_skew(Duration::ZERO).unwrap();
    assert_eq!(strict.check(&late), expired);
    let later = known().clock(Clock::manual(at(NOW) + HOUR));
    assert_eq!(later.check(&late), expired);
    let others = known().accounts([("votes", VOTES)]).unwrap();
    assert!(matches!(
        others.check(&late),
        Check::Refused(Denial::ServiceNotAllowed)
    ));
    let renamed = known().accounts([("boss", ADMIN)]).unwrap();
    let Check::Verified(service) = renamed.check(&late) else {
        panic!("not accepted");
    };
    assert_eq!(service.name(), "boss");
}

#[test]
fn a_verifier_of_app_check_tokens_forgets_at_each_change_of_its_settings() {
    let clock = Clock::manual(at(NOW));
    let issuer = AppCheckIssuer::new("demo-callgate", 123_456_789_012).clock(clock);
    let late = issuer
        .token("1:123456789012:web:0a1b")
        .claim("iat", NOW - 10)
        .claim("exp", NOW - 5)
        .sign();
    let verifier = issuer.verifier();
    is_known(verifier.check(&late), verifier.check(&late));
    let expired = Check::Refused(Denial::TokenExpired);
    let strict = verifier.clone().clock_skew(Duration::ZERO).unwrap();
    assert_eq!(strict.check(&late), expired);
    let later = verifier.clone().clock(Clock::manual(at(NOW) + HOUR));
    assert_eq!(later.check(&late), expired);
    assert!(matches!(verifier.check(&late), Check::Verified(_)));
}

#[test]
fn a_verifier_of_session_cookies_has_a_cache_of_its_own() {
    let clock = Clock::manual(at(NOW));
    let issuer = SessionCookieIssuer::new("demo-callgate").clock(clock.clone());
    let cookie = issuer.cookie("ada").expires_at(at(NOW + 3600)).sign();
    let (id_tokens, verifier) = (super::issuer().verifier(), issuer.verifier());
    for _ in 0..2 {
        assert!(matches!(verifier.check(&cookie), Check::Verified(_)));
        refusal(&id_tokens, &cookie);
    }
    clock.set(at(NOW + 3610));
    assert_eq!(
        verifier.check(&cookie),
        Check::Refused(Denial::TokenExpired)
    );
}

#[test]
fn two_verifiers_that_share_their_keys_share_no_tokens() {
    let one = issuer().verifier();
    let token = token().sign();
    accepted(&one, &token);
    let keys = one.keys().clone();
    let other = FirebaseVerifier::new("demo-another", keys).unwrap();
    assert_eq!(refusal(&other, &token).reason(), "TOKEN_INVALID");
    let of_another = FirebaseIssuer::new("demo-another").token("ada").sign();
    accepted(&other, &of_another);
    refusal(&one, &of_another);
}
