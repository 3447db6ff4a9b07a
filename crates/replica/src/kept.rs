//! What was written under something that somebody else had deleted, worked out from the log: nothing of it is
//! stored, so that there is no second truth. Each board's part is kept in memory and goes on with the log.

use crate::{engine::Engine, protocol::*};
use domain::{
    board::Board,
    change::{Change, Position},
    crossing::{Crossing, Placed, crossings},
    id::*,
    register::{Field, Kind},
    text::{cut, title_from},
    view::signed,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{Connection, HeldBoard, SharedHolding, StoreError, boards, sharing};

/// So many of a card's changes are looked through, the latest.
const CHANGES_MAX: u32 = 500;
/// A board that is looked at for the first time tells of so many cards, those that were deleted last.
const CARDS_MAX: usize = 1_000;
/// Behind by more than this, a board is looked at as if for the first time.
const BEHIND_MAX: u64 = 500;
const TITLE_BYTES: usize = 120;

/// What is known of one board.
#[derive(Default)]
pub(crate) struct KnownKept {
    at: Option<Position>,
    of_cards: BTreeMap<CardId, Vec<KeptEdits>>,
}

impl Engine {
    /// On the shared boards that are in memory, and on those that were, as they stood then. No board is loaded for
    /// it: a start waits for nothing that is not on screen.
    pub(crate) async fn kept_edits(&mut self) -> Result<Vec<KeptEdits>, Failure> {
        let connection = self.store.connection();
        let shares = sharing::shares(connection).await?;
        self.kept.retain(|id, _| shares.iter().any(|it| it.board == *id && !it.retired));
        for share in shares.iter().filter(|share| !share.retired) {
            let Some(held) = self.boards.get(&share.board) else { continue };
            let Some(shared) = held.shared() else { continue };
            let known = self.kept.entry(share.board).or_default();
            known.go_on(connection, held, shared).await?;
        }
        Ok(self.kept.values().flat_map(KnownKept::all).collect())
    }
}

impl KnownKept {
    async fn go_on(
        &mut self,
        connection: &mut Connection,
        held: &HeldBoard,
        shared: &SharedHolding,
    ) -> Result<(), StoreError> {
        let board = held.board();
        let head = shared.board.numbered().head.position;
        let cards = match self.at {
            Some(at) if at == head => BTreeSet::new(),
            Some(at) if is_near(at, head) => cards_since(connection, board, at.seq).await?,
            _ => {
                self.of_cards.clear();
                cards_with_deletes(board)
            }
        };
        for card in cards {
            let kept = kept_of(connection, held, shared, card).await?;
            self.of_cards.insert(card, kept);
        }
        self.at = Some(head);
        // What was restored here and waits is not in the log yet.
        let lies = |id| board.entity(id).is_some_and(|it| it.flag(Field::DELETED) && !it.purged());
        self.of_cards.retain(|_, kept| {
            kept.retain(|it| lies(it.id));
            !kept.is_empty()
        });
        Ok(())
    }

    /// Each thing once: several cards may have been put into one column.
    fn all(&self) -> Vec<KeptEdits> {
        let mut all: Vec<KeptEdits> = Vec::new();
        for kept in self.of_cards.values().flatten() {
            match all.iter_mut().find(|it| it.id == kept.id) {
                None => all.push(kept.clone()),
                Some(same) => {
                    same.mine += kept.mine;
                    same.others += kept.others;
                    let new = kept.other_names.iter().filter(|it| !same.other_names.contains(it));
                    let new: Vec<String> = new.cloned().collect();
                    same.other_names.extend(new);
                }
            }
        }
        all
    }
}

fn is_near(at: Position, head: Position) -> bool {
    at.epoch == head.epoch && at.seq <= head.seq && head.seq - at.seq <= BEHIND_MAX
}

/// The cards that were written to since, and those in columns that were.
async fn cards_since(
    connection: &mut Connection,
    board: &Board,
    seq: u64,
) -> Result<BTreeSet<CardId>, StoreError> {
    let mut cards = BTreeSet::new();
    for numbered in boards::read_after(connection, board.id, seq, u32::MAX).await? {
        for write in &numbered.change.writes {
            cards.extend(board.card_of(write.entity));
            if write.kind == Kind::COLUMN && write.slot.field == Field::DELETED {
                cards.extend(cards_below(board, write.entity));
            }
        }
    }
    Ok(cards)
}

fn cards_below(board: &Board, column: EntityId) -> impl Iterator<Item = CardId> {
    board.below(column, &Kind::CARD).map(|(id, ..)| id.into())
}

fn cards_with_deletes(board: &Board) -> BTreeSet<CardId> {
    let deleted = board.entities().filter(|(_, it)| it.flag(Field::DELETED) && !it.purged());
    let mut cards: Vec<(_, CardId)> = Vec::new();
    for (id, entity) in deleted {
        let rank = entity.register(&Field::DELETED.into()).map(|register| register.rank);
        cards.extend(board.card_of(id).map(|card| (rank, card)));
        if entity.kind == Kind::COLUMN {
            cards.extend(cards_below(board, id).map(|card| (rank, card)));
        }
    }
    cards.sort_by(|one, other| other.cmp(one));
    cards.into_iter().take(CARDS_MAX).map(|(_, card)| card).collect()
}

async fn kept_of(
    connection: &mut Connection,
    held: &HeldBoard,
    shared: &SharedHolding,
    card: CardId,
) -> Result<Vec<KeptEdits>, StoreError> {
    let board = held.board();
    let mut logged = boards::changes_of_card(connection, board.id, card, CHANGES_MAX).await?;
    let column = board.entity(card.into()).and_then(domain::view::spot).map(|spot| spot.parent);
    let deleted = column.and_then(|column| board.winner(column, &Field::DELETED.into()));
    if let Some(register) = deleted
        && !logged.iter().any(|it| it.change.id() == register.rank.change)
    {
        logged.extend(boards::change(connection, board.id, register.rank.change).await?);
    }
    let numbered = logged.iter().map(|it| Placed { change: &it.change, seq: Some(it.seq) });
    let waiting = shared.board.outbox().map(|it| Placed { change: &it.change, seq: None });
    let changes: Vec<Placed<'_>> = numbered.chain(waiting).collect();
    let crossings = crossings(board, card, &changes);
    Ok(crossings.iter().filter_map(|it| told(board, held.me, card, it)).collect())
}

/// `None` where it concerns others alone.
fn told(board: &Board, me: PersonId, card: CardId, crossing: &Crossing<'_>) -> Option<KeptEdits> {
    let Crossing { thing, delete, kept } = crossing;
    let entity = board.entity(*thing)?;
    let (mine, others): (Vec<&Change>, Vec<&Change>) =
        kept.iter().copied().partition(|change| change.author == me);
    let by_me = delete.author == me;
    if mine.is_empty() && (!by_me || others.is_empty()) {
        return None;
    }
    let named = if entity.kind == Kind::COMMENT { Field::TEXT } else { Field::TITLE };
    let mut names: Vec<String> = others.iter().map(|it| name(board, it.author)).collect();
    names.sort();
    names.dedup();
    let count = |edits: &[&Change]| u32::try_from(edits.len()).unwrap_or(u32::MAX);
    Some(KeptEdits {
        board: board.id,
        kind: kind(&entity.kind),
        id: *thing,
        title: cut(&title_from(entity.text(named)), TITLE_BYTES).to_owned(),
        card: Some(card),
        act: delete.act,
        who: name(board, delete.author),
        by_me,
        deleted_ms: signed(delete.wall_ms),
        mine: count(&mine),
        others: count(&others),
        other_names: names,
    })
}

fn kind(kind: &Kind) -> KeptKind {
    match kind {
        kind if *kind == Kind::COLUMN => KeptKind::Column,
        kind if *kind == Kind::CHECKLIST => KeptKind::Checklist,
        kind if *kind == Kind::ITEM => KeptKind::Item,
        kind if *kind == Kind::COMMENT => KeptKind::Comment,
        kind if *kind == Kind::ATTACHMENT => KeptKind::Link,
        _ => KeptKind::Card,
    }
}

fn name(board: &Board, person: PersonId) -> String {
    board.entity(person.into()).map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default()
}
