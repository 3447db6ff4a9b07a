//! Who may do what on a shared board: read off what a change writes, not off what it says that it means.

use crate::{known::Member, message::Role};
use domain::{
    board::{Board, Entity},
    change::{Change, Write},
    id::*,
    register::{Field, Kind},
    value::Value,
};
use std::collections::HashMap;

/// Whether the member may do this act.
pub fn may<'a>(
    board: &Board,
    member: Member,
    act: impl Iterator<Item = &'a Change> + Clone,
) -> bool {
    let authors = authors(act.clone());
    agrees(board, act.clone())
        && act.clone().all(|change| change.author == member.person)
        && act
            .flat_map(|change| &change.writes)
            .all(|write| member.role >= least_role(board, member.person, &authors, write))
}

/// Whether an act calls each thing by one kind, which is the one that it has on the board, and leaves alone what is
/// written once.
fn agrees<'a>(board: &Board, act: impl Iterator<Item = &'a Change>) -> bool {
    let once = [Field::AUTHOR, Field::CARD, Field::CREATED, Field::SOURCE];
    let mut kinds = HashMap::<EntityId, &Kind>::new();
    act.flat_map(|change| &change.writes).all(|write| {
        let known = board.entity(write.entity);
        let kind = *kinds
            .entry(write.entity)
            .or_insert_with(|| known.map_or(&write.kind, |entity| &entity.kind));
        let written = known.and_then(|entity| entity.register(&write.slot));
        let again = once.contains(&write.slot.field)
            && written.is_some_and(|register| register.value != write.value);
        *kind == write.kind && !again
    })
}

/// Of the comments that an act writes, the author that it names; `None` where it names several.
pub type Authors = HashMap<EntityId, Option<EntityId>>;

pub fn authors<'a>(act: impl Iterator<Item = &'a Change>) -> Authors {
    let mut authors = Authors::new();
    let named = act.flat_map(|change| &change.writes);
    for write in named.filter(|write| write.slot == Field::AUTHOR.into()) {
        let author = write.value.as_id();
        let first = authors.entry(write.entity).or_insert(author);
        if *first != author {
            *first = None;
        }
    }
    authors
}

/// What a person keeps of their own on a board is no longer than this.
const OWN_BYTES_MAX: usize = 4 * 1024;

/// The least role that may make a write.
pub fn least_role(board: &Board, person: PersonId, authors: &Authors, write: &Write) -> Role {
    if is_own(board, person, write) {
        return Role::Viewer;
    }
    if [Field::COLLAPSED, Field::SIDEBAR].contains(&write.slot.field) {
        return Role::Owner;
    }
    if write.kind == Kind::BOARD {
        let owners = [Field::DELETED, Field::PURGED].contains(&write.slot.field);
        return if owners { Role::Owner } else { Role::Admin };
    }
    if write.slot.field == Field::PURGED {
        return Role::Admin;
    }
    if write.kind == Kind::COMMENT {
        return comment(board, person, authors, write);
    }
    // Names can be added by whoever assigns them, and taken back; another's is an admin's to change.
    let known = board.entity(write.entity).filter(|_| write.kind == Kind::PERSON);
    let made_by = |entity: &Entity| entity.value(Field::CREATED).and_then(Value::as_created)?.1;
    if known.is_some_and(|entity| made_by(entity) != Some(person.into())) {
        return Role::Admin;
    }
    Role::Editor
}

/// What each person sees of their own (folded columns, the order of the sidebar), and who they say that they are.
fn is_own(board: &Board, person: PersonId, write: &Write) -> bool {
    let field = &write.slot.field;
    let own = write.slot.element == Some(person.0);
    let on = board.entity(write.entity).map(|entity| &entity.kind);
    write.value.bytes().len() <= OWN_BYTES_MAX
        && ((*field == Field::COLLAPSED && own && on == Some(&Kind::COLUMN))
            || (*field == Field::SIDEBAR && own && write.entity == EntityId::BOARD)
            || (write.kind == Kind::PERSON
                && write.entity == EntityId::from(person)
                && write.slot.element.is_none()
                && [Field::CREATED, Field::TITLE].contains(field)))
}

/// A comment is its author's: others do not rewrite it, and an admin may take it away.
fn comment(board: &Board, person: PersonId, authors: &Authors, write: &Write) -> Role {
    let known = board.entity(write.entity).and_then(|it| it.value(Field::AUTHOR));
    let author = match known {
        Some(author) => author.as_id(),
        None => authors.get(&write.entity).copied().flatten(),
    };
    let own = author == Some(person.into());
    if own {
        Role::Commenter
    } else if write.slot.field == Field::DELETED {
        Role::Admin
    } else if board.entity(write.entity).is_none() {
        // A copied or imported comment names an author who did not write here.
        Role::Editor
    } else {
        Role::Owner
    }
}
