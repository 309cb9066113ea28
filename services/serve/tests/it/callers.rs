//! What the rules of the served methods need of the configuration, and the start that fails without it (G9, G11, G20, G22).

use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
    time::Duration,
};

use callgate::{
    AppCheckRule, Callers, EndUserRule, HasPolicy, InternalUserRule, Method, Rule,
    ServiceAccountRule,
};
use callgate_serve::{Config, CredentialsSource, KeySource, Keys, Platform, Server};
use http::{Request, Response};
use tonic::{body::Body, server::NamedService};
use tower::Service;

use crate::{
    by_hand::{empty, grpc_web},
    fixture::{GET_RESULTS, config, run_with},
};

/// A service of one method with this rule, that answers nothing.
#[derive(Clone)]
struct Fake<const RULE: usize>;

const INTERNAL: usize = 0;
const SERVICE: usize = 1;
const SESSION: usize = 2;
const APP: usize = 3;
const APP_ONCE: usize = 4;
const STANDING: usize = 5;

const METHOD: Method = Method {
    path: "/fake.v1.FakeService/Call",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::PUBLIC,
};

static METHODS: [[Method; 1]; 6] = [
    [Method {
        rule: Rule::any_of(Callers {
            internal_user: Some(InternalUserRule::ANYONE),
            ..Callers::NOBODY
        }),
        ..METHOD
    }],
    [Method {
        rule: Rule::any_of(Callers {
            service_account: Some(ServiceAccountRule {
                names: &["cron"],
                on_behalf_of: None,
            }),
            ..Callers::NOBODY
        }),
        ..METHOD
    }],
    [Method {
        rule: Rule::end_user(EndUserRule {
            session_cookie: true,
            ..EndUserRule::SIGNED_IN
        }),
        ..METHOD
    }],
    [Method {
        rule: Rule::PUBLIC.with_app_check(AppCheckRule {
            apps: &[],
            consume: false,
        }),
        ..METHOD
    }],
    [Method {
        rule: Rule::PUBLIC.with_app_check(AppCheckRule {
            apps: &[],
            consume: true,
        }),
        ..METHOD
    }],
    [Method {
        rule: Rule::end_user(EndUserRule {
            revocation_checked_within: Some(Duration::ZERO),
            ..EndUserRule::SIGNED_IN
        }),
        ..METHOD
    }],
];

impl<const RULE: usize> HasPolicy for Fake<RULE> {
    const METHODS: &'static [Method] = &METHODS[RULE];
}

impl<const RULE: usize> NamedService for Fake<RULE> {
    const NAME: &'static str = "fake.v1.FakeService";
}

impl<const RULE: usize> Service<Request<Body>> for Fake<RULE> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}

/// The configuration of a service that all its callers could be verified for.
fn complete() -> Config {
    Config {
        project_number: Some(123_456_789_012),
        iap_audience: Some("/projects/123456789012/locations/europe-west1/services/fake".into()),
        audiences: vec!["https://fake.example.com".into()],
        service_accounts: vec![(
            "cron".into(),
            "cron@my-project.iam.gserviceaccount.com".into(),
        )],
        public_origin: Some("https://fake.example.com".parse().expect("an origin")),
        keys: Keys {
            // Nobody listens there: the keys are fetched later, or never.
            firebase: nowhere(),
            session_cookie: nowhere(),
            iap: nowhere(),
            google: nowhere(),
            app_check: nowhere(),
        },
        ..config()
    }
}

fn nowhere() -> KeySource {
    KeySource::Url("http://127.0.0.1:9/".parse().expect("a URL"))
}

fn nobody() -> CredentialsSource {
    CredentialsSource::KeyFile("/no/such/file".into())
}

