//! Doc comments.

use proc_macro2::TokenStream;
use quote::quote;

/// These lines as a doc comment. Empty ones at the start are left out.
pub(super) fn lines(lines: &[String]) -> TokenStream {
    let lines = lines
        .iter()
        .skip_while(|line| line.trim().is_empty())
        .map(|line| match line.strip_prefix(' ') {
            Some(_) => line.clone(),
            None => format!(" {line}"),
        });
    quote!(#(#[doc = #lines])*)
}
