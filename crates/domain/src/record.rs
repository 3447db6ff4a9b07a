//! What a reader of a board sees: plain records, computed from the registers and from nothing else.
//! The reading tables hold them, patches carry them, and the window draws them.

use crate::{edit::Dates, id::*, text::*, versions::TextVersion};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where a thing stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    Live,
    /// Put away, searchable, restorable.
    Archived,
    /// In the trash, restorable until the trash is emptied.
    Deleted,
}

/// A board as the sidebar shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardRecord {
    pub id: BoardId,
    pub title: String,
    pub colour: Option<Colour>,
    /// Sorts the sidebar, as `(key, id)`; lowercase hex.
    pub key: String,
    pub standing: Standing,
    /// How many live cards.
    pub cards: u32,
    /// How many cards in the archive.
    pub archived_cards: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ColumnRecord {
    pub id: ColumnId,
    pub title: String,
    pub colour: Option<Colour>,
    /// Sorts the columns, as `(key, id)`; lowercase hex.
    pub key: String,
    pub collapsed: bool,
    /// More live cards than this are marked, not refused.
    pub limit: Option<u32>,
    pub standing: Standing,
}

/// A card as the board shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardRecord {
    pub id: CardId,
    pub title: String,
    /// Its column; a live card whose column is gone has `recovered` set and shows in "Recovered".
    pub column: ColumnId,
    pub recovered: bool,
    /// Sorts the cards of a column, as `(key, id)`; lowercase hex.
    pub key: String,
    /// What counts on the board: a card of an archived column is archived with it.
    pub standing: Standing,
    pub labels: Vec<LabelId>,
    pub people: Vec<PersonId>,
    pub dates: Dates,
    pub done: bool,
    pub priority: Option<Priority>,
    pub cover: Option<Colour>,
    pub described: bool,
    /// Somebody else's description stands apart from the one that is shown.
    pub apart: bool,
    pub items: u32,
    pub items_done: u32,
    pub comments: u32,
    pub attachments: u32,
    /// When it was put where it is, in milliseconds since 1970.
    pub placed_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LabelRecord {
    pub id: LabelId,
    /// May be empty.
    pub name: String,
    pub colour: Option<Colour>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonRecord {
    pub id: PersonId,
    pub name: String,
    /// The one who uses this folder.
    pub me: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ItemRecord {
    pub id: ItemId,
    pub title: String,
    pub done: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistRecord {
    pub id: ChecklistId,
    pub title: String,
    /// In order.
    pub items: Vec<ItemRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CommentRecord {
    pub id: CommentId,
    /// Absent where nobody knows, as in a file that names no author.
    pub author: Option<PersonId>,
    pub text: String,
    /// Milliseconds since 1970; absent where a file does not say.
    pub created_ms: Option<i64>,
    pub changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentRecord {
    pub id: AttachmentId,
    pub name: String,
    /// As the file or the person gave it: whoever opens it parses it first.
    pub url: String,
}

/// A version of a description that the one which stands does not know of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApartRecord {
    pub version: TextVersion,
    pub text: String,
    /// Name of who wrote it.
    pub who: String,
    pub ms: i64,
}

/// What the panel shows beyond the [`CardRecord`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CardDetail {
    pub id: CardId,
    /// Markdown.
    pub description: String,
    pub version: TextVersion,
    /// Descriptions that were written apart from this one, and that nobody has decided about.
    pub apart: Vec<ApartRecord>,
    pub created_ms: Option<i64>,
    pub checklists: Vec<ChecklistRecord>,
    /// Oldest first.
    pub comments: Vec<CommentRecord>,
    pub attachments: Vec<AttachmentRecord>,
}

/// Everything that the window needs to draw a board, read at one number of its log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardContent {
    pub board: BoardRecord,
    /// The number of the last change in it.
    pub seq: u64,
    /// Live and archived ones; those in the trash are asked for apart.
    pub columns: Vec<ColumnRecord>,
    /// Live ones alone: the archive and the trash are asked for apart.
    pub cards: Vec<CardRecord>,
    pub labels: Vec<LabelRecord>,
    pub people: Vec<PersonRecord>,
}

/// Records to put and ids to drop, from one number of a board's log to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardPatch {
    pub board: BoardRecord,
    /// Absorb it where `from` is held; skip it where `to` is held already; else load the board again.
    pub from: u64,
    pub to: u64,
    pub columns: Vec<ColumnRecord>,
    /// Live ones.
    pub cards: Vec<CardRecord>,
    pub labels: Vec<LabelRecord>,
    pub people: Vec<PersonRecord>,
    /// Columns, cards, labels and people that are no longer shown on the board.
    pub dropped: Vec<EntityId>,
    /// Cards whose [`CardDetail`] or history changed.
    pub details: Vec<CardId>,
}
