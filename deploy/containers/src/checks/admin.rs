//! The admin service, behind Identity-Aware Proxy.

use anyhow::{Context, ensure};
use callgate_api::admin::v1::{ListAuditRecordsRequest, admin_service_client::AdminServiceClient};
use callgate_testkit::IapIssuer;
use http::Request as HttpRequest;
use http_body_util::Full;
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::{
    Services,
    client::{self, Http, send},
    held, probe,
    stage::Stage,
};

pub(super) async fn iap(services: &Services, stage: &Stage) -> anyhow::Result<()> {
    let database = stage.database().await;
    let mut admin = stage.start(services, "admin", &database)?;
    let (file, _) = services.get("admin")?;
    let started = probe::startup(&admin, &file.startup).await?;
    held("admin: startup probe", &started);
    let alive = probe::startup(&admin, &file.liveness).await?;
    held("admin: liveness probe", &alive);

    let page = HttpRequest::get("/").body(Full::default())?;
    let page = send(admin.address, Http::Two, page).await?;
    ensure!(page.status == 200, "the page: HTTP {}", page.status);
    held("admin: its page", &format!("{} bytes", page.body.len()));

    let origin = file.variable("CALLGATE_PUBLIC_ORIGIN")?;
    let place = &stage.place;
    let before = |service: &str| {
        let (number, region) = (place.project_number, &place.region);
        let audience = format!("/projects/{number}/locations/{region}/services/{service}");
        IapIssuer::new(&audience).assertion("eve").sign()
    };
    let mut client = AdminServiceClient::connect(format!("http://{}", admin.address)).await?;
    let mut list = async |headers: &[(&'static str, String)]| {
        let mut request = Request::new(ListAuditRecordsRequest::default());
        client::set(request.metadata_mut(), headers)?;
        anyhow::Ok(client.list_audit_records(request).await)
    };
    let assertion = |token| ("x-goog-iap-jwt-assertion", token);
    let from = |origin: &str| ("origin", origin.to_owned());
    for (headers, reason) in [
        (vec![from(origin)], "TOKEN_MISSING"),
        (
            vec![from(origin), assertion(before("votes"))],
            "TOKEN_INVALID",
        ),
        (vec![assertion(before("admin"))], "ORIGIN_NOT_ALLOWED"),
    ] {
        let refusal = list(&headers).await?.err().context(reason)?;
        let info = refusal.get_details_error_info().context(reason)?;
        ensure!(info.reason == reason, "{reason} expected: {refusal}");
        let expected = match reason {
            "ORIGIN_NOT_ALLOWED" => Code::PermissionDenied,
            _ => Code::Unauthenticated,
        };
        ensure!(refusal.code() == expected, "{reason}: {refusal}");
    }
    held(
        "admin: refused",
        "without an assertion, with one for another service, without its page's origin",
    );
    list(&[from(origin), assertion(before("admin"))]).await??;
    held(
        "admin: admitted",
        "with an assertion for the audience that it made of the metadata server's answers",
    );
    let took = admin.terminate().await?;
    held("admin: SIGTERM", &format!("ended well in {took:.1?}"));
    Ok(())
}
