//! Which callers may stand beside each other.

use crate::rules::wire::Rule;

pub(super) fn check(rule: &Rule, wrong: &mut Vec<String>) {
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
