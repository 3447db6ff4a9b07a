//! A shared board on a replica: what its authority numbered, what waits in the outbox, and the two together,
//! which is what a person sees. What waits folds in the order in which it was made, each at least directly
//! above the one before, so that a value never falls back to an older one of one's own.

use crate::{
    board::Board,
    change::*,
    fresh::Fresh,
    id::*,
    log::{Act, Signer, split, weak_rank},
    mutants::is_left_out,
    stamp::{ChangeId, Latest, Rank, Stamp},
};
use minicbor::{Decode, Encode};
use std::{collections::BTreeSet, sync::Arc};

/// The place that a change had in a log which is no more.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Former {
    #[n(0)]
    pub cstamp: Stamp,
    /// As in [`Numbered::weak_ranks`]; empty where they are not known.
    #[cbor(n(1), decode_with = "decode_weak_ranks")]
    pub weak_ranks: Vec<Option<Rank>>,
}

/// A change that the board's authority has not numbered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The order in which they were made, for each board and data folder; survives renumbering.
    pub line: i64,
    pub change: Change,
    /// What was signed, byte for byte.
    pub body: Arc<[u8]>,
    pub hash: Hash,
    pub former: Option<Former>,
}

/// The latest act of this folder that was numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub line: i64,
    pub latest: Latest,
}

#[derive(Clone, Debug)]
struct Entry {
    waiting: Arc<Waiting>,
    /// The stamp with which it shows.
    stamp: Stamp,
}

#[derive(Clone, Debug)]
pub struct SharedBoard {
    numbered: Board,
    shown: Board,
    outbox: Vec<Entry>,
    settled: Settled,
    /// No line is given twice.
    last_line: i64,
    /// What differs between what is shown and what should be.
    stale: BTreeSet<EntityId>,
}

/// What came of an act on a shared board.
#[derive(Debug, Default)]
pub struct Queued {
    pub waiting: Vec<Arc<Waiting>>,
    /// What they touched, each once.
    pub touched: Vec<EntityId>,
}

impl SharedBoard {
    /// `outbox` in the order of its lines. `last_line` is the greatest that was given, wherever its change
    /// is now.
    pub fn new(
        numbered: Board,
        outbox: Vec<Arc<Waiting>>,
        settled: Settled,
        last_line: i64,
    ) -> SharedBoard {
        let mut shown = numbered.clone();
        shown.head = numbered.head;
        let outbox = outbox
            .into_iter()
            .map(|waiting| Entry { stamp: waiting.change.stamp, waiting })
            .collect();
        let stale = BTreeSet::new();
        let mut board = SharedBoard { numbered, shown, outbox, settled, last_line, stale };
        board.stale.extend(board.outbox.iter().flat_map(|it| entities(&it.waiting)));
        board.show();
        board
    }

    /// The fold of what was numbered.
    pub fn numbered(&self) -> &Board {
        &self.numbered
    }

    /// That, and what waits above it. Its position is the numbered one's.
    pub fn shown(&self) -> &Board {
        &self.shown
    }

    /// In the order in which they were made.
    pub fn outbox(&self) -> impl DoubleEndedIterator<Item = &Arc<Waiting>> {
        self.outbox.iter().map(|entry| &entry.waiting)
    }

    pub fn waiting(&self, line: i64) -> Option<&Arc<Waiting>> {
        let at = self.outbox.binary_search_by_key(&line, |entry| entry.waiting.line).ok()?;
        self.outbox.get(at).map(|entry| &entry.waiting)
    }

    pub fn waiting_act(&self, act: ActId) -> Option<&Arc<Waiting>> {
        self.outbox().find(|waiting| waiting.change.act == act)
    }

    pub fn settled(&self) -> Settled {
        self.settled
    }

    /// The greatest stamp that this board knows: the numbered ones, and those that wait as they were made.
    /// Nothing else is remembered, so that it falls back once a bad clock is mended.
    pub fn latest(&self) -> Latest {
        let mut latest = self.numbered.head.latest;
        for waiting in self.outbox() {
            latest.see(waiting.change.stamp);
        }
        latest
    }

