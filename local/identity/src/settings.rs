//! What the identity provider is told by whoever starts it.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use callgate::Clock;
use url::{Host, Url};

use crate::error::OpenError;

/// What stands in the environment of a container that serves production.
const PRODUCTION: [&str; 3] = ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"];

/// A verifier takes no token that lives longer than a day.
const LONGEST_LIFETIME: Duration = Duration::from_hours(24);

/// How the identity provider is to be.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The Firebase project that it stands for. Starts with `demo-`.
    pub project_id: String,
    /// The project's number, 123456789012 by default: part of App Check's issuer and of IAP's audiences.
    pub project_number: u64,
    /// Where accounts, keys and the secret are kept.
    pub dir: PathBuf,
    /// The origins of the pages that may use it, such as `http://localhost:8080`. The first is its own, which links lead to.
    /// Pages are sent on (`continueUrl`, a redirect's end) to these only.
    pub origins: Vec<String>,
    /// How long an ID token is valid: a second to a day, an hour by default.
    pub token_lifetime: Duration,
    /// For how long the public keys may be cached, five minutes by default (Google: some six hours).
    pub keys_max_age: Duration,
    /// What time it is.
    pub clock: Clock,
    /// Told of each code that a person would get by SMS or e-mail. The codes stand in no log.
    pub on_code: Option<Arc<dyn Fn(CodeNotice) + Send + Sync>>,
}

/// A code for a person, in place of an SMS or an e-mail.
#[derive(Clone)]
#[non_exhaustive]
pub struct CodeNotice {
    /// What the code is good for.
    pub kind: CodeKind,
    /// The phone number, or the e-mail address.
    pub to: String,
    /// The code itself.
    pub code: String,
    /// The link that the e-mail would hold.
    pub link: Option<String>,
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeKind {
    /// An SMS, for signing in by phone or as a second factor.
    Sms,
    /// Setting a new password.
    PasswordReset,
    /// Verifying the e-mail address.
    VerifyEmail,
    /// Verifying a new e-mail address and changing to it.
    ChangeEmail,
}

impl Settings {
    /// The defaults for everything else.
    pub fn new<O: Into<String>>(
        project_id: impl Into<String>,
        dir: impl Into<PathBuf>,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        Self {
            project_id: project_id.into(),
            project_number: 123_456_789_012,
            dir: dir.into(),
            origins: origins.into_iter().map(Into::into).collect(),
            token_lifetime: Duration::from_hours(1),
            keys_max_age: Duration::from_mins(5),
            clock: Clock::system(),
            on_code: None,
        }
    }

    /// Errs on anything that cannot be meant. `is_set` tells whether an environment variable is there.
    pub(crate) fn check(&self, is_set: impl Fn(&str) -> bool) -> Result<(), OpenError> {
        if let Some(name) = PRODUCTION.into_iter().find(|name| is_set(name)) {
            return Err(OpenError::Production(name));
        }
        if !is_demo_project(&self.project_id) {
            return Err(OpenError::ProjectId);
        }
        if self.project_number == 0 {
            return Err(OpenError::ProjectNumber);
        }
        if self.token_lifetime < Duration::from_secs(1) || self.token_lifetime > LONGEST_LIFETIME {
            return Err(OpenError::TokenLifetime);
        }
        if self.origins.is_empty() {
            return Err(OpenError::Origin(String::new()));
        }
        match self.origins.iter().find(|origin| !is_origin(origin)) {
            Some(origin) => Err(OpenError::Origin(origin.clone())),
            None => Ok(()),
        }
    }

    pub(crate) fn allows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|allowed| allowed == origin)
    }

    /// Whether a page may be sent on to this URL.
    pub(crate) fn allows_url(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.allows_origin(&url.origin().ascii_serialization()))
    }

    /// The origin where it is reached itself.
    pub(crate) fn own_origin(&self) -> &str {
        // `check` has seen that there is one.
        self.origins.first().map_or("", String::as_str)
    }

    /// The same for programs of this machine: by address where one is listed, since a name might resolve to IPv6 first.
    pub(crate) fn loopback_origin(&self) -> &str {
        let is_address = |origin: &&String| {
            Url::parse(origin).is_ok_and(|url| match url.host() {
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                _ => false,
            })
        };
        let address = self.origins.iter().find(is_address);
        address.map_or(self.own_origin(), String::as_str)
    }

    pub(crate) fn notify(&self, notice: CodeNotice) {
        if let Some(on_code) = &self.on_code {
            on_code(notice);
        }
    }
}

fn is_demo_project(id: &str) -> bool {
    id.len() <= 64
        && id.strip_prefix("demo-").is_some_and(|rest| {
            !rest.is_empty()
                && rest
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

/// An origin as browsers write it: nothing after the port, no default port, lower case.
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("project_id", &self.project_id)
            .field("project_number", &self.project_number)
            .field("dir", &self.dir)
            .field("origins", &self.origins)
            .field("token_lifetime", &self.token_lifetime)
            .field("keys_max_age", &self.keys_max_age)
            .finish_non_exhaustive()
    }
}

/// Says what it is for, not what it is.
impl fmt::Debug for CodeNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeNotice")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings::new("demo-callgate", "nowhere", ["http://localhost:8080"])
    }

    #[test]
    fn the_defaults_are_fine() {
        assert!(settings().check(|_| false).is_ok());
    }

    #[test]
    fn it_does_not_start_where_it_looks_like_production() {
        for name in PRODUCTION {
            let refused = settings().check(|asked| asked == name);
            assert!(matches!(refused, Err(OpenError::Production(told)) if told == name));
        }
    }

    #[test]
    fn it_serves_demo_projects_only() {
        for id in [
            "callgate",
            "demo-",
            "demo_callgate",
            "Demo-callgate",
            "demo-a/b",
            "xdemo-a",
        ] {
            let settings = Settings {
                project_id: id.into(),
                ..settings()
            };
            assert!(
                matches!(settings.check(|_| false), Err(OpenError::ProjectId)),
                "{id}"
            );
        }
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for origin in [
            "*",
            "null",
            "",
            "localhost:8080",
            "http://localhost:8080/",
            "http://localhost:80",
            "HTTP://localhost",
            "file:///",
        ] {
            let settings = Settings {
                origins: vec![origin.into()],
                ..settings()
            };
            assert!(
                matches!(settings.check(|_| false), Err(OpenError::Origin(_))),
                "{origin}"
            );
        }
        assert!(
            Settings {
                origins: vec![],
                ..settings()
            }
            .check(|_| false)
            .is_err()
        );
    }

    #[test]
    fn a_token_lives_a_second_to_a_day() {
        for secs in [0, 24 * 60 * 60 + 1] {
            let settings = Settings {
                token_lifetime: Duration::from_secs(secs),
                ..settings()
            };
            assert!(matches!(
                settings.check(|_| false),
                Err(OpenError::TokenLifetime)
            ));
        }
    }

    #[test]
    fn pages_are_sent_on_to_the_listed_origins_only() {
        let settings = settings();
        assert!(settings.allows_url("http://localhost:8080/votes?x=1#y"));
        for url in [
            "http://localhost:8081/",
            "https://localhost:8080/",
            "http://localhost:8080@evil.example/",
            "http://localhost:8080.evil.example/",
            "//localhost:8080/",
            "javascript:alert(1)//http://localhost:8080",
        ] {
            assert!(!settings.allows_url(url), "{url}");
        }
    }
}
