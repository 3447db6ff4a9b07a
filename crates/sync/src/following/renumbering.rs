//! Signing anew: where a replica's numbers are not what the server knows of them, as after a copy of the database.

use super::{Broken, Following, Near, Outcome};
use crate::rows::Row;
use domain::{
    change::{self, Malformed},
    log::Signer,
    mutants::is_left_out,
    shared::{SharedBoard, Waiting},
    stamp::ChangeId,
};
use std::{collections::BTreeMap, sync::Arc};

impl Following {
    /// The server knows less, or more, of a replica's changes than we thought.
    pub(super) fn expected(
        &mut self,
        shared: &mut SharedBoard,
        near: &Near,
        wanted: ChangeId,
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        let waits = shared.outbox().find(|it| it.change.id() == wanted).map(|it| it.line);
        let asked_before = self.expected.replace(wanted) == Some(wanted);
        match waits.filter(|_| !asked_before) {
            Some(line) => {
                self.marks.remove(&line);
            }
            None if is_left_out("an expected number that is gone is waited for") => {}
            None => {
                let of = |id: ChangeId| id.replica == wanted.replica && id.rseq >= wanted.rseq;
                let first = shared.outbox().map(|it| it.change.id()).find(|id| of(*id));
                if let Some(first) = first {
                    self.renumber(shared, near, first, &mut outcome.rows)?;
                }
            }
        }
        self.push_unmarked_again();
        Ok(())
    }

    /// Signs what waits of a replica, from `from` on, anew under an id of its own. It is always safe: an act that
    /// was accepted under another id is known by its name.
    pub(super) fn renumber(
        &mut self,
        shared: &mut SharedBoard,
        near: &Near,
        from: ChangeId,
        rows: &mut Vec<Row>,
    ) -> Result<(), Broken> {
        let kept = is_left_out("a fork keeps its replica id").then_some(from.replica);
        let replica = kept.unwrap_or(near.fresh);
        let mut signer = Signer { replica, rseq: 0, prev: change::Hash::default() };
        let mut renamed = BTreeMap::new();
        let forked: Vec<Arc<Waiting>> = shared
            .outbox()
            .filter(|it| it.change.replica == from.replica && it.change.rseq >= from.rseq)
            .filter(|it| !self.marks.contains_key(&it.line))
            .cloned()
            .collect();
        for waiting in forked {
            let old = waiting.change.id();
            let waiting = Arc::new(sign_anew(&waiting, &mut signer, &renamed)?);
            renamed.insert(old, waiting.change.id());
            rows.push(Row::Queue(Arc::clone(&waiting)));
            rows.push(Row::Renamed { old, new: waiting.change.id() });
            shared.put(waiting);
        }
        rows.push(Row::Signer(signer));
        if from.replica == near.replica {
            rows.push(Row::Replica(near.fresh));
        }
        Ok(())
    }
}

/// The same act in the same place, under another name. What it replaces weakly may have another name by now, too.
pub(crate) fn sign_anew(
    waiting: &Waiting,
    signer: &mut Signer,
    renamed: &BTreeMap<ChangeId, ChangeId>,
) -> Result<Waiting, Malformed> {
    let mut change = waiting.change.clone();
    change.replica = signer.replica;
    change.rseq = signer.rseq + 1;
    change.prev = signer.prev;
    change.stamp.replica = signer.replica;
    for write in &mut change.writes {
        for named in write.replaces.iter_mut().chain(write.seen.iter_mut().flatten()) {
            *named = renamed.get(named).copied().unwrap_or(*named);
        }
    }
    let (body, hash) = change::sign(&change)?;
    signer.rseq = change.rseq;
    signer.prev = hash;
    Ok(Waiting { line: waiting.line, change, body, hash, former: waiting.former.clone() })
}
