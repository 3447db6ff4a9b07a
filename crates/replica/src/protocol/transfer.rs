//! Boards that come from files and go to them, and backups.

use super::Patch;
use domain::{document::DocumentCounts, id::*};
use formats::preview::{Format, ImportNote, LeftOut};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    Json,
    Csv,
    Markdown,
    /// No copy of the board: the changes of this folder that its server did not accept, as JSON.
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    pub file_name: String,
    pub format: Format,
    pub title: String,
    pub counts: DocumentCounts,
    pub left_out: Vec<LeftOut>,
    pub notes: Vec<ImportNote>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub board: BoardId,
    pub preview: ImportPreview,
    pub patch: Patch,
}

/// A copy of the whole database that was reopened and found whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Backup {
    /// Its file name in the folder of backups; names it in [`super::Request::Restore`].
    pub name: String,
    pub made_ms: i64,
    pub bytes: u64,
    pub boards: u32,
    pub cards: u32,
    /// Why it was made: `daily`, `migration`, `import`, `restore`, `asked`.
    pub reason: String,
}
