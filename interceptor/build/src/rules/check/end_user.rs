//! What a rule may not say of end users.

use std::time::Duration;

use prost_reflect::prost_types;

use super::{super::EndUserRule, check_list};
use crate::rules::wire::EndUser;

/// Firebase keeps users signed in until they sign out; a longer time demands next to nothing.
const LONGEST_SIGN_IN: Duration = Duration::from_hours(365 * 24);
/// Two weeks are the longest life of any token of theirs, that of a session cookie.
const LONGEST_REVOCATION_CHECK: Duration = Duration::from_hours(14 * 24);

/// The rule, with whatever is wrong with it added to `wrong`.
pub(super) fn parse(path: &str, user: &EndUser, wrong: &mut Vec<String>) -> EndUserRule {
    let conditions: Vec<_> = [
        ("`email_verified`", user.email_verified),
        ("`second_factor`", user.second_factor),
        ("`roles`", !user.roles.is_empty()),
        ("`sign_in_providers`", !user.sign_in_providers.is_empty()),
        ("`signed_in_within`", user.signed_in_within.is_some()),
        (
            "`revocation_checked_within`",
            user.revocation_checked_within.is_some(),
        ),
        ("`tenants`", !user.tenants.is_empty()),
    ]
    .into_iter()
    .filter_map(|(field, present)| present.then_some(field))
    .collect();
    if user.may_be_absent && !conditions.is_empty() {
        wrong.push(format!(
            "`{path}.may_be_absent` stands beside {}, which an absent caller does not meet; remove one or the other",
            conditions.join(" and ")
        ));
    }
    check_anonymous(path, user, wrong);
    check_list(&format!("{path}.roles"), &user.roles, wrong);
    check_list(
        &format!("{path}.sign_in_providers"),
        &user.sign_in_providers,
        wrong,
    );
    check_list(&format!("{path}.tenants"), &user.tenants, wrong);
    if user.session_cookie && user.revocation_checked_within.is_none() {
        wrong.push(format!(
            "`{path}.session_cookie` wants `revocation_checked_within`, since a cookie lives for days; write, say, \
             `revocation_checked_within: {{ seconds: 300 }}` beside it"
        ));
    }
    EndUserRule {
        may_be_absent: user.may_be_absent,
        anonymous: user.anonymous,
        email_verified: user.email_verified,
        second_factor: user.second_factor,
        roles: user.roles.clone(),
        sign_in_providers: user.sign_in_providers.clone(),
        signed_in_within: user.signed_in_within.as_ref().map(|within| {
            let field = format!("{path}.signed_in_within");
            parse_duration(
                &field,
                within,
                Duration::from_secs(1),
                LONGEST_SIGN_IN,
                wrong,
            )
        }),
        revocation_checked_within: user.revocation_checked_within.as_ref().map(|within| {
            let field = format!("{path}.revocation_checked_within");
            parse_duration(
                &field,
                within,
                Duration::ZERO,
                LONGEST_REVOCATION_CHECK,
                wrong,
            )
        }),
        tenants: user.tenants.clone(),
        session_cookie: user.session_cookie,
    }
}

/// An anonymous account has no e-mail address and no second factor, and its way to sign in is `anonymous`.
fn check_anonymous(path: &str, user: &EndUser, wrong: &mut Vec<String>) {
    let listed = user
        .sign_in_providers
        .iter()
        .any(|provider| provider == "anonymous");
    let impossible: Vec<_> = [
        ("`email_verified`", user.email_verified),
        ("`second_factor`", user.second_factor),
        (
            "`sign_in_providers` without \"anonymous\"",
            !user.sign_in_providers.is_empty() && !listed,
        ),
    ]
    .into_iter()
    .filter_map(|(field, present)| present.then_some(field))
    .collect();
    if user.anonymous && !impossible.is_empty() {
        wrong.push(format!(
            "`{path}.anonymous` stands beside {}, which no anonymous account meets; remove one or the other",
            impossible.join(" and ")
        ));
    }
    if listed && !user.anonymous {
        wrong.push(format!(
            "`{path}.sign_in_providers` lists \"anonymous\", but anonymous accounts are refused; write `anonymous: true` beside it, \
             or remove it from the list"
        ));
    }
}

fn parse_duration(
    field: &str,
    duration: &prost_types::Duration,
    shortest: Duration,
    longest: Duration,
    wrong: &mut Vec<String>,
) -> Duration {
    let seconds = u64::try_from(duration.seconds).ok();
    let nanos = u32::try_from(duration.nanos)
        .ok()
        .filter(|nanos| *nanos < 1_000_000_000);
    let parsed = seconds
        .zip(nanos)
        .map(|(seconds, nanos)| Duration::new(seconds, nanos))
        .filter(|parsed| (shortest..=longest).contains(parsed));
    parsed.unwrap_or_else(|| {
        wrong.push(format!(
            "`{field}` is out of range; write {} to {} seconds, as in `{{ seconds: 300 }}`",
            shortest.as_secs(),
            longest.as_secs()
        ));
        shortest
    })
}