    /// Signs an act and lets it wait. The signer goes on with it. On an error the board is as unusable as
    /// the transaction around it. The clock of `fresh` is that of the board's authority, as near as this
    /// replica knows.
    pub fn queue(
        &mut self,
        signer: &mut Signer,
        act: &Act,
        writes: Vec<Write>,
        fresh: &mut Fresh,
    ) -> Result<Queued, Malformed> {
        let parts = split(writes);
        let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        if count > ACT_PARTS_MAX {
            return Err(Malformed::ActTooLarge);
        }
        let mut bytes = 0;
        let mut latest = self.latest();
        let mut queued = Queued::default();
        let mut touched = BTreeSet::new();
        for (part, writes) in (0..).zip(parts) {
            let stamp = latest.tick(fresh.now_ms(), signer.replica);
            latest.see(stamp);
            let change = Change {
                board: self.numbered.id,
                replica: signer.replica,
                rseq: signer.rseq + 1,
                prev: signer.prev,
                act: act.id.unwrap_or_else(|| ActId(fresh.uuid())),
                stamp,
                base: self.numbered.head.position,
                author: act.author,
                wall_ms: fresh.now_ms(),
                intent: act.intent.to_owned(),
                group: Group { id: act.group, part, parts: count },
                writes,
            };
            let (body, hash) = sign(&change)?;
            bytes += body.len();
            if bytes > ACT_BYTES_MAX {
                return Err(Malformed::ActTooLarge);
            }
            signer.rseq = change.rseq;
            signer.prev = hash;
            self.last_line += 1;
            let line = self.last_line;
            let waiting = Arc::new(Waiting { line, change, body, hash, former: None });
            touched.extend(self.append(Arc::clone(&waiting)));
            queued.waiting.push(waiting);
        }
        queued.touched = touched.into_iter().collect();
        Ok(queued)
    }

    /// Behind all that waits; what it touched comes back.
    pub fn append(&mut self, waiting: Arc<Waiting>) -> Vec<EntityId> {
        let below = self.outbox.last().map(|entry| Latest::from(entry.stamp));
        let stamp = stamp_above(&waiting, below, self.settled);
        let touched = write(&mut self.shown, &waiting, stamp, |_| true);
        self.outbox.push(Entry { waiting, stamp });
        touched
    }

    /// Takes a numbered change in: it is no longer waiting, if it was. [`SharedBoard::show`] makes it seen.
    /// What it touched comes back, for storing, and what waited.
    pub fn absorb(&mut self, numbered: &Numbered) -> (Vec<EntityId>, Option<Arc<Waiting>>) {
        let touched = self.numbered.absorb(numbered);
        self.stale.extend(&touched);
        let act = numbered.change.act;
        let at = self.outbox.iter().position(|entry| entry.waiting.change.act == act);
        let waited = at.map(|at| self.outbox.remove(at).waiting);
        if let Some(waited) = &waited {
            if is_left_out("a wrong clock is remembered") {
                self.numbered.head.latest.see(waited.change.stamp);
            }
            self.stale.extend(entities(waited));
            self.settle(waited.line, numbered.cstamp);
        }
        (touched, waited)
    }

    /// Numbers everything that waits, for a replica that is the board's authority again: with the stamps and ranks
    /// with which it shows, so that nothing shows otherwise afterwards. What was numbered comes back, each with its
    /// line.
    pub fn number_all(&mut self) -> Vec<(Numbered, i64)> {
        let mut done = Vec::new();
        for Entry { waiting, stamp } in std::mem::take(&mut self.outbox) {
            let weak_ranks = weak_ranks(&self.numbered, &waiting);
            let Waiting { line, change, body, hash, .. } = Waiting::clone(&waiting);
            let Position { epoch, seq, chain: before } = self.numbered.head.position;
            let chain = chain(before, hash, stamp, &weak_ranks);
            let numbered = Numbered {
                change,
                body,
                hash,
                seq: seq + 1,
                epoch,
                cstamp: stamp,
                weak_ranks,
                chain,
            };
            let (touched, _) = self.absorb(&numbered);
            self.stale.extend(touched);
            self.stale.extend(entities(&waiting));
            self.settle(line, stamp);
            done.push((numbered, line));
        }
        done
    }

    /// The authority goes on under another epoch, on the same log.
    pub fn go_to_epoch(&mut self, epoch: ReplicaId) {
        self.numbered.head.position.epoch = epoch;
    }

    /// An act of this folder was numbered.
    pub fn settle(&mut self, line: i64, cstamp: Stamp) {
        self.settled.line = self.settled.line.max(line);
        self.settled.latest.see(cstamp);
    }

    /// Takes a change out of the outbox, which another place has now.
    pub fn remove(&mut self, line: i64) -> Option<Arc<Waiting>> {
        let at = self.outbox.iter().position(|entry| entry.waiting.line == line)?;
        let waiting = self.outbox.remove(at).waiting;
        self.stale.extend(entities(&waiting));
        Some(waiting)
    }

