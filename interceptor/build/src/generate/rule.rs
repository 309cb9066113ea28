//! Rules, as Rust and as a sentence.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::quote;

use crate::rules::{EndUserRule, Rule};

/// The `callgate::Rule`, as a constant expression.
pub(super) fn constant(rule: &Rule) -> TokenStream {
    match rule {
        Rule::Public => quote!(::callgate::Rule::PUBLIC),
        Rule::EndUser(rule) => {
            let rule = end_user(rule);
            quote!(::callgate::Rule::end_user(#rule))
        }
    }
}

/// The type of the caller that a handler takes. `None` where it takes none.
pub(super) fn caller_type(rule: &Rule) -> Option<TokenStream> {
    match rule {
        Rule::Public => None,
        Rule::EndUser(EndUserRule {
            may_be_absent: true,
            ..
        }) => Some(quote!(::std::option::Option<::callgate::EndUser>)),
        Rule::EndUser(_) => Some(quote!(::callgate::EndUser)),
    }
}

/// The function that takes this caller off a request.
pub(super) fn take_caller(rule: &Rule) -> Option<TokenStream> {
    match rule {
        Rule::Public => None,
        Rule::EndUser(EndUserRule {
            may_be_absent: true,
            ..
        }) => Some(quote!(::callgate::generated::optional_end_user)),
        Rule::EndUser(_) => Some(quote!(::callgate::generated::end_user)),
    }
}

/// The rule in words, for the documentation of the handler.
pub(super) fn sentence(rule: &Rule) -> String {
    match rule {
        Rule::Public => {
            "Rule: `public`. Everyone may call; the caller is not looked at.".to_owned()
        }
        Rule::EndUser(rule) => {
            let who = match (rule.may_be_absent, rule.anonymous) {
                (true, _) => "`Option<EndUser>`, which is `None` for a call without a token",
                (false, true) => "`EndUser`, who may have an anonymous account",
                (false, false) => "`EndUser`, who is signed in and no anonymous account",
            };
            let mut caller = vec![who.to_owned()];
            caller.extend(conditions(rule));
            format!("Rule: `end_user`. The caller is an {}.", caller.join(", "))
        }
    }
}

fn end_user(rule: &EndUserRule) -> TokenStream {
    // Only what differs, so that a field that callgate adds later has its default.
    let mut fields = Vec::new();
    for (field, value) in [
        (quote!(may_be_absent), rule.may_be_absent),
        (quote!(anonymous), rule.anonymous),
        (quote!(email_verified), rule.email_verified),
        (quote!(second_factor), rule.second_factor),
    ] {
        if value {
            fields.push(quote!(#field: true));
        }
    }
    for (field, entries) in [
        (quote!(roles), &rule.roles),
        (quote!(sign_in_providers), &rule.sign_in_providers),
        (quote!(tenants), &rule.tenants),
    ] {
        if !entries.is_empty() {
            fields.push(quote!(#field: &[#(#entries),*]));
        }
    }
    for (field, within) in [
        (quote!(signed_in_within), rule.signed_in_within),
        (
            quote!(revocation_checked_within),
            rule.revocation_checked_within,
        ),
    ] {
        if let Some(within) = within {
            let (seconds, nanos) = (within.as_secs(), within.subsec_nanos());
            fields.push(quote! {
                #field: ::std::option::Option::Some(::std::time::Duration::new(#seconds, #nanos))
            });
        }
    }
    if fields.is_empty() {
        return quote!(::callgate::EndUserRule::SIGNED_IN);
    }
    quote! {
        ::callgate::EndUserRule { #(#fields,)* ..::callgate::EndUserRule::SIGNED_IN }
    }
}

fn conditions(rule: &EndUserRule) -> Vec<String> {
    let mut conditions = Vec::new();
    if rule.email_verified {
        conditions.push("with a verified e-mail address".to_owned());
    }
    if rule.second_factor {
        conditions.push("with a second factor".to_owned());
    }
    if !rule.roles.is_empty() {
        conditions.push(format!("with the role {}", any_of(&rule.roles)));
    }
    if !rule.sign_in_providers.is_empty() {
        conditions.push(format!("signed in by {}", any_of(&rule.sign_in_providers)));
    }
    if let Some(within) = rule.signed_in_within {
        conditions.push(format!("signed in at most {} ago", in_words(within)));
    }
    if let Some(within) = rule.revocation_checked_within {
        conditions.push(match within {
            Duration::ZERO => "whose account is looked up for every call".to_owned(),
            _ => format!(
                "whose account was looked up at most {} ago",
                in_words(within)
            ),
        });
    }
    if !rule.tenants.is_empty() {
        conditions.push(format!("of the tenant {}", any_of(&rule.tenants)));
    }
    conditions
}

fn any_of(entries: &[String]) -> String {
    let quoted: Vec<_> = entries.iter().map(|entry| format!("`{entry}`")).collect();
    quoted.join(" or ")
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if duration.subsec_nanos() == 0 && seconds % 60 == 0 => {
            format!("{} min", seconds / 60)
        }
        _ => format!("{} s", duration.as_secs_f64()),
    }
}
