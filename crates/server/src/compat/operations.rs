//! What can be asked for here, as operations like those of the API: some edits each, resolved in the one writer's
//! transaction. Columns and people are named by what they are called.

use crate::api::{
    Problem,
    fields::{Asked, Field, Holds, clearable, needed, optional},
    operations::{Operation, Work},
    records::Thing,
};
use axum::http::StatusCode;
use domain::{
    board::{Board, Entity},
    change::Write,
    edit::{CardsGo, Edit, Place},
    id::*,
    register::{self, Kind},
    text::{Priority, TEXT_BYTES_MAX, title_from},
    value::Value,
    view,
};

const COLUMN: Field = optional("column", Holds::Text, "The column that it stands in, by name.");
const CURRENT_COLUMN: Field = optional("current_column", Holds::Text, "The same.");
const DESCRIPTION: Field = clearable("description", Holds::Text, "Markdown.");
const ACCEPTANCE: Field = clearable("acceptance_criteria", Holds::Text, "When it is done.");
const PRIORITY: Field = clearable("priority", Holds::Text, "How urgent it is, in any words.");
const ASSIGNEE: Field = clearable("assignee", Holds::Text, "Who does it, by name.");
/// Where a ticket is made; no operation reads it.
pub const BOARD: Field = optional("board_id", Holds::Position, "The number of a board.");
/// Which ticket a comment is on; no operation reads it.
pub const TICKET: Field = needed("ticket_id", Holds::Position, "The number of a ticket.");

const fn on_ticket(
    name: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    let (names, thing) = (Some(Thing::Card), Thing::Card);
    Operation { name, says: "", names, fields, thing, makes: false, plan }
}

pub static CREATE: Operation = Operation {
    name: "createTicket",
    says: "",
    names: None,
    fields: &[
        needed("title", Holds::Text, "One line."),
        BOARD,
        COLUMN,
        CURRENT_COLUMN,
        DESCRIPTION,
        ACCEPTANCE,
        PRIORITY,
        ASSIGNEE,
    ],
    thing: Thing::Card,
    makes: true,
    plan: create,
};

pub static CHANGE: Operation = on_ticket(
    "changeTicket",
    &[
        optional("title", Holds::Text, "One line."),
        COLUMN,
        CURRENT_COLUMN,
        DESCRIPTION,
        ACCEPTANCE,
        PRIORITY,
        ASSIGNEE,
    ],
    change,
);

pub static MOVE: Operation = on_ticket("moveTicket", &[COLUMN, CURRENT_COLUMN], |work| {
    if said_column(work.asked)?.is_none() {
        return Err(Problem::missing_field("column"));
    }
    change(work)
});

pub static CLAIM: Operation =
    on_ticket("claimTicket", &[needed("agent_id", Holds::Text, "Who takes it.")], claim);

pub static DELETE: Operation = on_ticket("deleteTicket", &[], |work| {
    work.edit(&Edit::DeleteCards { cards: vec![work.target.into()] }).map(drop)
});

pub static COMMENT: Operation = Operation {
    name: "commentTicket",
    says: "",
    names: Some(Thing::Card),
    fields: &[
        TICKET,
        optional("text", Holds::Text, "Markdown."),
        optional("content", Holds::Text, "The same."),
        optional("author", Holds::Text, "Who says it, by name."),
    ],
    thing: Thing::Comment,
    makes: true,
    plan: comment,
};

pub static CHANGE_BOARD: Operation = Operation {
    name: "changeTicketBoard",
    says: "",
    names: None,
    fields: &[
        optional("name", Holds::Text, "One line."),
        optional("columns", Holds::Texts, "The names of all its columns, as they are to stand."),
    ],
    thing: Thing::Board,
    makes: false,
    plan: change_board,
};

pub static DELETE_BOARD: Operation = Operation {
    name: "deleteTicketBoard",
    says: "",
    names: None,
    fields: &[],
    thing: Thing::Board,
    makes: false,
    plan: |work| work.edit(&Edit::DeleteBoard).map(drop),
};

fn create(work: &mut Work) -> Result<(), Problem> {
    let column = match said_column(work.asked)? {
        Some((field, name)) => column(work.board(), field, &name)?,
        None => columns(work.board()).next().map(|(id, _)| id.into()).ok_or_else(|| {
            let words = "This board has no columns.";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "noSuchColumn", words)
        })?,
    };
    let titles = vec![work.asked.need::<String>("title")?];
    work.target = work.make(&Edit::AddCards { column, place: Place::Last, titles })?;
    fill(work)
}

