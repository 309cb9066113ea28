//! One method of a gated service: in the policy, in the trait of the handlers, in tonic's trait.

use proc_macro2::{Ident, Literal, TokenStream};
use prost_build::Method;
use quote::{format_ident, quote};

use super::{caller::Promise, docs, rule, sentence};
use crate::rules::Rule;

/// One method: as prost describes it, and its rule.
pub(super) struct GatedMethod<'a> {
    method: &'a Method,
    rule: &'a Rule,
    promise: Promise,
    request: TokenStream,
    message: TokenStream,
}

// === impl GatedMethod ===

impl<'a> GatedMethod<'a> {
    pub(super) fn new(method: &'a Method, rule: &'a Rule) -> Self {
        let request = rust_type(&method.input_type);
        Self {
            method,
            rule,
            promise: Promise::of(rule),
            request: if method.client_streaming {
                quote!(::tonic::Request<::tonic::Streaming<#request>>)
            } else {
                quote!(::tonic::Request<#request>)
            },
            message: rust_type(&method.output_type),
        }
    }

    /// The `callgate::Method` of the policy.
    pub(super) fn constant(&self, service: &str) -> TokenStream {
        let path = format!("/{service}/{}", self.method.proto_name);
        let client_streaming = self.method.client_streaming;
        let server_streaming = self.method.server_streaming;
        let rule = rule::constant(self.rule);
        quote! {
            ::callgate::Method {
                path: #path,
                client_streaming: #client_streaming,
                server_streaming: #server_streaming,
                rule: #rule,
            }
        }
    }

    /// The enum of those who may call, where several kinds may.
    pub(super) fn callers(&self) -> Option<TokenStream> {
        self.promise.definition(&self.method.proto_name)
    }

    /// The handler, as the service implements it.
    pub(super) fn signature(&self) -> TokenStream {
        let mut docs = self.method.comments.leading.clone();
        docs.extend([String::new(), sentence::of(self.rule)]);
        let docs = docs::lines(&docs);
        let name = format_ident!("{}", self.method.name);
        let caller = self.promise.caller_type(&self.method.proto_name);
        let caller = caller.map(|caller| quote!(caller: #caller,));
        let (request, message) = (&self.request, &self.message);
        let response = if self.method.server_streaming {
            quote! {
                impl ::tonic::codegen::tokio_stream::Stream<
                    Item = ::std::result::Result<#message, ::tonic::Status>
                > + ::std::marker::Send + 'static
            }
        } else {
            quote!(#message)
        };
        quote! {
            #docs
            fn #name(&self, #caller request: #request) -> impl ::std::future::Future<
                Output = ::std::result::Result<::tonic::Response<#response>, ::tonic::Status>
            > + ::std::marker::Send;
        }
    }

    /// tonic's method, which takes the caller and calls the handler.
    pub(super) fn adapter(&self, handlers: &Ident, index: usize) -> TokenStream {
        let index = Literal::usize_unsuffixed(index);
        let name = format_ident!("{}", self.method.name);
        let (request, message) = (&self.request, &self.message);
        let (mutable, take, caller) = match self.promise.take(&self.method.proto_name, &index) {
            Some(take) => (quote!(mut), take, quote!(caller,)),
            None => Default::default(),
        };
        let call = quote!(#handlers::#name(&self.0, #caller request).await);
        let result =
            |response| quote!(::std::result::Result<::tonic::Response<#response>, ::tonic::Status>);
        if self.method.server_streaming {
            let stream = format_ident!("{}Stream", self.method.proto_name);
            let result = result(quote!(Self::#stream));
            quote! {
                type #stream = ::tonic::codegen::BoxStream<#message>;

                async fn #name(&self, #mutable request: #request) -> #result {
                    #take
                    #call.map(|response| response.map(|stream| -> Self::#stream { ::std::boxed::Box::pin(stream) }))
                }
            }
        } else {
            let result = result(quote!(#message));
            quote! {
                async fn #name(&self, #mutable request: #request) -> #result {
                    #take
                    #call
                }
            }
        }
    }

    /// The function that tells a handler of tonic's own trait who calls. None where the handler is told of nobody.
    pub(super) fn asked(&self, index: usize) -> Option<TokenStream> {
        let told = self.promise.told(&self.method.proto_name)?;
        let caller = match &self.promise {
            Promise::AnyOf(_) => {
                let own = self.promise.caller_type(&self.method.proto_name)?;
                quote!(super::#own)
            }
            _ => self.promise.caller_type(&self.method.proto_name)?,
        };
        let index = Literal::usize_unsuffixed(index);
        let name = format_ident!("{}", self.method.name);
        let docs = docs::lines(&[
            format!("Who calls `{}`.", self.method.proto_name),
            String::new(),
            sentence::of(self.rule),
        ]);
        Some(quote! {
            #docs
            #[inline]
            pub fn #name(extensions: &::tonic::Extensions) -> ::std::result::Result<#caller, ::tonic::Status> {
                match ::callgate::Caller::of(extensions, &super::METHODS[#index])? {
                    #told
                    other => ::std::result::Result::Err(::callgate::generated::unexpected(&other)),
                }
            }
        })
    }
}

/// prost's name of a message, seen from one module further in.
fn rust_type(name: &str) -> TokenStream {
    let absolute =
        name.starts_with("::") || name.starts_with("crate::") || PRIMITIVES.contains(&name);
    let name = if absolute {
        name.to_owned()
    } else {
        format!("super::{name}")
    };
    name.parse().expect("prost names types by paths")
}

/// What prost maps google.protobuf.Empty and the wrapper types to, besides paths.
pub(super) const PRIMITIVES: [&str; 8] = ["()", "bool", "i32", "i64", "u32", "u64", "f32", "f64"];
