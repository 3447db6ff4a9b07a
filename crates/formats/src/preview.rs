//! What a person is told about a file before and after it is imported.

use domain::document::{BoardDocument, DocumentCounts};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    Trello,
    Holdfast,
}

/// Something in the file that does not come along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftOut {
    /// The path of keys, `cards[].customFieldItems[]`.
    pub path: String,
    /// How often it stands in the file with a value that says something.
    pub count: u32,
}

/// Something that comes along otherwise than it stood, or that the file itself lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ImportNote {
    /// Trello writes at most this many actions: older comments are not in the file.
    ActionsCut { actions: u32 },
    /// Texts over a limit were cut.
    TextsCut { texts: u32 },
    /// The files behind these links stay where they are.
    LinksOnly { attachments: u32 },
    /// References to things that are not in the file.
    Dangling { path: String, count: u32 },
    /// Cards whose list is not in the file; they come into a column of their own.
    Homeless { cards: u32 },
}

/// A file that was read, and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    pub format: Format,
    pub board: BoardDocument,
    pub counts: DocumentCounts,
    /// Sorted by path.
    pub left_out: Vec<LeftOut>,
    pub notes: Vec<ImportNote>,
}
