//! Rules as Rust: constants of `callgate`'s types.

use proc_macro2::TokenStream;
use quote::quote;

use crate::rules::{
    Admits, AppCheckRule, Callers, EndUserRule, InternalUserRule, Rule, ServiceAccountRule,
};

/// The `callgate::Rule`, as a constant expression.
pub(super) fn constant(rule: &Rule) -> TokenStream {
    let constant = match &rule.admits {
        Admits::Everyone => quote!(::callgate::Rule::PUBLIC),
        Admits::Callers(Callers {
            end_user: Some(rule),
            internal_user: None,
            service_account: None,
        }) => {
            let rule = end_user(rule);
            quote!(::callgate::Rule::end_user(#rule))
        }
        Admits::Callers(callers) => {
            let callers = any_of(callers);
            quote!(::callgate::Rule::any_of(#callers))
        }
    };
    match &rule.app_check {
        None => constant,
        Some(app) => {
            let app = app_check(app);
            quote!(#constant.with_app_check(#app))
        }
    }
}

fn any_of(callers: &Callers) -> TokenStream {
    let end_user = callers.end_user.as_ref().map(|rule| {
        let rule = end_user(rule);
        quote!(end_user: ::std::option::Option::Some(#rule),)
    });
    let internal_user = callers.internal_user.as_ref().map(|rule| {
        let rule = internal_user(rule);
        quote!(internal_user: ::std::option::Option::Some(#rule),)
    });
    let service_account = callers.service_account.as_ref().map(|rule| {
        let rule = service_account(rule);
        quote!(service_account: ::std::option::Option::Some(#rule),)
    });
    quote! {
        ::callgate::Callers { #end_user #internal_user #service_account ..::callgate::Callers::NOBODY }
    }
}

fn internal_user(rule: &InternalUserRule) -> TokenStream {
    let InternalUserRule {
        hosted_domains,
        external,
        service_accounts,
    } = rule;
    quote! {
        ::callgate::InternalUserRule {
            hosted_domains: &[#(#hosted_domains),*],
            external: #external,
            service_accounts: #service_accounts,
            ..::callgate::InternalUserRule::ANYONE
        }
    }
}

fn service_account(rule: &ServiceAccountRule) -> TokenStream {
    let names = &rule.names;
    let on_behalf_of = match &rule.on_behalf_of {
        None => quote!(::std::option::Option::None),
        Some(rule) => {
            let rule = end_user(rule);
            quote!(::std::option::Option::Some(#rule))
        }
    };
    quote! {
        ::callgate::ServiceAccountRule { names: &[#(#names),*], on_behalf_of: #on_behalf_of }
    }
}

fn app_check(rule: &AppCheckRule) -> TokenStream {
    let AppCheckRule { apps, consume } = rule;
    quote! {
        ::callgate::AppCheckRule { apps: &[#(#apps),*], consume: #consume }
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
        (quote!(session_cookie), rule.session_cookie),
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
