//! Operations on cards.

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
    edit::{Dates, Edit},
    id::*,
    register::{self, Kind},
    text::{Colour, Priority},
    versions::TextVersion,
    view,
};
use std::collections::BTreeSet;

const COLUMN: &str = "The column that it stands in.";
const TITLE: &str = "One line, at most 16 KiB.";
const DESCRIPTION: Field = optional("description", Holds::Text, "Markdown, at most 1 MiB.");
const SEEN: &str = "descriptionVersion";
const LABELS: Field = optional("labels", Holds::Ids, "All labels that it is to have.");
const PEOPLE: Field = optional("people", Holds::Ids, "All people that it is to be assigned to.");
const DATES: Field = clearable("dates", Holds::Dates, "Start and due, written together.");
const DONE: Field = optional("done", Holds::Flag, "Whether it is done.");
const PRIORITY: Field = clearable("priority", Holds::Priority, "How urgent it is.");
const COVER: Field = clearable("cover", Holds::Colour, "The colour of its cover.");

const fn on_card(
    name: &'static str,
    says: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    Operation {
        name,
        says,
        names: Some(Thing::Card),
        fields,
        thing: Thing::Card,
        makes: false,
        plan,
    }
}

pub static ALL: [Operation; 6] = [
    Operation {
        name: "createCard",
        says: "Makes a card.",
        names: None,
        fields: &[
            needed("column", Holds::Id, COLUMN),
            needed("title", Holds::Text, TITLE),
            AFTER,
            BEFORE,
            FIRST,
            LAST,
            DESCRIPTION,
            LABELS,
            PEOPLE,
            DATES,
            DONE,
            PRIORITY,
            COVER,
        ],
        thing: Thing::Card,
        makes: true,
        plan: create,
    },
    on_card(
        "changeCard",
        "Changes the fields that are sent, and no others.",
        &[
            optional("title", Holds::Text, TITLE),
            DESCRIPTION,
            optional(
                SEEN,
                Holds::Version,
                "The version that the description was written over; the one that stands where nothing is said.",
            ),
            LABELS,
            PEOPLE,
            DATES,
            DONE,
            PRIORITY,
            COVER,
        ],
        change,
    ),
    on_card(
        "moveCard",
        "Puts a card into a column, or elsewhere in its own.",
        &[
            optional("column", Holds::Id, "Its own where nothing is said."),
            AFTER,
            BEFORE,
            FIRST,
            LAST,
        ],
        put,
    ),
    on_card("archiveCard", "Puts a card into the archive.", &[], |work| {
        work.edit(&Edit::ArchiveCards { cards: vec![work.target.into()] }).map(drop)
    }),
    on_card(
        "restoreCard",
        "Brings a card back from the trash, or else from the archive.",
        &[],
        restore,
    ),
    on_card("deleteCard", "Puts a card into the trash.", &[], |work| {
        work.edit(&Edit::DeleteCards { cards: vec![work.target.into()] }).map(drop)
    }),
];

fn create(work: &mut Work) -> Result<(), Problem> {
    let column: ColumnId = work.asked.need("column")?;
    let titles = vec![work.asked.need::<String>("title")?];
    let place = work.place(column.into(), &Kind::CARD)?;
    work.target = work.make(&Edit::AddCards { column, place, titles })?;
    fill(work)
}

fn change(work: &mut Work) -> Result<(), Problem> {
    if let Some(title) = work.asked.get("title")? {
        work.edit(&Edit::RenameCard { card: work.target.into(), title })?;
    }
    fill(work)
}

/// All that a card has beside its title and its place.
fn fill(work: &mut Work) -> Result<(), Problem> {
    let (asked, card) = (work.asked, CardId::from(work.target));
    describe(work)?;
    for (label, on) in differences(work, "labels", register::Field::LABEL)? {
        work.edit(&Edit::LabelCard { card, label, on })?;
    }
    for (person, on) in differences(work, "people", register::Field::ASSIGNEE)? {
        work.edit(&Edit::AssignCard { card, person, on })?;
    }
    if let Some(dates) = asked.get::<Option<Dates>>("dates")? {
        work.edit(&Edit::DateCard { card, dates: dates.unwrap_or_default() })?;
    }
    if let Some(done) = asked.get("done")? {
        work.edit(&Edit::FinishCard { card, done })?;
    }
    if let Some(priority) = asked.get::<Option<Priority>>("priority")? {
        work.edit(&Edit::PrioritiseCard { card, priority })?;
    }
    if let Some(colour) = asked.get::<Option<Colour>>("cover")? {
        work.edit(&Edit::CoverCard { card, colour })?;
    }
    Ok(())
}

/// Whoever writes a description has seen the version that they name, or else the one that stands.
fn describe(work: &mut Work) -> Result<(), Problem> {
    let card = work.target.into();
    let seen = work.asked.get::<TextVersion>(SEEN)?.map(|version| vec![version]);
    match work.asked.get("description")? {
        Some(text) => work.edit(&Edit::DescribeCard { card, text, seen }).map(drop),
        None if seen.is_some() => Err(Problem::missing_field(&work.asked.path("description"))),
        None => Ok(()),
    }
}

/// What has to be added to a set of the card, and what taken from it: what is in it already is not written anew.
fn differences<Id: From<EntityId>>(
    work: &Work,
    name: &str,
    field: register::Field,
) -> Result<Vec<(Id, bool)>, Problem> {
    let Some(wanted) = work.asked.get::<BTreeSet<EntityId>>(name)? else { return Ok(Vec::new()) };
    let kind = if name == "labels" { Kind::LABEL } else { Kind::PERSON };
    let is_live = |id: &EntityId| work.board().of_kind(*id, &kind).is_some_and(view::is_live);
    if !wanted.iter().all(is_live) {
        return Err(Problem::names_nothing(&work.asked.path(name)));
    }
    let card = work.board().entity(work.target);
    let has: BTreeSet<EntityId> =
        card.into_iter().flat_map(|card| card.elements(&field)).filter(is_live).collect();
    let added = wanted.difference(&has).map(|id| (Id::from(*id), true));
    let taken = has.difference(&wanted).map(|id| (Id::from(*id), false));
    Ok(added.chain(taken).collect())
}

fn put(work: &mut Work) -> Result<(), Problem> {
    let column = match work.asked.get::<ColumnId>("column")? {
        Some(column) => column,
        None if !work.says_place() => {
            return Err(Problem::missing_field(&work.asked.path("column")));
        }
        None => {
            let spot = work.board().entity(work.target).and_then(view::spot);
            spot.ok_or_else(|| Problem::not_found("column"))?.parent.into()
        }
    };
    let place = work.place(column.into(), &Kind::CARD)?;
    let cards = vec![work.target.into()];
    work.edit(&Edit::MoveCards { cards, column, place }).map(drop)
}

fn restore(work: &mut Work) -> Result<(), Problem> {
    let card = work.board().entity(work.target);
    let deleted = card.is_some_and(|card| card.flag(register::Field::DELETED));
    let cards = vec![work.target.into()];
    let edit = if deleted { Edit::UndeleteCards { cards } } else { Edit::RestoreCards { cards } };
    work.edit(&edit).map(drop)
}
