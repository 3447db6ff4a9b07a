//! A board in memory as a folder holds it: its own authority, or shared with others.

use crate::{sharing::Share, versions::Apart};
use domain::{
    board::Board,
    id::*,
    record::{BoardContent, BoardPatch, CardRecord},
    register::{Field, Kind, Slot},
    shared::SharedBoard,
    stamp::ChangeId,
    versions::is_version,
    view,
};
use std::collections::BTreeSet;

/// A board and who uses this folder on it.
#[derive(Clone, Debug)]
pub struct HeldBoard {
    pub me: PersonId,
    pub holding: Holding,
    /// Descriptions that stand apart from the ones that were numbered last.
    pub apart: Apart,
}

/// Who numbers the changes of a board.
#[derive(Clone, Debug)]
pub enum Holding {
    /// This folder.
    Own(Box<Board>),
    /// A server.
    Shared(Box<SharedHolding>),
}

/// A shared board, and what the folder knows of its sharing.
#[derive(Clone, Debug)]
pub struct SharedHolding {
    pub board: SharedBoard,
    pub share: Share,
}

impl HeldBoard {
    pub fn own(board: Board, me: PersonId) -> HeldBoard {
        HeldBoard { me, holding: Holding::Own(Box::new(board)), apart: Apart::new() }
    }

    pub fn id(&self) -> BoardId {
        self.board().id
    }

    /// What shows: with all that waits.
    pub fn board(&self) -> &Board {
        match &self.holding {
            Holding::Own(board) => board,
            Holding::Shared(shared) => shared.board.shown(),
        }
    }

    /// What was numbered.
    pub fn numbered(&self) -> &Board {
        match &self.holding {
            Holding::Own(board) => board,
            Holding::Shared(shared) => shared.board.numbered(),
        }
    }

    pub fn shared(&self) -> Option<&SharedHolding> {
        match &self.holding {
            Holding::Own(_) => None,
            Holding::Shared(shared) => Some(shared),
        }
    }

    /// Grows with every change of what shows. On a board of one's own it is the number of the last change;
    /// on a shared one what shows changes also where the log does not go on.
    pub fn number(&self) -> u64 {
        match &self.holding {
            Holding::Own(board) => board.head.position.seq,
            Holding::Shared(shared) => shared.share.shown,
        }
    }

    pub fn content(&self) -> BoardContent {
        let mut content = view::content(self.board(), self.me);
        self.mark(&mut content.cards);
        BoardContent { seq: self.number(), ..content }
    }

    /// The versions of a card's description that nobody has decided about; oldest first. One that waits and
    /// names them decides at once.
    pub fn apart_of(&self, card: CardId) -> Vec<ChangeId> {
        let Some(apart) = self.apart.get(&card) else { return Vec::new() };
        let waiting = self.shared().into_iter().flat_map(|it| it.board.outbox());
        let versions = waiting.flat_map(|it| &it.change.writes);
        let versions = versions.filter(|it| is_version(it) && it.entity == card.into());
        let decided: BTreeSet<&ChangeId> =
            versions.flat_map(|it| it.seen.iter().flatten()).collect();
        apart.iter().filter(|it| !decided.contains(it)).copied().collect()
    }

    fn mark(&self, cards: &mut [CardRecord]) {
        if self.apart.is_empty() {
            return;
        }
        for card in cards {
            card.apart = !self.apart_of(card.id).is_empty();
        }
    }

    /// What a reader who saw the board at `from` has to put and drop, now that these were touched.
    pub fn patch(&self, from: u64, touched: &[EntityId]) -> BoardPatch {
        let touched = with_followers_of_missing(self.board(), touched);
        let mut patch = view::patch(self.board(), self.me, from, &touched);
        patch.to = self.number();
        self.mark(&mut patch.cards);
        patch.dropped.extend(missing(self.board(), &touched));
        patch
    }

    /// A patch that no reader can absorb, so that whoever shows the board reads it again: more was touched than
    /// is worth telling.
    pub fn reading_again(&self) -> BoardPatch {
        self.patch(self.number(), &[])
    }

    /// The things whose records can differ after these were touched.
    pub fn affected(&self, touched: &[EntityId]) -> Vec<EntityId> {
        view::affected(self.board(), &with_followers_of_missing(self.board(), touched))
    }
}

/// Things that are not on the board: their creation waited, and was refused.
pub(crate) fn missing<'a>(
    board: &'a Board,
    touched: &'a [EntityId],
) -> impl Iterator<Item = EntityId> + 'a {
    touched.iter().copied().filter(|id| board.entity(*id).is_none())
}

/// Nobody can tell what kind a thing was that is no more: whatever hangs below it or wears it is another now.
fn with_followers_of_missing(board: &Board, touched: &[EntityId]) -> Vec<EntityId> {
    let mut all = touched.to_vec();
    for id in missing(board, touched) {
        all.extend(board.all_below(id));
        let (label, person) = (Slot::of(Field::LABEL, id.0), Slot::of(Field::ASSIGNEE, id.0));
        let wears = |card: &domain::board::Entity| {
            card.kind == Kind::CARD
                && (card.register(&label).is_some() || card.register(&person).is_some())
        };
        all.extend(board.entities().filter(|(_, it)| wears(it)).map(|(card, _)| card));
    }
    all
}
