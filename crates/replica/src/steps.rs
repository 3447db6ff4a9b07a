//! Undo and redo: the top step of a stack, written back, and what takes that back put on the other.

use crate::{engine::Engine, protocol::*, writing::Writing};
use domain::{board::Board, id::*, register::Field, undo::Inverse, undo::plan};
use std::collections::BTreeMap;
use store::{Stack, Step, undo};

/// So many of the things that stay are named.
const KEPT_TITLES_MAX: usize = 3;

impl Engine {
    pub async fn step(&mut self, stack: Stack) -> Result<Undone, Failure> {
        let mut writing = Writing::begin(&mut self.store, &mut self.boards).await?;
        let mut undone = Undone::default();
        // A step whose things were all forgotten with the trash says nothing any more.
        while undone.restored + undone.kept == 0 {
            let Some(step) = undo::top(&mut writing.transaction, stack).await? else { break };
            undo::remove(&mut writing.transaction, step.entry).await?;
            undone.verb = Some(step.verb.clone());
            let entry = step.entry;
            for (id, inverses) in by_board(step) {
                let written = write_back(&mut writing, id, &inverses, stack, &mut undone).await;
                if let Err(failure) = written {
                    drop(writing);
                    return Err(self.give_up(failure, entry).await?);
                }
            }
        }
        if undone.restored + undone.kept == 0 {
            undone = Undone::default();
        }
        let verb = undone.verb.clone().unwrap_or_default();
        let patches = writing.finish(&verb, Some(stack.other()), false).await?;
        let state = self.undo_state().await?;
        for patch in &patches {
            self.tell(vec![patch.clone()], patch.board.id).await?;
        }
        undone.patches = patches
            .into_iter()
            .map(|patch| Patch::Board { patch: Box::new(patch), undo: state.clone() })
            .collect();
        Ok(undone)
    }

    /// What the role no longer allows would stand before every step below it for ever: it goes.
    async fn give_up(&mut self, failure: Failure, entry: i64) -> Result<Failure, Failure> {
        if failure.code == FailureCode::Refused {
            let mut transaction = self.store.begin().await?;
            undo::remove(&mut transaction, entry).await?;
            transaction.commit().await.map_err(store::StoreError::from)?;
        }
        Ok(failure)
    }
}

fn by_board(step: Step) -> BTreeMap<BoardId, Vec<Inverse>> {
    let mut boards = BTreeMap::<BoardId, Vec<Inverse>>::new();
    for (id, inverse) in step.inverses {
        boards.entry(id).or_default().push(inverse);
    }
    boards
}

async fn write_back(
    writing: &mut Writing<'_>,
    id: BoardId,
    inverses: &[Inverse],
    stack: Stack,
    undone: &mut Undone,
) -> Result<(), Failure> {
    let intent = if stack == Stack::Undo { "undo" } else { "redo" };
    let at = writing.board(id).await?;
    let (held, _) = writing.resolving(at);
    let plan = plan(held.board(), inverses);
    undone.board = Some(id);
    undone.restored += count(plan.writes.len());
    undone.kept += count(plan.kept.len());
    let titles = plan.kept.iter().map(|entity| title(held.board(), *entity));
    let titles: Vec<String> = titles.filter(|title| !title.is_empty()).collect();
    for title in titles {
        if undone.kept_titles.len() < KEPT_TITLES_MAX && !undone.kept_titles.contains(&title) {
            undone.kept_titles.push(title);
        }
    }
    let registers: Vec<(EntityId, _)> =
        plan.writes.iter().map(|write| (write.entity, write.slot.clone())).collect();
    let by = writing.write(at, intent, plan.writes).await?;
    for (((entity, slot), former), by) in registers.iter().zip(plan.stands_for).zip(by) {
        undo::stands_for(&mut writing.transaction, id, *entity, slot, former, by).await?;
    }
    Ok(())
}

/// What a person calls the thing, or the card that it belongs to.
fn title(board: &Board, entity: EntityId) -> String {
    let own = board.entity(entity).map(|it| it.text(Field::TITLE)).unwrap_or_default();
    if !own.is_empty() {
        return own.to_owned();
    }
    let card = board.card_of(entity).and_then(|card| board.entity(card.into()));
    card.map(|card| card.text(Field::TITLE).to_owned()).unwrap_or_default()
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
