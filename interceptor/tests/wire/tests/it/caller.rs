//! What a handler of tonic's own trait is told where it asks: the caller by the type that the rule promises (G3).

use std::convert::Infallible;

use callgate::{
    EndUser, Gate, InternalUser, OnBehalfOf, Policy, ServiceAccount, gate::RequestBody,
};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer, IapIssuer};
use callgate_wire_tests::{
    callers_server::{ADMIN, AUDIENCE, IAP_AUDIENCE, ORIGIN},
    server::PROJECT,
    v1::{
        callers_service_gate::{self, UserOrServiceCaller, caller},
        echo_service_gate,
    },
};
use http::{Extensions, Request, Response, header::CONTENT_TYPE};
use tonic::{Code, Status, body::Body};
use tower::{Layer, ServiceExt, service_fn};

/// The methods that are asked about here.
const METHODS: [&str; 5] = [
    "EndUser",
    "Internal",
    "Service",
    "OnBehalf",
    "UserOrService",
];

fn user(user: &EndUser) -> String {
    user.id().uid.to_owned()
}

/// Who calls, as the function for `method` says. What it returns has the type that the rule promises, or this does not compile.
fn ask(method: &str, extensions: &Extensions) -> Result<String, Status> {
    match method {
        "EndUser" => caller::end_user(extensions).map(|caller: EndUser| user(&caller)),
        "Internal" => {
            caller::internal(extensions).map(|caller: InternalUser| caller.id().to_owned())
        }
        "Service" => {
            caller::service(extensions).map(|caller: ServiceAccount| caller.name().to_owned())
        }
        "OnBehalf" => caller::on_behalf(extensions).map(|caller: OnBehalfOf| {
            format!("{} for {}", caller.service.name(), user(&caller.user))
        }),
        "UserOrService" => caller::user_or_service(extensions).map(|caller| match caller {
            UserOrServiceCaller::EndUser(caller) => user(&caller),
            UserOrServiceCaller::ServiceAccount(caller) => caller.name().to_owned(),
        }),
        other => panic!("{other} is not asked about"),
    }
}

/// Who calls `called`, as the function for `asked` says.
async fn told(
    called: &str,
    asked: &'static str,
    headers: &[(&str, String)],
) -> Result<String, Status> {
    let methods = callers_service_gate::METHODS.iter();
    let policy = methods.filter(|m| {
        METHODS
            .iter()
            .any(|name| m.path.ends_with(&format!("/{name}")))
    });
    let gate = Gate::builder(Policy::default().and(policy))
        .end_users(FirebaseIssuer::new(PROJECT).verifier())
        .internal_users(IapIssuer::new(IAP_AUDIENCE).verifier())
        .service_accounts(GoogleIssuer::new(AUDIENCE).verifier([("admin", ADMIN)]))
        .origins([ORIGIN])
        .unwrap()
        .build()
        .unwrap();
    let handler = service_fn(move |request: Request<RequestBody<Body>>| async move {
        let mut response = Response::new(Body::empty());
        response
            .extensions_mut()
            .insert(ask(asked, request.extensions()));
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::post(format!("/echo.v1.CallersService/{called}"))
        .header(CONTENT_TYPE, "application/grpc");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    let mut response = gate.layer(handler).oneshot(request).await.unwrap();
    let told = response.extensions_mut().remove();
    told.unwrap_or_else(|| {
        panic!(
            "{called}: {:?}",
            Status::from_header_map(response.headers())
        )
    })
}

#[tokio::test]
async fn who_asks_is_told_of_the_caller_by_the_type_that_the_rule_promises() {
    let ada = FirebaseIssuer::new(PROJECT).token("ada");
    let verified = ada.email("ada@example.com").email_verified(true);
    let ada = format!("Bearer {}", verified.sign());
    let admin = format!("Bearer {}", GoogleIssuer::new(AUDIENCE).token(ADMIN).sign());
    let assertion = IapIssuer::new(IAP_AUDIENCE).assertion("eve").sign();
    let by_ada = [("authorization", ada.clone())];
    let by_admin = [("authorization", admin.clone())];
    let by_both = [("authorization", admin), ("x-end-user-authorization", ada)];
    let by_eve = [
        ("x-goog-iap-jwt-assertion", assertion),
        ("origin", ORIGIN.to_owned()),
    ];
    for (method, headers, who) in [
        ("EndUser", &by_ada[..], "ada"),
        ("Internal", &by_eve, "eve"),
        ("Service", &by_admin, "admin"),
        ("OnBehalf", &by_both, "admin for ada"),
        ("UserOrService", &by_ada, "ada"),
        ("UserOrService", &by_admin, "admin"),
    ] {
        let told = told(method, method, headers).await;
        assert_eq!(told.as_deref().ok(), Some(who), "{method}: {told:?}");
    }
    // The caller may well be one that this method would admit too: it is another method.
    let status = told("EndUser", "UserOrService", &by_ada).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate's permit is for another method");
}

#[test]
fn without_the_gate_whoever_asks_answers_internal() {
    let extensions = Extensions::new();
    for method in METHODS {
        let status = ask(method, &extensions).unwrap_err();
        assert_eq!(status.code(), Code::Internal, "{method}");
        assert_eq!(status.message(), "the gate is not installed");
    }
    let absent: Result<Option<EndUser>, Status> =
        echo_service_gate::caller::may_be_absent(&extensions);
    assert_eq!(absent.unwrap_err().code(), Code::Internal);
}
