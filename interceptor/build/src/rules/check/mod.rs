//! What a rule may not say: nothing, or a contradiction.

mod callers;
mod end_user;

use prost_reflect::DynamicMessage;

use super::{
    Admits, AppCheckRule, Callers, InternalUserRule, Rule, ServiceAccountRule,
    wire::{self, AppCheck, InternalUser, ServiceAccount},
};

/// The rule that an option sets, or all that is wrong with it.
pub(super) fn parse(option: &DynamicMessage) -> Result<Rule, Vec<String>> {
    let rule: wire::Rule = option
        .transcode_to()
        .map_err(|error| vec![format!("the rule cannot be read: {error}")])?;

    let mut wrong = Vec::new();
    callers::check(&rule, &mut wrong);
    // Each field taken by name, so that none can be read and then not enforced.
    let wire::Rule {
        public,
        end_user,
        internal_user,
        service_account,
        app_check,
    } = &rule;
    let callers = Callers {
        end_user: end_user
            .as_ref()
            .map(|user| end_user::parse("end_user", user, &mut wrong)),
        internal_user: internal_user
            .as_ref()
            .map(|user| parse_internal_user(user, &mut wrong)),
        service_account: service_account
            .as_ref()
            .map(|service| parse_service_account(service, &mut wrong)),
    };
    let app_check = app_check
        .as_ref()
        .map(|app| parse_app_check(app, &mut wrong));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Rule {
        admits: match public {
            Some(_) => Admits::Everyone,
            None => Admits::Callers(callers),
        },
        app_check,
    })
}

fn parse_internal_user(user: &InternalUser, wrong: &mut Vec<String>) -> InternalUserRule {
    let field = "internal_user.hosted_domains";
    check_list(field, &user.hosted_domains, wrong);
    for domain in &user.hosted_domains {
        if *domain != domain.to_ascii_lowercase() || domain.contains('@') {
            wrong.push(format!(
                "`{field}` has the entry {domain:?}; write a domain as Google does, in lower case, such as \"example.com\""
            ));
        }
    }
    if !user.hosted_domains.is_empty() && (user.external || user.service_accounts) {
        let never = if user.external {
            "external"
        } else {
            "service_accounts"
        };
        wrong.push(format!(
            "`internal_user.{never}` stands beside `hosted_domains`, and such callers are of no domain; remove one or the other"
        ));
    }
    InternalUserRule {
        hosted_domains: user.hosted_domains.clone(),
        external: user.external,
        service_accounts: user.service_accounts,
    }
}

fn parse_service_account(service: &ServiceAccount, wrong: &mut Vec<String>) -> ServiceAccountRule {
    if service.names.is_empty() {
        wrong.push(
            "`service_account` names no service; write `names: [\"..\"]` with those that may call"
                .to_owned(),
        );
    }
    let field = "service_account.names";
    check_list(field, &service.names, wrong);
    for name in &service.names {
        if name.contains('@') {
            wrong.push(format!(
                "`{field}` has the e-mail address {name:?}; write the name that the configuration maps to it"
            ));
        }
    }
    let on_behalf_of = service.on_behalf_of.as_ref().map(|user| {
        let path = "service_account.on_behalf_of";
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
        end_user::parse(path, user, wrong)
    });
    ServiceAccountRule {
        names: service.names.clone(),
        on_behalf_of,
    }
}

fn parse_app_check(app: &AppCheck, wrong: &mut Vec<String>) -> AppCheckRule {
    check_list("app_check.apps", &app.apps, wrong);
    AppCheckRule {
        apps: app.apps.clone(),
        consume: app.consume,
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
