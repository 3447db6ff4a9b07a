//! What the window, the browser and the command line ask of a replica, and what it answers. Requests go
//! down and replies come back; patches come up unasked.

use domain::{document::DocumentCounts, edit::Edit, id::*, record::*, text::Colour};
pub use formats::preview::{Format, ImportNote, LeftOut};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod shell;

pub use shell::*;

/// A file that the shell chose or took, held on the Rust side until it is imported or let go.
pub type FileHandle = u32;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "ask", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Request {
    /// → [`Reply::Overview`]. The first request of every window.
    Open,
    /// → [`Reply::Board`]
    Board { board: BoardId },
    /// → [`Reply::Card`]
    Card { board: BoardId, card: CardId },
    /// What happened to a card, newest first. → [`Reply::History`]
    History { board: BoardId, card: CardId },
    /// → [`Reply::Edited`]
    Edit { board: BoardId, edit: Edit },
    /// Several as one: all of them or none, and one step of undo. At most 1,000, and no `moveBoard`.
    /// → [`Reply::Edited`]
    Edits { board: BoardId, edits: Vec<Edit> },
    /// A new board with these columns. → [`Reply::Edited`]
    CreateBoard { title: String, colour: Option<Colour>, columns: Vec<String> },
    /// A board that shows what a board can do, deleted like any other. → [`Reply::Edited`]
    CreateExample,
    /// → [`Reply::Undone`]
    Undo,
    /// → [`Reply::Undone`]
    Redo,
    /// Words in titles, descriptions, comments and checklist items of all boards. → [`Reply::Found`]
    Search { words: String },
    /// What rests in the archive, of one board or of all. → [`Reply::Shelf`]
    Archive { board: Option<BoardId> },
    /// What lies in the trash, of one board or of all. → [`Reply::Shelf`]
    Trash { board: Option<BoardId> },
    /// Empties the trash of every board: all in it is forgotten, and undo cannot take it back.
    /// → [`Reply::Done`]
    EmptyTrash,
    /// Journals what is being typed; durable when answered. → [`Reply::Done`]
    SaveDraft { draft: Draft },
    /// The text became an edit, or is not wanted. → [`Reply::Done`]
    DropDraft { key: String },
    /// What a chosen file would bring. → [`Reply::Preview`]
    PreviewImport {
        file: FileHandle,
        /// Whose file it is; found out where absent.
        #[serde(default)]
        #[ts(optional)]
        format: Option<Format>,
    },
    /// → [`Reply::Imported`]; the handle is let go.
    Import { file: FileHandle },
    /// → [`Reply::Done`]
    LetGo { file: FileHandle },
    /// → [`Reply::Text`]
    Export { board: BoardId, format: ExportFormat },
    /// → [`Reply::Backups`]
    Backups,
    /// → [`Reply::Backups`], the new one first.
    MakeBackup,
    /// Puts a backup in the place of the data folder's database, which is kept beside it.
    /// → [`Reply::Overview`]
    Restore { backup: String },
    /// Rebuilds the reading tables and compares. → [`Reply::Checked`]
    Check,
}

impl Request {
    /// Whether it may take longer than a keystroke should wait: a shell carries it out beside the
    /// others instead of before them.
    pub fn is_slow(&self) -> bool {
        matches!(
            self,
            Request::Search { .. }
                | Request::PreviewImport { .. }
                | Request::Import { .. }
                | Request::Export { .. }
                | Request::Backups
                | Request::MakeBackup
                | Request::Check
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    Json,
    Csv,
    Markdown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reply {
    Overview { overview: Overview },
    Board { content: BoardContent },
    Card { card: CardRecord, detail: CardDetail },
    History { events: Vec<HistoryEvent> },
    Edited { edited: Edited },
    Undone { undone: Undone },
    Found { found: Vec<Found> },
    Shelf { items: Vec<ShelfItem> },
    Preview { preview: ImportPreview },
    Imported { imported: Imported },
    Text { name: String, text: String },
    Backups { backups: Vec<Backup> },
    Checked { problems: Vec<String> },
    Done,
}

/// What the window needs before any board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// All that are live or archived, in the order of the sidebar; those in the trash are not here.
    pub boards: Vec<BoardRecord>,
    pub drafts: Vec<Draft>,
    /// Where the data lies.
    pub folder: String,
    pub version: String,
    pub undo: UndoState,
}

/// What the next undo and redo would take back or do again; absent where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoState {
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// An edit that is on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Edited {
    pub board: BoardId,
    /// What it made, in order: cards, items, a board, ….
    pub created: Vec<EntityId>,
    /// Nothing was written, since everything stood so already.
    pub unchanged: bool,
    /// What it did. Absorbing the same patch twice is harmless.
    pub patch: Patch,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Undone {
    /// The verb that was taken back or done again, as in [`Edit`]; absent where there was nothing.
    pub verb: Option<String>,
    /// The board on which it happened.
    pub board: Option<BoardId>,
    /// How many registers were written back.
    pub restored: u32,
    /// How many were changed since, and stay.
    pub kept: u32,
    /// Titles of some of the things that stay as they were changed since.
    pub kept_titles: Vec<String>,
    pub patches: Vec<Patch>,
}

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

/// Text that was typed and is not yet an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Names the field: `card/ID/title`, `card/ID/description`, `card/ID/comment`, `comment/ID/text`,
    /// `checklist/ID/item`, `item/ID/title`, `column/ID/composer`, `column/ID/title`, `board/ID/title`, ….
    pub key: String,
    pub board: BoardId,
    /// On whose panel it is offered.
    pub card: Option<CardId>,
    /// In whose composer or head it is offered.
    pub column: Option<ColumnId>,
    pub text: String,
    /// Filled in by the replica.
    pub saved_ms: i64,
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
    /// Its file name in the folder of backups; names it in [`Request::Restore`].
    pub name: String,
    pub made_ms: i64,
    pub bytes: u64,
    pub boards: u32,
    pub cards: u32,
    /// Why it was made: `daily`, `migration`, `import`, `restore`, `asked`.
    pub reason: String,
}

/// What came true since; the same for every window on the folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "of", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Patch {
    /// One board went on.
    Board { patch: Box<BoardPatch>, undo: UndoState },
    /// Drafts put and dropped, here or by another window.
    Drafts { put: Vec<Draft>, dropped: Vec<String> },
    /// Too much happened to tell in pieces: ask again for all that is on screen.
    Reload,
}

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

/// Why a request was not carried out; nothing was changed. The window has words for each code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: FailureCode,
    /// A sentence for a person, and for a log: it names no card's text.
    pub message: String,
    /// For [`FailureCode::DatabaseCorrupt`]: the newest good backup comes first.
    pub backups: Vec<Backup>,
    /// For the failures of a start: where the data lies.
    pub folder: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FailureCode {
    /// It was there, but is no more; or never was.
    NotFound,
    /// The edit makes no sense as it stands: an empty title, a bad date, ….
    Refused,
    /// Over a limit that the message names.
    TooLarge,
    /// The file cannot be imported; the message says why.
    BadFile,
    /// The disk is full. What was saved before stands.
    DiskFull,
    /// The folder or the disk cannot be written.
    ReadOnly,
    /// The database was written by a newer Holdfast.
    NewerDatabase,
    /// The database is damaged; nothing was changed in it.
    DatabaseCorrupt,
    /// Another window works on this folder.
    AlreadyOpen,
    /// Anything else of the disk or the database.
    Storage,
    /// The request itself could not be read.
    BadRequest,
}
