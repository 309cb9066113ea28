//! The headers that keep a page inert (G24).

use http::HeaderValue;
use url::{Origin, Url};

use crate::{WebConfig, pages::SiteError};

/// Where the Firebase SDK talks to.
const FIREBASE: [&str; 3] = [
    "https://identitytoolkit.googleapis.com",
    "https://securetoken.googleapis.com",
    "https://www.google.com/recaptcha/",
];

/// What the SDK loads for pop-ups, and for proving that a phone number is not asked for by a robot.
const GOOGLE_SCRIPTS: [&str; 3] = [
    "https://apis.google.com",
    "https://www.google.com/recaptcha/",
    "https://www.gstatic.com/recaptcha/",
];

/// Where reCAPTCHA shows its puzzles.
const RECAPTCHA_FRAMES: [&str; 2] = [
    "https://www.google.com/recaptcha/",
    "https://recaptcha.google.com/recaptcha/",
];

/// The page may run, show and reach what this configuration needs, and nothing else.
pub(crate) fn content_security_policy(config: &WebConfig) -> Result<HeaderValue, SiteError> {
    let mut connect = vec!["'self'".to_owned()];
    let mut script = vec!["'self'".to_owned()];
    let mut frame = Vec::new();
    if !config.api_base_url.is_empty() {
        connect.push(origin("the services", &config.api_base_url)?);
    }
    if let Some(identity) = &config.local_identity {
        connect.push(origin("the embedded identity", identity)?);
    } else {
        connect.extend(FIREBASE.map(String::from));
        script.extend(GOOGLE_SCRIPTS.map(String::from));
        let auth_domain = format!("https://{}", config.auth_domain);
        frame.push(origin("the sign-in pages", &auth_domain)?);
        frame.extend(RECAPTCHA_FRAMES.map(String::from));
    }
    if frame.is_empty() {
        frame.push("'none'".to_owned());
    }
    let directives = [
        "default-src 'none'".to_owned(),
        format!("script-src {}", script.join(" ")),
        "style-src 'self'".to_owned(),
        "img-src 'self' data: https:".to_owned(),
        "font-src 'self'".to_owned(),
        format!("connect-src {}", connect.join(" ")),
        format!("frame-src {}", frame.join(" ")),
        "form-action 'self'".to_owned(),
        "base-uri 'none'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
    ];
    // Origins hold only characters that a header may.
    HeaderValue::from_str(&directives.join("; ")).map_err(|_| SiteError::Origin {
        of: "the policy",
        value: String::new(),
    })
}

/// An origin as it may stand in the policy: exactly that, so that nothing can be added to the policy by a setting.
fn origin(of: &'static str, value: &str) -> Result<String, SiteError> {
    let parsed = Url::parse(value).ok().map(|url| url.origin());
    match parsed {
        Some(origin @ Origin::Tuple(..)) if origin.ascii_serialization() == value => {
            Ok(value.to_owned())
        }
        _ => Err(SiteError::Origin {
            of,
            value: value.chars().take(64).collect(),
        }),
    }
}

/// The headers that do not depend on the configuration.
pub(crate) const FIXED: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    // `same-origin` would cut a sign-in pop-up off from the page that opened it.
    ("cross-origin-opener-policy", "same-origin-allow-popups"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=()",
    ),
];
