//! What the window, the browser and the command line ask of a replica, and what it answers. Requests go
//! down and replies come back; patches come up unasked.

use domain::{edit::Edit, id::*, record::*, text::Colour, versions::TextVersion};
pub use formats::preview::{Format, ImportNote, LeftOut};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

mod certificate;
mod failure;
mod finding;
mod history;
mod people;
mod presence;
mod shell;
mod status;
mod transfer;
mod versions;
mod waiting;

pub use certificate::*;
pub use failure::*;
pub use finding::*;
pub use history::*;
pub use people::*;
pub use presence::*;
pub use shell::*;
pub use status::*;
pub use transfer::*;
pub use versions::*;
pub use waiting::*;

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
    /// All that a card's description was, newest first. → [`Reply::Versions`]
    Versions { board: BoardId, card: CardId },
    /// The text of one of them. → [`Reply::Text`]
    VersionText { board: BoardId, card: CardId, version: TextVersion },
    /// → [`Reply::Edited`]
    Edit { board: BoardId, edit: Edit },
    /// Several as one: all of them or none, and one step of undo. At most 1,000, and no `moveBoard`.
    /// → [`Reply::Edited`]
    Edits { board: BoardId, edits: Vec<Edit> },
    /// Cards to another board of the folder, at the foot of a column; what is typed on them goes along. One step of
    /// undo. → [`Reply::Edited`] with the new cards, and the patch of the board that they left, of a copy that of the
    /// other.
    Carry { carrying: Carrying },
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
    /// How each shared board stands with its server. → [`Reply::Status`]
    Status,
    /// The same with the servers: what [`Patch::Sharing`] tells from then on. → [`Reply::Sharing`]
    Sharing,
    /// What the page has open from now on, for those who are on the board too; absent for nothing, or nothing that
    /// anybody should know. It waits for nothing and stores nothing. → [`Reply::Here`]
    Look { looking: Option<Looking> },
    /// Begins a session at a server. → [`Reply::Sharing`]
    SignIn {
        server: String,
        name: String,
        password: Password,
        /// The fingerprint of the certificate that the person trusts, where nobody else vouches for the server.
        #[serde(default)]
        #[ts(optional)]
        certificate: Option<String>,
    },
    /// Ends it. What waits is kept, and waits. → [`Reply::Sharing`]
    SignOut { server: String },
    /// Tries now what would be tried later. → [`Reply::Done`]
    ConnectNow,
    /// The boards that the account has on a server. → [`Reply::Offered`]
    OfferedBoards { server: String },
    /// Fetches one of them, and keeps it with its server from then on. It shows once its server was heard.
    /// → [`Reply::Fetched`]
    FetchBoard { server: String, board: BoardId },
    /// Hands a board of this folder over to a server; those who are on it work on it together from then on.
    /// → [`Reply::Sharing`]
    ShareBoard { board: BoardId, server: String },
    /// Makes a copy of a shared board that belongs to this folder alone, with all that waits. The board itself is left
    /// unless it is kept: it goes on without this folder. Asks no server. → [`Reply::Detached`]
    Detach { board: BoardId, keep: bool },
    /// Ends a shared board for all who are on it; its copy goes on here alone. Owners alone. The copy is on disk before
    /// the server is told; where that was cut short, it goes on by itself, and asking again finishes it.
    /// → [`Reply::Detached`]
    Unshare { board: BoardId },
    /// As [`Request::Unshare`], with the copy shared with another server before the board ends. People are invited
    /// there anew. → [`Reply::Detached`]
    MoveToServer { board: BoardId, server: String },
    /// → [`Reply::Members`]
    Members { board: BoardId },
    /// Makes an account of the board's server a member, by its name. → [`Reply::Members`]
    AddMember { board: BoardId, name: String, role: MemberRole },
    /// → [`Reply::Members`]
    SetRole { board: BoardId, account: String, role: MemberRole },
    /// → [`Reply::Members`]
    RemoveMember { board: BoardId, account: String },
    /// Those that still open. → [`Reply::Invitations`]
    Invitations { board: BoardId },
    /// → [`Reply::Invitations`], with the link, which is told this once.
    Invite { board: BoardId, role: MemberRole, uses: u32, days: u32 },
    /// → [`Reply::Invitations`]
    Revoke { board: BoardId, invitation: String },
    /// What the invitation behind a link promises. → [`Reply::Invited`]
    LookAtInvitation {
        link: String,
        /// As in [`Request::SignIn`].
        #[serde(default)]
        #[ts(optional)]
        certificate: Option<String>,
    },
    /// Becomes a member: as whoever is signed in there, or as a new account. → [`Reply::Fetched`]
    Join {
        link: String,
        account: Option<NewAccount>,
        /// As in [`Request::SignIn`].
        #[serde(default)]
        #[ts(optional)]
        certificate: Option<String>,
    },
    /// The newest so many of the changes that wait on a board, newest first. → [`Reply::Waiting`]
    Waiting { board: BoardId, newest: u32 },
    /// What the server of a board did not accept. → [`Reply::Tray`]
    Tray { board: BoardId },
    /// Makes a card on the board `to`, at the foot of its first column, with what was typed in one of them, which
    /// stays in the tray. → [`Reply::Edited`]
    CopyRefused { board: BoardId, act: ActId, to: BoardId },
    /// Forgets one of them for good. → [`Reply::Tray`]
    DiscardRefused { board: BoardId, act: ActId },
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
                | Request::Detach { .. }
        ) || self.asks_a_server()
    }

    /// What concerns servers and the people on shared boards: it does not wait for the folder, nor the folder
    /// for it.
    pub fn is_of_people(&self) -> bool {
        self.asks_a_server()
            || matches!(
                self,
                Request::Sharing
                    | Request::ConnectNow
                    | Request::Detach { .. }
                    | Request::Waiting { .. }
                    | Request::Tray { .. }
                    | Request::DiscardRefused { .. }
            )
    }

    /// It takes as long as the network does.
    fn asks_a_server(&self) -> bool {
        matches!(
            self,
            Request::SignIn { .. }
                | Request::SignOut { .. }
                | Request::OfferedBoards { .. }
                | Request::FetchBoard { .. }
                | Request::ShareBoard { .. }
                | Request::Unshare { .. }
                | Request::MoveToServer { .. }
                | Request::Members { .. }
                | Request::AddMember { .. }
                | Request::SetRole { .. }
                | Request::RemoveMember { .. }
                | Request::Invitations { .. }
                | Request::Invite { .. }
                | Request::Revoke { .. }
                | Request::LookAtInvitation { .. }
                | Request::Join { .. }
        )
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reply {
    Overview {
        overview: Overview,
    },
    Board {
        content: BoardContent,
    },
    Card {
        card: CardRecord,
        detail: Box<CardDetail>,
    },
    History {
        events: Vec<HistoryEvent>,
    },
    Versions {
        versions: Vec<VersionRecord>,
    },
    Edited {
        edited: Edited,
    },
    Undone {
        undone: Undone,
    },
    Found {
        found: Vec<Found>,
    },
    Shelf {
        items: Vec<ShelfItem>,
    },
    Preview {
        preview: ImportPreview,
    },
    Imported {
        imported: Imported,
    },
    Text {
        name: String,
        text: String,
    },
    Backups {
        backups: Vec<Backup>,
    },
    Checked {
        problems: Vec<String>,
    },
    Status {
        boards: Vec<BoardStatus>,
    },
    Sharing {
        sharing: Sharing,
    },
    /// Those on which somebody is.
    Here {
        boards: Vec<BoardHere>,
    },
    Offered {
        boards: Vec<OfferedBoard>,
    },
    Fetched {
        board: BoardId,
    },
    /// The board that goes on here alone.
    Detached {
        board: BoardId,
    },
    Members {
        members: Vec<BoardMember>,
    },
    Invitations {
        invitations: Vec<Invitation>,
        link: Option<String>,
    },
    Invited {
        invited: Invited,
    },
    Waiting {
        acts: Vec<WaitingAct>,
        /// How many wait besides.
        more: u32,
    },
    Tray {
        refused: Vec<RefusedAct>,
    },
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

/// Cards on their way to another board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Carrying {
    /// The one that they leave.
    pub board: BoardId,
    /// In the order in which they will stand.
    pub cards: Vec<CardId>,
    pub to: BoardId,
    /// The first live one of that board where it is absent.
    pub column: Option<ColumnId>,
    /// They stay where they are, and what is made there has no comments.
    pub copy: bool,
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
    /// The version of a description that was there when typing began; absent where that says nothing.
    #[serde(default)]
    pub base: Option<TextVersion>,
    /// Filled in by the replica.
    pub saved_ms: i64,
}

/// What came true since; the same for every window on the folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "of", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Patch {
    /// One board went on.
    Board { patch: Box<BoardPatch>, undo: UndoState },
    /// Drafts put and dropped, here or by another window.
    Drafts { put: Vec<Draft>, dropped: Vec<String> },
    /// A connection, a role, or what waits stands otherwise.
    Sharing { sharing: Box<Sharing> },
    /// Others came to a board, went, or opened something else on it.
    Here { here: BoardHere },
    /// Too much happened to tell in pieces: ask again for all that is on screen.
    Reload,
}
