//! Several edits as one act: each is resolved upon what those before it would write, and together they come to
//! one list of writes in which no register stands twice. The board is as it was when the series ends.

use super::{Refusal, resolve};
use crate::{
    board::{Board, Entity, Head},
    change::Write,
    edit::Edit,
    fresh::Fresh,
    id::*,
    register::Slot,
    stamp::{ChangeId, Rank},
};
use std::collections::{BTreeMap, HashMap};

/// Edits in a row that nobody has signed yet.
pub struct Series<'a> {
    board: &'a mut Board,
    me: PersonId,
    fresh: &'a mut Fresh,
    head: Head,
    /// What the writes touched, as it was before.
    former: BTreeMap<EntityId, Option<Entity>>,
    writes: Vec<Write>,
    /// Where the write to a register stands.
    written: HashMap<(EntityId, Slot), usize>,
    verb: &'static str,
}

impl<'a> Series<'a> {
    pub fn begin(board: &'a mut Board, me: PersonId, fresh: &'a mut Fresh) -> Series<'a> {
        let head = board.head;
        let (former, writes, written) = (BTreeMap::new(), Vec::new(), HashMap::new());
        Series { board, me, fresh, head, former, writes, written, verb: "" }
    }

    /// The board with all that was resolved so far.
    pub fn board(&self) -> &Board {
        self.board
    }

    /// Who asks.
    pub fn me(&self) -> PersonId {
        self.me
    }

    /// That of the first edit that wrote anything; "" where none did.
    pub fn verb(&self) -> &'static str {
        self.verb
    }

    /// Names the act by a verb, where it has no name yet.
    pub fn call(&mut self, verb: &'static str) {
        if self.verb.is_empty() {
            self.verb = verb;
        }
    }

    /// What it makes, in order. After a refusal nothing of this edit counts.
    pub fn edit(&mut self, edit: &Edit) -> Result<Vec<EntityId>, Refusal> {
        let resolved = resolve(self.board, self.me, edit, self.fresh)?;
        if !resolved.writes.is_empty() {
            self.call(edit.verb());
        }
        self.write(resolved.writes);
        Ok(resolved.created)
    }

    /// Takes writes in that come from no edit.
    pub fn write(&mut self, writes: Vec<Write>) {
        // Each edit ranks above the one before; what it ranks by is nobody's, and gone with the series.
        let replica = ReplicaId(uuid::Uuid::nil());
        let stamp = self.board.head.latest.tick(0, replica);
        let rank = Rank { stamp, minor: 0, change: ChangeId { replica, rseq: 0 } };
        for write in &writes {
            let board = &*self.board;
            self.former.entry(write.entity).or_insert_with(|| board.entity(write.entity).cloned());
        }
        self.board.write_all(writes.iter().map(|write| (write, rank)));
        for write in writes {
            self.take(write);
        }
    }

    /// A register that is written again holds the later value. It stays weak where nobody aimed at either.
    fn take(&mut self, write: Write) {
        match self.written.get(&(write.entity, write.slot.clone())) {
            Some(at) => {
                let earlier = &mut self.writes[*at];
                earlier.value = write.value;
                earlier.replaces = earlier.replaces.filter(|_| write.replaces.is_some());
            }
            None => {
                self.written.insert((write.entity, write.slot.clone()), self.writes.len());
                self.writes.push(write);
            }
        }
    }

    /// Everything that is to be signed. The board is as it was before the series.
    pub fn end(mut self) -> Vec<Write> {
        std::mem::take(&mut self.writes)
    }
}

impl Drop for Series<'_> {
    fn drop(&mut self) {
        for (id, entity) in &self.former {
            self.board.replace(*id, entity.as_ref());
        }
        self.board.head = self.head;
    }
}
