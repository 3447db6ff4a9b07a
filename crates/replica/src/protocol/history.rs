//! What happened to a card, in pieces that the window has words for.

use domain::text::Colour;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a card's history. Ids are resolved to the titles of today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEvent {
    pub ms: i64,
    /// Name of who did it.
    pub who: String,
    pub what: HistoryWhat,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "did", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum HistoryWhat {
    Created,
    Imported,
    Renamed {
        from: String,
        to: String,
    },
    Described,
    /// Two descriptions that were written at once became one.
    Merged,
    /// Between columns.
    Moved {
        from: String,
        to: String,
    },
    Labelled {
        label: String,
        on: bool,
    },
    Assigned {
        person: String,
        on: bool,
    },
    Dated {
        due: Option<domain::text::When>,
        start: Option<domain::text::When>,
    },
    Finished {
        done: bool,
    },
    Prioritised {
        priority: Option<domain::text::Priority>,
    },
    Covered {
        colour: Option<Colour>,
    },
    Archived {
        on: bool,
    },
    Deleted {
        on: bool,
    },
    ChecklistAdded {
        title: String,
    },
    ItemChecked {
        title: String,
        done: bool,
    },
    ItemAdded {
        title: String,
    },
    Commented,
    LinkAdded {
        name: String,
    },
    /// Something that this version has no words for.
    Other,
}
