//! A rule in words.

use callgate::EndUserRule;

use super::table::EndUser;

/// What the rule demands of an end user.
pub(crate) fn of_rule(rule: &EndUserRule) -> String {
    of(&EndUser::of(rule))
}

/// What the row's conditions demand of an end user.
pub(super) fn of(rule: &EndUser) -> String {
    let EndUser {
        may_be_absent,
        anonymous,
        email_verified,
        second_factor,
        roles,
        sign_in_providers,
        signed_in_within_seconds,
        revocation_checked_within_seconds,
        tenants,
    } = rule;
    let mut words = vec![
        match (may_be_absent, anonymous) {
            (false, false) => "signed in",
            (false, true) => "signed in, guests too",
            (true, false) => "signed in or without a token",
            (true, true) => "signed in, guests too, or without a token",
        }
        .to_owned(),
    ];
    if *email_verified {
        words.push("with a verified e-mail address".to_owned());
    }
    if *second_factor {
        words.push("with a second factor".to_owned());
    }
    if !roles.is_empty() {
        words.push(format!("with the role {}", any(roles)));
    }
    if !sign_in_providers.is_empty() {
        words.push(format!("by {}", any(sign_in_providers)));
    }
    if let Some(seconds) = signed_in_within_seconds {
        words.push(format!("at most {} ago", span(*seconds)));
    }
    if let Some(seconds) = revocation_checked_within_seconds {
        words.push(match seconds {
            0 => "whose account is asked about at each call".to_owned(),
            seconds => format!(
                "whose account was asked about at most {} ago",
                span(*seconds)
            ),
        });
    }
    if !tenants.is_empty() {
        words.push(format!("of the tenant {}", any(tenants)));
    }
    words.join(", ")
}

/// `a, b or c`.
pub(super) fn any(names: &[String]) -> String {
    match names {
        [] => "any".to_owned(),
        [name] => name.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `90 s`, `5 min`, `2 h`.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s.is_multiple_of(3600) => format!("{} h", s / 3600),
        s if s > 0 && s.is_multiple_of(60) => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
