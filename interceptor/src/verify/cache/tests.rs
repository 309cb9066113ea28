//! What is remembered, for how long, and how often a token is verified.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Instant, SystemTime},
};

use super::*;
use crate::{Clock, denial::Invalid, keys::KeySet};

const SKEW: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_hours(1);
const NOW: SystemTime = SystemTime::UNIX_EPOCH;

/// A caller whose token ends then, and who takes as much memory as is said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Someone {
    expires_at: SystemTime,
    bytes: usize,
}

impl Remembered for Someone {
    fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

const SOMEONE: Someone = Someone {
    expires_at: SystemTime::UNIX_EPOCH,
    bytes: 100,
};

fn someone() -> Someone {
    Someone {
        expires_at: NOW + HOUR,
        ..SOMEONE
    }
}

/// A cache, its clock, and keys with the fingerprint of the first of them.
struct Fixture {
    cache: Cache<Someone>,
    clock: Clock,
    keys: KeyStore,
    key: [u8; 32],
}

fn fixture(bounds: TokenCache) -> Fixture {
    let clock = Clock::manual(NOW);
    let mut period = Period::new(SKEW);
    period.clock = clock.clone();
    let keys = KeySet::parse(callgate_testkit::jwks(&[1, 2]).as_bytes()).expect("keys");
    let key = *keys.get("test-key-1").expect("the first key").fingerprint();
    Fixture {
        cache: Cache::new(bounds, period).expect("room"),
        clock,
        keys: KeyStore::fixed(keys),
        key,
    }
}

impl Fixture {
    fn verify(&self, token: &str) {
        let caller = self
            .cache
            .verify_once(token.as_bytes(), &self.key, |_| Ok(someone()))
            .expect("a verified token");
        assert_eq!(caller, someone());
    }

