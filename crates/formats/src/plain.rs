//! Values as the writers for people spell them.

use domain::{
    document::{BoardDocument, LabelDocument, PersonDocument},
    text::{Priority, When},
};
use jiff::Timestamp;
use std::collections::HashMap;

/// What cards refer to, by id.
pub struct Names<'a> {
    labels: HashMap<&'a str, &'a LabelDocument>,
    people: HashMap<&'a str, &'a PersonDocument>,
}

impl<'a> Names<'a> {
    pub fn new(board: &'a BoardDocument) -> Names<'a> {
        Names {
            labels: board.labels.iter().map(|label| (label.id.as_str(), label)).collect(),
            people: board.people.iter().map(|person| (person.id.as_str(), person)).collect(),
        }
    }

    /// A label without a name goes by its colour.
    pub fn label(&self, id: &str) -> &'a str {
        match self.labels.get(id) {
            Some(label) if !label.name.is_empty() => &label.name,
            Some(label) => label.colour.as_ref().map_or("unnamed", |colour| &colour.0),
            None => "unnamed",
        }
    }

    pub fn person(&self, id: &str) -> &'a str {
        self.people.get(id).map_or("somebody", |person| &person.name)
    }
}

/// `2026-11-28T09:00:00Z`; empty for a time that no calendar holds.
pub fn instant(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|timestamp| timestamp.to_string()).unwrap_or_default()
}

pub fn when(when: &When) -> String {
    match when {
        When::Day { day } => day.clone(),
        When::Instant { ms, .. } => instant(*ms),
    }
}

pub fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}
