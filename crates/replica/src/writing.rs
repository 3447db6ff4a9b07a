//! One step of undo being written: a transaction, the boards that it writes to, and what takes it back. Nothing
//! is told before the commit; on any error the boards in hand are dropped and read again when they are needed.

use crate::{
    engine::{fresh, read_on},
    protocol::Failure,
};
use domain::{
    board::Board,
    change::Write,
    fresh::Fresh,
    id::*,
    log::{Act, Signer, record},
    record::BoardPatch,
    stamp::ChangeId,
    undo::{Inverse, inverses},
    view,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{HeldBoard, Stack, Store, StoreError, Transaction, boards, reading, undo};

pub(crate) struct Writing<'a> {
    pub transaction: Transaction<'a>,
    held: &'a mut BTreeMap<BoardId, HeldBoard>,
    boards: Vec<Open>,
    replica: ReplicaId,
    group: GroupId,
    fresh: Fresh,
    inverses: Vec<(BoardId, Inverse)>,
}

/// A board that is being written to.
struct Open {
    held: HeldBoard,
    signer: Signer,
    /// The number at which readers hold it.
    from: u64,
    touched: BTreeSet<EntityId>,
}

impl<'a> Writing<'a> {
    pub async fn begin(
        store: &'a mut Store,
        held: &'a mut BTreeMap<BoardId, HeldBoard>,
    ) -> Result<Writing<'a>, Failure> {
        let mut transaction = store.begin().await?;
        let replica = Store::replica(&mut transaction).await?;
        let mut fresh = fresh();
        let group = GroupId(fresh.uuid());
        let (boards, inverses) = (Vec::new(), Vec::new());
        Ok(Writing { transaction, held, boards, replica, group, fresh, inverses })
    }

    /// Takes a board in hand, as its log ends now that nobody else can write; the answer names it.
    pub async fn board(&mut self, id: BoardId) -> Result<usize, Failure> {
        if let Some(at) = self.boards.iter().position(|open| open.held.board.id == id) {
            return Ok(at);
        }
        let known = self.held.remove(&id);
        let (held, from, touched) = match known {
            Some(mut held) => {
                let from = held.board.head.position.seq;
                match read_on(&mut self.transaction, &mut held).await? {
                    Some(touched) => (held, from, touched),
                    None => self.load(id).await?,
                }
            }
            None => self.load(id).await?,
        };
        let signer = boards::signer(&mut self.transaction, id, self.replica).await?;
        let touched = touched.into_iter().collect();
        self.boards.push(Open { held, signer, from, touched });
        Ok(self.boards.len() - 1)
    }

    async fn load(&mut self, id: BoardId) -> Result<(HeldBoard, u64, Vec<EntityId>), Failure> {
        let held = boards::load(&mut self.transaction, id).await?;
        let held = held.ok_or_else(|| Failure::not_found("board"))?;
        let from = held.board.head.position.seq;
        Ok((held, from, Vec::new()))
    }

    /// Makes room for a board that is about to be made.
    pub async fn new_board(&mut self, id: BoardId, me: PersonId) -> Result<usize, Failure> {
        let board = Board::new(id, ReplicaId(self.fresh.uuid()));
        boards::begin_board(&mut self.transaction, &board, me).await?;
        let signer = boards::signer(&mut self.transaction, id, self.replica).await?;
        let held = HeldBoard { board, me };
        self.boards.push(Open { held, signer, from: 0, touched: BTreeSet::new() });
        Ok(self.boards.len() - 1)
    }

    /// What resolving an edit on a board in hand needs.
    pub fn resolving(&mut self, at: usize) -> (&HeldBoard, &mut Fresh) {
        (&self.boards[at].held, &mut self.fresh)
    }

    /// Signs, numbers, stores and absorbs; the ids of the changes come back, one for each write.
    pub async fn write(
        &mut self,
        at: usize,
        intent: &str,
        writes: Vec<Write>,
    ) -> Result<Vec<ChangeId>, Failure> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let Open { held, signer, touched, .. } = &mut self.boards[at];
        let mut takes_back = inverses(&held.board, &writes);
        let act = Act { author: held.me, intent, group: self.group };
        let recorded = record(&mut held.board, signer, &act, writes, &mut self.fresh)
            .map_err(StoreError::from)?;
        let by: Vec<ChangeId> = recorded
            .changes
            .iter()
            .flat_map(|it| std::iter::repeat_n(it.change.id(), it.change.writes.len()))
            .collect();
        for (write, inverse) in &mut takes_back {
            inverse.expects = write.and_then(|write| by.get(write).copied());
        }
        let transaction = &mut self.transaction;
        boards::append(transaction, &held.board, signer, &recorded.changes, &recorded.touched)
            .await?;
        let affected = view::affected(&held.board, &recorded.touched);
        reading::follow(transaction, &held.board, held.me, &affected, &recorded.changes).await?;
        touched.extend(recorded.touched);
        let id = held.board.id;
        let before = self.inverses.len();
        for (_, inverse) in takes_back {
            self.takes_back(before, id, inverse);
        }
        Ok(by)
    }

    /// A register that is written twice in one step goes back to what it held before the step.
    /// `before` is how many there were before this write, none of whose registers is written twice.
    fn takes_back(&mut self, before: usize, board: BoardId, inverse: Inverse) {
        let earlier = self.inverses[..before].iter_mut().find(|(of, it)| {
            *of == board && it.entity == inverse.entity && it.slot == inverse.slot
        });
        match earlier {
            Some((_, earlier)) => earlier.expects = inverse.expects,
            None => self.inverses.push((board, inverse)),
        }
    }

    /// Commits; then, and only then, the patches come back to be told. `stack` takes what was written
    /// as one step; `ends_redo` says that it was a new edit.
    pub async fn finish(
        mut self,
        verb: &str,
        stack: Option<Stack>,
        ends_redo: bool,
    ) -> Result<Vec<BoardPatch>, Failure> {
        if let Some(stack) = stack {
            undo::push(&mut self.transaction, stack, verb, &self.inverses).await?;
        }
        if ends_redo && !self.inverses.is_empty() {
            undo::clear_redo(&mut self.transaction).await?;
        }
        self.transaction.commit().await.map_err(StoreError::from)?;
        let mut patches = Vec::with_capacity(self.boards.len());
        for Open { held, from, touched, .. } in self.boards {
            let touched: Vec<EntityId> = touched.into_iter().collect();
            patches.push(view::patch(&held.board, held.me, from, &touched));
            self.held.insert(held.board.id, held);
        }
        Ok(patches)
    }

    /// Nothing was written after all: the boards are as good as they were, but readers were not
    /// told of what others wrote to them, so they are read again.
    pub async fn abandon(self) -> Result<(), Failure> {
        self.transaction.rollback().await.map_err(StoreError::from)?;
        for Open { held, from, touched, .. } in self.boards {
            if touched.is_empty() && from > 0 && held.board.head.position.seq == from {
                self.held.insert(held.board.id, held);
            }
        }
        Ok(())
    }
}
