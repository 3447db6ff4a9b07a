//! What a search finds, and what rests in the archive and the trash.

use domain::{id::*, record::Standing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A card that search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    pub board: BoardId,
    pub board_title: String,
    pub card: CardId,
    pub title: String,
    pub column_title: String,
    pub standing: Standing,
    /// The text around the words; each hit stands between U+0002 and U+0003.
    pub excerpt: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ShelfKind {
    Board,
    Column,
    Card,
}

/// One thing in the archive or the trash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShelfItem {
    pub kind: ShelfKind,
    pub id: EntityId,
    pub board: BoardId,
    pub board_title: String,
    pub title: String,
    /// Of a card: its column.
    pub column_title: Option<String>,
    /// When it was put here, in milliseconds since 1970.
    pub since_ms: i64,
    /// Of a board or column: how many cards rest in it.
    pub cards: u32,
}
