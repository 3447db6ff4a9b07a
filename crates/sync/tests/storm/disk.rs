//! A replica's storage in memory: what the rows of `sync` come to. A transaction is one call of [`Disk::save`].

use domain::{
    board::{Board, Entity, Head},
    change::{Hash, Numbered, Position},
    id::*,
    log::Signer,
    shared::{Settled, SharedBoard, Waiting},
    stamp::{ChangeId, Stamp},
};
use std::{collections::BTreeMap, sync::Arc};
use sync::{following::Past, message::*, rows::Row};

#[derive(Clone, Debug)]
pub struct Disk {
    pub replica: ReplicaId,
    pub boards: BTreeMap<BoardId, BoardRows>,
}

/// Who numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Own,
    /// It was asked of the server; what is written waits.
    Sharing,
    Server,
}

#[derive(Clone, Debug)]
pub struct BoardRows {
    pub holder: Holder,
    pub things: BTreeMap<EntityId, Entity>,
    pub head: Head,
    pub settled: Settled,
    pub floor: u64,
    pub log: BTreeMap<u64, (Numbered, Option<i64>)>,
    pub outbox: BTreeMap<i64, Arc<Waiting>>,
    pub kept: BTreeMap<i64, (Arc<Waiting>, u64, Stamp)>,
    pub refused: BTreeMap<i64, (Arc<Waiting>, Refused)>,
    pub signers: BTreeMap<ReplicaId, Signer>,
    pub staged: Option<(SnapshotOffer, Vec<Vec<u8>>)>,
    /// What undo knows of: the id that a change has now.
    pub undo: BTreeMap<ActId, ChangeId>,
}

impl BoardRows {
    pub fn new(epoch: ReplicaId, holder: Holder) -> BoardRows {
        BoardRows {
            holder,
            things: BTreeMap::new(),
            head: Head::new(epoch),
            settled: Settled::default(),
            floor: 0,
            log: BTreeMap::new(),
            outbox: BTreeMap::new(),
            kept: BTreeMap::new(),
            refused: BTreeMap::new(),
            signers: BTreeMap::new(),
            staged: None,
            undo: BTreeMap::new(),
        }
    }

    pub fn load(&self, id: BoardId) -> SharedBoard {
        let things = self.things.iter().map(|(id, entity)| (*id, entity.clone()));
        let numbered = Board::from_entities(id, self.head, things);
        let outbox = self.outbox.values().cloned().collect();
        SharedBoard::new(numbered, outbox, self.settled, self.last_line())
    }

    /// The greatest line that was given.
    fn last_line(&self) -> i64 {
        let waiting = self.outbox.keys().chain(self.kept.keys()).chain(self.refused.keys());
        let logged = self.log.values().filter_map(|(_, line)| line.as_ref());
        waiting.chain(logged).copied().max().unwrap_or(0)
    }

    pub fn signer(&self, replica: ReplicaId) -> Signer {
        let new = Signer { replica, rseq: 0, prev: Hash::default() };
        self.signers.get(&replica).copied().unwrap_or(new)
    }

    pub fn past(&self) -> Past {
        Past {
            floor: self.floor,
            log: self.log.values().cloned().collect(),
            kept: self
                .kept
                .values()
                .map(|(waiting, seq, cstamp)| (Waiting::clone(waiting), *seq, *cstamp))
                .collect(),
            staged: self.staged.iter().flat_map(|(_, parts)| parts.clone()).collect(),
        }
    }

    /// Where this replica stands, newest first.
    pub fn locator(&self) -> Vec<Position> {
        let head = self.head.position;
        sync::following::locator_seqs(head.seq, self.floor)
            .into_iter()
            .filter_map(|seq| {
                if seq == head.seq {
                    return Some(head);
                }
                self.log.get(&seq).map(|(numbered, _)| numbered.position())
            })
            .collect()
    }

    fn elsewhere(&self, act: ActId) -> bool {
        self.log.values().any(|(it, _)| it.change.act == act)
            || self.kept.values().any(|(it, ..)| it.change.act == act)
            || self.refused.values().any(|(it, _)| it.change.act == act)
    }
}

impl Disk {
    /// Stores rows in their order, as one transaction.
    pub fn save(&mut self, shared: &SharedBoard, rows: &[Row]) {
        let board = self.boards.get_mut(&shared.numbered().id).unwrap();
        for row in rows {
            match row {
                Row::Log { numbered, line } => {
                    let old = board.log.insert(numbered.seq, (Numbered::clone(numbered), *line));
                    assert!(old.is_none(), "a number is in the log twice");
                    board.refused.retain(|_, (it, _)| it.change.act != numbered.change.act);
                }
                Row::Restamp(numbered) => {
                    board.log.get_mut(&numbered.seq).unwrap().0 = Numbered::clone(numbered);
                }
                Row::Unlog { after } => {
                    let gone = board.log.split_off(&(after + 1));
                    for (numbered, line) in gone.into_values() {
                        let act = numbered.change.act;
                        let waits = board.outbox.values().any(|it| it.change.act == act);
                        assert!(line.is_none() || waits, "an own change left the log for nowhere");
                    }
                }
                Row::Queue(waiting) => {
                    board.outbox.insert(waiting.line, Arc::clone(waiting));
                }
                Row::Unqueue { line } => {
                    let gone = board.outbox.remove(line).unwrap();
                    assert!(
                        board.elsewhere(gone.change.act),
                        "a change left the outbox for nowhere"
                    );
                }
                Row::Keep { waiting, seq, cstamp } => {
                    board.kept.insert(waiting.line, (Arc::clone(waiting), *seq, *cstamp));
                }
                Row::Unkeep { line } => {
                    board.kept.remove(line).unwrap();
                }
                Row::Refuse { waiting, why } => {
                    board.refused.insert(waiting.line, (Arc::clone(waiting), *why));
                }
                Row::Things(ids) => {
                    for id in ids {
                        let entity = shared.numbered().entity(*id).unwrap().clone();
                        board.things.insert(*id, entity);
                    }
                }
                Row::AllThings => {
                    let all = shared.numbered().entities();
                    board.things = all.map(|(id, entity)| (id, entity.clone())).collect();
                }
                Row::Head => {
                    board.head = shared.numbered().head;
                    board.settled = shared.settled();
                }
                Row::Floor(seq) => board.floor = *seq,
                Row::Signer(signer) => {
                    board.signers.insert(signer.replica, *signer);
                }
                Row::Replica(id) => self.replica = *id,
                Row::Renamed { old, new } => {
                    for id in board.undo.values_mut().filter(|id| **id == *old) {
                        *id = *new;
                    }
                }
                Row::Stage(offer) => board.staged = Some((SnapshotOffer::clone(offer), Vec::new())),
                Row::StagePart { part, things } => {
                    let (_, parts) = board.staged.as_mut().unwrap();
                    assert_eq!(parts.len(), *part as usize);
                    parts.push(things.clone());
                }
                Row::Unstage => board.staged = None,
            }
        }
    }
}
