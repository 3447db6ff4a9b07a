//! Words that people type: titles, colours, dates, and their limits.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A title, name or checklist item is at most this long.
pub const TITLE_BYTES_MAX: usize = 16 * 1024;
/// A description or comment is at most this long.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A colour by name. The window gives each name a hue for light and for dark; a name that it does
/// not know is drawn grey, so that a newer version's colours survive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Colour(pub String);

/// The names that the window offers. Trello's ten come first; each also has `_dark` and `_light`.
pub const COLOURS: [&str; 12] = [
    "green", "yellow", "orange", "red", "purple", "blue", "sky", "lime", "pink", "black", "teal",
    "grey",
];

impl Colour {
    /// A name of at most 32 lowercase letters and underscores.
    pub fn is_valid(&self) -> bool {
        !self.0.is_empty()
            && self.0.len() <= 32
            && self.0.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    }
}

/// How urgent a card is. Absent means nobody has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

/// A start or a due: a plain day, or an instant with the zone in which it was set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum When {
    /// `2026-11-28`, wherever the reader is.
    Day { day: String },
    /// Milliseconds since 1970 UTC, with an IANA zone name ("" when it is not known).
    Instant { ms: i64, zone: String },
}

impl When {
    /// Whether the day is a real date of the years 1 to 9999, and the zone a short name.
    pub fn is_valid(&self) -> bool {
        match self {
            When::Day { day } => is_day(day),
            When::Instant { ms, zone } => {
                (-62_135_596_800_000..=253_402_300_799_999).contains(ms)
                    && zone.len() <= 64
                    && zone.bytes().all(|byte| byte.is_ascii_graphic())
            }
        }
    }
}

fn is_day(day: &str) -> bool {
    let bytes = day.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        day.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (Some(year), Some(month), Some(date)) = (number(0..4), number(5..7), number(8..10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year >= 1 && (1..=days).contains(&date)
}

/// The title that a typed text becomes: one line, no control characters, no space at the ends.
/// Empty when nothing is left.
pub fn title_from(typed: &str) -> String {
    let line: String =
        typed.chars().map(|c| if c.is_control() || c == '\u{2028}' { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// The longest beginning of `text` that has at most `bytes` bytes and ends at a character.
pub fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}
