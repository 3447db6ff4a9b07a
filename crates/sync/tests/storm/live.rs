//! I8 and I11: every live card shows exactly once, wherever somebody looks; and every place has a key within its bounds.
//! What is live is read off the registers here, not asked of the product.

use domain::{
    board::{Board, Entity},
    id::*,
    record::Standing,
    register::{Field, Kind},
    view::content,
};
use std::collections::{BTreeMap, BTreeSet};

pub fn judge(board: &Board) -> Result<(), (&'static str, String)> {
    let me = PersonId(uuid::Uuid::nil());
    let mut shown = BTreeMap::<EntityId, u32>::new();
    for card in content(board, me).cards {
        if card.standing == Standing::Live {
            *shown.entry(card.id.into()).or_default() += 1;
        }
    }
    let cards = board.entities().filter(|(_, entity)| entity.kind == Kind::CARD);
    let live: BTreeSet<EntityId> =
        cards.filter(|(_, card)| lives(board, card)).map(|(id, _)| id).collect();
    if let Some(id) = live.iter().find(|id| shown.get(id) != Some(&1)) {
        let times = shown.get(id).copied().unwrap_or(0);
        return Err(("I8: a live card does not show once", format!("{id} shows {times} times")));
    }
    if let Some(id) = shown.keys().find(|id| !live.contains(id)) {
        return Err(("I8: a card shows that is not live", id.to_string()));
    }
    let places = board.entities().filter_map(|(id, it)| Some((id, it.value(Field::PLACE)?)));
    let mut bad = places.filter(|(_, value)| value.as_spot().is_none());
    bad.next().map_or(Ok(()), |(id, _)| Err(("I11: a key is out of bounds", id.to_string())))
}

/// It rests only where its column was archived after it was put there.
fn lives(board: &Board, card: &Entity) -> bool {
    let flags = [Field::ARCHIVED, Field::DELETED];
    if card.purged() || flags.iter().any(|field| card.flag(field.clone())) {
        return false;
    }
    let rank = |entity: &Entity, field: Field| entity.register(&field.into()).map(|it| it.rank);
    let parent = card.value(Field::PLACE).and_then(|it| it.as_spot()).map(|it| it.parent);
    let column = parent.and_then(|id| board.entity(id)).filter(|it| !it.purged());
    let rests = |column: &Entity| {
        column.flag(Field::ARCHIVED)
            && !column.flag(Field::DELETED)
            && column.value(Field::PLACE).is_some()
            && rank(card, Field::PLACE) < rank(column, Field::ARCHIVED)
    };
    !column.is_some_and(rests)
}