/// The error of a server of this rule, without a start where there is none.
async fn start<const RULE: usize>(change: impl FnOnce(&mut Config)) -> Option<String> {
    let mut config = complete();
    change(&mut config);
    let server = Server::new(config).expect("a server").service(Fake::<RULE>);
    server.bind().await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn a_configuration_that_has_what_the_rules_need_starts() {
    assert_eq!(start::<INTERNAL>(|_| {}).await, None);
    assert_eq!(start::<SERVICE>(|_| {}).await, None);
    assert_eq!(start::<SESSION>(|_| {}).await, None);
    assert_eq!(start::<APP>(|_| {}).await, None);
    assert_eq!(start::<APP_ONCE>(|_| {}).await, None);
    assert_eq!(start::<STANDING>(|_| {}).await, None);
}

#[tokio::test]
async fn what_a_rule_needs_and_is_not_there_is_named_in_one_line() {
    for (error, variable) in [
        (
            start::<INTERNAL>(|c| c.iap_audience = None).await,
            "CALLGATE_IAP_AUDIENCE",
        ),
        (
            start::<INTERNAL>(|c| c.iap_audience = Some("https://fake.example.com".into())).await,
            "CALLGATE_IAP_AUDIENCE",
        ),
        (
            start::<INTERNAL>(|c| c.public_origin = None).await,
            "CALLGATE_PUBLIC_ORIGIN",
        ),
        (
            start::<SESSION>(|c| c.public_origin = None).await,
            "CALLGATE_PUBLIC_ORIGIN",
        ),
        (
            start::<SERVICE>(|c| c.audiences.clear()).await,
            "CALLGATE_AUDIENCES",
        ),
        (
            start::<SERVICE>(|c| c.audiences = vec!["1-a.apps.googleusercontent.com".into()]).await,
            "CALLGATE_AUDIENCES",
        ),
        (
            start::<SERVICE>(|c| c.service_accounts.clear()).await,
            "CALLGATE_SERVICE_ACCOUNTS",
        ),
        (
            start::<SERVICE>(|c| {
                c.service_accounts = vec![("cron".into(), "ada@example.com".into())];
            })
            .await,
            "CALLGATE_SERVICE_ACCOUNTS",
        ),
        (
            start::<APP>(|c| c.keys.app_check = KeySource::File("/no/such/file".into())).await,
            "CALLGATE_KEYS_FILE_APP_CHECK",
        ),
        (
            start::<APP_ONCE>(|c| c.accounts_credentials = nobody()).await,
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
        (
            start::<STANDING>(|c| c.accounts_credentials = nobody()).await,
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
    ] {
        let error = error.unwrap_or_else(|| panic!("it started without {variable}"));
        assert!(error.starts_with(&format!("{variable}: ")), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn an_allowed_origin_will_do_for_cookies_too() {
    let allowed = |config: &mut Config| {
        config.public_origin = None;
        config.allowed_origins = vec!["https://app.example".parse().expect("an origin")];
    };
    assert_eq!(start::<SESSION>(allowed).await, None);
}

#[test]
fn the_emulator_is_for_development_and_demonstrations_only() {
    let refused = |change: &dyn Fn(&mut Config)| {
        let mut config = Config {
            auth_emulator_host: Some("127.0.0.1:9099".into()),
            ..config()
        };
        change(&mut config);
        Server::new(config).err().map(|error| error.to_string())
    };
    for variable in ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"] {
        let error = refused(&|c| c.platform = Platform::from_variables(|name| name == variable));
        let error = error.expect("a refusal");
        assert!(
            error.starts_with("FIREBASE_AUTH_EMULATOR_HOST: ") && error.contains(variable),
            "{error}"
        );
    }
    if cfg!(feature = "emulator") {
        assert_eq!(refused(&|_| {}), None);
        let error = refused(&|c| c.project_id = Some("my-project".into()));
        assert!(
            error
                .expect("a refusal")
                .starts_with("CALLGATE_PROJECT_ID: ")
        );
    } else {
        let error = refused(&|_| {}).expect("a refusal");
        assert!(error.contains("built without"), "{error}");
    }
}

#[tokio::test]
async fn browsers_may_send_cookies_across_origins_only_where_a_rule_accepts_them() {
    for (with_sessions, expected) in [(true, Some("true")), (false, None)] {
        let mut config = complete();
        config.allowed_origins = vec!["https://app.example".parse().expect("an origin")];
        let server = run_with(config, |server| match with_sessions {
            true => server.service(Fake::<SESSION>),
            false => server.service(Fake::<INTERNAL>),
        });
        let request = grpc_web(GET_RESULTS).header("origin", "https://app.example");
        let request = request.body(empty()).expect("a request");
        let answer = server.await.by_http1(request).await;
        assert_eq!(answer.header("access-control-allow-credentials"), expected);
    }
}
