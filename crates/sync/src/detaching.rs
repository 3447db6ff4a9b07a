//! Leaving a shared board for a copy of one's own: the board as it shows, under an id of its own, as a log that whoever
//! holds a board can go on with.

use crate::following::sign_anew;
use domain::{
    board::{Board, Head},
    change::{Hash, Malformed, Numbered},
    detach::Copy,
    fresh::Fresh,
    id::*,
    log::Signer,
    shared::{SharedBoard, Waiting},
    stamp::ChangeId,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A copy that belongs to one folder alone.
#[derive(Debug)]
pub struct Detached {
    copy: Copy,
    /// From the first change on.
    pub log: Vec<Numbered>,
    /// Changes that waited under an id that another change has had since, and the ids that they have in the copy.
    pub renamed: Vec<(ChangeId, ChangeId)>,
}

/// Why no copy was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDetached {
    #[error("nothing of the board is here yet")]
    Empty,
    #[error("the copy would differ from the board")]
    Differs,
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Detached {
    /// Its digest is that of the board as it showed.
    pub fn board(&self) -> &Board {
        self.copy.board()
    }

    /// What this replica signs on the copy goes on from here.
    pub fn signer(&self, replica: ReplicaId) -> Signer {
        self.copy.signer(replica)
    }
}

/// Copies a board with all that waits on it. `log` is all of its log that is here: it is whole behind `floor`, and below
/// it there may be a part of it from before its snapshot came. `epoch` is random, as is `renamer`, which signs what can
/// not keep its name.
pub fn detach(
    mut shared: SharedBoard,
    log: &[Numbered],
    floor: u64,
    (id, epoch): (BoardId, ReplicaId),
    renamer: ReplicaId,
    fresh: &mut Fresh,
) -> Result<Detached, NotDetached> {
    if shared.shown().things() == 0 {
        return Err(NotDetached::Empty);
    }
    let renamed = name_anew(&mut shared, log, renamer)?;
    let Head { digest, .. } = shared.numbered().head;
    let froms = if floor > 0 { vec![0, floor] } else { vec![0] };
    for from in froms {
        let behind = log.iter().filter(|numbered| numbered.seq > from);
        let (copy, log) = numbered_part(&shared, behind, floor, Copy::new(id, epoch), fresh)?;
        // Where what is left from before a snapshot says other than that, the snapshot counts.
        if copy.board().head.digest == digest {
            return with_what_waits(shared, Detached { copy, log, renamed });
        }
    }
    Err(NotDetached::Differs)
}

fn with_what_waits(mut shared: SharedBoard, detached: Detached) -> Result<Detached, NotDetached> {
    let Detached { mut copy, mut log, renamed } = detached;
    for (waited, _) in shared.number_all() {
        log.push(copy.take(waited)?);
    }
    if copy.board().head.digest == shared.numbered().head.digest {
        Ok(Detached { copy, log, renamed })
    } else {
        Err(NotDetached::Differs)
    }
}

fn numbered_part<'a>(
    shared: &SharedBoard,
    log: impl Iterator<Item = &'a Numbered> + Clone,
    floor: u64,
    mut copy: Copy,
    fresh: &mut Fresh,
) -> Result<(Copy, Vec<Numbered>), Malformed> {
    let mut copied = Vec::new();
    if floor > 0 {
        let logged = log.clone().map(|numbered| numbered.change.id()).collect();
        copied = copy.found(shared.numbered(), &logged, fresh)?;
    }
    for numbered in log {
        copied.push(copy.take(numbered.clone())?);
    }
    Ok((copy, copied))
}

/// A change that waits may have been numbered already, and be in a snapshot: then it waits no longer. Or a copy of this
/// folder signed another one under its id: then it, and all behind it, is signed anew.
fn name_anew(
    shared: &mut SharedBoard,
    log: &[Numbered],
    renamer: ReplicaId,
) -> Result<Vec<(ChangeId, ChangeId)>, Malformed> {
    let logged: BTreeSet<ChangeId> = log.iter().map(|numbered| numbered.change.id()).collect();
    let mut signer = Signer { replica: renamer, rseq: 0, prev: Hash::default() };
    let mut renamed = BTreeMap::new();
    let all: Vec<Arc<Waiting>> = shared.outbox().cloned().collect();
    let holds = held_by(shared.numbered(), &all);
    for waiting in all {
        let old = waiting.change.id();
        let held = holds.get(&old);
        if held == Some(&true) && !logged.contains(&old) {
            shared.remove(waiting.line);
        } else if held.is_some() || logged.contains(&old) || !renamed.is_empty() {
            let anew = Arc::new(sign_anew(&waiting, &mut signer, &renamed)?);
            renamed.insert(old, anew.change.id());
            shared.put(anew);
        }
    }
    shared.show();
    Ok(renamed.into_iter().collect())
}

/// For each that waits and whose id holds a register among what was numbered: whether it says there what it says itself.
fn held_by(numbered: &Board, waiting: &[Arc<Waiting>]) -> BTreeMap<ChangeId, bool> {
    let by_id: BTreeMap<ChangeId, &Waiting> =
        waiting.iter().map(|waiting| (waiting.change.id(), &**waiting)).collect();
    let mut holds = BTreeMap::new();
    for (id, entity) in numbered.entities() {
        for register in entity.registers() {
            let Some(waiting) = by_id.get(&register.winner()) else { continue };
            let says = waiting.change.writes.iter().any(|write| {
                (write.entity, &write.slot, &write.value) == (id, &register.slot, &register.value)
            });
            *holds.entry(register.winner()).or_insert(true) &= says;
        }
    }
    holds
}
