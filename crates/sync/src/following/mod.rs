//! A replica's end of one board: what it does with what the server says, and what it says itself. What it knows of
//! the connection dies with the connection; what must last comes out as rows.

mod past;
mod renumbering;
mod snapshot;

pub use past::{Past, locator_seqs};
pub(crate) use renumbering::sign_anew;

use crate::{message::*, rows::Row};
use domain::{
    board::Head,
    change::{Malformed, Position},
    id::*,
    mutants::is_left_out,
    shared::{Former, SharedBoard, Waiting},
    stamp::{ChangeId, Stamp},
};
use past::go_back;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the disk has to hand in.
#[derive(Debug)]
pub struct Near {
    /// Who signs now.
    pub replica: ReplicaId,
    /// An id that was never used, should another be needed.
    pub fresh: ReplicaId,
    /// Where [`Following::needs_log`] asks for it.
    pub past: Option<Past>,
}

/// What came of a piece of news.
#[derive(Debug, Default)]
pub struct Outcome {
    pub rows: Vec<Row>,
    /// What shows otherwise now.
    pub touched: Vec<EntityId>,
    /// To be said once the rows are stored.
    pub say: Vec<FromClient>,
    /// The board is not, or no longer, there for this account.
    pub gone: bool,
    /// The registers did not have the digest that the server named.
    pub mismatch: Option<Mismatch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub at: Position,
    pub ours: u128,
    pub theirs: u128,
    /// A snapshot was asked for; not at the second time at one position.
    pub heals: bool,
}

/// The server does not speak as the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("the server's changes do not follow one another")]
    Chain,
    #[error("the server's snapshot cannot be read")]
    Snapshot,
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// The part of a connection that is about one board.
#[derive(Debug)]
pub struct Following {
    board: BoardId,
    /// The server found our position in its log, on this connection.
    verified: bool,
    /// The server's log and ours part here.
    diverged: Option<Position>,
    /// The lines that were pushed on this connection.
    pushed: BTreeSet<i64>,
    /// A push is not answered yet.
    in_flight: bool,
    /// What the server says is in its log: number and canonical stamp.
    marks: BTreeMap<i64, (u64, Stamp)>,
    /// The last number of a replica that the server asked for.
    expected: Option<ChangeId>,
    /// The snapshot that is arriving, and how many of its parts are here.
    staged: Option<(SnapshotOffer, u32)>,
    /// Survives the connection.
    mismatched: Option<Position>,
}

impl Following {
    /// `staged`: a snapshot that was arriving, and how many of its parts are here.
    pub fn new(board: BoardId, staged: Option<(SnapshotOffer, u32)>) -> Following {
        Following {
            board,
            verified: false,
            diverged: None,
            pushed: BTreeSet::new(),
            in_flight: false,
            marks: BTreeMap::new(),
            expected: None,
            staged,
            mismatched: None,
        }
    }

    /// The connection ended. What the server answered on it counts for nothing any more, but for the stamps
    /// that it gave: should its log be lost, they are offered again. The rows are to be stored.
    pub fn end(&mut self, shared: &mut SharedBoard) -> Vec<Row> {
        let marks = if is_left_out("marks outlive the connection") {
            self.marks.clone()
        } else {
            std::mem::take(&mut self.marks)
        };
        let marked = marks.into_iter().filter_map(|(line, (_, cstamp))| {
            let waiting = shared.waiting(line).filter(|it| it.former.is_none())?;
            let former = Some(Former { cstamp, weak_ranks: Vec::new() });
            Some(Arc::new(Waiting { former, ..Waiting::clone(waiting) }))
        });
        let marked: Vec<Arc<Waiting>> = marked.collect();
        for waiting in &marked {
            shared.put(Arc::clone(waiting));
        }
        marked.into_iter().map(Row::Queue).collect()
    }

    /// Begins on a new connection.
    pub fn follow(&mut self, locator: Vec<Position>) -> FromClient {
        self.begin();
        FromClient::Follow(Follow { board: self.board, locator, whole: false })
    }

    /// Begins on a new connection whose server stands where we do, with the same digest, and proved it.
    pub fn resume(&mut self) {
        self.begin();
        self.verified = true;
    }

    fn begin(&mut self) {
        let Following { board, staged, mismatched, .. } = self;
        let anew = Following { mismatched: *mismatched, ..Following::new(*board, staged.take()) };
        let old = std::mem::replace(self, anew);
        if is_left_out("marks outlive the connection") {
            (self.marks, self.pushed) = (old.marks, old.pushed);
        }
    }

