//! The pages that a person sees: choosing an account of another provider, and following the link of an e-mail.

mod template;

use std::sync::LazyLock;

use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use serde_json::json;
pub(crate) use template::{Page, escape, refusal};
use url::Url;

use crate::{
    Identity, body, input,
    state::user::{LinkedIdentity, User},
};

static CHOOSER: LazyLock<Page> = LazyLock::new(|| {
    Page::new(
        include_str!("chooser.html"),
        include_str!("chooser.js"),
        false,
    )
});
static ACTION: LazyLock<Page> =
    LazyLock::new(|| Page::new(include_str!("action.html"), include_str!("action.js"), true));

/// As many accounts as a person looks through.
const MAX_SHOWN: usize = 100;

const AUTH_TYPES: [&str; 6] = [
    "signInViaPopup",
    "linkViaPopup",
    "reauthViaPopup",
    "signInViaRedirect",
    "linkViaRedirect",
    "reauthViaRedirect",
];

/// The fields of a page's address, each at most once.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(crate) fn parse(query: RawQuery) -> Option<Self> {
        body::query(query.0.unwrap_or_default().as_bytes())
            .ok()
            .map(Self)
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map_or("", |(_, value)| value.as_str())
    }
}

/// `GET /emulator/auth/handler`: another provider's sign-in page. The answer goes to the page that opened it, if that is a listed
/// one, as a message (popup) or behind the `#` of its address (redirect).
pub(crate) async fn chooser(State(identity): State<Identity>, query: RawQuery) -> Response {
    let Some(fields) = Fields::parse(query) else {
        return refusal("The address is malformed.");
    };
    let Ok(provider) = input::provider_id(fields.get("providerId")) else {
        return refusal("The local identity does not know this provider.");
    };
    let redirect = fields.get("redirectUrl");
    let target = Url::parse(redirect)
        .ok()
        .filter(|_| identity.settings().allows_url(redirect));
    let Some(target) = target else {
        return refusal("The page that asks is not on the list of this identity's origins.");
    };
    if !AUTH_TYPES.contains(&fields.get("authType")) {
        return refusal("The address names no known way to sign in.");
    }
    let Ok(tenant) = input::tenant(Some(fields.get("tid"))) else {
        return refusal("The tenant is malformed.");
    };
    let accounts: Vec<String> = identity.store().read(|state| {
        let users = state.of_tenant(tenant.as_deref());
        users
            .filter_map(|user| linked(user, &provider).map(|linked| button(user, linked)))
            .take(MAX_SHOWN)
            .collect()
    });
    let another = if accounts.is_empty() {
        "Which account?"
    } else {
        "Another account"
    };
    CHOOSER.render(&[
        ("provider", escape(name_of(&provider))),
        ("provider_id", escape(&provider)),
        ("target", escape(&target.origin().ascii_serialization())),
        // Only Google's word proves an address to Firebase.
        ("verified", (provider == "google.com").to_string()),
        ("accounts", accounts.concat()),
        ("another", another.to_owned()),
    ])
}

/// `GET /emulator/action`: where the link of an e-mail leads. It does nothing before its button is pressed.
pub(crate) async fn action(State(identity): State<Identity>, query: RawQuery) -> Response {
    let Some(fields) = Fields::parse(query) else {
        return refusal("The address is malformed.");
    };
    let mode = fields.get("mode");
    let (title, what, verb) = match mode {
        "resetPassword" => (
            "Reset your password",
            "Choose a new password. You will be signed out everywhere.",
            "Save",
        ),
        "verifyEmail" => (
            "Verify your e-mail address",
            "Confirm that this e-mail address is yours.",
            "Verify",
        ),
        "verifyAndChangeEmail" => (
            "Change your e-mail address",
            "Confirm the new address. You will be signed out everywhere.",
            "Confirm",
        ),
        _ => return refusal("The link is malformed."),
    };
    let continue_url = fields.get("continueUrl");
    if !continue_url.is_empty() && !identity.settings().allows_url(continue_url) {
        return refusal(
            "The link leads to a page that is not on the list of this identity's origins.",
        );
    }
    ACTION.render(&[
        ("title", title.to_owned()),
        ("what", what.to_owned()),
        ("verb", verb.to_owned()),
        ("mode", escape(mode)),
        ("code", escape(fields.get("oobCode"))),
        ("continue_url", escape(continue_url)),
        (
            "continue_hidden",
            if continue_url.is_empty() {
                "hidden"
            } else {
                ""
            }
            .to_owned(),
        ),
    ])
}

fn linked<'a>(user: &'a User, provider: &str) -> Option<&'a LinkedIdentity> {
    user.providers
        .iter()
        .find(|linked| linked.provider_id == provider)
}

fn button(user: &User, linked: &LinkedIdentity) -> String {
    let claims = json!({
        "sub": linked.raw_id,
        "email": linked.email,
        "email_verified": linked.provider_id == "google.com" && linked.email == user.email && user.email_verified,
        "name": linked.display_name,
        "picture": linked.photo_url,
    });
    let email = linked.email.as_deref().unwrap_or(&linked.raw_id);
    let name = linked.display_name.as_deref();
    let initial: String = name
        .unwrap_or(email)
        .chars()
        .take(1)
        .flat_map(char::to_uppercase)
        .collect();
    let line = |class: &str, text: &str| format!("<span class=\"{class}\">{}</span>", escape(text));
    format!(
        "<li><button class=\"account\" type=\"button\" data-claims=\"{}\"><span class=\"initial\" aria-hidden=\"true\">{}</span>{}{}</button></li>",
        escape(&claims.to_string()),
        escape(&initial),
        name.map(|name| line("name", name)).unwrap_or_default(),
        line("email", email),
    )
}

fn name_of(provider: &str) -> &str {
    match provider {
        "google.com" => "Google",
        "github.com" => "GitHub",
        "facebook.com" => "Facebook",
        "apple.com" => "Apple",
        "microsoft.com" => "Microsoft",
        "yahoo.com" => "Yahoo",
        "twitter.com" => "X",
        oidc => oidc,
    }
}
