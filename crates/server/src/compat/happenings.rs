//! What a change of the log means to a client that follows tickets: one event for each ticket and comment that it
//! touched, whoever wrote it and by which road.

use domain::{
    change::{Change, Write},
    id::EntityId,
    register::{Field, Kind},
};

/// Something that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    pub event: &'static str,
    pub about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    Ticket(EntityId),
    Comment(EntityId),
    /// The board itself, or its columns.
    Board,
}

/// In the order in which the change touches them.
pub fn happenings(change: &Change) -> Vec<Happening> {
    let mut told: Vec<Happening> = Vec::new();
    for write in &change.writes {
        let about = match &write.kind {
            kind if *kind == Kind::CARD => About::Ticket(write.entity),
            kind if *kind == Kind::COMMENT => About::Comment(write.entity),
            kind if [Kind::BOARD, Kind::COLUMN].contains(kind) => About::Board,
            _ => continue,
        };
        if told.iter().any(|happening| happening.about == about) {
            continue;
        }
        let writes = || change.writes.iter().filter(|other| other.entity == write.entity);
        let event = match about {
            About::Ticket(_) => of_ticket(writes),
            About::Comment(_) => of_comment(writes),
            About::Board => "board_updated",
        };
        told.push(Happening { event, about });
    }
    told
}

fn of_ticket<'a, W: Iterator<Item = &'a Write>>(writes: impl Fn() -> W) -> &'static str {
    let wrote = |field: Field| writes().any(|write| write.slot.field == field);
    let set = |field: Field, to: bool| {
        writes().any(|write| write.slot.field == field && write.value.as_flag() == Some(to))
    };
    let back = set(Field::DELETED, false) || set(Field::ARCHIVED, false);
    if wrote(Field::PURGED) || set(Field::DELETED, true) || set(Field::ARCHIVED, true) {
        "ticket_deleted"
    } else if wrote(Field::CREATED) || back {
        "ticket_created"
    } else if set(Field::ASSIGNEE, true) {
        "ticket_claimed"
    } else if wrote(Field::PLACE) {
        "ticket_moved"
    } else {
        "ticket_updated"
    }
}

fn of_comment<'a, W: Iterator<Item = &'a Write>>(writes: impl Fn() -> W) -> &'static str {
    let wrote = |field: Field| writes().any(|write| write.slot.field == field);
    if wrote(Field::DELETED) || wrote(Field::PURGED) {
        "comment_deleted"
    } else if wrote(Field::CREATED) {
        "comment_added"
    } else {
        "comment_updated"
    }
}
