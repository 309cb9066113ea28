//! Each difference between callgate and firebase-admin is meant.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::SystemTime,
};

use callgate::Clock;
use callgate_differential_tests::{Case, Differences, Judge, Side, Verdict, cases, firebase_admin};
use callgate_testkit::FirebaseIssuer;

/// The keys that the issuer publishes; it has others, which nobody should accept.
const PUBLISHED: [usize; 2] = [1, 2];

/// The issuer's time stands still at the test's begin. firebase-admin has the machine's.
fn issuer() -> FirebaseIssuer {
    FirebaseIssuer::new("demo-callgate")
        .publishing(&PUBLISHED)
        .clock(Clock::manual(SystemTime::now()))
}

#[test]
fn callgate_and_firebase_admin_differ_where_it_is_meant_and_nowhere_else() {
    let issuer = issuer();
    let cases = cases::all(&issuer);
    let callgate = Judge::new(&issuer);
    let firebase_admin = firebase_admin(&issuer, &PUBLISHED, &cases);
    let listed = Differences::listed();

    let mut faults = Vec::new();
    let (mut accepted, mut refused, mut differing) = (0, 0, 0);
    for (case, theirs) in cases.iter().zip(&firebase_admin) {
        let ours = callgate.verdict(case);
        let found = match (ours.is_accepted(), theirs.is_accepted()) {
            (true, true) => {
                accepted += 1;
                None
            }
            (false, false) => {
                refused += 1;
                None
            }
            (true, false) => Some(Side::Callgate),
            (false, true) => Some(Side::FirebaseAdmin),
        };
        differing += usize::from(found.is_some());
        if let Some(fault) = fault(case, &ours, theirs, found, &listed) {
            faults.push(format!(
                "{case}: {fault}\n    callgate: {ours:?}\n    firebase-admin: {theirs:?}"
            ));
        }
    }
    let known: BTreeSet<String> = cases.iter().map(Case::to_string).collect();
    for case in listed.cases().filter(|case| !known.contains(*case)) {
        faults.push(format!(
            "{case}: listed in DIFFERENCES.md, but there is no such token"
        ));
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );

    // Past libtest, which would keep it to itself.
    let _ = writeln!(
        io::stderr(),
        "{} tokens compared with firebase-admin: {accepted} accepted by both, {refused} refused by both, {differing} listed \
         differences",
        cases.len(),
    );
}

/// What is wrong with the two verdicts on a token.
fn fault(
    case: &Case,
    ours: &Verdict,
    theirs: &Verdict,
    found: Option<Side>,
    listed: &Differences,
) -> Option<&'static str> {
    match (found, listed.of(&case.to_string())) {
        (Some(_), None) => Some("a difference that is not listed in DIFFERENCES.md"),
        (None, Some(_)) => Some("listed in DIFFERENCES.md, but no longer a difference"),
        (Some(found), Some(listed)) if found != listed => {
            Some("DIFFERENCES.md has it the other way round")
        }
        (None, None) if ours.is_accepted() && ours != theirs => {
            Some("both accept it, but read another user from it")
        }
        _ => None,
    }
}

#[test]
fn the_tokens_are_many_and_each_has_a_name_of_its_own() {
    let cases = cases::all(&issuer());
    assert!(cases.len() >= 150, "{} tokens", cases.len());
    let names: BTreeSet<String> = cases.iter().map(Case::to_string).collect();
    assert_eq!(names.len(), cases.len());
    assert!(
        names.iter().all(|name| !name.contains(';')),
        "a semicolon parts names in DIFFERENCES.md"
    );
}
