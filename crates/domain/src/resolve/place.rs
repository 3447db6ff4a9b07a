//! From neighbours to order keys. Where a gap has no room left, its neighbourhood gets new keys by weak
//! writes, which never undo anybody's move.

use super::Resolving;
use crate::{
    change::Write,
    edit::Place,
    id::*,
    key::{KEY_BYTES_MAX, OrderKey, keys_between},
    register::{Field, Kind},
    value::Value,
};

/// New keys for a neighbourhood are at most this long, so that there is room again.
const NEIGHBOURHOOD_KEY_BYTES_MAX: usize = KEY_BYTES_MAX / 4;

/// A gap among the siblings below a parent.
pub(super) struct Gap {
    siblings: Vec<(OrderKey, EntityId)>,
    /// Before the sibling of this index.
    at: usize,
}

impl Gap {
    /// Whether so many siblings that satisfy the test, and these things, stand so already.
    pub(super) fn order(
        &self,
        things: &[EntityId],
        shown: impl Fn(EntityId) -> bool,
    ) -> Vec<EntityId> {
        let ids = |part: &[(OrderKey, EntityId)]| {
            part.iter().map(|(_, id)| *id).filter(|id| shown(*id)).collect::<Vec<_>>()
        };
        let (before, behind) = self.siblings.split_at(self.at);
        [ids(before), things.to_vec(), ids(behind)].concat()
    }
}

impl Resolving<'_> {
    /// The gap that `place` names below `parent`, leaving out the things that move there.
    pub(super) fn gap(
        &self,
        parent: EntityId,
        kind: &Kind,
        place: &Place,
        moving: &[EntityId],
    ) -> Gap {
        let siblings: Vec<(OrderKey, EntityId)> = self
            .board
            .below(parent, kind)
            .filter(|(id, _, _)| !moving.contains(id))
            .filter_map(|(id, _, key)| key.map(|key| (key.clone(), id)))
            .collect();
        let at = match place {
            Place::First => 0,
            Place::Last => siblings.len(),
            Place::After { neighbours } => neighbours
                .iter()
                .find_map(|neighbour| siblings.iter().position(|(_, id)| id == neighbour))
                .map_or(siblings.len(), |at| at + 1),
        };
        Gap { siblings, at }
    }

    /// `count` keys in the gap, in order.
    pub(super) fn keys_in(&mut self, gap: &Gap, kind: &Kind, count: usize) -> Vec<OrderKey> {
        let Gap { siblings, at } = gap;
        let key = |index: Option<usize>| index.and_then(|i| siblings.get(i)).map(|(key, _)| key);
        let mut reach = 0;
        loop {
            let (from, to) = (at.saturating_sub(reach), (at + reach).min(siblings.len()));
            let (lower, upper) = (key(from.checked_sub(1)), key(Some(to)));
            let bytes_max = if reach == 0 { KEY_BYTES_MAX } else { NEIGHBOURHOOD_KEY_BYTES_MAX };
            let keys = keys_between(lower, upper, to - from + count, bytes_max, self.fresh.rng());
            if let Some(mut keys) = keys {
                let ours: Vec<OrderKey> = keys.drain(at - from..at - from + count).collect();
                self.rekey(&siblings[from..to], kind, keys);
                return ours;
            }
            // Between no bounds at all there is always room.
            reach = if reach == 0 { 16 } else { reach * 2 };
        }
    }

    /// Keys for new things at `place` below `parent`, in order. At an end one neighbour says it all, so that making a
    /// card does not cost as much as its column is long.
    pub(super) fn new_keys(
        &mut self,
        parent: EntityId,
        kind: &Kind,
        place: &Place,
        count: usize,
    ) -> Vec<OrderKey> {
        let board = self.board;
        let mut keys = board.below(parent, kind).filter_map(|(_, _, key)| key);
        let ends = match place {
            Place::First => Some((None, keys.next())),
            Place::Last => Some((keys.next_back(), None)),
            Place::After { .. } => None,
        };
        let rng = self.fresh.rng();
        let at_end =
            ends.and_then(|(lower, upper)| keys_between(lower, upper, count, KEY_BYTES_MAX, rng));
        at_end.unwrap_or_else(|| {
            let gap = self.gap(parent, kind, place, &[]);
            self.keys_in(&gap, kind, count)
        })
    }

    fn rekey(&mut self, siblings: &[(OrderKey, EntityId)], kind: &Kind, keys: Vec<OrderKey>) {
        for ((_, id), key) in siblings.iter().zip(keys) {
            let Some(place) = self.board.winner(*id, &Field::PLACE.into()) else { continue };
            let Some(spot) = place.value.as_spot() else { continue };
            self.write(Write {
                kind: kind.clone(),
                entity: *id,
                slot: Field::PLACE.into(),
                value: Value::spot(spot.parent, &key),
                replaces: Some(place.winner()),
                seen: None,
            });
        }
    }

    /// Puts things into the gap, in order.
    pub(super) fn put(&mut self, parent: EntityId, kind: &Kind, gap: &Gap, things: &[EntityId]) {
        let keys = self.keys_in(gap, kind, things.len());
        for (id, key) in things.iter().zip(keys) {
            self.set(kind.clone(), *id, Field::PLACE, Value::spot(parent, &key));
        }
    }
}
