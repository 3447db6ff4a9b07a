//! One step of undo being written: a transaction, the boards that it writes to, and what takes it back. Nothing
//! is told before the commit; on any error the boards in hand are dropped and read again when they are needed.

use crate::{
    engine::{fresh, fresh_at},
    permission::allowed,
    protocol::Failure,
    reading_on::{Current, current},
};
use domain::{
    board::Board,
    change::{Change, Write},
    fresh::Fresh,
    id::*,
    log::{Act, Signer, record},
    record::BoardPatch,
    stamp::ChangeId,
    undo::{Inverse, inverses},
    versions::is_version,
    view,
};
use std::collections::{BTreeMap, BTreeSet};
use store::{
    Connection, HeldBoard, Holding, Stack, Store, StoreError, Transaction, boards, reading,
    sharing, undo, versions,
};

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
    /// By the clock of whoever numbers its changes, as near as this folder knows.
    fresh: Fresh,
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
        if let Some(at) = self.boards.iter().position(|open| open.held.id() == id) {
            return Ok(at);
        }
        let known = self.held.remove(&id);
        let Current { held, from, touched } = current(&mut self.transaction, id, known).await?;
        let signer = boards::signer(&mut self.transaction, id, self.replica).await?;
        let fresh = fresh_at(held.shared().map_or(0, |shared| shared.share.clock_offset_ms));
        let touched = touched.into_iter().collect();
        self.boards.push(Open { held, signer, fresh, from, touched });
        Ok(self.boards.len() - 1)
    }

    /// Makes room for a board that is about to be made.
    pub async fn new_board(&mut self, id: BoardId, me: PersonId) -> Result<usize, Failure> {
        let board = Board::new(id, ReplicaId(self.fresh.uuid()));
        boards::begin_board(&mut self.transaction, &board, me).await?;
        let signer = boards::signer(&mut self.transaction, id, self.replica).await?;
        let held = HeldBoard::own(board, me);
        self.boards.push(Open { held, signer, fresh: fresh(), from: 0, touched: BTreeSet::new() });
        Ok(self.boards.len() - 1)
    }

    /// What resolving an edit on a board in hand needs.
    pub fn resolving(&mut self, at: usize) -> (&HeldBoard, &mut Fresh) {
        let open = &mut self.boards[at];
        (&open.held, &mut open.fresh)
    }

    /// A board in hand, and another with what resolving on that needs.
    pub fn carrying(&mut self, from: usize, to: usize) -> (&HeldBoard, &HeldBoard, &mut Fresh) {
        let Writing { boards, fresh, .. } = self;
        (&boards[from].held, &boards[to].held, fresh)
    }

    /// Signs, stores and shows; numbered at once on a board of one's own, queued on a shared one. The ids of the
    /// changes come back, one for each write.
    pub async fn write(
        &mut self,
        at: usize,
        intent: &str,
        writes: Vec<Write>,
    ) -> Result<Vec<ChangeId>, Failure> {
        self.write_as(at, intent, writes, None).await
    }

    /// As [`Writing::write`], under a name that anybody would give to the same.
    pub async fn write_as(
        &mut self,
        at: usize,
        intent: &str,
        writes: Vec<Write>,
        act: Option<ActId>,
    ) -> Result<Vec<ChangeId>, Failure> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let open = &mut self.boards[at];
        let id = open.held.id();
        let writes = allowed(&open.held, intent, writes)?;
        let mut takes_back = inverses(open.held.board(), &writes);
        let act = Act { author: open.held.me, intent, group: self.group, id: act };
        let by = open.sign(&mut self.transaction, &act, writes).await?;
        for (write, inverse) in &mut takes_back {
            inverse.expects = write.and_then(|write| by.get(write).copied());
        }
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
            patches.push(held.patch(from, &touched));
            self.held.insert(held.id(), held);
        }
        Ok(patches)
    }

    /// Nothing was written after all: the boards are as good as they were, but readers were not
    /// told of what others wrote to them, so they are read again.
    pub async fn abandon(self) -> Result<(), Failure> {
        self.transaction.rollback().await.map_err(StoreError::from)?;
        for Open { held, from, touched, .. } in self.boards {
            if touched.is_empty() && from > 0 && held.number() == from {
                self.held.insert(held.id(), held);
            }
        }
        Ok(())
    }
}

impl Open {
    /// The ids of the changes come back, one for each write.
    async fn sign(
        &mut self,
        connection: &mut Connection,
        act: &Act<'_>,
        writes: Vec<Write>,
    ) -> Result<Vec<ChangeId>, Failure> {
        let Open { held, signer, fresh, touched, .. } = self;
        let me = held.me;
        let changes: Vec<(ChangeId, usize)> = match &mut held.holding {
            Holding::Own(board) => {
                let recorded =
                    record(board, signer, act, writes, fresh).map_err(StoreError::from)?;
                boards::append(connection, board, signer, &recorded.changes, &recorded.touched)
                    .await?;
                let affected = view::affected(board, &recorded.touched);
                reading::follow(connection, board, me, &affected, &recorded.changes).await?;
                if recorded.changes.iter().any(|it| it.change.writes.iter().any(is_version)) {
                    held.apart = versions::apart(connection, board.id).await?;
                }
                touched.extend(recorded.touched);
                recorded.changes.iter().map(|it| named(&it.change)).collect()
            }
            Holding::Shared(shared) => {
                let queued =
                    shared.board.queue(signer, act, writes, fresh).map_err(StoreError::from)?;
                for waiting in &queued.waiting {
                    sharing::queue(connection, waiting).await?;
                    shared.share.last_line = shared.share.last_line.max(waiting.line);
                }
                boards::put_signer(connection, shared.share.board, signer).await?;
                shared.share.shown += 1;
                sharing::put_shown(connection, shared.share.board, shared.share.shown).await?;
                let changes = queued.waiting.iter().map(|waiting| &waiting.change);
                reading::follow_queued(connection, held, &queued.touched, changes.clone()).await?;
                touched.extend(queued.touched);
                changes.map(named).collect()
            }
        };
        Ok(changes.into_iter().flat_map(|(id, writes)| std::iter::repeat_n(id, writes)).collect())
    }
}

fn named(change: &Change) -> (ChangeId, usize) {
    (change.id(), change.writes.len())
}