fn change(work: &mut Work) -> Result<(), Problem> {
    let card = standing(work)?;
    if let Some(title) = work.asked.get("title")? {
        work.edit(&Edit::RenameCard { card, title })?;
    }
    if let Some((field, name)) = said_column(work.asked)? {
        let column = column(work.board(), field, &name)?;
        let entity = work.board().entity(work.target);
        let stands = entity.and_then(view::spot).map(|spot| ColumnId::from(spot.parent));
        if stands != Some(column) {
            work.edit(&Edit::MoveCards { cards: vec![card], column, place: Place::Last })?;
        }
    }
    fill(work)
}

/// Of all who ask at once the writer hears one first.
fn claim(work: &mut Work) -> Result<(), Problem> {
    let card = standing(work)?;
    let agent: String = work.asked.need("agent_id")?;
    let card_now = work.board().entity(work.target);
    let taken = card_now.map(|it| assignees(work.board(), it)).unwrap_or_default();
    if let Some((_, person)) = taken.first() {
        let words = format!("{} has it already.", person.text(register::Field::TITLE));
        return Err(Problem::new(StatusCode::CONFLICT, "claimed", &words));
    }
    let person = person(work, &agent)?;
    work.edit(&Edit::AssignCard { card, person, on: true }).map(drop)
}

fn comment(work: &mut Work) -> Result<(), Problem> {
    let card = standing(work)?;
    let text = match work.asked.get("text")? {
        Some(text) => text,
        None => work.asked.get("content")?.ok_or_else(|| Problem::missing_field("text"))?,
    };
    let comment = work.make(&Edit::AddComment { card, text })?;
    if let Some(author) = work.asked.get::<String>("author")?.filter(|it| !it.trim().is_empty()) {
        let author = person(work, &author)?;
        let value = Value::id(author.into());
        work.write("addComment", plain(Kind::COMMENT, comment, register::Field::AUTHOR, value));
    }
    Ok(())
}

/// What a ticket has beside its title and its column.
fn fill(work: &mut Work) -> Result<(), Problem> {
    let card = CardId::from(work.target);
    if let Some(text) = work.asked.get::<Option<String>>("description")? {
        let text = text.unwrap_or_default();
        work.edit(&Edit::DescribeCard { card, text, seen: None })?;
    }
    if let Some(text) = work.asked.get::<Option<String>>("acceptance_criteria")? {
        put_text(work, "acceptance_criteria", register::Field::ACCEPTANCE, text)?;
    }
    if let Some(words) = work.asked.get::<Option<String>>("priority")? {
        let priority = words.as_deref().and_then(priority_of);
        work.edit(&Edit::PrioritiseCard { card, priority })?;
        put_text(work, "priority", register::Field::PRIORITY_WORDS, words)?;
    }
    if let Some(name) = work.asked.get::<Option<String>>("assignee")? {
        assign(work, name.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

fn put_text(
    work: &mut Work,
    name: &str,
    field: register::Field,
    text: Option<String>,
) -> Result<(), Problem> {
    let text = text.unwrap_or_default();
    if text.len() > TEXT_BYTES_MAX {
        let words = "It is longer than 1 MiB.";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "tooLong", words);
        return Err(problem.about(name));
    }
    let stands = work.board().entity(work.target).map(|card| card.text(field.clone()));
    if stands != Some(text.as_str()) {
        let verb = if name == "priority" { "prioritiseCard" } else { "describeCard" };
        let write = plain(Kind::CARD, work.target, field, Value::text(&text));
        work.write(verb, write);
    }
    Ok(())
}

/// The one who does it from now on, or nobody.
fn assign(work: &mut Work, name: &str) -> Result<(), Problem> {
    let card = CardId::from(work.target);
    let person = match name.trim() {
        "" => None,
        name => Some(person(work, name)?),
    };
    let entity = work.board().entity(work.target);
    let former = entity.map(|it| assignees(work.board(), it)).unwrap_or_default();
    let former: Vec<PersonId> = former.into_iter().map(|it| it.0.into()).collect();
    for other in former.iter().filter(|it| Some(**it) != person) {
        work.edit(&Edit::AssignCard { card, person: *other, on: false })?;
    }
    match person.filter(|person| !former.contains(person)) {
        Some(person) => work.edit(&Edit::AssignCard { card, person, on: true }).map(drop),
        None => Ok(()),
    }
}

fn change_board(work: &mut Work) -> Result<(), Problem> {
    if let Some(title) = work.asked.get("name")? {
        work.edit(&Edit::RenameBoard { title })?;
    }
    match work.asked.get::<Vec<String>>("columns")? {
        Some(names) => put_columns(work, &names),
        None => Ok(()),
    }
}

/// Columns that are named stay or are made; others go, unless there are cards in them.
fn put_columns(work: &mut Work, names: &[String]) -> Result<(), Problem> {
    let names: Vec<String> = names.iter().map(|name| title_from(name)).collect();
    if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        let words = format!("The column \"{}\" is named twice.", twice.1);
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "twice", &words);
        return Err(problem.about("columns"));
    }
    let mut place = Place::First;
    let mut kept = Vec::with_capacity(names.len());
    for name in names {
        let known = columns(work.board()).find(|it| it.1.text(register::Field::TITLE) == name);
        let known = known.map(|(id, _)| id).filter(|id| !kept.contains(id));
        let id = match known {
            Some(id) => {
                let first = place == Place::First
                    && columns(work.board()).next().map(|it| it.0) == Some(id);
                if !first && !stands_behind(work.board(), id, &place) {
                    work.edit(&Edit::MoveColumn { column: id.into(), place })?;
                }
                id
            }
            None => work.make(&Edit::AddColumn { title: name, place })?,
        };
        kept.push(id);
        place = Place::After { neighbours: vec![id] };
    }
    let gone: Vec<EntityId> =
        columns(work.board()).map(|it| it.0).filter(|id| !kept.contains(id)).collect();
    for column in gone {
        if work.board().below(column, &Kind::CARD).any(|(_, card, _)| view::is_live(card)) {
            let title = work.board().entity(column).map(|it| it.text(register::Field::TITLE));
            let words = format!("There are tickets in \"{}\".", title.unwrap_or_default());
            return Err(Problem::new(StatusCode::CONFLICT, "columnInUse", &words).about("columns"));
        }
        work.edit(&Edit::DeleteColumn { column: column.into(), cards: CardsGo::Trash })?;
    }
    Ok(())
}

