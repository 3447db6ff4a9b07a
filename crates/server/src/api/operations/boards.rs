//! Operations on the board itself, its columns, its labels and its people.

use super::{
    Operation, Work,
    places::{AFTER, BEFORE, FIRST, LAST},
};
use crate::api::{
    fields::{Field, Holds, clearable, needed, optional},
    problem::Problem,
    records::Thing,
};
use domain::{
    edit::{CardsGo, Edit},
    id::*,
    register::{self, Kind},
    text::Colour,
    view,
};

const TITLE: Field = optional("title", Holds::Text, "One line, at most 16 KiB.");
const NEW_TITLE: Field = needed("title", Holds::Text, "One line, at most 16 KiB.");
const NAME: Field = optional("name", Holds::Text, "One line, at most 16 KiB; may be empty.");
const NEW_NAME: Field = needed("name", Holds::Text, "One line, at most 16 KiB; may be empty.");
const PERSON_NAME: Field = needed("name", Holds::Text, "One line, at most 16 KiB.");
const COLOUR: Field = clearable("colour", Holds::Colour, "Its colour.");
const LIMIT: Field =
    clearable("limit", Holds::Number, "More live cards than this are marked, not refused.");

const fn on(
    thing: Thing,
    name: &'static str,
    says: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    let names = if matches!(thing, Thing::Board) { None } else { Some(thing) };
    Operation { name, says, names, fields, thing, makes: false, plan }
}

const fn making(
    thing: Thing,
    name: &'static str,
    says: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    Operation { name, says, names: None, fields, thing, makes: true, plan }
}

pub static ALL: [Operation; 16] = [
    on(
        Thing::Board,
        "changeBoard",
        "Changes what is sent of a board.",
        &[TITLE, COLOUR],
        change_board,
    ),
    on(Thing::Board, "archiveBoard", "Puts a board into the archive.", &[], |work| {
        work.edit(&Edit::ArchiveBoard).map(drop)
    }),
    on(
        Thing::Board,
        "restoreBoard",
        "Brings a board back from the trash, or else from the archive.",
        &[],
        restore_board,
    ),
    on(Thing::Board, "deleteBoard", "Puts a board into the trash.", &[], |work| {
        work.edit(&Edit::DeleteBoard).map(drop)
    }),
    making(
        Thing::Column,
        "createColumn",
        "Makes a column.",
        &[NEW_TITLE, AFTER, BEFORE, FIRST, LAST, COLOUR, LIMIT],
        create_column,
    ),
    on(
        Thing::Column,
        "changeColumn",
        "Changes the fields that are sent, and no others.",
        &[TITLE, COLOUR, LIMIT],
        change_column,
    ),
    on(
        Thing::Column,
        "moveColumn",
        "Puts a column elsewhere.",
        &[AFTER, BEFORE, FIRST, LAST],
        move_column,
    ),
    on(
        Thing::Column,
        "archiveColumn",
        "Puts a column into the archive, and its cards with it.",
        &[],
        |work| work.edit(&Edit::ArchiveColumn { column: work.target.into() }).map(drop),
    ),
    on(
        Thing::Column,
        "restoreColumn",
        "Brings a column back from the trash with the cards that went with it, or else from the archive.",
        &[],
        restore_column,
    ),
    on(
        Thing::Column,
        "deleteColumn",
        "Puts a column into the trash, and its cards with it or into another.",
        &[optional("cardsTo", Holds::Id, "The column that its cards go to.")],
        delete_column,
    ),
    making(Thing::Label, "createLabel", "Makes a label.", &[NEW_NAME, COLOUR], |work| {
        let (name, colour) = (work.asked.need("name")?, work.asked.get("colour")?.flatten());
        work.make(&Edit::AddLabel { name, colour }).map(drop)
    }),
    on(
        Thing::Label,
        "changeLabel",
        "Changes the fields that are sent, and no others.",
        &[NAME, COLOUR],
        change_label,
    ),
    on(
        Thing::Label,
        "deleteLabel",
        "Takes a label off the board and off all cards.",
        &[],
        |work| work.edit(&Edit::DeleteLabel { label: work.target.into() }).map(drop),
    ),
    making(
        Thing::Person,
        "createPerson",
        "Adds a name that cards can be assigned to.",
        &[PERSON_NAME],
        |work| {
            let name = work.asked.need("name")?;
            work.make(&Edit::AddPerson { name }).map(drop)
        },
    ),
    on(Thing::Person, "changePerson", "Changes a name.", &[PERSON_NAME], |work| {
        let name = work.asked.need("name")?;
        work.edit(&Edit::RenamePerson { person: work.target.into(), name }).map(drop)
    }),
    on(
        Thing::Person,
        "deletePerson",
        "Takes a name off the board and off all cards.",
        &[],
        |work| work.edit(&Edit::DeletePerson { person: work.target.into() }).map(drop),
    ),
];

