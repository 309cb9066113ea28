//! What a verifier counts of the tokens that it sees.

use std::time::Duration;

use callgate::verify::{TokenCache, VerifierStats};

use super::{accepted, issuer, refusal, token};

/// Cached, verified and refused.
fn counts(stats: VerifierStats) -> [u64; 3] {
    [stats.cached, stats.verified, stats.refused]
}

#[tokio::test]
async fn each_token_is_counted_once_as_known_verified_or_refused() {
    let verifier = issuer().verifier();
    assert_eq!(verifier.stats(), VerifierStats::default());

    let good = token().sign();
    accepted(&verifier, &good);
    assert_eq!(counts(verifier.stats()), [0, 1, 0]);
    let time = verifier.stats().time;
    assert!(time > Duration::ZERO);

    accepted(&verifier.clone(), &good);
    verifier.verify(&good).await.expect("a valid token");
    assert_eq!(counts(verifier.stats()), [2, 1, 0], "clones count as one");

    refusal(&verifier, "no token");
    verifier.verify("nor this").await.expect_err("no token");
    assert_eq!(counts(verifier.stats()), [2, 1, 2]);
    assert_eq!(verifier.stats().time, time, "no signature was checked");

    refusal(&verifier, &token().forged_with(2).sign());
    assert_eq!(counts(verifier.stats()), [2, 1, 3]);
    assert!(verifier.stats().time > time);
}

#[test]
fn without_a_cache_each_token_is_counted_as_verified() {
    let verifier = issuer().verifier().cache(TokenCache::OFF);
    let good = token().sign();
    accepted(&verifier, &good);
    accepted(&verifier, &good);
    assert_eq!(counts(verifier.stats()), [0, 2, 0]);
}
