//! From an edit to the registers it writes. It may refuse, and then nothing was done; what stands already
//! is not written again.

pub mod board;
mod cards;
mod carry;
mod details;
mod place;
mod series;

pub use carry::{Carried, Carry};
pub use series::Series;

use crate::{
    board::{Board, Entity},
    change::Write,
    edit::Edit,
    fresh::Fresh,
    id::*,
    register::{Field, Kind, Slot},
    text::*,
    value::Value,
    view::signed,
};

/// An edit names at most so many cards, and makes at most so many things.
pub const EDIT_THINGS_MAX: usize = 10_000;

/// Why an edit was not accepted. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such {what} on this board")]
    NotFound { what: &'static str },
    #[error("the {what} is in the archive or the trash: restore it first")]
    Gone { what: &'static str },
    #[error("the {what} is empty")]
    Empty { what: &'static str },
    #[error("the {what} is longer than {max} bytes")]
    TooLong { what: &'static str, max: usize },
    #[error("more than {max} at once")]
    TooMany { max: usize },
    #[error("a colour is a name of lowercase letters")]
    BadColour,
    #[error("that is no date")]
    BadDate,
    #[error("the start is after the due date")]
    StartAfterDue,
    #[error("a link begins with http://, https:// or mailto:")]
    BadLink,
    #[error("you are on the board for as long as you have it")]
    Oneself,
    #[error("a column's cards cannot go to the column itself")]
    IntoItself,
    #[error("the board has no column yet that a card could go to")]
    NoColumn,
}

/// What an edit comes to.
#[derive(Debug, Default)]
pub struct Resolved {
    pub writes: Vec<Write>,
    /// What it makes, in order.
    pub created: Vec<EntityId>,
}

/// Finds what `edit` writes on `board` when `me` asks for it.
pub fn resolve(
    board: &Board,
    me: PersonId,
    edit: &Edit,
    fresh: &mut Fresh,
) -> Result<Resolved, Refusal> {
    if board.entity(EntityId::BOARD).is_some_and(Entity::purged) {
        return Err(Refusal::NotFound { what: "board" });
    }
    let mut resolving = Resolving { board, me, fresh, resolved: Resolved::default() };
    resolving.edit(edit)?;
    Ok(resolving.resolved)
}

/// The work in hand.
pub(crate) struct Resolving<'a> {
    pub board: &'a Board,
    pub me: PersonId,
    pub fresh: &'a mut Fresh,
    pub resolved: Resolved,
}

type Result_ = Result<(), Refusal>;

impl Resolving<'_> {
    fn edit(&mut self, edit: &Edit) -> Result_ {
        match edit {
            Edit::RenameBoard { .. }
            | Edit::ColourBoard { .. }
            | Edit::MoveBoard { .. }
            | Edit::ArchiveBoard
            | Edit::RestoreBoard
            | Edit::DeleteBoard
            | Edit::UndeleteBoard
            | Edit::AddColumn { .. }
            | Edit::RenameColumn { .. }
            | Edit::ColourColumn { .. }
            | Edit::MoveColumn { .. }
            | Edit::CollapseColumn { .. }
            | Edit::LimitColumn { .. }
            | Edit::ArchiveColumn { .. }
            | Edit::RestoreColumn { .. }
            | Edit::DeleteColumn { .. }
            | Edit::UndeleteColumn { .. }
            | Edit::EmptyTrash => self.board_edit(edit),
            Edit::AddCards { .. }
            | Edit::RenameCard { .. }
            | Edit::DescribeCard { .. }
            | Edit::MoveCards { .. }
            | Edit::LabelCard { .. }
            | Edit::AssignCard { .. }
            | Edit::DateCard { .. }
            | Edit::FinishCard { .. }
            | Edit::PrioritiseCard { .. }
            | Edit::CoverCard { .. }
            | Edit::DuplicateCard { .. }
            | Edit::ArchiveCards { .. }
            | Edit::RestoreCards { .. }
            | Edit::DeleteCards { .. }
            | Edit::UndeleteCards { .. } => self.card_edit(edit),
            Edit::AddLabel { .. }
            | Edit::ChangeLabel { .. }
            | Edit::DeleteLabel { .. }
            | Edit::AddPerson { .. }
            | Edit::RenamePerson { .. }
            | Edit::DeletePerson { .. }
            | Edit::AddChecklist { .. }
            | Edit::RenameChecklist { .. }
            | Edit::MoveChecklist { .. }
            | Edit::DeleteChecklist { .. }
            | Edit::UndeleteChecklist { .. }
            | Edit::AddItems { .. }
            | Edit::RenameItem { .. }
            | Edit::CheckItem { .. }
            | Edit::MoveItem { .. }
            | Edit::DeleteItem { .. }
            | Edit::AddComment { .. }
            | Edit::ChangeComment { .. }
            | Edit::DeleteComment { .. }
            | Edit::AddLink { .. }
            | Edit::DeleteLink { .. } => self.detail_edit(edit),
        }
    }

    /// Writes a register, unless it holds that already.
    fn set(&mut self, kind: Kind, entity: EntityId, slot: impl Into<Slot>, value: Value) {
        self.write(Write { kind, entity, slot: slot.into(), value, replaces: None, seen: None });
    }

    fn write(&mut self, write: Write) {
        let stands = self.board.winner(write.entity, &write.slot).map(|it| &it.value);
        if stands == Some(&write.value) || is_unset(&write.value) && stands.is_none_or(is_unset) {
            return;
        }
        self.resolved.writes.push(write);
    }

    /// A new thing, made now and by the person who asks.
    fn create(&mut self, kind: Kind) -> EntityId {
        let id = self.fresh.entity();
        let created = Value::created(Some(signed(self.fresh.now_ms())), Some(self.me.into()));
        self.set(kind, id, Field::CREATED, created);
        self.resolved.created.push(id);
        id
    }

    fn flag(&mut self, kind: Kind, entity: EntityId, field: Field, flag: bool) {
        self.set(kind, entity, field, Value::flag(flag));
    }

    /// The thing, of this kind; in the trash or not.
    fn find(&self, id: EntityId, kind: &Kind) -> Result<&Entity, Refusal> {
        self.board.of_kind(id, kind).ok_or(Refusal::NotFound { what: noun(kind) })
    }

    fn find_live(&self, id: EntityId, kind: &Kind) -> Result<&Entity, Refusal> {
        let entity = self.find(id, kind)?;
        if crate::view::is_live(entity) {
            Ok(entity)
        } else {
            Err(Refusal::Gone { what: noun(kind) })
        }
    }
}

/// A field that was never written, one that an undo wrote back as it was before its first write, a
/// flag that is off and an empty text mean the same.
fn is_unset(value: &Value) -> bool {
    *value == Value::null() || value.as_flag() == Some(false) || value.as_text() == Some("")
}

fn noun(kind: &Kind) -> &'static str {
    [
        (Kind::BOARD, "board"),
        (Kind::COLUMN, "column"),
        (Kind::CARD, "card"),
        (Kind::LABEL, "label"),
        (Kind::PERSON, "person"),
        (Kind::CHECKLIST, "checklist"),
        (Kind::ITEM, "item"),
        (Kind::COMMENT, "comment"),
        (Kind::ATTACHMENT, "link"),
    ]
    .into_iter()
    .find(|(known, _)| known == kind)
    .map_or("thing", |(_, noun)| noun)
}