fn change_board(work: &mut Work) -> Result<(), Problem> {
    if let Some(title) = work.asked.get("title")? {
        work.edit(&Edit::RenameBoard { title })?;
    }
    if let Some(colour) = work.asked.get("colour")? {
        work.edit(&Edit::ColourBoard { colour })?;
    }
    Ok(())
}

fn is_deleted(work: &Work) -> bool {
    let entity = work.board().entity(work.target);
    entity.is_some_and(|entity| entity.flag(register::Field::DELETED))
}

fn restore_board(work: &mut Work) -> Result<(), Problem> {
    let edit = if is_deleted(work) { Edit::UndeleteBoard } else { Edit::RestoreBoard };
    work.edit(&edit).map(drop)
}

fn create_column(work: &mut Work) -> Result<(), Problem> {
    let title = work.asked.need("title")?;
    let place = work.place(EntityId::BOARD, &Kind::COLUMN)?;
    work.target = work.make(&Edit::AddColumn { title, place })?;
    fill_column(work)
}

fn change_column(work: &mut Work) -> Result<(), Problem> {
    if let Some(title) = work.asked.get("title")? {
        work.edit(&Edit::RenameColumn { column: work.target.into(), title })?;
    }
    fill_column(work)
}

fn fill_column(work: &mut Work) -> Result<(), Problem> {
    let column = ColumnId::from(work.target);
    if let Some(colour) = work.asked.get("colour")? {
        work.edit(&Edit::ColourColumn { column, colour })?;
    }
    if let Some(limit) = work.asked.get("limit")? {
        work.edit(&Edit::LimitColumn { column, limit })?;
    }
    Ok(())
}

fn move_column(work: &mut Work) -> Result<(), Problem> {
    if !work.says_place() {
        return Err(Problem::missing_field(&work.asked.path("after")));
    }
    let place = work.place(EntityId::BOARD, &Kind::COLUMN)?;
    work.edit(&Edit::MoveColumn { column: work.target.into(), place }).map(drop)
}

fn restore_column(work: &mut Work) -> Result<(), Problem> {
    let column = work.target.into();
    let deleted = is_deleted(work);
    let edit =
        if deleted { Edit::UndeleteColumn { column } } else { Edit::RestoreColumn { column } };
    work.edit(&edit).map(drop)
}

fn delete_column(work: &mut Work) -> Result<(), Problem> {
    let cards = match work.asked.get::<ColumnId>("cardsTo")? {
        None => CardsGo::Trash,
        Some(column) if work.board().of_kind(column.into(), &Kind::COLUMN).is_none() => {
            return Err(Problem::names_nothing(&work.asked.path("cardsTo")));
        }
        Some(column) => CardsGo::Column { column },
    };
    work.edit(&Edit::DeleteColumn { column: work.target.into(), cards }).map(drop)
}

fn change_label(work: &mut Work) -> Result<(), Problem> {
    let label = LabelId::from(work.target);
    let Some(entity) = work.board().entity(work.target) else {
        return Err(Problem::not_found("label"));
    };
    let now = view::label_record(label, entity);
    let name = work.asked.get("name")?.unwrap_or(now.name);
    let colour = work.asked.get::<Option<Colour>>("colour")?.unwrap_or(now.colour);
    work.edit(&Edit::ChangeLabel { label, name, colour }).map(drop)
}
