//! The policy as a table of methods and callers.

use std::{collections::BTreeMap, io};

use callgate::{Admits, Callers, EndUserRule, Method};
use serde::{Deserialize, Serialize};

use super::words;

/// Each method's rule, by the method's name: `votes.v1.VoteService/CastVote`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) methods: BTreeMap<String, Row>,
}

/// One method.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// `unary`, `client`, `server` or `both`.
    pub(super) streams: String,
    pub(super) public: bool,
    /// Null where end users may not call.
    pub(super) end_user: Option<EndUser>,
}

/// The conditions for end users, as in the proto.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EndUser {
    pub(super) may_be_absent: bool,
    pub(super) anonymous: bool,
    pub(super) email_verified: bool,
    pub(super) second_factor: bool,
    pub(super) roles: Vec<String>,
    pub(super) sign_in_providers: Vec<String>,
    pub(super) signed_in_within_seconds: Option<u64>,
    pub(super) revocation_checked_within_seconds: Option<u64>,
    pub(super) tenants: Vec<String>,
}

// === impl Table ===

impl Table {
    pub(super) fn of(methods: impl Iterator<Item = &'static Method>) -> Self {
        let methods = methods
            .map(|method| (method.path[1..].to_owned(), Row::of(method)))
            .collect();
        Self { methods }
    }

    /// Writes the table for people.
    pub(super) fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let widest = self.methods.keys().map(String::len).max().unwrap_or(0);
        writeln!(out, "{:<widest$}  {:<8}  end user", "method", "everyone")?;
        for (name, row) in &self.methods {
            let (everyone, end_user) = row.cells();
            writeln!(out, "{name:<widest$}  {everyone:<8}  {end_user}")?;
        }
        Ok(())
    }
}

// === impl Row ===

impl Row {
    fn of(method: &Method) -> Self {
        let streams = match (method.client_streaming, method.server_streaming) {
            (false, false) => "unary",
            (true, false) => "client",
            (false, true) => "server",
            (true, true) => "both",
        };
        let callers = method.rule.callers().copied().unwrap_or(Callers::NOBODY);
        let end_user = callers.end_user.as_ref().map(EndUser::of);
        Self {
            streams: streams.to_owned(),
            public: method.rule.admits == Admits::Everyone,
            end_user,
        }
    }

    /// Whether everyone may call, and which end users.
    fn cells(&self) -> (&'static str, String) {
        match (self.public, &self.end_user) {
            (true, _) => ("yes", "yes, the token is not looked at".to_owned()),
            (false, Some(rule)) => ("no", words::of(rule)),
            (false, None) => ("no", "no".to_owned()),
        }
    }

    /// Who may call, in words.
    pub(super) fn words(&self) -> String {
        match (self.public, &self.end_user) {
            (true, _) => "public".to_owned(),
            (false, Some(rule)) => format!("end users: {}", words::of(rule)),
            (false, None) => "nobody".to_owned(),
        }
    }
}

impl EndUser {
    pub(super) fn of(rule: &EndUserRule) -> Self {
        // Taken apart by name, so that no condition can be forgotten here.
        let EndUserRule {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles,
            sign_in_providers,
            signed_in_within,
            revocation_checked_within,
            tenants,
            session_cookie: _,
        } = *rule;
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles: owned(roles),
            sign_in_providers: owned(sign_in_providers),
            signed_in_within_seconds: signed_in_within.map(|within| within.as_secs()),
            revocation_checked_within_seconds: revocation_checked_within
                .map(|within| within.as_secs()),
            tenants: owned(tenants),
        }
    }
}
