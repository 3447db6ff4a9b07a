//! The book of what stands in a file and was not read. Every reader hands each field it does not
//! know, or cannot use, to [`Unread::leave`]; what is in the book at the end is what does not come
//! along. Nothing here is a list of fields that somebody once looked up.

use crate::{
    BadFile,
    preview::LeftOut,
    walk::{Shape, each_element, says_something, shape},
};
use domain::text::{cut, title_from};
use serde_json::value::RawValue;
use std::collections::HashMap;

/// More paths than this nobody reads; what comes behind them is counted under its parent's `*`.
const PATHS_MAX: usize = 500;
/// A longer key is shown cut.
const KEY_BYTES_MAX: usize = 64;

pub struct Unread {
    counts: HashMap<String, u32>,
    /// Paths of values that say again what was read from elsewhere in the same file.
    repeats: &'static [&'static str],
    /// The path that is being looked up, kept for its memory.
    path: String,
}

impl Unread {
    pub fn new(repeats: &'static [&'static str]) -> Unread {
        Unread { counts: HashMap::new(), repeats, path: String::new() }
    }

    /// Books a value that stands under `key` in `parent`. An array is booked by its elements. An
    /// empty key means the element of an array, whose path `parent` already is.
    pub fn leave(&mut self, parent: &str, key: &str, raw: &RawValue) -> Result<(), BadFile> {
        let mut count = 0;
        let array = shape(raw) == Shape::Array;
        if array {
            each_element(raw, |element| {
                count += u32::from(says_something(element));
                Ok(())
            })?;
        } else {
            count = u32::from(says_something(raw));
        }
        if count > 0 {
            self.add(parent, key, array, count);
        }
        Ok(())
    }

    fn add(&mut self, parent: &str, key: &str, array: bool, count: u32) {
        self.path.clear();
        self.path.push_str(parent);
        if !parent.is_empty() && !key.is_empty() {
            self.path.push('.');
        }
        if key.len() > KEY_BYTES_MAX {
            self.path.push_str(cut(key, KEY_BYTES_MAX));
            self.path.push('…');
        } else {
            self.path.push_str(key);
        }
        if array {
            self.path.push_str("[]");
        }
        if self.repeats.contains(&self.path.as_str()) {
            return;
        }
        if let Some(known) = self.counts.get_mut(self.path.as_str()) {
            *known = known.saturating_add(count);
            return;
        }
        let path = if self.counts.len() < PATHS_MAX {
            title_from(&self.path)
        } else if parent.is_empty() {
            "*".to_owned()
        } else {
            format!("{parent}.*")
        };
        let known = self.counts.entry(path).or_default();
        *known = known.saturating_add(count);
    }

    /// Sorted by path.
    pub fn into_left_out(self) -> Vec<LeftOut> {
        let mut left_out: Vec<LeftOut> =
            self.counts.into_iter().map(|(path, count)| LeftOut { path, count }).collect();
        left_out.sort_by(|a, b| a.path.cmp(&b.path));
        left_out
    }
}
