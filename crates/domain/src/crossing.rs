//! Acts that crossed a delete: when either was made, the other had not been seen. What they wrote is kept under what
//! was deleted, where nobody looks; so whoever made them, and whoever deleted, is told.

use crate::{
    board::Board,
    change::{Change, Write},
    id::*,
    register::{Field, Kind},
    value::Value,
    view,
};

/// A change, and where the log has it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    pub change: &'a Change,
    /// `None` while it waits.
    pub seq: Option<u64>,
}

/// Something that lies deleted with what crossed its delete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing<'a> {
    /// A card, something on it, or the column that the card was put into.
    pub thing: EntityId,
    pub delete: &'a Change,
    /// In the order of `changes`; never none.
    pub kept: Vec<&'a Change>,
}

/// `SPEC.md` L12: what crossed deletes of a card, of what is on it, and of the column that it is in. `changes` are
/// those that wrote to the card or to anything on it, and the one that deleted the column.
pub fn crossings<'a>(board: &Board, card: CardId, changes: &[Placed<'a>]) -> Vec<Crossing<'a>> {
    let things = deleted_around(board, card).into_iter();
    things.filter_map(|thing| crossing(board, card, thing, changes)).collect()
}

/// Whether neither act had been seen when the other was made. Acts of one replica have all seen those before them.
fn crossed(one: Placed<'_>, other: Placed<'_>) -> bool {
    let saw =
        |who: Placed<'_>, what: Placed<'_>| what.seq.is_some_and(|seq| seq <= who.change.base.seq);
    one.change.replica != other.change.replica && !saw(one, other) && !saw(other, one)
}

/// The outermost things that lie deleted: what is on a deleted card lies there with the card.
fn deleted_around(board: &Board, card: CardId) -> Vec<EntityId> {
    let card = EntityId::from(card);
    if is_deleted(board, card) {
        return vec![card];
    }
    let place = board.entity(card).and_then(view::spot);
    let mut things: Vec<EntityId> = place.map(|spot| spot.parent).into_iter().collect();
    for on_card in board.all_below(card) {
        things.push(on_card);
        if !is_deleted(board, on_card) {
            things.extend(board.all_below(on_card));
        }
    }
    things.retain(|thing| is_deleted(board, *thing));
    things
}

fn is_deleted(board: &Board, id: EntityId) -> bool {
    board.entity(id).is_some_and(|it| it.flag(Field::DELETED) && !it.purged())
}

fn crossing<'a>(
    board: &Board,
    card: CardId,
    thing: EntityId,
    changes: &[Placed<'a>],
) -> Option<Crossing<'a>> {
    let by = board.winner(thing, &Field::DELETED.into())?.rank.change;
    let delete = changes.iter().find(|it| it.change.id() == by)?;
    let kept = changes.iter().filter(|it| {
        crossed(**it, *delete) && it.change.writes.iter().any(|it| is_kept(board, card, thing, it))
    });
    let kept: Vec<&Change> = kept.map(|it| it.change).collect();
    (!kept.is_empty()).then_some(Crossing { thing, delete: delete.change, kept })
}

/// Whether a write that somebody aimed at lies under the thing. Deleting it as well leaves nothing to find.
fn is_kept(board: &Board, card: CardId, thing: EntityId, write: &Write) -> bool {
    if write.replaces.is_some() || (write.entity == thing && write.slot.field == Field::DELETED) {
        return false;
    }
    let parent = || board.entity(write.entity).and_then(view::spot).map(|spot| spot.parent);
    match board.entity(thing).map(|it| &it.kind) {
        Some(kind) if *kind == Kind::CARD => board.card_of(write.entity) == Some(card),
        Some(kind) if *kind == Kind::COLUMN => {
            let put = write.entity == card.into() && write.slot.field == Field::PLACE;
            put && Value::as_spot(&write.value).is_some_and(|spot| spot.parent == thing)
        }
        _ => write.entity == thing || parent() == Some(thing),
    }
}