    fn is_known(&self, token: &str) -> bool {
        matches!(self.cache.get(token.as_bytes(), &self.keys), Some(Ok(_)))
    }
}

#[test]
fn a_verified_token_is_known_and_no_other() {
    let fixture = fixture(TokenCache::default());
    assert_eq!(fixture.cache.get(b"a.b.c", &fixture.keys), None);
    fixture.verify("a.b.c");
    assert_eq!(
        fixture.cache.get(b"a.b.c", &fixture.keys),
        Some(Ok(someone()))
    );
    for other in ["", "a.b.d", "a.b.c ", "A.b.c", "a.b", "a.b.c\0"] {
        assert_eq!(
            fixture.cache.get(other.as_bytes(), &fixture.keys),
            None,
            "{other:?}"
        );
    }
}

#[test]
fn two_tokens_of_one_end_are_two() {
    let fixture = fixture(TokenCache::default());
    let end = "x".repeat(100);
    fixture.verify(&format!("a.b.{end}"));
    assert!(fixture.is_known(&format!("a.b.{end}")));
    assert!(!fixture.is_known(&format!("a.c.{end}")));
    assert!(!fixture.is_known(&end));
}

#[test]
fn a_token_ends_with_the_skew_to_the_millisecond_and_is_forgotten() {
    let fixture = fixture(TokenCache::default());
    fixture.verify("a.b.c");
    fixture
        .clock
        .set(NOW + HOUR + SKEW - Duration::from_millis(1));
    assert!(fixture.is_known("a.b.c"));
    fixture.clock.set(NOW + HOUR + SKEW);
    assert_eq!(
        fixture.cache.get(b"a.b.c", &fixture.keys),
        Some(Err(Denial::TokenExpired))
    );
    assert!(fixture.cache.0.entries.is_empty());
}

#[test]
fn by_a_clock_that_was_set_back_a_token_is_verified_again() {
    let fixture = fixture(TokenCache::default());
    fixture.clock.advance(HOUR / 2);
    fixture.verify("a.b.c");
    fixture.clock.set(NOW + HOUR / 2 - Duration::from_millis(1));
    assert!(!fixture.is_known("a.b.c"));
    fixture.verify("a.b.c");
    assert!(fixture.is_known("a.b.c"), "by the time it is now");
}

#[test]
fn a_token_is_verified_again_at_the_greatest_age() {
    let fixture = fixture(TokenCache::default().max_age(SKEW));
    fixture.verify("a.b.c");
    fixture.clock.set(NOW + SKEW - Duration::from_millis(1));
    assert!(fixture.is_known("a.b.c"));
    fixture.clock.set(NOW + SKEW);
    assert!(!fixture.is_known("a.b.c"));
    fixture.verify("a.b.c");
    assert!(fixture.is_known("a.b.c"));
}

#[test]
fn a_token_counts_as_long_as_its_key_material_is_there() {
    let fixture = fixture(TokenCache::default());
    fixture.verify("a.b.c");
    let store = |jwks: String| KeyStore::fixed(KeySet::parse(jwks.as_bytes()).expect("keys"));
    let one_and_two = callgate_testkit::jwks(&[1, 2]);
    let other_names = one_and_two.replace("test-key", "key");
    let other_material = callgate_testkit::jwks(&[2]).replace("test-key-2", "test-key-1");
    for (keys, is_known) in [
        (callgate_testkit::jwks(&[2, 3]), false),
        (other_material, false),
        (other_names, true),
        (callgate_testkit::jwks(&[3, 1]), true),
    ] {
        let answer = fixture.cache.get(b"a.b.c", &store(keys));
        assert_eq!(answer.is_some(), is_known);
    }
}

#[test]
fn a_refused_token_is_not_known() {
    let fixture = fixture(TokenCache::default());
    for _ in 0..2 {
        let refused = fixture
            .cache
            .verify_once(b"a.b.c", &fixture.key, |_| Err(Invalid::Signature.into()));
        assert_eq!(refused, Err(Invalid::Signature.into()));
        assert_eq!(fixture.cache.get(b"a.b.c", &fixture.keys), None);
    }
    fixture.verify("a.b.c");
}

#[test]
fn a_token_that_many_calls_bring_at_once_is_verified_once() {
    const CALLS: usize = 8;
    let fixture = fixture(TokenCache::default());
    for (token, outcome) in [
        ("good", Ok(someone())),
        ("bad", Err(Invalid::Signature.into())),
    ] {
        let verified = AtomicUsize::new(0);
        let barrier = Barrier::new(CALLS);
        let call = || {
            barrier.wait();
            let answer = fixture
                .cache
                .verify_once(token.as_bytes(), &fixture.key, |_| {
                    verified.fetch_add(1, Ordering::SeqCst);
                    let begin = Instant::now();
                    while fixture.cache.0.flights.passengers() < CALLS {
                        assert!(begin.elapsed() < Duration::from_secs(20), "nobody joins");
                        thread::yield_now();
                    }
                    outcome.clone()
                });
            assert_eq!(answer, outcome);
        };
        thread::scope(|scope| {
            for _ in 0..CALLS {
                scope.spawn(call);
            }
        });
        assert_eq!(verified.load(Ordering::SeqCst), 1, "{token}");
        assert_eq!(fixture.cache.0.flights.passengers(), 0);
    }
}

#[test]
fn a_token_that_was_verified_a_moment_ago_is_not_verified_again() {
    let fixture = fixture(TokenCache::default());
    fixture.verify("a.b.c");
    let answer = fixture
        .cache
        .verify_once(b"a.b.c", &fixture.key, |_| panic!("verified twice"));
    assert_eq!(answer, Ok(someone()));
    // But by another key it is.
    let answer = fixture
        .cache
        .verify_once(b"a.b.c", &[0; 32], |_| Err(Invalid::Signature.into()));
    assert_eq!(answer, Err(Invalid::Signature.into()));
}

#[test]
fn other_tokens_do_not_wait() {
    let fixture = Arc::new(fixture(TokenCache::default()));
    let answer = fixture.cache.verify_once(b"a.b.c", &fixture.key, |_| {
        let (done, is_done) = mpsc::channel();
        let fixture = Arc::clone(&fixture);
        thread::spawn(move || {
            for n in 0..100 {
                fixture.verify(&n.to_string());
            }
            // The same token by another key, since the key set was changed meanwhile.
            let verify = |_: &Arc<[u8]>| Ok(someone());
            let other = fixture.cache.verify_once(b"a.b.c", &[0; 32], verify);
            done.send(other).expect("a receiver");
        });
        let other = is_done.recv_timeout(Duration::from_secs(20));
        assert_eq!(other, Ok(Ok(someone())));
        Ok(someone())
    });
    assert_eq!(answer, Ok(someone()));
}

#[test]
fn a_verification_that_panics_is_none() {
    let fixture = fixture(TokenCache::default());
    let panics = AssertUnwindSafe(|| {
        let verify = |_: &Arc<[u8]>| panic!("a fault of ours");
        fixture.cache.verify_once(b"a.b.c", &fixture.key, verify)
    });
    assert!(catch_unwind(panics).is_err());
    assert_eq!(fixture.cache.get(b"a.b.c", &fixture.keys), None);
    fixture.verify("a.b.c");
}

#[test]
fn memory_is_bounded() {
    let max_bytes = 64 * 1024;
    let Fixture { cache, key, .. } = fixture(TokenCache::of(max_bytes));
    let remember = |token: &str, bytes: usize| {
        let caller = Someone { bytes, ..someone() };
        cache
            .verify_once(token.as_bytes(), &key, |_| Ok(caller))
            .expect("Ok");
    };
    for n in 0..10_000 {
        remember(&format!("{n}.{}", "x".repeat(n % 1000)), 1000);
        assert!(cache.0.entries.weight() <= max_bytes as u64);
    }
    let kept = cache.0.entries.len();
    assert!((16..64).contains(&kept), "{kept}");
    remember("too large by itself", max_bytes);
    assert!(cache.0.entries.weight() <= max_bytes as u64);
}

#[test]
fn each_text_of_a_caller_weighs() {
    let token = |roles: &[String], name: &str| {
        crate::caller::EndUser::verified(crate::caller::EndUserClaims {
            uid: "ada".into(),
            tenant: None,
            email: None,
            email_verified: false,
            name: Some(name.into()),
            picture: None,
            phone_number: None,
            sign_in_provider: "password".into(),
            second_factor: None,
            roles: roles.iter().map(|role| role.as_str().into()).collect(),
            signed_in_at: NOW,
            issued_at: NOW,
            expires_at: NOW,
            session_cookie: false,
            token: [b'x'; 1000].into(),
        })
        .bytes()
    };
    let bare = token(&[], "Ada");
    // The token's text is weighed with the place that it is found by, and shared.
    assert!((200..600).contains(&bare), "{bare}");
    assert!(token(&[], &"Ada".repeat(1000)) >= bare + 2900);
    // Of short roles the places and the allocations weigh more than the texts.
    let roles: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    assert!(token(&roles, "Ada") >= bare + 100 * (16 + 16 + 16));
}

#[test]
fn nothing_is_remembered_without_room() {
    let period = Period::new(SKEW);
    assert!(Cache::<Someone>::new(TokenCache::OFF, period).is_none());
}
