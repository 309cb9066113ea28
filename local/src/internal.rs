//! The way in for internal users: a stand-in of Identity-Aware Proxy, the admin service behind it, and its page.

use std::path::Path;

use anyhow::anyhow;
use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use callgate::{accounts::Accounts, google::IdTokens, outgoing::Callee};
use callgate_admin::{Admin, Page, store};
use callgate_identity::{IapStandIn, Identity, ServiceAccount};
use callgate_serve::Config;

use crate::{config::IAP_AUDIENCE, place::Place};

/// Where the page is, and what it calls.
const PAGE: &str = "/admin/";
const SERVICE: &str = "/admin.v1.AdminService/";

/// Identity-Aware Proxy, in front of the page and of what it calls.
pub(crate) fn iap(identity: &Identity) -> IapStandIn {
    identity.iap(IAP_AUDIENCE, |path| {
        path.starts_with(PAGE) || path.starts_with(SERVICE)
    })
}

/// The service. It calls the votes as the account `admin`, over the network and by its key file, as it does in production.
pub(crate) async fn service(
    place: &Place,
    config: &Config,
    accounts: Accounts,
    account: &ServiceAccount,
    database: &str,
) -> anyhow::Result<Admin> {
    let tokens = IdTokens::service_account_file(&account.key_file)?;
    let votes = Callee::new(&place.itself, &place.itself, &tokens)?;
    let audit = store::open(database).await;
    let audit = audit.map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
    Ok(Admin::new(
        accounts,
        &config.roles_claim,
        votes.channel(),
        audit,
    )?)
}

/// The page in this folder, for those who are signed in; others are sent to sign in.
pub(crate) fn page(folder: &Path, iap: &IapStandIn) -> Router {
    let page = match Page::in_folder(folder) {
        Ok(page) => page.router(),
        Err(_) => Router::new().fallback(|| async { "The page is not built.\n" }),
    };
    Router::new()
        .route("/admin", get(|| async { Redirect::permanent(PAGE) }))
        .nest_service(PAGE, page)
        .layer(middleware::from_fn_with_state(iap.clone(), signed_in))
        .merge(iap.router())
}

async fn signed_in(State(iap): State<IapStandIn>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match iap.sign_in_redirect(&head) {
        Some(there) => Redirect::to(&there).into_response(),
        None => next.run(Request::from_parts(head, body)).await,
    }
}
