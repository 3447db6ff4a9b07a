//! A board as a document: what import reads from a file and export writes. It knows nothing of
//! registers or keys; things are named by the file's own ids and stand in their order.

use crate::{edit::Dates, text::*};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The file's own name for a thing, unique among things of its kind in the file. Where it is a
/// uuid that this folder does not hold yet, import keeps it; else it mints one.
pub type SourceId = String;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardDocument {
    pub id: SourceId,
    pub title: String,
    pub colour: Option<Colour>,
    pub archived: bool,
    /// Milliseconds since 1970.
    pub created_ms: Option<i64>,
    pub people: Vec<PersonDocument>,
    pub labels: Vec<LabelDocument>,
    /// In order.
    pub columns: Vec<ColumnDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDocument {
    pub id: SourceId,
    pub name: String,
    /// This is the person whose folder it was written from.
    pub me: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelDocument {
    pub id: SourceId,
    pub name: String,
    pub colour: Option<Colour>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnDocument {
    pub id: SourceId,
    pub title: String,
    pub colour: Option<Colour>,
    pub limit: Option<u32>,
    pub collapsed: bool,
    pub archived: bool,
    pub created_ms: Option<i64>,
    /// In order.
    pub cards: Vec<CardDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardDocument {
    pub id: SourceId,
    pub title: String,
    /// Markdown.
    pub description: String,
    pub archived: bool,
    pub created_ms: Option<i64>,
    /// Ids of labels of this document.
    pub labels: Vec<SourceId>,
    /// Ids of people of this document.
    pub people: Vec<SourceId>,
    pub dates: Dates,
    pub done: bool,
    pub priority: Option<Priority>,
    pub cover: Option<Colour>,
    /// In order.
    pub checklists: Vec<ChecklistDocument>,
    /// Oldest first.
    pub comments: Vec<CommentDocument>,
    pub attachments: Vec<AttachmentDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistDocument {
    pub id: SourceId,
    pub title: String,
    /// In order.
    pub items: Vec<ItemDocument>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemDocument {
    pub id: SourceId,
    pub title: String,
    pub done: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentDocument {
    pub id: SourceId,
    /// A person of this document.
    pub author: Option<SourceId>,
    pub text: String,
    pub created_ms: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttachmentDocument {
    pub id: SourceId,
    pub name: String,
    pub url: String,
}

/// What a document holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DocumentCounts {
    /// Open and archived ones.
    pub columns: u32,
    /// Open and archived ones.
    pub cards: u32,
    /// Cards that are archived themselves.
    pub archived_cards: u32,
    pub labels: u32,
    pub checklists: u32,
    pub checklist_items: u32,
    pub comments: u32,
    pub people: u32,
    pub attachments: u32,
}

impl BoardDocument {
    pub fn counts(&self) -> DocumentCounts {
        let mut counts = DocumentCounts {
            columns: length(&self.columns),
            labels: length(&self.labels),
            people: length(&self.people),
            ..DocumentCounts::default()
        };
        for card in self.columns.iter().flat_map(|column| &column.cards) {
            counts.cards += 1;
            counts.archived_cards += u32::from(card.archived);
            counts.checklists += length(&card.checklists);
            counts.comments += length(&card.comments);
            counts.attachments += length(&card.attachments);
            for checklist in &card.checklists {
                counts.checklist_items += length(&checklist.items);
            }
        }
        counts
    }
}

/// Documents hold at most a few hundred thousand things, far below what a `u32` counts.
fn length<T>(things: &[T]) -> u32 {
    u32::try_from(things.len()).unwrap_or(u32::MAX)
}
