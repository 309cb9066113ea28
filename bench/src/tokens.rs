//! What it takes to remember many tokens: memory, and how many are looked up a second.
//!
//! A million tokens of Firebase would take ten minutes to sign, since RS256 is made to be verified. So these are assertions of
//! IAP (ES256), which are signed in 20 us; what is remembered goes the same way. Each number of tokens takes a process of its own,
//! since the allocator keeps what is freed.

use std::{hint::black_box, thread, time::Instant};

use callgate::verify::TokenCache;
use callgate_count::{accepted, iap};
use serde::Serialize;

use crate::proc;

/// Has a verifier verify many tokens.
#[derive(clap::Args)]
pub(crate) struct Tokens {
    /// How many tokens, all of them different.
    #[arg(long, default_value_t = 1_000_000)]
    count: usize,
    /// How many bytes of memory may be taken to remember them: as many as a service takes by default.
    #[arg(long, default_value_t = 32 * 1024 * 1024)]
    cache_bytes: usize,
    /// For how long tokens that were verified before are verified again, in random order.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

#[derive(Serialize)]
struct Report {
    count: usize,
    configured_mb: f64,
    /// By how much the process has grown.
    cache_mb: f64,
    /// Tokens that were not seen before.
    new_per_s: f64,
    /// Tokens in random order that were all seen before.
    again_per_s: f64,
}

const MIB: f64 = 1024.0 * 1024.0;

impl Tokens {
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let tokens = mint(self.count);
        let verifier = iap().verifier().cache(TokenCache::of(self.cache_bytes));

        let before = proc::anonymous(std::process::id())?;
        let began = Instant::now();
        for token in &tokens {
            accepted(&verifier.check(token));
        }
        let new_per_s = tokens.len() as f64 / began.elapsed().as_secs_f64();
        let after = proc::anonymous(std::process::id())?;

        let report = Report {
            count: tokens.len(),
            configured_mb: self.cache_bytes as f64 / MIB,
            cache_mb: (after as f64 - before as f64) / MIB,
            new_per_s,
            again_per_s: per_second(self.seconds, &tokens, |token| {
                accepted(&verifier.check(black_box(token)));
            }),
        };
        println!("{}", serde_json::to_string(&report)?);
        Ok(())
    }
}

/// So many assertions, each of another user, on all CPUs that this process has.
fn mint(count: usize) -> Vec<String> {
    // Its clock stands still: assertions live ten minutes, and a slow machine takes longer.
    let issuer = iap();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut tokens = vec![String::new(); count];
    thread::scope(|scope| {
        for (part, chunk) in tokens.chunks_mut(count.div_ceil(threads)).enumerate() {
            let issuer = &issuer;
            scope.spawn(move || {
                for (n, token) in chunk.iter_mut().enumerate() {
                    let user = format!("accounts.google.com:{part:04}{n:017}");
                    *token = issuer
                        .assertion(&user)
                        .email("ada.lovelace@example.com")
                        .hosted_domain("example.com")
                        .sign();
                }
            });
        }
    });
    tokens
}

/// How often this is done in a second, with tokens in random order.
fn per_second(seconds: f64, tokens: &[String], mut check: impl FnMut(&str)) -> f64 {
    let (began, mut times, mut random) = (Instant::now(), 0_u32, 0x9e37_79b9_7f4a_7c15_u64);
    loop {
        for _ in 0..64 {
            // Xorshift: good enough to miss the cache.
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let at = usize::try_from(random >> 1).unwrap_or_default() % tokens.len();
            check(&tokens[at]);
        }
        times += 64;
        let elapsed = began.elapsed().as_secs_f64();
        if elapsed >= seconds {
            return f64::from(times) / elapsed;
        }
    }
}
