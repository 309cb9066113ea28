//! What the verifier costs, in nanoseconds: the bare signature and what is compared with it in turn, so that a noisy machine
//! slows all of them alike. Criterion's figures of the same things are better, and take longer: `benches/verifier.rs`.

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use callgate::Clock;
use callgate_count::{
    Signed, accepted, firebase, firebase_token, firebase_verifier, iap, iap_assertion,
    iap_verifier, refused,
};
use rustix::time::{ClockId, clock_gettime};

/// How long one thing is done in one round.
const SLICE: Duration = Duration::from_millis(10);

/// Measures the verifier.
#[derive(clap::Args)]
pub(crate) struct Micro {
    /// How often each thing is measured; the median counts.
    #[arg(long, default_value_t = 51)]
    rounds: usize,
}

type Thing = (&'static str, Box<dyn FnMut()>);

impl Micro {
    /// Prints the nanoseconds of each thing as one line of JSON.
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let mut things = things();
        let mut times = vec![Vec::new(); things.len()];
        for _ in 0..=self.rounds {
            for ((_, thing), times) in things.iter_mut().zip(&mut times) {
                times.push(time(thing));
            }
        }
        let medians: BTreeMap<&str, f64> = things
            .iter()
            .zip(&mut times)
            .map(|((name, _), times)| {
                // The first round warms up.
                let times = &mut times[1..];
                times.sort_by(f64::total_cmp);
                (*name, times[times.len() / 2])
            })
            .collect();
        println!("{}", serde_json::to_string(&medians)?);
        Ok(())
    }
}

/// The CPU time of one such thing, in nanoseconds: that other programs run meanwhile does not count.
fn time(thing: &mut dyn FnMut()) -> f64 {
    let (begin, mut times) = (on_cpu(), 0_u32);
    loop {
        for _ in 0..64 {
            thing();
        }
        times += 64;
        let elapsed = on_cpu().saturating_sub(begin);
        if elapsed >= SLICE {
            return elapsed.as_secs_f64() * 1e9 / f64::from(times);
        }
    }
}

fn on_cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(now).unwrap_or_default()
}

fn things() -> Vec<Thing> {
    let issuer = firebase();
    let token = firebase_token(&issuer, 1);
    let malformed = format!("{}=", &token[..token.len() - 1]);
    let (signed, _) = token.rsplit_once('.').expect("a token");
    let other = firebase_token(&issuer, 2);
    let (_, signature) = other.rsplit_once('.').expect("a token");
    let forged = format!("{signed}.{signature}");
    let long_ago = Clock::manual(Clock::system().now() - Duration::from_hours(2));
    let expired = firebase_token(&issuer.clone().clock(long_ago), 1);
    let unknown_key = issuer.token("ada").key(4).sign();

    let (bare, keys) = (Signed::new(token.clone()), issuer.key_set());
    let (bare_es256, keys_es256) = (Signed::new(iap_assertion()), iap().key_set());
    let (assertion, iap) = (iap_assertion(), iap_verifier(&iap()));
    let (cold, warm) = (firebase_verifier(&issuer), issuer.verifier());
    accepted(&warm.check(&token));
    let deny = |name, token: String| -> Thing {
        let verifier = cold.clone();
        (
            name,
            Box::new(move || refused(&verifier.check(black_box(&token)))),
        )
    };
    let denials = [
        deny("deny_malformed", malformed),
        deny("deny_unknown_key", unknown_key),
        deny("deny_forged", forged),
        deny("deny_expired", expired),
    ];
    let known = token.clone();
    let mut things: Vec<Thing> = vec![
        (
            "signature_rs256",
            Box::new(move || black_box(&bare).check(&keys)),
        ),
        (
            "verify_rs256",
            Box::new(move || accepted(&cold.check(black_box(&token)))),
        ),
        (
            "signature_es256",
            Box::new(move || black_box(&bare_es256).check(&keys_es256)),
        ),
        (
            "verify_es256",
            Box::new(move || accepted(&iap.check(black_box(&assertion)))),
        ),
        (
            "look_up",
            Box::new(move || accepted(&warm.check(black_box(&known)))),
        ),
    ];
    things.extend(denials);
    things
}
