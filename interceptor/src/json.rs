//! JSON objects from outside.
//!
//! What serde derives for a struct also accepts an array, its fields by position, which no protocol here means.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A `T` that was written as a JSON object. A field that `T` names may be there once at most; others are passed over.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

/// Parses one JSON object, with nothing after it.
///
/// # Errors
///
/// Says where the text stops to be as expected. It does not repeat the text, which may hold secrets.
pub(crate) fn parse_object<T: DeserializeOwned>(json: &[u8]) -> Result<T, String> {
    match serde_json::from_slice::<Object<T>>(json) {
        Ok(Object(value)) => Ok(value),
        Err(error) => Err(format!(
            "not the JSON that was expected, at line {}, column {}",
            error.line(),
            error.column()
        )),
    }
}

// === impl Object ===

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Answer {
        number: u8,
    }

    fn parse(json: &str) -> Result<Answer, String> {
        parse_object(json.as_bytes())
    }

    #[test]
    fn an_object_and_nothing_else_is_an_object() {
        assert_eq!(
            parse(r#"{"number": 1, "more": 2}"#),
            Ok(Answer { number: 1 })
        );
        for json in [
            "",
            "[1]",
            "1",
            "{}",
            r#"{"number": 1} x"#,
            r#"{"number": 1, "number": 1}"#,
        ] {
            assert!(parse(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_the_text() {
        let error = parse(r#"{"number": "secret"}"#).expect_err("no number");
        assert!(!error.contains("secret"), "{error}");
    }
}
