//! Does one thing so many times, for callgrind to count the instructions: `callgate-count THING TIMES`.
//!
//! Callgrind is told to count in [`counted`] only, so that making keys and tokens does not count.

use std::{hint::black_box, process::ExitCode};

use callgate_count::{
    Signed, accepted, firebase, firebase_token, firebase_verifier, iap, iap_assertion,
    iap_verifier,
    pass::{self, Call},
    refused,
};

/// What is done, made ready.
type Thing = Box<dyn FnMut()>;

/// Makes it ready.
type MakeReady = fn() -> Thing;

/// The things, in the order of the committed figures.
const THINGS: [(&str, MakeReady); 8] = [
    ("signature_rs256", signature_rs256),
    ("verify_rs256", verify_rs256),
    ("signature_es256", signature_es256),
    ("verify_es256", verify_es256),
    ("look_up", look_up),
    ("refuse_malformed", refuse_malformed),
    ("no_gate", no_gate),
    ("gate_pass", gate_pass),
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (thing, times) = (args.next(), args.next());
    let thing = THINGS
        .iter()
        .find(|(name, _)| Some(*name) == thing.as_deref());
    let times = times.and_then(|times| times.parse().ok());
    let (Some((_, make_ready)), Some(times)) = (thing, times) else {
        eprintln!("usage: callgate-count THING TIMES; the things are:");
        for (name, _) in THINGS {
            eprintln!("  {name}");
        }
        return ExitCode::FAILURE;
    };
    let mut thing = make_ready();
    // Once to fill what is filled at first use.
    thing();
    counted(times, &mut thing);
    ExitCode::SUCCESS
}

/// The name that callgrind is told.
#[inline(never)]
fn counted(times: usize, thing: &mut Thing) {
    for _ in 0..times {
        thing();
    }
}

fn signature_rs256() -> Thing {
    let issuer = firebase();
    let (signed, keys) = (Signed::new(firebase_token(&issuer, 1)), issuer.key_set());
    Box::new(move || black_box(&signed).check(&keys))
}

fn verify_rs256() -> Thing {
    let issuer = firebase();
    let (token, verifier) = (firebase_token(&issuer, 1), firebase_verifier(&issuer));
    Box::new(move || accepted(&verifier.check(black_box(&token))))
}

fn signature_es256() -> Thing {
    let issuer = iap();
    let (signed, keys) = (Signed::new(iap_assertion()), issuer.key_set());
    Box::new(move || black_box(&signed).check(&keys))
}

fn verify_es256() -> Thing {
    let issuer = iap();
    let (assertion, verifier) = (iap_assertion(), iap_verifier(&issuer));
    Box::new(move || accepted(&verifier.check(black_box(&assertion))))
}

fn look_up() -> Thing {
    let issuer = firebase();
    let (token, verifier) = (firebase_token(&issuer, 1), issuer.verifier());
    Box::new(move || accepted(&verifier.check(black_box(&token))))
}

fn refuse_malformed() -> Thing {
    let issuer = firebase();
    let (token, verifier) = (firebase_token(&issuer, 1), issuer.verifier());
    // All of it has to be looked at to see that its last character is wrong.
    let malformed = format!("{}=", &token[..token.len() - 1]);
    Box::new(move || refused(&verifier.check(black_box(&malformed))))
}

fn no_gate() -> Thing {
    let call = Call::new(&firebase_token(&firebase(), 1));
    let mut pass = pass::without_a_gate();
    Box::new(move || pass(black_box(&call)))
}

fn gate_pass() -> Thing {
    let issuer = firebase();
    let call = Call::new(&firebase_token(&issuer, 1));
    let mut pass = pass::behind_the_gate(issuer.verifier());
    Box::new(move || pass(black_box(&call)))
}
