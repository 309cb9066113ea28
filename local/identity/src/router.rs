//! Which path is what.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};

use crate::{
    Identity, access,
    accounts::{
        self, create_auth_uri, custom, delete, idp, lookup, oob, phone, sign_in, sign_up, update,
    },
    admin, app_check,
    body::MAX_BODY,
    dev,
    error::ApiError,
    mfa::{enrolment, sign_in as second_factor},
    mint, pages, published, refresh, service_accounts, session_cookie,
};

pub(crate) fn router(identity: Identity) -> Router {
    let cors = access::cors(identity.settings());
    Router::new()
        .nest("/identitytoolkit.googleapis.com/v1", version_1())
        .nest("/identitytoolkit.googleapis.com/v2", version_2())
        .route(
            "/securetoken.googleapis.com/v1/token",
            post(refresh::refresh),
        )
        .route(
            "/firebaseappcheck.googleapis.com/v1beta/projects/{call}",
            post(app_check::verify),
        )
        .route("/local/v1/tokens", post(mint::mint))
        .route("/token", post(service_accounts::token))
        .merge(published::router(&identity))
        .nest("/emulator", emulator())
        // Nothing below these belongs to anybody else.
        .route("/identitytoolkit.googleapis.com/{*path}", any(not_found))
        .route("/securetoken.googleapis.com/{*path}", any(not_found))
        .route("/firebaseappcheck.googleapis.com/{*path}", any(not_found))
        .route("/emulator/{*path}", any(not_found))
        .route("/local/{*path}", any(not_found))
        .route_layer(middleware::from_fn_with_state(
            identity.clone(),
            access::refuse_foreign_pages,
        ))
        .route_layer(cors)
        .route_layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(identity)
}

fn version_1() -> Router<Identity> {
    let router = Router::new()
        .route("/accounts:signUp", post(sign_up::sign_up))
        .route("/accounts:signInWithPassword", post(sign_in::with_password))
        .route("/accounts:signInWithIdp", post(idp::with_idp))
        .route(
            "/accounts:signInWithCustomToken",
            post(custom::with_custom_token),
        )
        .route(
            "/accounts:sendVerificationCode",
            post(phone::send_verification_code),
        )
        .route(
            "/accounts:signInWithPhoneNumber",
            post(phone::with_phone_number),
        )
        .route(
            "/accounts:createAuthUri",
            post(create_auth_uri::create_auth_uri),
        )
        .route("/accounts:lookup", post(lookup::lookup))
        .route("/accounts:update", post(update::update))
        .route("/accounts:delete", post(delete::delete))
        .route("/accounts:sendOobCode", post(oob::send_oob_code))
        .route("/accounts:resetPassword", post(oob::reset_password))
        .route("/recaptchaParams", get(accounts::recaptcha_params))
        .route("/projects", get(accounts::project));
    [
        "/projects/{project}",
        "/projects/{project}/tenants/{tenant}",
    ]
    .into_iter()
    .fold(router, |router, pool| {
        router
            .route(pool, post(session_cookie::create))
            .route(&format!("{pool}/accounts"), post(admin::change::create))
            .route(&format!("{pool}/accounts:lookup"), post(admin::lookup))
            .route(
                &format!("{pool}/accounts:update"),
                post(admin::change::update),
            )
            .route(&format!("{pool}/accounts:delete"), post(admin::delete))
            .route(&format!("{pool}/accounts:batchGet"), get(admin::batch_get))
    })
}

fn version_2() -> Router<Identity> {
    Router::new()
        .route("/recaptchaConfig", get(accounts::recaptcha_config))
        .route("/accounts/mfaEnrollment:start", post(enrolment::start))
        .route(
            "/accounts/mfaEnrollment:finalize",
            post(enrolment::finalize),
        )
        .route(
            "/accounts/mfaEnrollment:withdraw",
            post(enrolment::withdraw),
        )
        .route("/accounts/mfaSignIn:start", post(second_factor::start))
        .route(
            "/accounts/mfaSignIn:finalize",
            post(second_factor::finalize),
        )
}

fn emulator() -> Router<Identity> {
    Router::new()
        .route("/auth/handler", get(pages::chooser))
        .route("/action", get(pages::action))
        .route(
            "/v1/projects/{project}/verificationCodes",
            get(dev::verification_codes),
        )
        .route("/v1/projects/{project}/oobCodes", get(dev::oob_codes))
        .route("/v1/projects/{project}/keys:rotate", post(dev::rotate_keys))
}

async fn not_found() -> ApiError {
    ApiError::NotFound
}
