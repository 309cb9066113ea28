//! The sign-in page, and what it calls. The paths are below IAP's own, `/_gcp_iap/`.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequestParts, RawQuery, State},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::{any, get, post},
};
use http::{header, request::Parts};
use serde::Deserialize;
use serde_json::json;
use url::{Url, form_urlencoded};

use super::{IapStandIn, Person, cookie};
use crate::{
    access,
    accounts::Outcome,
    body::{Body, MAX_BODY},
    error::ApiError,
    pages::{Fields, Page, escape, refusal},
    response::Answer,
};

const PATH: &str = "/_gcp_iap/sign_in";

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    Page::new(
        include_str!("../pages/iap.html"),
        include_str!("../pages/iap.js"),
        true,
    )
});

pub(super) fn router(stand_in: IapStandIn) -> Router {
    Router::new()
        .route(PATH, get(page).post(sign_in))
        .route("/_gcp_iap/sign_out", post(sign_out))
        .route("/_gcp_iap/clear_login_cookie", get(clear_login_cookie))
        .route("/_gcp_iap/identity", get(identity))
        .route("/_gcp_iap/{*path}", any(async || ApiError::NotFound))
        .route_layer(middleware::from_fn_with_state(
            stand_in.0.identity.clone(),
            access::refuse_foreign_pages,
        ))
        .route_layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(stand_in)
}

/// `GET /_gcp_iap/sign_in?continue=<path>`.
async fn page(State(stand_in): State<IapStandIn>, head: Parts, query: RawQuery) -> Response {
    let Some(fields) = Fields::parse(query) else {
        return refusal("The address is malformed.");
    };
    let target = match fields.get("continue") {
        "" => String::new(),
        path => match stand_in.own_page(path) {
            Some(path) => path,
            None => return refusal("The address to go on to is no page behind this sign-in."),
        },
    };
    let signed_in = stand_in.signed_in(&head);
    let hidden = |hide: bool| if hide { "hidden" } else { "" }.to_owned();
    let email = signed_in.as_ref().map_or("", |who| who.person.email());
    PAGE.render(&[
        ("continue", escape(&target)),
        ("email", escape(email)),
        ("signed_in_hidden", hidden(signed_in.is_none())),
        ("continue_hidden", hidden(target.is_empty())),
    ])
}

/// A request of the stand-in's own page, or one with the secret: a page elsewhere signs nobody in or out.
struct OwnPage(());

impl FromRequestParts<IapStandIn> for OwnPage {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        stand_in: &IapStandIn,
    ) -> Result<Self, ApiError> {
        let identity = &stand_in.0.identity;
        if access::is_own_page(parts, identity.settings())
            || access::has_secret(&parts.headers, identity.secret())
        {
            Ok(Self(()))
        } else {
            Err(ApiError::SecretMissing)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    /// A user of Identity Platform instead of one of the organization.
    #[serde(default)]
    external: bool,
}

/// `POST /_gcp_iap/sign_in`.
async fn sign_in(
    _: OwnPage,
    State(stand_in): State<IapStandIn>,
    Body(request): Body<SignIn>,
) -> Result<Response, ApiError> {
    let person = Person::parse(&request.email, request.external, None)?;
    let identity = &stand_in.0.identity;
    let cookie = cookie::of(&identity.0.iap_cookies, person, identity.now());
    Ok(([(header::SET_COOKIE, cookie)], Answer::of(json!({}))).into_response())
}

/// `POST /_gcp_iap/sign_out`. Whoever kept a copy of the cookie stays signed in until it expires.
async fn sign_out(_: OwnPage) -> Response {
    (
        [(header::SET_COOKIE, cookie::none())],
        Answer::of(json!({})),
    )
        .into_response()
}

/// `GET /_gcp_iap/clear_login_cookie?continue=<path>`: signs a browser out as IAP does, and leads to the sign-in page. As at IAP, a
/// page elsewhere may send a browser here, which costs its user a sign-in and nothing more.
async fn clear_login_cookie(State(stand_in): State<IapStandIn>, query: RawQuery) -> Response {
    let back = Fields::parse(query).and_then(|fields| stand_in.own_page(fields.get("continue")));
    let there = back.map_or_else(|| PATH.to_owned(), |path| address(&path));
    ([(header::SET_COOKIE, cookie::none())], Redirect::to(&there)).into_response()
}

/// Where the sign-in page is that goes on to this path.
pub(super) fn address(path: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("continue", path)
        .finish();
    format!("{PATH}?{query}")
}

/// `GET /_gcp_iap/identity`: who is signed in, as IAP tells a page.
async fn identity(State(stand_in): State<IapStandIn>, head: Parts) -> Outcome {
    let signed_in = stand_in.signed_in(&head).ok_or(ApiError::NotSignedIn)?;
    let project = stand_in.0.identity.project();
    Ok(Answer::of(json!({
        "email": signed_in.person.header_email(project),
        "sub": signed_in.person.subject(project),
    })))
}

impl IapStandIn {
    /// The path of a protected page of this server, as a browser would ask for it. `None` for whatever could lead elsewhere.
    fn own_page(&self, path: &str) -> Option<String> {
        let own = Url::parse(self.0.identity.settings().own_origin()).ok()?;
        // As browsers read it: `//host`, `/\host` and `https:host` are addresses elsewhere.
        let url = own.join(path).ok()?;
        let is_own = path.starts_with('/')
            && url.origin() == own.origin()
            && url.username().is_empty()
            && !url.path().starts_with("//")
            && (self.0.protects)(url.path());
        let query = url.query().map(|query| format!("?{query}"));
        is_own.then(|| format!("{}{}", url.path(), query.unwrap_or_default()))
    }
}
