//! HTML out of a template: everything that is filled in is escaped, except what is HTML already.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderName, StatusCode, header};

const STYLE: &str = include_str!("page.css");

/// A page with one script.
pub(crate) struct Page {
    template: &'static str,
    script: &'static str,
    policy: String,
}

impl Page {
    /// `connects`: whether the script may call this server.
    pub(crate) fn new(template: &'static str, script: &'static str, connects: bool) -> Self {
        let connect = if connects { "connect-src 'self'; " } else { "" };
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; {connect}base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            hash(script),
            hash(STYLE),
        );
        Self {
            template,
            script,
            policy,
        }
    }

    /// `fields` are HTML.
    pub(crate) fn render(&self, fields: &[(&str, String)]) -> Response {
        let html = fill(self.template, |name| match name {
            "style" => STYLE,
            "script" => self.script,
            other => fields
                .iter()
                .find(|(name, _)| *name == other)
                .map_or("", |(_, html)| html),
        });
        respond(StatusCode::OK, &self.policy, html)
    }
}

/// A page that says why there is none.
pub(crate) fn refusal(why: &str) -> Response {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        format!(
            "default-src 'none'; style-src '{}'; base-uri 'none'; frame-ancestors 'none'",
            hash(STYLE)
        )
    });
    let why = escape(why);
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not possible</title><style>{STYLE}</style><main><h1>Not possible</h1><p>{why}</p></main></html>"
    );
    respond(StatusCode::BAD_REQUEST, &POLICY, html)
}

/// Text that stays text, between tags and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// One pass: what is filled in is never read as a template.
fn fill<'a>(template: &'a str, field: impl Fn(&str) -> &'a str) -> String {
    let mut html = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        html.push_str(before);
        html.push_str(field(name));
        rest = after;
    }
    html.push_str(rest);
    html
}

fn respond(status: StatusCode, policy: &str, html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    (status, headers, html).into_response()
}

/// As a content security policy names an inline script or style.
fn hash(text: &str) -> String {
    format!(
        "sha256-{}",
        BASE64_STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_read_as_a_template() {
        let html = fill(
            "<{{a}}|{{b}}>",
            |name| if name == "a" { "{{b}}" } else { "x" },
        );
        assert_eq!(html, "<{{b}}|x>");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }
}
