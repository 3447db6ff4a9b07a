//! The one way in: bytes of a file whose product we may not know yet.

use crate::{
    BadFile, holdfast,
    preview::{Format, Read},
    source, trello,
    walk::{self, Shape, each_field, shape},
};
use serde_json::value::RawValue;
use std::sync::atomic::AtomicBool;

/// Whose file the person says it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Look into it.
    #[default]
    Auto,
    Trello,
    Holdfast,
}

/// Reads a board out of a file. `file_name` gives the title where the file has none; a set `cancel`
/// ends the reading early with [`BadFile::Cancelled`].
pub fn read(
    bytes: &[u8],
    file_name: &str,
    wanted: Wanted,
    cancel: &AtomicBool,
) -> Result<Read, BadFile> {
    let root = source::open(bytes, cancel)?;
    match (recognise(root)?, wanted) {
        (Format::Trello, Wanted::Auto | Wanted::Trello) => trello::read(root, file_name, cancel),
        (Format::Holdfast, Wanted::Auto | Wanted::Holdfast) => {
            holdfast::read(root, file_name, cancel)
        }
        (Format::Trello, Wanted::Holdfast) => {
            Err(BadFile::OtherFormat { found: "a Trello export", wanted: "a Holdfast export" })
        }
        (Format::Holdfast, Wanted::Trello) => {
            Err(BadFile::OtherFormat { found: "a Holdfast export", wanted: "a Trello export" })
        }
    }
}

/// Tells by the top level alone whose file it is.
fn recognise(root: &RawValue) -> Result<Format, BadFile> {
    let what = match shape(root) {
        Shape::Object => {
            let (mut holdfast, mut lists, mut cards) = (false, false, false);
            each_field(root, |key, raw| {
                match key {
                    "format" => holdfast = walk::text(raw).as_deref() == Some(holdfast::FORMAT),
                    "lists" => lists = shape(raw) == Shape::Array,
                    "cards" => cards = shape(raw) == Shape::Array,
                    _ => {}
                }
                Ok(())
            })?;
            match (holdfast, lists, cards) {
                (true, _, _) => return Ok(Format::Holdfast),
                (false, true, true) => return Ok(Format::Trello),
                (false, true, false) => "a JSON object without a list of cards",
                (false, false, true) => "a JSON object with cards but without lists",
                (false, false, false) => "a JSON object without lists and cards",
            }
        }
        Shape::Array => "a JSON array",
        Shape::Text => "a JSON text",
        Shape::Number => "a JSON number",
        Shape::Flag | Shape::Null => "a single JSON word",
    };
    Err(BadFile::NotABoard { what })
}
