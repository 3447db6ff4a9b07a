//! The one list of verbs. Whatever a person can do to a board is an [`Edit`]: the window sends it,
//! undo reads it, the log keeps what came of it.

use crate::{id::*, text::*, versions::TextVersion};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where something goes, by neighbour and never by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "at", rename_all = "camelCase")]
pub enum Place {
    First,
    Last,
    /// Behind the first of these that is still in the target; behind everything where none is.
    /// The nearest neighbour comes first, then those before it.
    After {
        neighbours: Vec<EntityId>,
    },
}

/// Where the cards of a deleted column go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "camelCase")]
pub enum CardsGo {
    /// To the foot of another column.
    Column { column: ColumnId },
    /// To the trash, with the column.
    Trash,
}

/// Start and due of a card. They are one register, since they are only valid together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Dates {
    pub start: Option<When>,
    pub due: Option<When>,
}

/// What a person asks for, on one board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, strum::IntoStaticStr)]
#[strum(serialize_all = "camelCase")]
#[serde(tag = "verb", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Edit {
    // The board itself.
    RenameBoard {
        title: String,
    },
    ColourBoard {
        colour: Option<Colour>,
    },
    /// Place in the sidebar of the person who asks; `after` names boards.
    MoveBoard {
        place: Place,
    },
    ArchiveBoard,
    RestoreBoard,
    /// To the trash.
    DeleteBoard,
    /// Back from the trash.
    UndeleteBoard,

    // Columns.
    AddColumn {
        title: String,
        place: Place,
    },
    RenameColumn {
        column: ColumnId,
        title: String,
    },
    ColourColumn {
        column: ColumnId,
        colour: Option<Colour>,
    },
    MoveColumn {
        column: ColumnId,
        place: Place,
    },
    /// For the person who asks.
    CollapseColumn {
        column: ColumnId,
        collapsed: bool,
    },
    /// `None` takes the limit away.
    LimitColumn {
        column: ColumnId,
        limit: Option<u32>,
    },
    /// The column rests in the archive and its cards with it.
    ArchiveColumn {
        column: ColumnId,
    },
    RestoreColumn {
        column: ColumnId,
    },
    DeleteColumn {
        column: ColumnId,
        cards: CardsGo,
    },
    UndeleteColumn {
        column: ColumnId,
    },

    // Cards. Several cards keep their order among themselves.
    /// One card for each title; blank ones are skipped.
    AddCards {
        column: ColumnId,
        place: Place,
        titles: Vec<String>,
    },
    RenameCard {
        card: CardId,
        title: String,
    },
    DescribeCard {
        card: CardId,
        text: String,
        /// The versions that the person had before them when they began; where it is absent, the one
        /// that stands.
        #[serde(default)]
        #[ts(optional)]
        seen: Option<Vec<TextVersion>>,
    },
    MoveCards {
        cards: Vec<CardId>,
        column: ColumnId,
        place: Place,
    },
    LabelCard {
        card: CardId,
        label: LabelId,
        on: bool,
    },
    AssignCard {
        card: CardId,
        person: PersonId,
        on: bool,
    },
    DateCard {
        card: CardId,
        dates: Dates,
    },
    FinishCard {
        card: CardId,
        done: bool,
    },
    PrioritiseCard {
        card: CardId,
        priority: Option<Priority>,
    },
    CoverCard {
        card: CardId,
        colour: Option<Colour>,
    },
    /// A copy right below, with labels, people, dates and checklists; without comments.
    DuplicateCard {
        card: CardId,
    },
    ArchiveCards {
        cards: Vec<CardId>,
    },
    RestoreCards {
        cards: Vec<CardId>,
    },
    DeleteCards {
        cards: Vec<CardId>,
    },
    UndeleteCards {
        cards: Vec<CardId>,
    },

    // Labels and people of the board.
    AddLabel {
        name: String,
        colour: Option<Colour>,
    },
    ChangeLabel {
        label: LabelId,
        name: String,
        colour: Option<Colour>,
    },
    DeleteLabel {
        label: LabelId,
    },
    AddPerson {
        name: String,
    },
    RenamePerson {
        person: PersonId,
        name: String,
    },
    DeletePerson {
        person: PersonId,
    },

    // Checklists.
    AddChecklist {
        card: CardId,
        title: String,
    },
    RenameChecklist {
        checklist: ChecklistId,
        title: String,
    },
    MoveChecklist {
        checklist: ChecklistId,
        place: Place,
    },
    DeleteChecklist {
        checklist: ChecklistId,
    },
    UndeleteChecklist {
        checklist: ChecklistId,
    },
    /// One item for each title; blank ones are skipped.
    AddItems {
        checklist: ChecklistId,
        titles: Vec<String>,
    },
    RenameItem {
        item: ItemId,
        title: String,
    },
    CheckItem {
        item: ItemId,
        done: bool,
    },
    MoveItem {
        item: ItemId,
        checklist: ChecklistId,
        place: Place,
    },
    DeleteItem {
        item: ItemId,
    },

    // Comments and links.
    AddComment {
        card: CardId,
        text: String,
    },
    ChangeComment {
        comment: CommentId,
        text: String,
    },
    DeleteComment {
        comment: CommentId,
    },
    AddLink {
        card: CardId,
        name: String,
        url: String,
    },
    DeleteLink {
        attachment: AttachmentId,
    },

    /// Forgets what lies in this board's trash. Undo cannot take it back.
    EmptyTrash,
}

impl Edit {
    /// The verb, as it crosses to the window and stands in the log.
    pub fn verb(&self) -> &'static str {
        self.into()
    }
}
