//! What a rule may not say: nothing, a contradiction, or what nothing would enforce.

use std::time::Duration;

use prost_reflect::{DynamicMessage, prost_types};

use super::{
    EndUserRule, Rule,
    wire::{self, EndUser, ServiceAccount},
};

/// Firebase keeps users signed in until they sign out; a longer time demands next to nothing.
const LONGEST_SIGN_IN: Duration = Duration::from_hours(365 * 24);
/// Two weeks are the longest life of any token of theirs, that of a session cookie.
const LONGEST_REVOCATION_CHECK: Duration = Duration::from_hours(14 * 24);

/// The rule that an option sets, or all that is wrong with it.
pub(super) fn parse(option: &DynamicMessage) -> Result<Rule, Vec<String>> {
    let rule: wire::Rule = option
        .transcode_to()
        .map_err(|error| vec![format!("the rule cannot be read: {error}")])?;

    let mut wrong = Vec::new();
    check_callers(&rule, &mut wrong);
    let end_user = rule
        .end_user
        .as_ref()
        .map(|user| parse_end_user("end_user", user, &mut wrong));
    if let Some(user) = &rule.internal_user {
        check_list(
            "internal_user.hosted_domains",
            &user.hosted_domains,
            &mut wrong,
        );
    }
    if let Some(service) = &rule.service_account {
        check_service_account(service, &mut wrong);
    }
    if let Some(app) = &rule.app_check {
        check_list("app_check.apps", &app.apps, &mut wrong);
    }
    if wrong.is_empty() {
        wrong = not_enforced_yet(&rule);
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    match (rule.public, end_user) {
        (Some(_), None) => Ok(Rule::Public),
        (None, Some(user)) => Ok(Rule::EndUser(user)),
        // The checks above leave nothing else; if they ever do, it opens no method.
        _ => Err(vec!["nothing would enforce this rule".to_owned()]),
    }
}

/// What the gate cannot enforce in this version. Better no build than a rule that does nothing.
fn not_enforced_yet(rule: &wire::Rule) -> Vec<String> {
    let user = rule.end_user.as_ref();
    [
        ("internal_user", rule.internal_user.is_some()),
        ("service_account", rule.service_account.is_some()),
        ("app_check", rule.app_check.is_some()),
        (
            "end_user.session_cookie",
            user.is_some_and(|user| user.session_cookie),
        ),
    ]
    .into_iter()
    .filter(|(_, present)| *present)
    .map(|(field, _)| {
        format!("`{field}` is not supported yet: nothing would enforce it; remove it from the rule")
    })
    .collect()
}

fn check_callers(rule: &wire::Rule, wrong: &mut Vec<String>) {
    let callers: Vec<_> = [
        ("`end_user`", rule.end_user.is_some()),
        ("`internal_user`", rule.internal_user.is_some()),
        ("`service_account`", rule.service_account.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, present)| present.then_some(field))
    .collect();

    match (rule.public.is_some(), callers.is_empty()) {
        (true, false) => wrong.push(format!(
            "`public` stands beside {}; keep `public` if everyone may call, else remove it",
            callers.join(" and ")
        )),
        (false, true) if rule.app_check.is_some() => wrong.push(
            "the rule names no caller, and `app_check` only comes in addition; write `end_user: {}` beside it, or `public: {}` if \
             everyone with the app may call"
                .to_owned(),
        ),
        (false, true) => wrong.push(
            "the rule is empty; write who may call: `{ end_user: {} }`, or, in a method that everyone may call, `{ public: {} }`"
                .to_owned(),
        ),
        _ => {}
    }

    if rule
        .end_user
        .as_ref()
        .is_some_and(|user| user.may_be_absent)
        && callers.len() > 1
    {
        wrong.push(format!(
            "`end_user.may_be_absent` stands beside {}: a call without a token would be neither's; remove `may_be_absent` or the \
             other caller",
            callers[1..].join(" and ")
        ));
    }
    // G7: these two bring no app along that could prove itself.
    let without_app: Vec<_> = callers
        .into_iter()
        .filter(|caller| *caller != "`end_user`")
        .collect();
    if rule.app_check.is_some() && !without_app.is_empty() {
        wrong.push(format!(
            "`app_check` stands beside {}, which no app calls for; remove `app_check` or that caller",
            without_app.join(" and ")
        ));
    }
}

fn check_service_account(service: &ServiceAccount, wrong: &mut Vec<String>) {
    if service.names.is_empty() {
        wrong.push(
            "`service_account` names no service; write `names: [\"..\"]` with those that may call"
                .to_owned(),
        );
    }
    check_list("service_account.names", &service.names, wrong);
    if let Some(user) = &service.on_behalf_of {
        let path = "service_account.on_behalf_of";
        parse_end_user(path, user, wrong);
        if user.may_be_absent {
            wrong.push(format!(
                "`{path}` has `may_be_absent`; remove `may_be_absent`, or `on_behalf_of` if the service may also act for nobody"
            ));
        }
        // G5: the slot of the user's token takes an ID token only.
        if user.session_cookie {
            wrong.push(format!(
                "`{path}` has `session_cookie`, but services pass on ID tokens only; remove `session_cookie`"
            ));
        }
    }
}

fn parse_end_user(path: &str, user: &EndUser, wrong: &mut Vec<String>) -> EndUserRule {
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

/// Entries are compared byte for byte, so one that nobody can have is a mistake.
fn check_list(field: &str, entries: &[String], wrong: &mut Vec<String>) {
    for (i, entry) in entries.iter().enumerate() {
        if entry.is_empty() {
            wrong.push(format!("`{field}` has an empty entry; remove it"));
        } else if entry.contains(|c: char| c.is_whitespace() || c.is_control()) {
            wrong.push(format!(
                "`{field}` has white space in the entry {entry:?}; remove it"
            ));
        } else if entries[..i].iter().filter(|other| *other == entry).count() == 1 {
            wrong.push(format!(
                "`{field}` has the entry {entry:?} more than once; keep one"
            ));
        }
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
