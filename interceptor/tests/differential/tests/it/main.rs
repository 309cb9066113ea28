//! Each difference between callgate and firebase-admin is meant.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::SystemTime,
};

use callgate::Clock;
use callgate_differential_tests::{
    Case, Differences, Issuers, Judge, Kind, Side, Tally, Verdict, cases, firebase_admin,
};

/// Their time stands still at the test's begin. firebase-admin has the machine's.
fn issuers() -> Issuers {
    Issuers::new(&Clock::manual(SystemTime::now()))
}

#[test]
fn callgate_and_firebase_admin_differ_where_it_is_meant_and_nowhere_else() {
    let issuers = issuers();
    let cases = cases::all(&issuers);
    let callgate = Judge::new(&issuers);
    let listed = Differences::listed();
    let judged: Vec<(&Case, Verdict, Verdict)> = cases
        .iter()
        .zip(firebase_admin(&issuers, &cases))
        .map(|(case, theirs)| (case, callgate.verdict(case), theirs))
        .collect();

    let mut faults = Vec::new();
    for (case, ours, theirs) in &judged {
        if let Some(fault) = fault(case, ours, theirs, &listed) {
            faults.push(format!(
                "{case}: {fault}\n    callgate: {ours:?}\n    firebase-admin: {theirs:?}"
            ));
        }
    }
    let known: BTreeSet<(Kind, String)> =
        cases.iter().map(|case| (case.kind, case.name())).collect();
    for (kind, case) in listed.cases().filter(|case| !known.contains(*case)) {
        faults.push(format!(
            "{kind}, {case}: listed in DIFFERENCES.md, but there is no such token"
        ));
    }
    for tally in Kind::ALL.map(|kind| tally(kind, &judged)) {
        let row = tally.row();
        if !Differences::have_line(&row) {
            faults.push(format!("DIFFERENCES.md does not count\n    {row}"));
        }
        // Past libtest, which would keep it to itself.
        let _ = writeln!(io::stderr(), "compared with firebase-admin: {tally}");
    }
    assert!(
        faults.is_empty(),
        "{} faults\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Who alone accepts the token.
fn alone(ours: &Verdict, theirs: &Verdict) -> Option<Side> {
    match (ours.is_accepted(), theirs.is_accepted()) {
        (true, false) => Some(Side::Callgate),
        (false, true) => Some(Side::FirebaseAdmin),
        (true, true) | (false, false) => None,
    }
}

/// What is wrong with the two verdicts on a token.
fn fault(
    case: &Case,
    ours: &Verdict,
    theirs: &Verdict,
    listed: &Differences,
) -> Option<&'static str> {
    match (alone(ours, theirs), listed.of(case.kind, &case.name())) {
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

/// The verdicts on the tokens of this kind, counted.
fn tally(kind: Kind, judged: &[(&Case, Verdict, Verdict)]) -> Tally {
    let mut tally = Tally::of(kind);
    for (_, ours, theirs) in judged.iter().filter(|(case, ..)| case.kind == kind) {
        tally.count(ours.is_accepted(), alone(ours, theirs));
    }
    tally
}

#[test]
fn the_tokens_are_many_and_each_has_a_name_of_its_own() {
    let cases = cases::all(&issuers());
    for kind in Kind::ALL {
        let of_kind = cases.iter().filter(|case| case.kind == kind);
        let names: Vec<String> = of_kind.map(Case::name).collect();
        assert!(names.len() >= 150, "{} {kind}s", names.len());
        let different: BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{kind}s");
        assert!(
            names.iter().all(|name| !name.contains(';')),
            "a semicolon parts names in DIFFERENCES.md"
        );
    }
}
