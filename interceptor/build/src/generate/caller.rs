//! What a handler takes as its first argument, and how an adapter comes by it.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use crate::rules::{Admits, Callers, Rule};

/// The kind of caller that a rule promises to the handler.
pub(super) enum Promise {
    /// Everyone may call: the handler is told of nobody.
    Nobody,
    /// An end user, or nobody.
    MaybeEndUser,
    /// One kind, by the variant of `callgate::Caller`, which is its type too, and the function of `callgate::generated` that takes it off
    /// a request.
    One(Ident, &'static str),
    /// Any of these variants of `callgate::Caller`: the method gets an enum of its own.
    AnyOf(Vec<Ident>),
}

// === impl Promise ===

impl Promise {
    pub(super) fn of(rule: &Rule) -> Self {
        let Admits::Callers(Callers {
            end_user,
            internal_user,
            service_account,
        }) = &rule.admits
        else {
            return Self::Nobody;
        };
        if end_user.as_ref().is_some_and(|user| user.may_be_absent) {
            // It stands beside no other caller.
            return Self::MaybeEndUser;
        }
        let service = service_account
            .as_ref()
            .map(|service| match service.on_behalf_of {
                None => ("ServiceAccount", "service_account"),
                Some(_) => ("OnBehalfOf", "on_behalf_of"),
            });
        let kinds = [
            end_user.as_ref().map(|_| ("EndUser", "end_user")),
            internal_user
                .as_ref()
                .map(|_| ("InternalUser", "internal_user")),
            service,
        ];
        let kinds: Vec<_> = kinds.into_iter().flatten().collect();
        match kinds[..] {
            [(name, take)] => Self::One(format_ident!("{name}"), take),
            _ => Self::AnyOf(
                kinds
                    .iter()
                    .map(|(name, _)| format_ident!("{name}"))
                    .collect(),
            ),
        }
    }

    /// The type of the handler's first argument. `None` where it takes no caller.
    pub(super) fn caller_type(&self, method: &str) -> Option<TokenStream> {
        match self {
            Self::Nobody => None,
            Self::MaybeEndUser => Some(quote!(::std::option::Option<::callgate::EndUser>)),
            Self::One(name, _) => Some(quote!(::callgate::#name)),
            Self::AnyOf(_) => {
                let name = enum_name(method);
                Some(quote!(#name))
            }
        }
    }

    /// The enum of a method that several kinds may call.
    pub(super) fn definition(&self, method: &str) -> Option<TokenStream> {
        let Self::AnyOf(variants) = self else {
            return None;
        };
        let name = enum_name(method);
        let docs = docs::lines(&[format!("Whoever may call `{method}`.")]);
        Some(quote! {
            #docs
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub enum #name {
                #(
                    #[allow(missing_docs)]
                    #variants(::callgate::#variants),
                )*
            }
        })
    }

    /// The statement that takes the caller off the request, into `caller`.
    pub(super) fn take(&self, method: &str, index: &Literal) -> Option<TokenStream> {
        let take = match self {
            Self::Nobody => return None,
            Self::MaybeEndUser => "optional_end_user",
            Self::One(_, take) => take,
            Self::AnyOf(_) => "caller",
        };
        let take = format_ident!("{take}");
        let taken = quote!(::callgate::generated::#take(&mut request, &METHODS[#index])?);
        let Self::AnyOf(variants) = self else {
            return Some(quote!(let caller = #taken;));
        };
        let name = enum_name(method);
        Some(quote! {
            let caller = match #taken {
                #(::callgate::Caller::#variants(caller) => #name::#variants(caller),)*
                other => return ::std::result::Result::Err(::callgate::generated::unexpected(&other)),
            };
        })
    }

    /// What a `callgate::Caller` is for the handler: the arms of a match, each an `Ok`. None for those whom the rule does not name.
    pub(super) fn told(&self, method: &str) -> Option<TokenStream> {
        let ok = quote!(::std::result::Result::Ok);
        match self {
            Self::Nobody => None,
            Self::MaybeEndUser => Some(quote! {
                ::callgate::Caller::EndUser(caller) => #ok(::std::option::Option::Some(caller)),
                ::callgate::Caller::Unknown => #ok(::std::option::Option::None),
            }),
            Self::One(name, _) => Some(quote!(::callgate::Caller::#name(caller) => #ok(caller),)),
            Self::AnyOf(variants) => {
                let name = enum_name(method);
                Some(
                    quote!(#(::callgate::Caller::#variants(caller) => #ok(super::#name::#variants(caller)),)*),
                )
            }
        }
    }
}

fn enum_name(method: &str) -> Ident {
    format_ident!("{method}Caller")
}