fn title(typed: &str, what: &'static str) -> Result<Value, Refusal> {
    let title = title_from(typed);
    if title.is_empty() {
        return Err(Refusal::Empty { what });
    }
    name(&title, what)
}

/// A title that may be empty.
fn name(typed: &str, what: &'static str) -> Result<Value, Refusal> {
    let name = title_from(typed);
    if name.len() > TITLE_BYTES_MAX {
        return Err(Refusal::TooLong { what, max: TITLE_BYTES_MAX });
    }
    Ok(Value::text(&name))
}

/// The titles that are not blank, at least one and at most [`EDIT_THINGS_MAX`].
fn titles(typed: &[String], what: &'static str) -> Result<Vec<Value>, Refusal> {
    if typed.len() > EDIT_THINGS_MAX {
        return Err(Refusal::TooMany { max: EDIT_THINGS_MAX });
    }
    let lines = typed.iter().filter(|line| !title_from(line).is_empty());
    let titles: Vec<Value> = lines.map(|line| title(line, what)).collect::<Result<_, _>>()?;
    if titles.is_empty() { Err(Refusal::Empty { what }) } else { Ok(titles) }
}

fn text(typed: &str, what: &'static str) -> Result<Value, Refusal> {
    if typed.len() > TEXT_BYTES_MAX {
        return Err(Refusal::TooLong { what, max: TEXT_BYTES_MAX });
    }
    Ok(Value::text(typed))
}

fn colour(colour: Option<&Colour>) -> Result<Value, Refusal> {
    match colour {
        Some(colour) if !colour.is_valid() => Err(Refusal::BadColour),
        colour => Ok(Value::colour(colour)),
    }
}
