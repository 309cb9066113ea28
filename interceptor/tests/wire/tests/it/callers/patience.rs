//! A call that has to wait, for keys or for an account, is judged as one that has not.

use std::time::SystemTime;

use callgate::{
    AppCheckVerifier, Clock, FirebaseVerifier, IapVerifier, ServiceAccountVerifier,
    SessionCookieVerifier, google::Credentials, keys::KeyStore,
};
use callgate_testkit::{KeyServer, key_server::Answer};
use callgate_wire_tests::{
    accounts::AccountsServer,
    callers_server::{
        ADMIN, APP, AUDIENCE, CRON, CallersServer, IAP_AUDIENCE, ORIGIN, PROJECT_NUMBER,
    },
    server::PROJECT,
};
use serde_json::json;
use tonic::Code::{PermissionDenied, Unavailable};

use super::bearer;

type Header<'a> = (&'static str, &'a str);

fn authorization(token: &str) -> Header<'_> {
    ("authorization", token)
}

fn user(token: &str) -> Header<'_> {
    ("x-end-user-authorization", token)
}

fn iap(assertion: &str) -> Header<'_> {
    ("x-goog-iap-jwt-assertion", assertion)
}

fn check(token: &str) -> Header<'_> {
    ("x-firebase-appcheck", token)
}

/// Where each issuer's keys are.
struct Keys {
    firebase: KeyServer,
    sessions: KeyServer,
    iap: KeyServer,
    google: KeyServer,
    apps: KeyServer,
}

impl Keys {
    async fn of(server: &CallersServer) -> Self {
        let publish = async |jwks: String| KeyServer::start(Answer::keys(jwks)).await.unwrap();
        Self {
            firebase: publish(server.firebase.jwks()).await,
            sessions: publish(server.sessions.jwks()).await,
            iap: publish(server.iap.jwks()).await,
            google: publish(server.google.jwks()).await,
            apps: publish(server.apps.jwks()).await,
        }
    }
}

/// A server that has no key yet, and knows nothing of any account.
async fn cold(keys: &Keys, accounts: &AccountsServer) -> CallersServer {
    let clock = Clock::manual(SystemTime::now());
    let fetched = |from: &KeyServer| {
        let store = KeyStore::fetched(from.url()).clock(clock.clone());
        store.build().unwrap()
    };
    let id_tokens = FirebaseVerifier::new(PROJECT, fetched(&keys.firebase))
        .unwrap()
        .clock(clock.clone());
    let sessions = SessionCookieVerifier::like(&id_tokens, fetched(&keys.sessions));
    let iap = IapVerifier::new(IAP_AUDIENCE, fetched(&keys.iap))
        .unwrap()
        .clock(clock.clone());
    let services = ServiceAccountVerifier::new([AUDIENCE], fetched(&keys.google))
        .and_then(|it| it.accounts([("admin", ADMIN), ("cron", CRON)]))
        .unwrap()
        .clock(clock.clone());
    let app_keys = AppCheckVerifier::fetched_keys(keys.apps.url()).clock(clock.clone());
    let apps = AppCheckVerifier::new(PROJECT, PROJECT_NUMBER, app_keys.build().unwrap())
        .unwrap()
        .credentials(Credentials::fixed("secret").unwrap())
        .base_url(accounts.url())
        .unwrap()
        .clock(clock.clone());
    CallersServer::start_with(|gate| {
        gate.session_cookies(sessions)
            .end_users(id_tokens)
            .internal_users(iap)
            .service_accounts(services)
            .apps(apps)
            .accounts(accounts.client())
            .clock(clock)
    })
    .await
}

