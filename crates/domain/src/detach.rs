//! A copy of a board that belongs to one folder alone: another board id and a new epoch, and every other id, register and
//! rank kept, so that its digest is the original's. Its log is a log like any other: whatever can be done with a board of
//! one's own can be done with it, sharing it anew too.

use crate::{
    board::{Board, Entity},
    change::*,
    fresh::Fresh,
    id::*,
    log::Signer,
    register::{Field, Register},
    stamp::{ChangeId, Rank, Stamp},
};
use minicbor::{Decoder, Encoder, data::Type};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// The verb of changes that stand for those whose log was never here: they say what the registers hold, and by whose
/// write, and not what was done.
pub const FOUNDING: &str = "detach";

/// A copy in the making: changes of the original go in, in their order, and come out as the copy's.
#[derive(Debug)]
pub struct Copy {
    board: Board,
    /// Where each replica's changes end.
    ends: BTreeMap<ReplicaId, (u64, Hash)>,
}

impl Copy {
    pub fn new(id: BoardId, epoch: ReplicaId) -> Copy {
        Copy { board: Board::new(id, epoch), ends: BTreeMap::new() }
    }

    /// The fold of what went in.
    pub fn board(&self) -> &Board {
        &self.board
    }

    /// What this replica signs on the copy goes on from here.
    pub fn signer(&self, replica: ReplicaId) -> Signer {
        let (rseq, prev) = self.ends.get(&replica).copied().unwrap_or_default();
        Signer { replica, rseq, prev }
    }

    /// The next change, addressed to the copy: all that it says, its stamp and its ranks stay.
    pub fn take(&mut self, numbered: Numbered) -> Result<Numbered, Malformed> {
        let Numbered { change, body, cstamp, weak_ranks, .. } = numbered;
        let prev = self.prev(change.replica);
        let body = addressed_to(&body, self.board.id, prev)?;
        let hash = Hash::of(&[&body]);
        let change = Change { board: self.board.id, prev, ..change };
        Ok(self.append(change, body.into(), hash, cstamp, weak_ranks))
    }

    /// Changes that write what `original` holds, with the same ranks, where the change that wrote it is none of
    /// `logged`: its log begins with a snapshot. They go in before those of the log.
    pub fn found(
        &mut self,
        original: &Board,
        logged: &BTreeSet<ChangeId>,
        fresh: &mut Fresh,
    ) -> Result<Vec<Numbered>, Malformed> {
        let mut by_change = BTreeMap::<ChangeId, Vec<(EntityId, &Entity, &Register)>>::new();
        for (id, entity) in original.entities() {
            for register in entity.registers().iter().filter(|it| !logged.contains(&it.winner())) {
                by_change.entry(register.winner()).or_default().push((id, entity, register));
            }
        }
        let mut founding: Vec<_> =
            by_change.into_iter().map(|(by, held)| (stamp_of(by, &held), by, held)).collect();
        founding.sort_by_key(|(cstamp, by, _)| (*cstamp, *by));
        let mut changes = Vec::with_capacity(founding.len());
        for (cstamp, by, mut held) in founding {
            held.sort_by(|one, other| (one.0, &one.2.slot).cmp(&(other.0, &other.2.slot)));
            let aimed = Rank { stamp: cstamp, minor: 0, change: by };
            let ranks = held.iter().map(|(_, _, it)| it.rank).filter(|rank| *rank != aimed);
            let weak_ranks = ranks.map(Some).collect();
            let change = Change {
                board: self.board.id,
                replica: by.replica,
                rseq: by.rseq,
                prev: self.prev(by.replica),
                act: ActId(fresh.uuid()),
                stamp: cstamp,
                base: self.board.head.position,
                author: author_of(&held),
                wall_ms: cstamp.ms,
                intent: FOUNDING.to_owned(),
                group: Group { id: GroupId(fresh.uuid()), part: 0, parts: 1 },
                writes: held.iter().map(|held| write_of(held, aimed)).collect(),
            };
            let (body, hash) = sign(&change)?;
            changes.push(self.append(change, body, hash, cstamp, weak_ranks));
        }
        Ok(changes)
    }

