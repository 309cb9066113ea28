//! The payload of a token whose signature matched, as claims.

use crate::{
    denial::{Denial, Invalid},
    token::json::{self, Fault, Object},
};

/// The most claims of a token, custom ones included.
const MAX_CLAIMS: usize = 256;

/// Reads a payload into `claims`. Whatever they take has its right type then, and no claim was there twice.
pub(super) fn read<'a, C: Object<'a>>(payload: &'a [u8], claims: &mut C) -> Result<(), Denial> {
    json::read(payload, claims, MAX_CLAIMS).map_err(|fault| match fault {
        Fault::Syntax => Denial::TokenMalformed("the payload is no JSON"),
        Fault::Content(why) => Invalid::Claims(why).into(),
    })
}

/// A claim that every token has.
pub(super) fn required<T>(claim: Option<T>, name: &str) -> Result<T, Denial> {
    claim.ok_or_else(|| Invalid::Claims(format!("{name} is missing")).into())
}

/// A claim that every token has, and that says something.
pub(super) fn non_empty<T: AsRef<str>>(claim: Option<T>, name: &str) -> Result<T, Denial> {
    let claim = required(claim, name)?;
    if claim.as_ref().is_empty() {
        return Err(Invalid::Claims(format!("{name} is empty")).into());
    }
    Ok(claim)
}

pub(super) fn invalid(why: &str) -> Denial {
    Invalid::Claims(why.to_owned()).into()
}
