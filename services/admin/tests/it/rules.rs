//! The whole service behind its gate: who may call it.

use callgate::Gate;
use callgate_api::admin::v1::{
    DisableUserRequest, ListUsersRequest, admin_service_client::AdminServiceClient,
    admin_service_gate,
};
use callgate_testkit::{FirebaseIssuer, IapIssuer};
use tokio::{net::TcpListener, task::AbortHandle};
use tonic::{
    Code, Request, Status,
    transport::{Channel, Server, server::TcpIncoming},
};

use crate::{
    AUDIENCE,
    system::{System, policy_of, reason, records},
    users::user,
};

const ORIGIN: &str = "https://admin.example.com";

struct Service {
    system: System,
    iap: IapIssuer,
    client: AdminServiceClient<Channel>,
    serving: AbortHandle,
}

impl Service {
    async fn start() -> Self {
        let system = System::start().await;
        let iap = IapIssuer::new(AUDIENCE);
        let service = admin_service_gate::server(system.admin.clone());
        let gate = Gate::builder(policy_of(&service))
            .internal_users(iap.verifier())
            .origins([ORIGIN])
            .and_then(callgate::gate::GateBuilder::build)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(
            Server::builder()
                .layer(gate)
                .add_service(service)
                .serve_with_incoming(TcpIncoming::from(listener)),
        );
        Self {
            system,
            iap,
            client: AdminServiceClient::connect(url).await.unwrap(),
            serving: serving.abort_handle(),
        }
    }

    async fn disable_ada(&self, headers: &[(&'static str, &str)]) -> Result<(), Status> {
        let mut request = Request::new(DisableUserRequest {
            user: user("ada", ""),
        });
        for (name, value) in headers {
            let value = value.parse().unwrap();
            request.metadata_mut().append(*name, value);
        }
        let mut client = self.client.clone();
        client.disable_user(request).await.map(drop)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

const ASSERTION: &str = "x-goog-iap-jwt-assertion";

#[tokio::test]
async fn an_internal_user_on_the_services_own_page_is_let_in() {
    let service = Service::start().await;
    let eve = service.iap.assertion("eve").sign();
    service
        .disable_ada(&[(ASSERTION, &eve), ("origin", ORIGIN)])
        .await
        .unwrap();

    assert_eq!(service.system.accounts.user("ada")["disabled"], true);
    let record = service.system.record().await;
    assert_eq!(record.actor.unwrap().email, "eve@example.com");
}

#[tokio::test]
async fn everybody_else_is_refused_and_nothing_is_changed_nor_recorded() {
    let service = Service::start().await;
    let eve = service.iap.assertion("eve").sign();
    let external = service
        .iap
        .assertion("eve")
        .external("demo-callgate", "eve");
    let external = external.sign();
    let program = service.iap.assertion("robot");
    let program = program.email("robot@demo-callgate.iam.gserviceaccount.com");
    let program = program.sign();
    let end_user = FirebaseIssuer::new("demo-callgate").token("ada").sign();
    let end_user = format!("Bearer {end_user}");
    let own = ("origin", ORIGIN);
    for (headers, code, expected) in [
        (&[own][..], Code::Unauthenticated, "TOKEN_MISSING"),
        (
            &[(ASSERTION, &eve)],
            Code::PermissionDenied,
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            &[(ASSERTION, &eve), ("origin", "https://evil.example")],
            Code::PermissionDenied,
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            &[(ASSERTION, &eve), ("origin", "null")],
            Code::PermissionDenied,
            "ORIGIN_NOT_ALLOWED",
        ),
        (
            &[(ASSERTION, &external), own],
            Code::PermissionDenied,
            "CALLER_NOT_ALLOWED",
        ),
        (
            &[(ASSERTION, &program), own],
            Code::PermissionDenied,
            "CALLER_NOT_ALLOWED",
        ),
        (
            &[("authorization", &end_user), own],
            Code::Unauthenticated,
            "TOKEN_MISSING",
        ),
    ] {
        let refusal = service.disable_ada(headers).await.unwrap_err();
        assert_eq!(
            (refusal.code(), reason(&refusal).as_str()),
            (code, expected),
            "{headers:?}"
        );
    }

    assert_eq!(service.system.accounts.changes(), 0);
    assert_eq!(records(&service.system.admin).await, []);
}

#[tokio::test]
async fn reading_wants_an_internal_user_too() {
    let service = Service::start().await;
    let mut client = service.client.clone();
    let refusal = client.list_users(ListUsersRequest::default()).await;
    assert_eq!(refusal.unwrap_err().code(), Code::Unauthenticated);
    let refusal = client
        .list_audit_records(callgate_api::admin::v1::ListAuditRecordsRequest::default())
        .await;
    assert_eq!(refusal.unwrap_err().code(), Code::Unauthenticated);
}
