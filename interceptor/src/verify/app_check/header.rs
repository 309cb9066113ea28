//! What App Check's tokens have in their header beyond those of other kinds.

use serde::de::MapAccess;

use crate::{
    denial::{Denial, Invalid},
    token::{
        Parts,
        json::{self, Object},
    },
    verify::payload,
};

/// Whether the header has `typ`. That it is `JWT` was seen to already; other kinds of tokens may go without.
pub(super) fn is_typed(token: &[u8]) -> Result<(), Denial> {
    let parts = Parts::split(token)?;
    let mut header = Header::default();
    payload::read(&parts.header, &mut header)?;
    match header.has_typ {
        true => Ok(()),
        false => Err(Invalid::Header("typ is missing".to_owned()).into()),
    }
}

#[derive(Default)]
struct Header {
    has_typ: bool,
}

impl<'de> Object<'de> for Header {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        self.has_typ |= name == "typ";
        json::skip(map)
    }
}