    /// Our position was found on this connection.
    pub fn is_verified(&self) -> bool {
        self.verified
    }

    /// Whether [`Near::past`] is needed for this.
    pub fn needs_past(&self, news: &BoardNews) -> bool {
        match news {
            BoardNews::Changes(changes) => {
                self.diverged.is_some_and(|common| same_place(common, changes.from))
            }
            BoardNews::Part(part) => {
                self.staged.as_ref().is_some_and(|(offer, _)| part.part + 1 == offer.parts)
            }
            BoardNews::Diverged(_)
            | BoardNews::Snapshot(_)
            | BoardNews::Answers(_)
            | BoardNews::Busy(..)
            | BoardNews::Gone
            | BoardNews::Share(_)
            | BoardNews::Here(_) => false,
        }
    }

    /// On an error nothing is to be stored, the board is to be read anew, and the connection is of no use.
    pub fn receive(
        &mut self,
        shared: &mut SharedBoard,
        near: Near,
        news: BoardNews,
    ) -> Result<Outcome, Broken> {
        let mut outcome = Outcome::default();
        match news {
            BoardNews::Diverged(common) => self.diverged = Some(common),
            BoardNews::Changes(changes) => self.take(shared, near, changes, &mut outcome)?,
            BoardNews::Snapshot(offer) => self.stage(offer, &mut outcome)?,
            BoardNews::Part(part) => self.take_part(shared, near, part, &mut outcome)?,
            BoardNews::Answers(answers) => self.answered(shared, near, &answers, &mut outcome)?,
            BoardNews::Busy(..) => {
                self.in_flight = false;
                self.push_unmarked_again();
            }
            BoardNews::Gone => outcome.gone = true,
            // Not of a board that is followed.
            BoardNews::Share(_) => {}
            // Of people, not of the board.
            BoardNews::Here(_) => {}
        }
        self.settle_marks(shared, &mut outcome.rows);
        outcome.touched = shared.show();
        Ok(outcome)
    }

    /// What to push next: nothing while a push is not answered.
    pub fn push(&mut self, shared: &SharedBoard) -> Option<FromClient> {
        if self.in_flight {
            return None;
        }
        let (mut changes, mut bytes) = (Vec::new(), 0);
        for waiting in shared.outbox().filter(|it| !self.pushed.contains(&it.line)) {
            if changes.len() == MESSAGE_CHANGES_MAX || bytes > MESSAGE_BYTES {
                break;
            }
            bytes += waiting.body.len();
            let body = waiting.body.to_vec().into();
            changes.push((waiting.line, Pushed { body, former: waiting.former.clone() }));
        }
        if changes.is_empty() {
            return None;
        }
        self.in_flight = true;
        self.pushed.extend(changes.iter().map(|(line, _)| *line));
        let changes = changes.into_iter().map(|(_, pushed)| pushed).collect();
        Some(FromClient::Push(Push { board: self.board, changes }))
    }

    fn push_unmarked_again(&mut self) {
        self.pushed = self.marks.keys().copied().collect();
    }

    fn take(
        &mut self,
        shared: &mut SharedBoard,
        near: Near,
        changes: Changes,
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        if let Some(common) = self.diverged.filter(|common| same_place(*common, changes.from)) {
            // Without its beginning, a log cannot be folded again.
            let Some(past) = near.past.filter(|past| past.floor == 0) else {
                outcome.say.push(self.whole(vec![common]));
                return Ok(());
            };
            go_back(shared, common, past, &mut outcome.rows);
            self.push_unmarked_again();
            self.diverged = None;
        }
        let position = shared.numbered().head.position;
        if !same_place(position, changes.from) {
            // Of an earlier question.
            return Ok(());
        }
        self.verified = true;
        let epoch = changes.from.epoch;
        let goes_on = !changes.changes.is_empty() || position.epoch != epoch;
        let mut touched = BTreeSet::new();
        let mut used_by_another = false;
        for NumberedBytes(numbered) in changes.changes {
            if !numbered.follows(shared.numbered().head.position)
                || numbered.change.board != self.board
            {
                return Err(Broken::Chain);
            }
            let (things, waited) = shared.absorb(&numbered);
            touched.extend(things);
            let by = numbered.change.id();
            match waited {
                Some(waited) => {
                    let line = waited.line;
                    self.marks.remove(&line);
                    if waited.change.id() != by {
                        outcome.rows.push(Row::Renamed { old: waited.change.id(), new: by });
                    }
                    let numbered = Box::new(numbered);
                    outcome.rows.push(Row::Log { numbered, line: Some(line) });
                    outcome.rows.push(Row::Unqueue { line });
                }
                None => {
                    used_by_another |=
                        by.replica == near.replica && !is_left_out("another may sign with our id");
                    outcome.rows.push(Row::Log { numbered: Box::new(numbered), line: None });
                }
            }
        }
        shared.go_to_epoch(epoch);
        if goes_on {
            outcome.rows.push(Row::Things(touched.into_iter().collect()));
            outcome.rows.push(Row::Head);
        }
        if used_by_another {
            // Another machine signs with our id: one of the two is a copy.
            outcome.rows.push(Row::Replica(near.fresh));
        }
        self.compare(shared, changes.head, changes.digest, outcome);
        Ok(())
    }

