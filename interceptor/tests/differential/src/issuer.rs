//! Who makes the tokens.

use callgate::Clock;
use callgate_testkit::{EndUserIssuer, FirebaseIssuer, SessionCookieIssuer, TokenBuilder};

use crate::Kind;

/// The issuers of one project, a kind of token each.
#[derive(Clone, Debug)]
pub struct Issuers {
    /// Of the ID tokens.
    pub id_tokens: FirebaseIssuer,
    /// Of the session cookies.
    pub session_cookies: SessionCookieIssuer,
}

impl Issuers {
    /// The issuers of a project, at the time of this clock. They have other keys too, which nobody should accept.
    pub fn new(clock: &Clock) -> Self {
        let project = "demo-callgate";
        Self {
            id_tokens: FirebaseIssuer::new(project)
                .publishing(&Kind::IdToken.keys())
                .clock(clock.clone()),
            session_cookies: SessionCookieIssuer::new(project)
                .publishing(&Kind::SessionCookie.keys())
                .clock(clock.clone()),
        }
    }
}

/// The issuer of one kind of token, so that each case is written once for all of them.
pub(crate) trait Issuer: EndUserIssuer + Clone {
    const KIND: Kind;

    fn project_id(&self) -> &str;

    /// The claim `iss` of its tokens: the project's id stands last.
    fn name(&self) -> String;

    /// A valid token for this user.
    fn token(&self, uid: &str) -> TokenBuilder<Self>;

    /// The issuer's name for this project.
    fn name_for(&self, project_id: &str) -> String {
        let name = self.name();
        let prefix = name
            .strip_suffix(self.project_id())
            .expect("the project's id stands last");
        format!("{prefix}{project_id}")
    }
}

impl Issuer for FirebaseIssuer {
    const KIND: Kind = Kind::IdToken;

    fn project_id(&self) -> &str {
        self.project_id()
    }

    fn name(&self) -> String {
        self.name()
    }

    fn token(&self, uid: &str) -> TokenBuilder<Self> {
        self.token(uid)
    }
}

impl Issuer for SessionCookieIssuer {
    const KIND: Kind = Kind::SessionCookie;

    fn project_id(&self) -> &str {
        self.project_id()
    }

    fn name(&self) -> String {
        self.name()
    }

    fn token(&self, uid: &str) -> TokenBuilder<Self> {
        self.cookie(uid)
    }
}
