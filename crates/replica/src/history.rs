//! A card's history: what its changes did, told from the log and from what
//! waits. The window has the words.

use crate::protocol::{HistoryEvent, HistoryWhat};
use domain::{
    board::Board,
    change::{Change, Write},
    detach::FOUNDING,
    edit::Dates,
    id::*,
    merge::MERGE,
    register::{Field, Kind, Slot},
    value::Value,
    view::signed,
};
use std::collections::HashMap;

/// Newest first.
pub(crate) fn tell(board: &Board, card: CardId, changes: &[&Change]) -> Vec<HistoryEvent> {
    let mut before: Before = HashMap::new();
    let mut events = Vec::new();
    for change in changes {
        let who = board.entity(change.author.into()).map(|it| it.text(Field::TITLE).to_owned());
        let mut said = Vec::new();
        let own = change.writes.iter().filter(|it| board.card_of(it.entity) == Some(card));
        let own: Vec<&Write> = own.collect();
        let made: Vec<EntityId> =
            own.iter().filter(|it| it.slot.field == Field::CREATED).map(|it| it.entity).collect();
        for write in &own {
            let old = before.insert((write.entity, &write.slot), &write.value);
            let told = if change.intent == MERGE {
                Some(HistoryWhat::Merged)
            } else if made.contains(&write.entity) {
                made_what(board, card, write, &change.intent)
            } else if change.intent == FOUNDING {
                // What led to it was never here.
                None
            } else {
                what(board, write, old)
            };
            said.extend(told.filter(|it| !said.contains(it)).into_iter().collect::<Vec<_>>());
        }
        // An import says once that it made the card, not what it made of it.
        if said.contains(&HistoryWhat::Imported) {
            said.retain(|it| *it == HistoryWhat::Imported);
        }
        events.extend(said.into_iter().map(|what| HistoryEvent {
            ms: signed(change.wall_ms),
            who: who.clone().unwrap_or_default(),
            what,
        }));
    }
    events.reverse();
    events
}

type Before<'a> = HashMap<(EntityId, &'a Slot), &'a Value>;

/// What is told of a thing that the change makes.
pub(crate) fn made_what(
    board: &Board,
    card: CardId,
    write: &Write,
    intent: &str,
) -> Option<HistoryWhat> {
    if write.slot.field != Field::CREATED {
        return None;
    }
    let title = || title(board, write.entity);
    if write.entity == card.into() {
        let imported = intent == "import";
        return Some(if imported { HistoryWhat::Imported } else { HistoryWhat::Created });
    }
    match &write.kind {
        kind if *kind == Kind::CHECKLIST => Some(HistoryWhat::ChecklistAdded { title: title() }),
        kind if *kind == Kind::ITEM => Some(HistoryWhat::ItemAdded { title: title() }),
        kind if *kind == Kind::COMMENT => Some(HistoryWhat::Commented),
        kind if *kind == Kind::ATTACHMENT => Some(HistoryWhat::LinkAdded { name: title() }),
        _ => Some(HistoryWhat::Other),
    }
}

/// What a write to something that is there did; `None` where it is not worth a line.
pub(crate) fn what(board: &Board, write: &Write, old: Option<&Value>) -> Option<HistoryWhat> {
    if write.kind == Kind::ITEM && write.slot.field == Field::DONE {
        let done = write.value.as_flag().unwrap_or(false);
        return Some(HistoryWhat::ItemChecked { title: title(board, write.entity), done });
    }
    if write.kind != Kind::CARD {
        return (write.slot.field != Field::PLACE).then_some(HistoryWhat::Other);
    }
    let on = write.value.as_flag().unwrap_or(false);
    let element = write.slot.element.map(EntityId);
    let field = &write.slot.field;
    Some(if *field == Field::TITLE {
        HistoryWhat::Renamed { from: text(old), to: text(Some(&write.value)) }
    } else if *field == Field::TEXT {
        HistoryWhat::Described
    } else if *field == Field::PLACE {
        return moved(board, write, old);
    } else if let (true, Some(label)) = (*field == Field::LABEL, element) {
        HistoryWhat::Labelled { label: title(board, label), on }
    } else if let (true, Some(person)) = (*field == Field::ASSIGNEE, element) {
        HistoryWhat::Assigned { person: title(board, person), on }
    } else if *field == Field::DATES {
        let Dates { start, due } = write.value.as_dates().unwrap_or_default();
        HistoryWhat::Dated { due, start }
    } else if *field == Field::DONE {
        HistoryWhat::Finished { done: on }
    } else if *field == Field::PRIORITY {
        HistoryWhat::Prioritised { priority: write.value.as_priority() }
    } else if *field == Field::COVER {
        HistoryWhat::Covered { colour: write.value.as_colour() }
    } else if *field == Field::ARCHIVED {
        HistoryWhat::Archived { on }
    } else if *field == Field::DELETED {
        HistoryWhat::Deleted { on }
    } else {
        HistoryWhat::Other
    })
}

/// A move within a column is not worth a line.
fn moved(board: &Board, write: &Write, old: Option<&Value>) -> Option<HistoryWhat> {
    let from = old.and_then(Value::as_spot)?.parent;
    let to = write.value.as_spot()?.parent;
    (from != to).then(|| HistoryWhat::Moved { from: title(board, from), to: title(board, to) })
}

fn title(board: &Board, entity: EntityId) -> String {
    board.entity(entity).map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default()
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_text).unwrap_or_default().to_owned()
}
