//! What every reader of a file shares: values taken leniently, limits kept, and a book of whatever
//! was not used.

use crate::{
    BadFile,
    preview::{ImportNote, LeftOut},
    source::check_cancel,
    unread::Unread,
    walk::{self, Shape, shape},
};
use domain::text::{Colour, TEXT_BYTES_MAX, TITLE_BYTES_MAX, When, cut, title_from};
use jiff::{Timestamp, civil::Date};
use serde_json::value::RawValue;
use std::{borrow::Cow, sync::atomic::AtomicBool};

/// A file with more cards is refused.
pub const CARDS_MAX: usize = 100_000;
/// A file with more things and references together is refused; it bounds memory.
pub const THINGS_MAX: usize = 2_000_000;
/// A longer id is no id. Trello's have 24 characters.
const ID_BYTES_MAX: usize = 256;
/// What a thing is called whose title is empty, since an empty one cannot be seen or clicked.
pub const UNTITLED: &str = "Untitled";

/// A value in the file and where it stands: its key, and the path of the object around it. An
/// element of an array has an empty key and the path of the elements.
#[derive(Clone, Copy)]
pub struct Found<'p, 'a> {
    pub parent: &'p str,
    pub key: &'p str,
    pub raw: &'a RawValue,
}

pub struct Reading<'c> {
    unread: Unread,
    cancel: &'c AtomicBool,
    texts_cut: u32,
    cards: usize,
    things: usize,
}

impl<'c> Reading<'c> {
    pub fn new(repeats: &'static [&'static str], cancel: &'c AtomicBool) -> Reading<'c> {
        Reading { unread: Unread::new(repeats), cancel, texts_cut: 0, cards: 0, things: 0 }
    }

    /// Books a value as not read.
    pub fn leave(&mut self, found: Found) -> Result<(), BadFile> {
        self.unread.leave(found.parent, found.key, found.raw)
    }