    fn compare(
        &mut self,
        shared: &SharedBoard,
        head: u64,
        digest: Option<[u8; 16]>,
        outcome: &mut Outcome,
    ) {
        let Head { position: at, digest: ours, .. } = shared.numbered().head;
        let Some(theirs) = digest.map(u128::from_be_bytes).filter(|_| at.seq == head) else {
            return;
        };
        if ours == theirs {
            return;
        }
        let again = self.mismatched == Some(at);
        let heals = !again || is_left_out("a mismatch is healed for ever");
        self.mismatched = Some(at);
        outcome.mismatch = Some(Mismatch { at, ours, theirs, heals });
        if heals {
            outcome.say.push(self.whole(vec![at]));
        }
    }

    fn whole(&mut self, locator: Vec<Position>) -> FromClient {
        self.diverged = None;
        // What we hold is in doubt until the snapshot takes its place.
        self.verified = false;
        FromClient::Follow(Follow { board: self.board, locator, whole: true })
    }

    fn answered(
        &mut self,
        shared: &mut SharedBoard,
        near: Near,
        answers: &[(ChangeId, Answer)],
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        self.in_flight = false;
        for (id, answer) in answers {
            let line = shared.outbox().find(|it| it.change.id() == *id).map(|it| it.line);
            match answer {
                Answer::Accepted(seq, cstamp) => {
                    self.marks.extend(line.map(|line| (line, (*seq, *cstamp))));
                }
                Answer::Refused(why) => {
                    let refused = line.and_then(|line| shared.remove(line));
                    outcome.rows.extend(refused.into_iter().flat_map(|waiting| {
                        let line = waiting.line;
                        [Row::Refuse { waiting, why: *why }, Row::Unqueue { line }]
                    }));
                    if is_left_out("a refused change is dropped") {
                        outcome.rows.retain(|row| !matches!(row, Row::Refuse { .. }));
                    }
                }
                Answer::Fork => {
                    if line.is_some() {
                        self.renumber(shared, &near, *id, &mut outcome.rows)?;
                    }
                    self.push_unmarked_again();
                    break;
                }
                Answer::Expected(rseq) => {
                    self.expected(shared, &near, ChangeId { rseq: *rseq, ..*id }, outcome)?;
                    break;
                }
            }
        }
        Ok(())
    }

    /// An answer only marks: a change leaves the outbox when what we hold, on a position that the server knows,
    /// covers its number. In the stream it leaves by itself; here are those that a snapshot covered.
    fn settle_marks(&mut self, shared: &mut SharedBoard, rows: &mut Vec<Row>) {
        let hasty = is_left_out("an answer settles at once");
        if !self.verified && !hasty {
            return;
        }
        let cursor = if hasty { u64::MAX } else { shared.numbered().head.position.seq };
        let covered: Vec<(i64, (u64, Stamp))> = self
            .marks
            .iter()
            .filter(|(_, (seq, _))| *seq <= cursor)
            .map(|(line, mark)| (*line, *mark))
            .collect();
        for (line, (seq, cstamp)) in covered {
            self.marks.remove(&line);
            if let Some(waiting) = shared.remove(line) {
                shared.settle(line, cstamp);
                rows.extend([Row::Keep { waiting, seq, cstamp }, Row::Unqueue { line }, Row::Head]);
            }
        }
    }
}

fn same_place(one: Position, other: Position) -> bool {
    one.seq == other.seq && (one.chain == other.chain || is_left_out("positions are numbers alone"))
}
