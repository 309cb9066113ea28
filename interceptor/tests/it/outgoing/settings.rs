//! Where calls may go to, and what may be trusted.

use super::*;

#[test]
fn tokens_only_leave_for_https_or_this_machine() {
    let tokens = IdTokens::fixed("own").expect("a token");
    for origin in [
        VOTES,
        "https://votes.example.com/",
        "https://votes.example.com:8443",
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    ] {
        assert!(Callee::new(origin, VOTES, &tokens).is_ok(), "{origin}");
    }
    for origin in [
        "http://votes-x1y2z3.a.run.app",
        "http://10.0.0.1:8080",
        "http://localhost.example.com",
        "http://127.0.0.1@example.com",
        "https://user:pass@example.com",
        "https://example.com/votes",
        "https://example.com/?a",
        "https://example.com/#a",
        "ftp://localhost",
        "unix:///tmp/socket",
        "votes.example.com",
        "//votes.example.com",
        "",
    ] {
        assert!(Callee::new(origin, VOTES, &tokens).is_err(), "{origin}");
    }
    assert!(Callee::new(VOTES, "", &tokens).is_err(), "no audience");
}

#[test]
fn what_is_no_certificate_is_not_trusted() {
    let tokens = IdTokens::fixed("own").expect("a token");
    let callee = |origin| Callee::new(origin, VOTES, &tokens).expect("a callee");
    assert!(callee(VOTES).trusting("").is_err());
    let pem = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    assert!(callee(VOTES).trusting(pem).is_err());
    assert!(callee("http://localhost").trusting(pem).is_err());
}

#[test]
fn a_channel_shows_where_it_leads_to_and_no_token() {
    let tokens = IdTokens::fixed("own").expect("a token");
    let callee = Callee::new(VOTES, VOTES, &tokens).expect("a callee");
    let shown = format!("{callee:?}{:?}", callee.channel());
    assert!(shown.contains(VOTES) && !shown.contains("own"), "{shown}");
}