    /// Calls for each field of an object, whose path is `path`. Anything but an object is left.
    pub fn fields<'a>(
        &mut self,
        object: Found<'_, 'a>,
        path: &str,
        mut visit: impl FnMut(&mut Self, Found<'_, 'a>) -> Result<(), BadFile>,
    ) -> Result<(), BadFile> {
        if shape(object.raw) != Shape::Object {
            return self.leave(object);
        }
        walk::each_field(object.raw, |key, raw| visit(self, Found { parent: path, key, raw }))
    }

    /// Calls for each element of an array; `path` is that of the elements and ends in `[]`.
    /// Anything but an array is left.
    pub fn elements<'a>(
        &mut self,
        array: Found<'_, 'a>,
        path: &str,
        mut visit: impl FnMut(&mut Self, Found<'_, 'a>) -> Result<(), BadFile>,
    ) -> Result<(), BadFile> {
        if shape(array.raw) != Shape::Array {
            return self.leave(array);
        }
        walk::each_element(array.raw, |raw| {
            check_cancel(self.cancel)?;
            visit(self, Found { parent: path, key: "", raw })
        })
    }

    /// Every thing that is kept is counted first.
    pub fn count_thing(&mut self) -> Result<(), BadFile> {
        self.things += 1;
        if self.things > THINGS_MAX {
            return Err(BadFile::TooManyThings { most: THINGS_MAX });
        }
        Ok(())
    }

    pub fn count_card(&mut self) -> Result<(), BadFile> {
        self.cards += 1;
        if self.cards > CARDS_MAX {
            return Err(BadFile::TooManyCards { most: CARDS_MAX });
        }
        self.count_thing()
    }

    /// A text, or a number as it is written.
    pub fn words<'a>(&mut self, found: Found<'_, 'a>) -> Result<Option<Cow<'a, str>>, BadFile> {
        Ok(match shape(found.raw) {
            Shape::Text => walk::text(found.raw),
            Shape::Number => Some(Cow::Borrowed(found.raw.get())),
            Shape::Null | Shape::Flag | Shape::Array | Shape::Object => {
                self.leave(found)?;
                None
            }
        })
    }

    /// One line within the limit of titles, maybe empty.
    pub fn title(&mut self, found: Found) -> Result<String, BadFile> {
        let words = self.words(found)?.unwrap_or_default();
        let mut title = title_from(&words);
        if title.len() > TITLE_BYTES_MAX {
            title = cut(&title, TITLE_BYTES_MAX).trim_end().to_owned();
            self.texts_cut += 1;
        }
        Ok(title)
    }

    /// A text of many lines within the limit of texts.
    pub fn body(&mut self, found: Found) -> Result<String, BadFile> {
        let words = self.words(found)?.unwrap_or_default();
        if words.len() > TEXT_BYTES_MAX {
            self.texts_cut += 1;
            return Ok(cut(&words, TEXT_BYTES_MAX).to_owned());
        }
        Ok(words.into_owned())
    }

    /// An opaque id, never empty.
    pub fn id(&mut self, found: Found) -> Result<Option<String>, BadFile> {
        match self.words(found)? {
            Some(id) if id.len() > ID_BYTES_MAX => self.leave(found).map(|()| None),
            words => Ok(words.filter(|id| !id.is_empty()).map(Cow::into_owned)),
        }
    }

    /// Ids in an array.
    pub fn ids(&mut self, found: Found, path: &str) -> Result<Vec<String>, BadFile> {
        let mut ids = Vec::new();
        self.elements(found, path, |reading, element| {
            reading.count_thing()?;
            ids.extend(reading.id(element)?);
            Ok(())
        })?;
        Ok(ids)
    }

    pub fn flag(&mut self, found: Found) -> Result<bool, BadFile> {
        match found.raw.get() {
            "true" | "1" | "\"true\"" => Ok(true),
            "false" | "0" | "\"false\"" => Ok(false),
            _ => self.leave(found).map(|()| false),
        }
    }

    /// A number, also one written as a text; `None` where there is none.
    pub fn number(&mut self, found: Found) -> Result<Option<f64>, BadFile> {
        let words = match shape(found.raw) {
            Shape::Number => Some(Cow::Borrowed(found.raw.get())),
            Shape::Text => walk::text(found.raw),
            Shape::Null | Shape::Flag | Shape::Array | Shape::Object => None,
        };
        let number = words.and_then(|words| words.trim().parse::<f64>().ok());
        match number.filter(|number| !number.is_nan()) {
            Some(number) => Ok(Some(number)),
            None => self.leave(found).map(|()| None),
        }
    }

    /// A whole number from 1 up.
    pub fn amount(&mut self, found: Found) -> Result<Option<u32>, BadFile> {
        let Some(number) = self.number(found)? else { return Ok(None) };
        match format!("{number:.0}").parse() {
            Ok(amount) if amount > 0 => Ok(Some(amount)),
            _ => self.leave(found).map(|()| None),
        }
    }

    /// Where a thing stands among its like. Without a number it stands behind those that have one.
    pub fn position(&mut self, found: Found) -> Result<f64, BadFile> {
        match found.raw.get() {
            "\"top\"" => Ok(f64::NEG_INFINITY),
            "\"bottom\"" => Ok(f64::INFINITY),
            _ => Ok(self.number(found)?.unwrap_or(f64::INFINITY)),
        }
    }

    /// An instant, or a plain day where only a day is written.
    pub fn when(&mut self, found: Found) -> Result<Option<When>, BadFile> {
        let when = walk::text(found.raw).and_then(|words| {
            if let Ok(timestamp) = words.parse::<Timestamp>() {
                return Some(When::Instant { ms: timestamp.as_millisecond(), zone: String::new() });
            }
            let day = words.parse::<Date>().ok()?;
            Some(When::Day { day: day.to_string() })
        });
        match when.filter(When::is_valid) {
            Some(when) => Ok(Some(when)),
            None => self.leave(found).map(|()| None),
        }
    }

    /// Milliseconds since 1970 of a written instant.
    pub fn instant(&mut self, found: Found) -> Result<Option<i64>, BadFile> {
        let timestamp = walk::text(found.raw).and_then(|words| words.parse::<Timestamp>().ok());
        match timestamp {
            Some(timestamp) => Ok(Some(timestamp.as_millisecond())),
            None => self.leave(found).map(|()| None),
        }
    }

    /// A colour by name, also by one that we do not know. `none` is how an API spells null.
    pub fn colour(&mut self, found: Found) -> Result<Option<Colour>, BadFile> {
        let Some(words) = walk::text(found.raw).filter(|words| !words.is_empty()) else {
            return self.leave(found).map(|()| None);
        };
        let colour = Colour(words.trim().to_lowercase());
        if colour.0 == "none" {
            return Ok(None);
        }
        if !colour.is_valid() {
            self.leave(found)?;
            return Ok(Some(Colour("grey".to_owned())));
        }
        Ok(Some(colour))
    }

    /// The report: what was left, and the notes that any reader has to make.
    pub fn finish(self) -> (Vec<LeftOut>, Vec<ImportNote>) {
        let mut notes = Vec::new();
        if self.texts_cut > 0 {
            notes.push(ImportNote::TextsCut { texts: self.texts_cut });
        }
        (self.unread.into_left_out(), notes)
    }
}

/// A title that can be seen.
pub fn titled(title: String) -> String {
    if title.is_empty() { UNTITLED.to_owned() } else { title }
}
