//! Undo: writing back what the registers of an edit held before it, where they still hold what the edit
//! wrote. A thing that was made is deleted, and with it what hangs below it.

use crate::{
    board::Board,
    change::Write,
    id::EntityId,
    mutants::is_left_out,
    register::{Field, Kind, Slot},
    stamp::ChangeId,
    value::Value,
    versions,
};
use std::collections::BTreeSet;

/// One register to write back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inverse {
    pub kind: Kind,
    pub entity: EntityId,
    pub slot: Slot,
    /// It is written only where this change holds the register; `None` where none may hold it.
    pub expects: Option<ChangeId>,
    /// What to write.
    pub former: Value,
    /// The change that held the register before. Writing back makes the new change stand for it.
    pub former_change: Option<ChangeId>,
}

/// What takes `writes` back, on the board as it is before them. Each goes with the index of its
/// write, whose change it is to expect once that has a number; with none where no change may hold
/// the register.
pub fn inverses(before: &Board, writes: &[Write]) -> Vec<(Option<usize>, Inverse)> {
    let made: BTreeSet<EntityId> = writes
        .iter()
        .filter(|write| write.slot.field == Field::CREATED && before.entity(write.entity).is_none())
        .map(|write| write.entity)
        .collect();
    let hung: BTreeSet<EntityId> =
        writes.iter().filter(|write| hangs_below(write, &made)).map(|write| write.entity).collect();
    let board_made = made.contains(&EntityId::BOARD);
    let mut inverses = Vec::new();
    for (index, write) in writes.iter().enumerate() {
        if !made.contains(&write.entity) {
            let former = before.winner(write.entity, &write.slot);
            let inverse = Inverse {
                kind: write.kind.clone(),
                entity: write.entity,
                slot: write.slot.clone(),
                expects: None,
                former: former.map_or_else(Value::null, |register| register.value.clone()),
                former_change: former.map(|register| register.winner()),
            };
            inverses.push((Some(index), inverse));
        } else if write.slot.field == Field::CREATED
            && !hung.contains(&write.entity)
            && (!board_made || write.entity == EntityId::BOARD)
        {
            let inverse = Inverse {
                kind: write.kind.clone(),
                entity: write.entity,
                slot: Field::DELETED.into(),
                expects: None,
                former: Value::flag(true),
                former_change: None,
            };
            inverses.push((None, inverse));
        }
    }
    inverses
}

/// Whether the write hangs a thing below another that is made with it.
fn hangs_below(write: &Write, made: &BTreeSet<EntityId>) -> bool {
    let parent = if write.slot.field == Field::PLACE {
        write.value.as_spot().map(|spot| spot.parent)
    } else if write.slot.field == Field::CARD {
        write.value.as_id()
    } else {
        None
    };
    parent.is_some_and(|parent| made.contains(&parent))
}

/// What undo writes, and what it leaves.
#[derive(Debug, Default)]
pub struct Plan {
    pub writes: Vec<Write>,
    /// For each write, the change that held its register before the edit that is undone.
    pub stands_for: Vec<Option<ChangeId>>,
    /// What was changed since, and stays.
    pub kept: Vec<EntityId>,
}

pub fn plan<'a>(board: &Board, inverses: impl IntoIterator<Item = &'a Inverse>) -> Plan {
    let mut plan = Plan::default();
    for inverse in inverses {
        let Some(entity) = board.entity(inverse.entity).filter(|entity| !entity.purged()) else {
            continue;
        };
        let holds = entity.register(&inverse.slot).map(|register| register.winner());
        if holds != inverse.expects && !is_left_out("undo writes over what came since") {
            plan.kept.push(inverse.entity);
            continue;
        }
        plan.writes.push(Write {
            kind: inverse.kind.clone(),
            entity: inverse.entity,
            slot: inverse.slot.clone(),
            value: inverse.former.clone(),
            replaces: None,
            seen: versions::seen(&inverse.kind, &inverse.slot, entity),
        });
        plan.stands_for.push(inverse.former_change);
    }
    plan
}
