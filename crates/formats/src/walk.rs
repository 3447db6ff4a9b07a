//! Walks through JSON that was found well-formed, one level at a time and without keeping it: an
//! object calls back for each of its fields, an array for each of its elements. Values come as
//! slices of the file, so that a large one costs nothing until somebody wants it.

use crate::BadFile;
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Null,
    Flag,
    Number,
    Text,
    Array,
    Object,
}

pub fn shape(raw: &RawValue) -> Shape {
    match raw.get().as_bytes().first() {
        Some(b'{') => Shape::Object,
        Some(b'[') => Shape::Array,
        Some(b'"') => Shape::Text,
        Some(b't' | b'f') => Shape::Flag,
        Some(b'-' | b'0'..=b'9') => Shape::Number,
        _ => Shape::Null,
    }
}

/// Calls for each field of an object, in the order of the file; for anything else, never.
pub fn each_field<'a>(
    raw: &'a RawValue,
    visit: impl FnMut(&str, &'a RawValue) -> Result<(), BadFile>,
) -> Result<(), BadFile> {
    if shape(raw) != Shape::Object {
        return Ok(());
    }
    let mut refused = None;
    let walked = serde_json::Deserializer::from_str(raw.get())
        .deserialize_map(Fields { visit, refused: &mut refused });
    finish(walked, refused)
}

/// Calls for each element of an array, in order; for anything else, never.
pub fn each_element<'a>(
    raw: &'a RawValue,
    visit: impl FnMut(&'a RawValue) -> Result<(), BadFile>,
) -> Result<(), BadFile> {
    if shape(raw) != Shape::Array {
        return Ok(());
    }
    let mut refused = None;
    let walked = serde_json::Deserializer::from_str(raw.get())
        .deserialize_seq(Elements { visit, refused: &mut refused });
    finish(walked, refused)
}

/// The text of a JSON string. Half a surrogate pair, which JSON can spell and text cannot hold,
/// becomes a replacement character.
pub fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    if shape(raw) != Shape::Text {
        return None;
    }
    Words.deserialize(&mut serde_json::Deserializer::from_str(raw.get())).ok()
}

/// Whether a value tells anybody anything. `null`, `false`, an empty text, and what holds nothing
/// but such, are how exports write "there is none"; a number always says something.
pub fn says_something(raw: &RawValue) -> bool {
    // What the visitor cannot hold, like a number out of all range, is still something.
    serde_json::from_str(raw.get()).map_or(true, |Says(something)| something)
}

fn finish(walked: serde_json::Result<()>, refused: Option<BadFile>) -> Result<(), BadFile> {
    match (refused, walked) {
        (Some(bad), _) => Err(bad),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(BadFile::NotJson { line: error.line(), column: error.column() }),
    }
}

/// The fields of one object; `refused` carries the callback's own error out past the parser.
struct Fields<'r, F> {
    visit: F,
    refused: &'r mut Option<BadFile>,
}

impl<'de, F> Visitor<'de> for Fields<'_, F>
where
    F: FnMut(&str, &'de RawValue) -> Result<(), BadFile>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Words)? {
            if let Err(bad) = (self.visit)(&key, map.next_value()?) {
                *self.refused = Some(bad);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// The elements of one array.
struct Elements<'r, F> {
    visit: F,
    refused: &'r mut Option<BadFile>,
}

impl<'de, F> Visitor<'de> for Elements<'_, F>
where
    F: FnMut(&'de RawValue) -> Result<(), BadFile>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            if let Err(bad) = (self.visit)(element) {
                *self.refused = Some(bad);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// Takes a string as bytes, since only so does the parser pass half a surrogate pair.
struct Words;

impl<'de> DeserializeSeed<'de> for Words {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for Words {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E: Error>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(String::from_utf8_lossy(bytes))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(String::from_utf8_lossy(bytes).into_owned()))
    }
}

/// The answer of [`says_something`]. Recursion ends at [`crate::DEPTH_MAX`].
struct Says(bool);

impl<'de> Deserialize<'de> for Says {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Says, D::Error> {
        from.deserialize_any(SaysVisitor)
    }
}

struct SaysVisitor;

impl<'de> Visitor<'de> for SaysVisitor {
    type Value = Says;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<Says, E> {
        Ok(Says(false))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Says, E> {
        Ok(Says(flag))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Says, E> {
        Ok(Says(true))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Says, E> {
        Ok(Says(true))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Says, E> {
        Ok(Says(true))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Says, E> {
        Ok(Says(!text.is_empty()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Says, A::Error> {
        let mut says = false;
        while let Some(Says(element)) = seq.next_element()? {
            says |= element;
        }
        Ok(Says(says))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Says, A::Error> {
        let mut says = false;
        while let Some((IgnoredAny, Says(value))) = map.next_entry()? {
            says |= value;
        }
        Ok(Says(says))
    }
}
