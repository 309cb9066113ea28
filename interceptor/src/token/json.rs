//! JSON as a security protocol wants it: an object, each name in it once at any depth, nothing behind it, within bounds.
//!
//! The texts of its errors hold no value of the JSON, since a value can be an e-mail address (G23).

mod strict;

use std::{borrow::Cow, fmt, time::Duration};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed, Error as _, MapAccess, Visitor},
};

use self::strict::{MAX_MEMBERS, Names, Seen, Strict, Text};

/// 9999-12-31T23:59:59Z in seconds: up to here no sum of times overflows.
const MAX_TIME: u64 = 253_402_300_799;

/// An object that is filled while it is read, member by member.
pub(crate) trait Object<'de> {
    /// Takes the value of the member `name` from `map`; one that is of no interest, by [`skip`].
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Why a text was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no JSON, or goes on after it.
    Syntax,
    /// It is JSON, but not the object expected.
    Content(String),
}

/// Reads a whole text into `object`.
pub(crate) fn read<'de, O: Object<'de>>(
    text: &'de [u8],
    object: &mut O,
    max_members: usize,
) -> Result<(), Fault> {
    // Once for all of it is faster than for each string.
    let text = str::from_utf8(text).map_err(|_| Fault::Syntax)?;
    let mut json = serde_json::Deserializer::from_str(text);
    Reader {
        object,
        max_members,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end())
    .map_err(|error| {
        if error.is_data() {
            Fault::Content(error.to_string())
        } else {
            Fault::Syntax
        }
    })
}

/// The value of a member that has to be an object.
pub(crate) fn object<'de, A: MapAccess<'de>, O: Object<'de>>(
    map: &mut A,
    object: &mut O,
) -> Result<(), A::Error> {
    map.next_value_seed(Reader {
        object,
        max_members: MAX_MEMBERS,
    })
}

/// The value of a member that has to be a string.
pub(crate) fn text<'de, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
) -> Result<Cow<'de, str>, A::Error> {
    match map.next_value::<Text<'de>>() {
        Ok(text) => Ok(text.0),
        Err(_) => Err(A::Error::custom(format_args!("{name} is not a string"))),
    }
}

/// The value of a member that has to be `true` or `false`.
pub(crate) fn flag<'de, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
) -> Result<bool, A::Error> {
    map.next_value()
        .map_err(|_| A::Error::custom(format_args!("{name} is neither true nor false")))
}

/// The value of a member that has to be a time: whole seconds since the Unix epoch.
pub(crate) fn time<'de, A: MapAccess<'de>>(
    map: &mut A,
    name: &'static str,
) -> Result<Duration, A::Error> {
    match map.next_value::<u64>() {
        Ok(seconds @ ..=MAX_TIME) => Ok(Duration::from_secs(seconds)),
        _ => Err(A::Error::custom(format_args!(
            "{name} is not a time in whole seconds"
        ))),
    }
}

/// The value of a member if it is an array of nothing but strings.
pub(crate) fn texts<'de, A: MapAccess<'de>>(
    map: &mut A,
) -> Result<Option<Vec<Cow<'de, str>>>, A::Error> {
    Ok(match map.next_value_seed(Strict::keeping())? {
        Seen::Texts(texts) => Some(texts),
        Seen::Text(_) | Seen::Other => None,
    })
}

/// Passes over the value of a member; it has to be strict all the same.
pub(crate) fn skip<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value_seed(Strict::default()).map(drop)
}

// === impl Reader ===

struct Reader<'o, O> {
    object: &'o mut O,
    max_members: usize,
}

impl<'de, O: Object<'de>> DeserializeSeed<'de> for Reader<'_, O> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, O: Object<'de>> Visitor<'de> for Reader<'_, O> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut names = Names::at_most(self.max_members);
        while let Some(name) = names.next(&mut map)? {
            self.object.member(name, &mut map)?;
        }
        Ok(())
    }

    /// serde's own words would repeat the string.
    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        Err(E::custom("a string where an object belongs"))
    }
}

#[cfg(test)]
mod tests {
    use super::{strict::MAX_DEPTH, *};

    /// Reads nothing but its own bounds.
    struct Anything;

    impl<'de> Object<'de> for Anything {
        fn member<A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
            skip(map)
        }
    }

    fn content(json: &str) -> String {
        match read(json.as_bytes(), &mut Anything, 3) {
            Err(Fault::Content(why)) => why,
            answer => panic!("{json}: {answer:?}"),
        }
    }

    #[test]
    fn an_object_is_read_whatever_its_values() {
        for json in [
            "{}",
            " {\"a\": [1, -1, 1.5, true, null, \"x\", {}]} \n",
            r#"{"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": 1}]}"#,
            r#"{"a": "\u0061\n", "\u0062": 1e3}"#,
        ] {
            assert_eq!(read(json.as_bytes(), &mut Anything, 3), Ok(()), "{json}");
        }
    }

    #[test]
    fn no_name_is_there_twice_at_any_depth_however_it_is_spelled() {
        for json in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 1}"#,
            r#"{"\u0061": 1, "b": 2, "a": 1}"#,
            r#"{"b": {"a": 1, "a": 1}}"#,
            r#"{"b": [[{"c": {"a": 1, "\u0061": 1}}]]}"#,
        ] {
            assert!(content(json).starts_with("a is there twice"), "{json}");
        }
    }

    #[test]
    fn whatever_is_no_object_is_refused_without_repeating_it() {
        for json in ["[]", "[\"a\"]", "1", "true", "null", "\"ada@example.com\""] {
            assert!(!content(json).contains("ada"), "{json}");
        }
    }

    #[test]
    fn whatever_is_no_json_is_refused() {
        for json in [
            "",
            "{",
            "{}{}",
            "{} x",
            "{}\0",
            "\u{feff}{}",
            "{'a': 1}",
            "{a: 1}",
            "{\"a\": 01}",
            "{\"a\": NaN}",
            "{\"a\": 1,}",
            "{\"a\": \"\\ud800\"}",
            "{\"a\": \"\n\"}",
        ] {
            assert_eq!(
                read(json.as_bytes(), &mut Anything, 3),
                Err(Fault::Syntax),
                "{json}"
            );
        }
        assert_eq!(
            read(b"{\"a\": \"\xff\"}", &mut Anything, 3),
            Err(Fault::Syntax)
        );
    }

    #[test]
    fn members_and_depth_are_bounded() {
        assert!(content(r#"{"a": 1, "b": 1, "c": 1, "d": 1}"#).contains("more than 3"));

        let inner = |members: usize| {
            let members: Vec<String> = (0..members).map(|n| format!("\"{n}\": 1")).collect();
            format!("{{\"a\": {{{}}}}}", members.join(","))
        };
        assert!(read(inner(MAX_MEMBERS).as_bytes(), &mut Anything, 3).is_ok());
        assert!(content(&inner(MAX_MEMBERS + 1)).contains("more than 256"));

        let nested =
            |depth: usize| format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(MAX_DEPTH.into()).as_bytes(), &mut Anything, 3).is_ok());
        assert!(content(&nested(usize::from(MAX_DEPTH) + 1)).contains("too deep"));
    }
}
