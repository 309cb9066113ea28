//! What a handler takes as its first argument, and how an adapter comes by it.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::docs;
use crate::rules::{Admits, Callers, Rule};

/// The kind of caller that a rule promises to the handler.
pub(super) enum Promise {
    /// Everyone may call: the handler is told of nobody.
    Nobody,
    /// One kind, by the type of `callgate` and the function of `callgate::generated` that takes it off a request.
    One(TokenStream, &'static str),
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
            let user = quote!(::std::option::Option<::callgate::EndUser>);
            return Self::One(user, "optional_end_user");
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
            [(name, take)] => {
                let name = format_ident!("{name}");
                Self::One(quote!(::callgate::#name), take)
            }
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
            Self::One(caller, _) => Some(caller.clone()),
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
        match self {
            Self::Nobody => None,
            Self::One(_, take) => {
                let take = format_ident!("{take}");
                Some(
                    quote!(let caller = ::callgate::generated::#take(&mut request, &METHODS[#index])?;),
                )
            }
            Self::AnyOf(variants) => {
                let name = enum_name(method);
                Some(quote! {
                    let caller = match ::callgate::generated::caller(&mut request, &METHODS[#index])? {
                        #(::callgate::Caller::#variants(caller) => #name::#variants(caller),)*
                        other => return ::std::result::Result::Err(::callgate::generated::unexpected(&other)),
                    };
                })
            }
        }
    }
}

fn enum_name(method: &str) -> Ident {
    format_ident!("{method}Caller")
}
