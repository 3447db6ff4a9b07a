//! What waits, change by change, in the words in which a card's history tells what was done.

use crate::{Desk, engine::Engine, history, protocol::*, tray};
use domain::{
    board::Board,
    change::{Change, Write},
    id::*,
    register::{Field, Kind, Slot},
    value::Value,
    view::signed,
};
use std::collections::{BTreeSet, HashMap};
use store::SharedHolding;

impl Desk {
    pub(crate) async fn waiting(&self, board: BoardId, newest: u32) -> Result<Reply, Failure> {
        let mut engine = self.0.engine().await?;
        let (acts, more) = engine.waiting(board, newest).await?;
        Ok(Reply::Waiting { acts, more })
    }
}

impl Engine {
    /// The newest so many of the changes that wait on a board, and how many more there are. Newest first: who looks
    /// wants to see that what they just did is among them.
    pub(crate) async fn waiting(
        &mut self,
        board: BoardId,
        newest: u32,
    ) -> Result<(Vec<WaitingAct>, u32), Failure> {
        let held = self.held(board).await?;
        let Some(shared) = held.shared() else { return Ok((Vec::new(), 0)) };
        let mut acts = told(held.board(), shared);
        let newest = usize::try_from(newest).unwrap_or(usize::MAX);
        let more = u32::try_from(acts.len().saturating_sub(newest)).unwrap_or(u32::MAX);
        acts.truncate(newest);
        Ok((acts, more))
    }
}

/// What the registers held before each of the changes: what was numbered, and then what waits in its order.
struct Before<'a> {
    numbered: &'a Board,
    waiting: HashMap<(EntityId, &'a Slot), &'a Value>,
}

impl<'a> Before<'a> {
    /// The former value of what is written, which is written from now on.
    fn write(&mut self, write: &'a Write) -> Option<&'a Value> {
        let numbered = self.numbered.winner(write.entity, &write.slot);
        let waited = self.waiting.insert((write.entity, &write.slot), &write.value);
        waited.or_else(|| numbered.map(|register| &register.value))
    }
}

fn told(shown: &Board, shared: &SharedHolding) -> Vec<WaitingAct> {
    let mut before = Before { numbered: shared.board.numbered(), waiting: HashMap::new() };
    let mut acts: Vec<WaitingAct> =
        shared.board.outbox().map(|it| tell(shown, &it.change, &mut before)).collect();
    acts.reverse();
    acts
}

fn tell<'a>(shown: &Board, change: &'a Change, before: &mut Before<'a>) -> WaitingAct {
    let made: BTreeSet<EntityId> = change
        .writes
        .iter()
        .filter(|write| write.slot.field == Field::CREATED)
        .map(|write| write.entity)
        .collect();
    let cards: BTreeSet<CardId> =
        change.writes.iter().filter_map(|write| shown.card_of(write.entity)).collect();
    let mut what = Vec::new();
    for write in &change.writes {
        let old = before.write(write);
        let said = match (shown.card_of(write.entity), made.contains(&write.entity)) {
            (Some(card), true) => history::made_what(shown, card, write, &change.intent),
            (_, true) => None,
            (_, false) => history::what(shown, write, old),
        };
        what.extend(said.filter(|it| *it != HistoryWhat::Other && !what.contains(it)));
    }
    let card = cards.first().copied().filter(|card| can_be_opened(shown, *card));
    WaitingAct {
        act: change.act,
        verb: change.intent.clone(),
        about: tray::about(shown, change),
        card,
        cards: u32::try_from(cards.len()).unwrap_or(u32::MAX),
        what,
        made_ms: signed(change.wall_ms),
    }
}

/// A card in the trash or the archive can be read as well: its panel says where it is.
fn can_be_opened(shown: &Board, card: CardId) -> bool {
    shown.of_kind(card.into(), &Kind::CARD).is_some()
}