fn stands_behind(board: &Board, column: EntityId, place: &Place) -> bool {
    let Place::After { neighbours } = place else { return false };
    let all: Vec<EntityId> = columns(board).map(|it| it.0).collect();
    all.windows(2).any(|pair| neighbours.contains(&pair[0]) && pair[1] == column)
}

/// The ticket, unless it lies in the trash.
fn standing(work: &Work) -> Result<CardId, Problem> {
    let card = work.board().entity(work.target).filter(|card| view::is_live(card));
    card.map(|_| work.target.into()).ok_or_else(|| Problem::not_found("ticket"))
}

/// The column that a body names, by which of its two names.
fn said_column(asked: &Asked) -> Result<Option<(&'static str, String)>, Problem> {
    let said = |field: &'static str| {
        Ok::<_, Problem>(asked.get::<String>(field)?.map(|name| (field, name)))
    };
    Ok(said(COLUMN.name)?.or(said(CURRENT_COLUMN.name)?))
}

/// The columns of a board that are neither in the archive nor in the trash, as they stand.
pub fn columns(board: &Board) -> impl Iterator<Item = (EntityId, &Entity)> {
    let columns = board.below(EntityId::BOARD, &Kind::COLUMN);
    columns
        .filter(|it| it.1.standing() == domain::record::Standing::Live && !it.1.purged())
        .map(|it| (it.0, it.1))
}

/// The column of a name.
pub fn column(board: &Board, field: &str, name: &str) -> Result<ColumnId, Problem> {
    let wanted = title_from(name);
    let found = columns(board).find(|it| it.1.text(register::Field::TITLE) == wanted);
    found.map(|it| it.0.into()).ok_or_else(|| no_column(field, name, names(board)))
}

pub fn names(board: &Board) -> Vec<String> {
    columns(board).map(|it| it.1.text(register::Field::TITLE).to_owned()).collect()
}

pub fn no_column(field: &str, name: &str, valid: Vec<String>) -> Problem {
    let words = format!("There is no column \"{name}\". The columns are: {}.", valid.join(", "));
    let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "noSuchColumn", &words);
    Problem { valid, ..problem.about(field) }
}

/// Those who have a card.
pub fn assignees<'a>(board: &'a Board, card: &Entity) -> Vec<(EntityId, &'a Entity)> {
    let live = |id| Some((id, board.of_kind(id, &Kind::PERSON).filter(|it| view::is_live(it))?));
    card.elements(&register::Field::ASSIGNEE).filter_map(live).collect()
}

/// Somebody of a name, who gets it where nobody has it.
fn person(work: &mut Work, name: &str) -> Result<PersonId, Problem> {
    let wanted = title_from(name);
    let named = work.board().loose(&Kind::PERSON);
    let named =
        named.filter(|it| view::is_live(it.1) && it.1.text(register::Field::TITLE) == wanted);
    match named.map(|it| it.0).min() {
        Some(id) => Ok(id.into()),
        None => work.make(&Edit::AddPerson { name: wanted }).map(PersonId::from),
    }
}

/// The priority that words mean, where they mean one of ours.
pub fn priority_of(words: &str) -> Option<Priority> {
    let word = serde_json::Value::String(words.trim().to_lowercase());
    serde_json::from_value(word).ok()
}

fn plain(kind: Kind, entity: EntityId, field: register::Field, value: Value) -> Write {
    Write { kind, entity, slot: field.into(), value, replaces: None, seen: None }
}
