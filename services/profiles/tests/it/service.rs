//! The service behind its gate.

use std::{net::SocketAddr, time::Duration};

use callgate::Clock;
use callgate_api::profiles::v1::{
    profile_service_client::ProfileServiceClient, profile_service_gate,
};
use callgate_serve::{Config, Server};
use callgate_testkit::{FirebaseIssuer, SessionCookieIssuer};
use tokio::task::AbortHandle;
use tonic::{Request, Status, transport::Channel};
use tonic_types::StatusExt;

use crate::accounts_server::AccountsServer;

/// Whose scripts may call with a cookie.
pub(crate) const PAGE: &str = "https://votes.example.com";

/// When accounts are looked at again, of those who watch their profile.
const SOON: Duration = Duration::from_millis(5);

/// The service behind its gate. It stops when dropped.
pub(crate) struct Service {
    pub(crate) client: ProfileServiceClient<Channel>,
    serving: AbortHandle,
}

impl Service {
    pub(crate) async fn start(issuer: &FirebaseIssuer, accounts: &AccountsServer) -> Self {
        Self::start_by(Clock::system(), issuer, accounts).await
    }

    /// With a gate that goes by this clock.
    pub(crate) async fn start_by(
        clock: Clock,
        issuer: &FirebaseIssuer,
        accounts: &AccountsServer,
    ) -> Self {
        let profiles = accounts.profiles().look_again_every(SOON);
        let config = Config {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            project_id: Some(issuer.project_id().to_owned()),
            allowed_origins: vec![PAGE.parse().expect("an origin")],
            ..Config::default()
        };
        let bound = Server::new(config)
            .expect("a configuration")
            .clock(clock)
            .end_users(issuer.verifier())
            .session_cookies(SessionCookieIssuer::new(issuer.project_id()).verifier())
            .accounts(accounts.accounts())
            .service(profile_service_gate::server(profiles))
            .bind()
            .await
            .expect("a port");
        let url = format!("http://{}", bound.local_addr());
        let serving = tokio::spawn(bound.serve(std::future::pending::<()>()));
        Self {
            client: ProfileServiceClient::connect(url).await.expect("a server"),
            serving: serving.abort_handle(),
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub(crate) fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {token}").parse().expect("a header");
    request.metadata_mut().insert("authorization", bearer);
    request
}

pub(crate) fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details
        .error_info()
        .map(|it| it.reason.clone())
        .unwrap_or_default()
}
