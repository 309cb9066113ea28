//! What the reader of an object stands on: names that are there once, strings, and values of any kind.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};

use crate::denial::loggable;

/// The most members that an object inside may have.
pub(super) const MAX_MEMBERS: usize = 256;

/// How deep values may lie in one another.
pub(super) const MAX_DEPTH: u8 = 32;

/// The names in one object, as decoded: an escape makes no other name of the same one.
pub(super) struct Names<'de> {
    seen: Vec<Cow<'de, str>>,
    /// A bit for each name that is there. Names that share a bit may still be different.
    bits: u64,
    most: usize,
}

/// A string, borrowed from the JSON where it holds no escape.
pub(super) struct Text<'de>(pub(super) Cow<'de, str>);

/// Any value, walked to its end so that nothing in it is there twice.
#[derive(Default)]
pub(super) struct Strict {
    depth: u8,
    /// Whether strings are wanted, and arrays of strings.
    keep: bool,
}

/// What [`Strict`] keeps of the value.
pub(super) enum Seen<'de> {
    Text(Cow<'de, str>),
    Texts(Vec<Cow<'de, str>>),
    Other,
}

// === impl Names ===

impl<'de> Names<'de> {
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            seen: Vec::with_capacity(16.min(most)),
            bits: 0,
            most,
        }
    }

    pub(super) fn next<A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
    ) -> Result<Option<&str>, A::Error> {
        let Some(Text(name)) = map.next_key()? else {
            return Ok(None);
        };
        let bit = bit(&name);
        if self.bits & bit != 0 && self.seen.contains(&name) {
            return Err(A::Error::custom(format_args!(
                "{} is there twice",
                loggable(&name)
            )));
        }
        if self.seen.len() == self.most {
            return Err(A::Error::custom(format_args!(
                "an object of more than {} members",
                self.most
            )));
        }
        self.bits |= bit;
        self.seen.push(name);
        Ok(self.seen.last().map(Cow::as_ref))
    }
}

/// One of 64 bits, the same for the same name: most names in one object have different ones.
fn bit(name: &str) -> u64 {
    let name = name.as_bytes();
    let (first, last) = (name.first(), name.last());
    let sum =
        usize::from(*first.unwrap_or(&0)) * 3 + usize::from(*last.unwrap_or(&0)) * 5 + name.len();
    1 << (sum % 64)
}

// === impl Text ===

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        json.deserialize_str(TextVisitor)
    }
}

// === impl Strict ===

impl Strict {
    /// Keeps the value if it is a string, or an array of nothing but strings.
    pub(super) fn keeping() -> Self {
        Self {
            depth: 0,
            keep: true,
        }
    }

    fn deeper<E: de::Error>(&self) -> Result<u8, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom("values too deep in one another"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Seen<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Seen<'de>, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Seen<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen<'de>, A::Error> {
        let depth = self.deeper()?;
        let mut names = Names::at_most(MAX_MEMBERS);
        while names.next(&mut map)?.is_some() {
            map.next_value_seed(Self { depth, keep: false })?;
        }
        Ok(Seen::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Seen<'de>, A::Error> {
        let depth = self.deeper()?;
        let mut texts = self.keep.then(Vec::new);
        // Within an array only strings are of interest.
        let keep = self.keep && depth == 1;
        while let Some(element) = array.next_element_seed(Self { depth, keep })? {
            match (element, &mut texts) {
                (Seen::Text(text), Some(texts)) => texts.push(text),
                _ => texts = None,
            }
        }
        Ok(texts.map_or(Seen::Other, Seen::Texts))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Seen<'de>, E> {
        Ok(Seen::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen<'de>, E> {
        Ok(match self.keep {
            true => Seen::Text(Cow::Owned(text.to_owned())),
            false => Seen::Other,
        })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen<'de>, E> {
        Ok(Seen::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen<'de>, E> {
        Ok(Seen::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen<'de>, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen<'de>, E> {
        Ok(Seen::Other)
    }

    fn visit_unit<E>(self) -> Result<Seen<'de>, E> {
        Ok(Seen::Other)
    }
}