#[tokio::test]
async fn the_verdict_is_the_same_with_and_without_waiting() {
    let warm = CallersServer::start().await;
    let keys = Keys::of(&warm).await;
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;

    let ada = bearer(&warm.firebase.token("ada").sign());
    let gone = bearer(&warm.firebase.token("gone").sign());
    let guest = warm.firebase.token("guest").provider("anonymous").sign();
    let guest = bearer(&guest);
    let forged = bearer(&warm.firebase.token("ada").key(4).sign());
    let admin = bearer(&warm.google.token(ADMIN).sign());
    let cron = bearer(&warm.google.token(CRON).sign());
    let session = warm.sessions.cookie("ada").sign();
    let as_bearer = bearer(&session);
    let cookie = format!("__session={session}");
    let eve = warm.iap.assertion("eve").sign();
    let program = warm.iap.assertion("job").email(ADMIN).sign();
    let app = warm.apps.token(APP).sign();
    let other_app = warm.apps.token("1:123456789012:ios:b2").sign();

    let origin = ("origin", ORIGIN);
    let cases: Vec<(&str, Vec<Header<'_>>)> = vec![
        ("EndUser", vec![authorization(&ada)]),
        ("EndUser", vec![authorization(&guest)]),
        ("EndUser", vec![authorization(&forged)]),
        ("EndUser", vec![authorization(&admin)]),
        ("EndUser", vec![authorization(&as_bearer)]),
        ("Session", vec![("cookie", &cookie), origin]),
        ("Session", vec![("cookie", &cookie)]),
        ("Session", vec![authorization(&as_bearer)]),
        ("Session", vec![authorization(&gone)]),
        ("Internal", vec![iap(&eve), origin]),
        ("Internal", vec![iap(&eve)]),
        ("Internal", vec![iap(&program), origin]),
        ("Internal", vec![iap(&eve), user(&ada), origin]),
        ("InternalOfDomain", vec![iap(&eve), origin]),
        ("Service", vec![authorization(&admin)]),
        ("Service", vec![authorization(&cron)]),
        ("Service", vec![authorization(&ada)]),
        ("UserOrService", vec![authorization(&as_bearer)]),
        ("OnBehalf", vec![authorization(&admin), user(&ada)]),
        ("OnBehalfStanding", vec![authorization(&admin)]),
        ("OnBehalfStanding", vec![authorization(&admin), user(&ada)]),
        ("OnBehalfStanding", vec![authorization(&admin), user(&gone)]),
        ("OnBehalfStanding", vec![authorization(&cron), user(&ada)]),
        ("Several", vec![authorization(&ada)]),
        ("Several", vec![authorization(&ada), iap(&eve), origin]),
        ("Several", vec![iap(&eve), user(&ada), origin]),
        ("Several", vec![]),
        ("App", vec![check(&app)]),
        ("App", vec![check(&ada[7..])]),
        ("OneApp", vec![check(&other_app), authorization(&ada)]),
        ("OneApp", vec![check(&app), authorization(&guest)]),
        ("AppOnce", vec![check(&app), authorization(&ada)]),
    ];
    let mut admitted = 0;
    for (method, headers) in cases {
        let at_once = warm.call(method, &headers).await;
        let waited = cold(&keys, &accounts).await.call(method, &headers).await;
        let told = |answer: Result<callgate_wire_tests::v1::EchoResponse, _>| {
            answer.map(|answer| answer.uid)
        };
        admitted += usize::from(at_once.is_ok());
        assert_eq!(told(waited), told(at_once), "{method}: {headers:?}");
    }
    assert_eq!(admitted, 9);
}

#[tokio::test]
async fn an_app_check_token_is_used_up_once_though_the_call_waited_for_everything() {
    let warm = CallersServer::start().await;
    let keys = Keys::of(&warm).await;
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = cold(&keys, &accounts).await;
    let ada = bearer(&warm.firebase.token("ada").sign());
    for used in 1..4 {
        let token = warm.apps.token(APP).claim("jti", used).sign();
        let headers = [("authorization", &*ada), ("x-firebase-appcheck", &*token)];
        assert!(server.call("AppOnce", &headers).await.is_ok());
        assert_eq!(accounts.consumptions(), used);
    }
}

#[tokio::test]
async fn our_own_outage_is_never_told_as_the_apps_fault() {
    let warm = CallersServer::start().await;
    let keys = Keys::of(&warm).await;
    keys.apps.always(Answer::status(503));
    let accounts = AccountsServer::start([]).await;
    let server = cold(&keys, &accounts).await;
    let app = warm.apps.token(APP).sign();
    assert_eq!(
        server.call("App", &[("x-firebase-appcheck", &app)]).await,
        Err((Unavailable, "KEYS_UNAVAILABLE".into()))
    );
    assert_eq!(
        server.call("App", &[]).await,
        Err((PermissionDenied, "APP_CHECK_REQUIRED".into()))
    );
}
