//! What the verifier costs: `cargo bench -p callgate-bench --bench verifier`.
#![allow(
    missing_docs,
    reason = "criterion's macros make functions without docs"
)]

use std::{hint::black_box, time::Duration};

use callgate::{Clock, keys::KeySet};
use callgate_count::{
    Signed, accepted, firebase, firebase_token, firebase_verifier, iap, iap_assertion,
    iap_verifier, refused,
};
use criterion::{Criterion, criterion_group, criterion_main};

/// The bare signature, with a key that is parsed already: what no verifier can go below.
fn signature(c: &mut Criterion) {
    let mut group = c.benchmark_group("signature");
    let issuer = firebase();
    let (token, keys) = (Signed::new(firebase_token(&issuer, 1)), issuer.key_set());
    group.bench_function("rs256", |b| b.iter(|| black_box(&token).check(&keys)));
    let (token, keys) = (Signed::new(iap_assertion()), iap().key_set());
    group.bench_function("es256", |b| b.iter(|| black_box(&token).check(&keys)));
}

/// A token that nobody has seen before.
fn verify(c: &mut Criterion) {
    let mut group = c.benchmark_group("verify");
    let issuer = firebase();
    let (token, verifier) = (firebase_token(&issuer, 1), firebase_verifier(&issuer));
    group.bench_function("rs256", |b| {
        b.iter(|| accepted(&verifier.check(black_box(&token))));
    });
    let (assertion, verifier) = (iap_assertion(), iap_verifier(&iap()));
    group.bench_function("es256", |b| {
        b.iter(|| accepted(&verifier.check(black_box(&assertion))));
    });
}

/// A token that was verified before.
fn look_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("look_up");
    let issuer = firebase();
    let verifier = issuer.verifier();
    for count in [1, 1000] {
        let tokens: Vec<String> = (0..count).map(|n| firebase_token(&issuer, n)).collect();
        for token in &tokens {
            accepted(&verifier.check(token));
        }
        let mut turn = tokens.iter().cycle();
        group.bench_function(format!("{count}_tokens_in_turn"), |b| {
            b.iter(|| accepted(&verifier.check(turn.next().expect("an endless turn"))));
        });
    }
}

/// What comes from those who have no valid token.
fn deny(c: &mut Criterion) {
    let mut group = c.benchmark_group("deny");
    let issuer = firebase();
    let verifier = issuer.verifier();
    let good = firebase_token(&issuer, 1);
    // Seen to be wrong at the very end.
    let malformed = format!("{}=", &good[..good.len() - 1]);
    let an_hour_ago = Clock::manual(Clock::system().now() - Duration::from_hours(2));
    let expired = firebase_token(&issuer.clone().clock(an_hour_ago), 1);
    let unknown_key = issuer.token("ada").key(4).sign();
    let forged = {
        let (signed, _) = good.rsplit_once('.').expect("a token");
        let other = firebase_token(&issuer, 2);
        let (_, signature) = other.rsplit_once('.').expect("a token");
        format!("{signed}.{signature}")
    };
    for (name, token) in [
        ("malformed", malformed),
        ("unknown_key", unknown_key),
        ("forged", forged),
        ("expired", expired),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| refused(&verifier.check(black_box(&token))));
        });
    }
}

/// What a new key set costs, once an hour or so: both of an issuer's keys are parsed.
fn key_set(c: &mut Criterion) {
    let jwks = firebase().jwks();
    c.bench_function("key_set/parse", |b| {
        b.iter(|| KeySet::parse(black_box(jwks.as_bytes())).expect("two keys"));
    });
}

criterion_group!(benches, signature, verify, look_up, deny, key_set);
criterion_main!(benches);
