//! Operations on checklists, their items, and comments.

use super::{
    Operation, Work,
    places::{AFTER, BEFORE, FIRST, LAST},
};
use crate::api::{
    fields::{Field, Holds, needed, optional},
    problem::Problem,
    records::Thing,
};
use domain::{
    edit::{Edit, Place},
    id::*,
    register::Kind,
    view,
};

const TITLE: Field = optional("title", Holds::Text, "One line, at most 16 KiB.");
const NEW_TITLE: Field = needed("title", Holds::Text, "One line, at most 16 KiB.");
const TEXT: Field = needed("text", Holds::Text, "Markdown, at most 1 MiB.");
const DONE: Field = optional("done", Holds::Flag, "Whether it is done.");

const fn on(
    thing: Thing,
    name: &'static str,
    says: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    Operation { name, says, names: Some(thing), fields, thing, makes: false, plan }
}

const fn below(
    parent: Thing,
    thing: Thing,
    name: &'static str,
    says: &'static str,
    fields: &'static [Field],
    plan: fn(&mut Work) -> Result<(), Problem>,
) -> Operation {
    Operation { name, says, names: Some(parent), fields, thing, makes: true, plan }
}

pub static ALL: [Operation; 11] = [
    below(
        Thing::Card,
        Thing::Checklist,
        "createChecklist",
        "Makes a checklist on a card.",
        &[
            NEW_TITLE,
            AFTER,
            BEFORE,
            FIRST,
            LAST,
            optional("items", Holds::Texts, "The titles of its items."),
        ],
        create_checklist,
    ),
    on(
        Thing::Checklist,
        "changeChecklist",
        "Changes the title of a checklist.",
        &[NEW_TITLE],
        |work| {
            let title = work.asked.need("title")?;
            work.edit(&Edit::RenameChecklist { checklist: work.target.into(), title }).map(drop)
        },
    ),
    on(
        Thing::Checklist,
        "moveChecklist",
        "Puts a checklist elsewhere on its card.",
        &[AFTER, BEFORE, FIRST, LAST],
        move_checklist,
    ),
    on(Thing::Checklist, "deleteChecklist", "Deletes a checklist.", &[], |work| {
        work.edit(&Edit::DeleteChecklist { checklist: work.target.into() }).map(drop)
    }),
    below(
        Thing::Checklist,
        Thing::Item,
        "createItem",
        "Makes an item on a checklist.",
        &[NEW_TITLE, DONE, AFTER, BEFORE, FIRST, LAST],
        create_item,
    ),
    on(
        Thing::Item,
        "changeItem",
        "Changes the fields that are sent, and no others.",
        &[TITLE, DONE],
        change_item,
    ),
    on(
        Thing::Item,
        "moveItem",
        "Puts an item elsewhere, or on another checklist.",
        &[
            optional("checklist", Holds::Id, "Its own where nothing is said."),
            AFTER,
            BEFORE,
            FIRST,
            LAST,
        ],
        move_item,
    ),
    on(Thing::Item, "deleteItem", "Deletes an item.", &[], |work| {
        work.edit(&Edit::DeleteItem { item: work.target.into() }).map(drop)
    }),
    below(
        Thing::Card,
        Thing::Comment,
        "createComment",
        "Says something on a card.",
        &[TEXT],
        |work| {
            let text = work.asked.need("text")?;
            work.make(&Edit::AddComment { card: work.target.into(), text }).map(drop)
        },
    ),
    on(Thing::Comment, "changeComment", "Says it otherwise.", &[TEXT], |work| {
        let text = work.asked.need("text")?;
        work.edit(&Edit::ChangeComment { comment: work.target.into(), text }).map(drop)
    }),
    on(Thing::Comment, "deleteComment", "Deletes a comment.", &[], |work| {
        work.edit(&Edit::DeleteComment { comment: work.target.into() }).map(drop)
    }),
];

fn create_checklist(work: &mut Work) -> Result<(), Problem> {
    let card = work.target;
    let place = work.place(card, &Kind::CHECKLIST)?;
    let title = work.asked.need("title")?;
    let checklist = work.make(&Edit::AddChecklist { card: card.into(), title })?.into();
    if place != Place::Last {
        work.edit(&Edit::MoveChecklist { checklist, place })?;
    }
    match work.asked.get::<Vec<String>>("items")? {
        Some(titles) if !titles.is_empty() => {
            work.edit(&Edit::AddItems { checklist, titles }).map(drop)
        }
        _ => Ok(()),
    }
}

fn move_checklist(work: &mut Work) -> Result<(), Problem> {
    if !work.says_place() {
        return Err(Problem::missing_field(&work.asked.path("after")));
    }
    let card = parent(work, "card")?;
    let place = work.place(card, &Kind::CHECKLIST)?;
    work.edit(&Edit::MoveChecklist { checklist: work.target.into(), place }).map(drop)
}

fn create_item(work: &mut Work) -> Result<(), Problem> {
    let checklist = ChecklistId::from(work.target);
    let place = work.place(work.target, &Kind::ITEM)?;
    let titles = vec![work.asked.need::<String>("title")?];
    let item = work.make(&Edit::AddItems { checklist, titles })?.into();
    if place != Place::Last {
        work.edit(&Edit::MoveItem { item, checklist, place })?;
    }
    match work.asked.get("done")? {
        Some(done) => work.edit(&Edit::CheckItem { item, done }).map(drop),
        None => Ok(()),
    }
}

fn change_item(work: &mut Work) -> Result<(), Problem> {
    let item = ItemId::from(work.target);
    if let Some(title) = work.asked.get("title")? {
        work.edit(&Edit::RenameItem { item, title })?;
    }
    if let Some(done) = work.asked.get("done")? {
        work.edit(&Edit::CheckItem { item, done })?;
    }
    Ok(())
}

fn move_item(work: &mut Work) -> Result<(), Problem> {
    let checklist = match work.asked.get::<ChecklistId>("checklist")? {
        Some(checklist) => checklist,
        None if !work.says_place() => {
            return Err(Problem::missing_field(&work.asked.path("checklist")));
        }
        None => parent(work, "checklist")?.into(),
    };
    let place = work.place(checklist.into(), &Kind::ITEM)?;
    work.edit(&Edit::MoveItem { item: work.target.into(), checklist, place }).map(drop)
}

/// What the target hangs below.
fn parent(work: &Work, noun: &str) -> Result<EntityId, Problem> {
    let spot = work.board().entity(work.target).and_then(view::spot);
    Ok(spot.ok_or_else(|| Problem::not_found(noun))?.parent)
}
