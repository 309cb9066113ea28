//! Every kind of token, right and wrong, in every slot of a call, over the wire: only what the rule names is let in (G5, G6).

use callgate_testkit::{
    EmulatorIssuer,
    confusion::{Issuers, Kind, Rule, Slot, slots},
};
use callgate_wire_tests::{
    callers_server::{ADMIN, CallersServer, ORIGIN},
    server::PROJECT,
};
use http::{HeaderMap, HeaderValue, header::ORIGIN as ORIGIN_HEADER};

const USER: (Kind, Slot) = (Kind::Firebase, Slot::Authorization);
const BEARER_COOKIE: (Kind, Slot) = (Kind::SessionCookie, Slot::Authorization);
const COOKIE: (Kind, Slot) = (Kind::SessionCookie, Slot::SessionCookie);
const INTERNAL: (Kind, Slot) = (Kind::Iap, Slot::IapAssertion);
const SERVICE: (Kind, Slot) = (Kind::Google, Slot::Authorization);
const FORWARDED: (Kind, Slot) = (Kind::Firebase, Slot::EndUserAuthorization);
const APP: (Kind, Slot) = (Kind::AppCheck, Slot::AppCheck);

/// Each method with what its rule admits, and what a call must bring besides.
type Tried = (
    &'static str,
    &'static [(Kind, Slot)],
    &'static [(Kind, Slot)],
);

const METHODS: [Tried; 8] = [
    ("EndUser", &[USER], &[]),
    ("Session", &[USER, BEARER_COOKIE, COOKIE], &[]),
    ("Internal", &[INTERNAL], &[]),
    ("Service", &[SERVICE], &[]),
    ("OnBehalfStanding", &[SERVICE], &[FORWARDED]),
    ("OnBehalfStanding", &[FORWARDED], &[SERVICE]),
    ("Several", &[USER, BEARER_COOKIE, COOKIE, INTERNAL], &[]),
    ("App", &[APP], &[]),
];

#[tokio::test]
async fn no_token_is_let_in_by_another_slot_or_for_another_kind() {
    let server = CallersServer::start().await;
    let issuers = Issuers {
        firebase: server.firebase.clone(),
        session_cookie: server.sessions.clone(),
        iap: server.iap.clone(),
        google: server.google.clone(),
        app_check: server.apps.clone(),
        emulator: EmulatorIssuer::new(PROJECT).clock(server.clock.clone()),
        service_account: ADMIN.to_owned(),
    };
    let mut cases = 0;
    for (method, admits, besides) in METHODS {
        let call = async |mut headers: HeaderMap| {
            headers.insert(ORIGIN_HEADER, HeaderValue::from_static(ORIGIN));
            server.call_with(method, headers).await.is_ok()
        };
        cases += slots(&issuers, Rule { admits, besides }, call).await;
    }
    println!("{cases} calls, no token taken for another");
    assert!(cases > 8 * 1000, "{cases}");
}
