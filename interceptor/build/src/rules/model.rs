//! Rules that were read and found good: the twins of those in `callgate`, field by field.

use std::time::Duration;

/// What one method demands of its caller: nothing that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) admits: Admits,
    pub(crate) app_check: Option<AppCheckRule>,
}

/// Who may call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one a method")]
pub(crate) enum Admits {
    Everyone,
    Callers(Callers),
}

/// Any of these may call: at least one is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callers {
    pub(crate) end_user: Option<EndUserRule>,
    pub(crate) internal_user: Option<InternalUserRule>,
    pub(crate) service_account: Option<ServiceAccountRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "as in the proto")]
pub(crate) struct EndUserRule {
    pub(crate) may_be_absent: bool,
    pub(crate) anonymous: bool,
    pub(crate) email_verified: bool,
    pub(crate) second_factor: bool,
    pub(crate) roles: Vec<String>,
    pub(crate) sign_in_providers: Vec<String>,
    pub(crate) signed_in_within: Option<Duration>,
    pub(crate) revocation_checked_within: Option<Duration>,
    pub(crate) tenants: Vec<String>,
    pub(crate) session_cookie: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InternalUserRule {
    pub(crate) hosted_domains: Vec<String>,
    pub(crate) external: bool,
    pub(crate) service_accounts: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ServiceAccountRule {
    pub(crate) names: Vec<String>,
    pub(crate) on_behalf_of: Option<EndUserRule>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppCheckRule {
    pub(crate) apps: Vec<String>,
    pub(crate) consume: bool,
}