    fn prev(&self, replica: ReplicaId) -> Hash {
        self.ends.get(&replica).map(|(_, hash)| *hash).unwrap_or_default()
    }

    fn append(
        &mut self,
        change: Change,
        body: Arc<[u8]>,
        hash: Hash,
        cstamp: Stamp,
        weak_ranks: Vec<Option<Rank>>,
    ) -> Numbered {
        let Position { epoch, seq, chain: before } = self.board.head.position;
        let chain = chain(before, hash, cstamp, &weak_ranks);
        let numbered =
            Numbered { change, body, hash, seq: seq + 1, epoch, cstamp, weak_ranks, chain };
        let end = self.ends.entry(numbered.change.replica).or_default();
        if numbered.change.rseq >= end.0 {
            *end = (numbered.change.rseq, hash);
        }
        self.board.absorb(&numbered);
        numbered
    }
}

/// The canonical stamp of a change of which only these registers are left. Of one whose writes were all weak nobody
/// knows it any more: it was no earlier than what they replaced.
fn stamp_of(by: ChangeId, held: &[(EntityId, &Entity, &Register)]) -> Stamp {
    let ranks = || held.iter().map(|(_, _, register)| register.rank);
    let aimed = ranks().filter(|rank| rank.minor == 0 && rank.stamp.replica == by.replica);
    let known = aimed.map(|rank| rank.stamp).max();
    let latest = || ranks().map(|rank| rank.stamp).max();
    known.or_else(latest).map(|stamp| Stamp { replica: by.replica, ..stamp }).unwrap_or(Stamp {
        ms: 0,
        counter: 0,
        replica: by.replica,
    })
}

/// A register with another rank than its change's own was written weakly. What it replaced is not known any more; the
/// rank that it was given says all that counts.
fn write_of((id, entity, register): &(EntityId, &Entity, &Register), aimed: Rank) -> Write {
    let Rank { stamp, .. } = register.rank;
    let replaced = ChangeId { replica: stamp.replica, rseq: 0 };
    Write {
        kind: entity.kind.clone(),
        entity: *id,
        slot: register.slot.clone(),
        value: register.value.clone(),
        replaces: (register.rank != aimed).then_some(replaced),
        seen: None,
    }
}

/// Whoever made a thing, where the change made one; else nobody knows.
fn author_of(held: &[(EntityId, &Entity, &Register)]) -> PersonId {
    let created = held.iter().filter(|(_, _, it)| it.slot == Field::CREATED.into());
    let by = created.filter_map(|(_, _, it)| it.value.as_created()?.1).next();
    by.map_or(PersonId(Uuid::nil()), PersonId::from)
}

/// What was signed, with another board and another change before it. All else stays byte for byte, what only a newer
/// version can read too.
fn addressed_to(body: &[u8], board: BoardId, prev: Hash) -> Result<Vec<u8>, Malformed> {
    let unreadable = |_| Malformed::Unreadable;
    let mut decoder = Decoder::new(body);
    let mut left = decoder.map().map_err(unreadable)?;
    let (mut written, mut copied) = (Vec::with_capacity(body.len()), 0);
    while left != Some(0) {
        if left.is_none() && decoder.datatype().map_err(unreadable)? == Type::Break {
            break;
        }
        left = left.map(|left| left - 1);
        let key = decoder.probe().u64().ok();
        decoder.skip().map_err(unreadable)?;
        let value = decoder.position();
        decoder.skip().map_err(unreadable)?;
        let new = match key {
            Some(0) => board.bytes(),
            Some(3) => &prev.0,
            _ => continue,
        };
        written.extend_from_slice(body.get(copied..value).ok_or(Malformed::Unreadable)?);
        let mut encoder = Encoder::new(&mut written);
        encoder.bytes(new).map_err(|_| Malformed::Unreadable)?;
        copied = decoder.position();
    }
    written.extend_from_slice(body.get(copied..).ok_or(Malformed::Unreadable)?);
    if written.len() > CHANGE_BYTES_MAX { Err(Malformed::TooLong) } else { Ok(written) }
}