    /// Puts a change where its line belongs, in place of what waited there.
    pub fn put(&mut self, waiting: Arc<Waiting>) {
        self.stale.extend(entities(&waiting));
        let entry = Entry { stamp: waiting.change.stamp, waiting };
        match self.outbox.binary_search_by_key(&entry.waiting.line, |it| it.waiting.line) {
            Ok(at) => self.outbox[at] = entry,
            Err(at) => self.outbox.insert(at, entry),
        }
    }

    /// Sets what was numbered to another fold: of a log taken back to an earlier position, or a snapshot.
    pub fn stand_on(&mut self, numbered: Board) {
        let ids = |board: &Board| board.entities().map(|(id, _)| id).collect::<Vec<_>>();
        self.stale.extend(ids(&self.numbered));
        self.stale.extend(ids(&numbered));
        self.numbered = numbered;
    }

    /// Brings what is shown up to date; what differs comes back.
    pub fn show(&mut self) -> Vec<EntityId> {
        self.stamp_anew();
        let stale = std::mem::take(&mut self.stale);
        let mut touched = BTreeSet::new();
        for id in &stale {
            let left = self.shown.replace(*id, self.numbered.entity(*id));
            touched.extend(left.map(EntityId::from));
            touched.insert(*id);
        }
        for Entry { waiting, stamp } in &self.outbox {
            touched.extend(write(&mut self.shown, waiting, *stamp, |id| stale.contains(&id)));
        }
        for id in &stale {
            touched.extend(self.shown.card_of(*id).map(EntityId::from));
        }
        self.shown.head.position = self.numbered.head.position;
        touched.into_iter().collect()
    }

    fn stamp_anew(&mut self) {
        let mut below = None;
        for entry in &mut self.outbox {
            let stamp = stamp_above(&entry.waiting, below, self.settled);
            if stamp != entry.stamp {
                entry.stamp = stamp;
                self.stale.extend(entities(&entry.waiting));
            }
            below = Some(Latest::from(stamp));
        }
    }
}

fn entities(waiting: &Waiting) -> impl Iterator<Item = EntityId> {
    waiting.change.writes.iter().map(|write| write.entity)
}

/// The stamp with which a change shows: its own, or directly above what was made before it.
fn stamp_above(waiting: &Waiting, below: Option<Latest>, settled: Settled) -> Stamp {
    let own = waiting.former.as_ref().map_or(waiting.change.stamp, |former| former.cstamp);
    // A change that was signed anew by another name is numbered under that one.
    let own = Stamp { replica: waiting.change.replica, ..own };
    // Of what was numbered only what was made before it: a later act that was refused long after
    // would else show an older text.
    let settled = (waiting.line > settled.line).then_some(settled.latest);
    match below.max(settled) {
        Some(floor)
            if Latest::from(own) <= floor
                && !is_left_out("what waits shows with its own stamp") =>
        {
            floor.tick(0, own.replica)
        }
        _ => own,
    }
}

fn write(
    shown: &mut Board,
    waiting: &Waiting,
    stamp: Stamp,
    of: impl Fn(EntityId) -> bool,
) -> Vec<EntityId> {
    let by: ChangeId = waiting.change.id();
    let mut weak = weak_ranks(shown, waiting).into_iter();
    let mut touched = Vec::new();
    for write in &waiting.change.writes {
        let rank = match write.replaces {
            None => Some(Rank { stamp, minor: 0, change: by }),
            Some(_) => weak.next().flatten(),
        };
        let rank = rank.filter(|_| of(write.entity));
        touched.extend(rank.into_iter().flat_map(|rank| shown.write_all([(write, rank)])));
    }
    touched
}

/// For each weak write, in their order, the rank that it had in a log that is no more, or that it has here.
fn weak_ranks(board: &Board, waiting: &Waiting) -> Vec<Option<Rank>> {
    let by = waiting.change.id();
    let former = waiting.former.as_ref().map_or(&[][..], |former| &former.weak_ranks);
    let mut former = former.iter();
    let weak = waiting.change.writes.iter().filter_map(|write| Some((write, write.replaces?)));
    weak.map(|(write, replaced)| match former.next().copied().flatten() {
        Some(rank) => Some(Rank { change: by, ..rank }),
        None => weak_rank(board, write, replaced, by),
    })
    .collect()
}
