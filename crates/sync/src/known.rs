//! What an authority knows of changes: those that it is asked to accept, what it answered to others, and what of
//! the disk must be handed in to look at them.

use crate::message::{Answer, Refused, Role};
use domain::{
    change::{Change, Hash},
    id::*,
    shared::Former,
    stamp::{ChangeId, Latest, Stamp},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// A change that somebody asks to be accepted.
#[derive(Clone, Debug)]
pub struct Offer {
    pub change: Change,
    pub body: Arc<[u8]>,
    pub hash: Hash,
    pub former: Option<Former>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: PersonId,
    pub role: Role,
}

/// What was answered to a change once, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    pub id: ChangeId,
    pub act: ActId,
    pub hash: Hash,
    pub answer: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its number, and its canonical stamp.
    Accepted(u64, Stamp),
    Refused(Refused),
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Answer {
        match outcome {
            Outcome::Accepted(seq, cstamp) => Answer::Accepted(seq, cstamp),
            Outcome::Refused(why) => Answer::Refused(why),
        }
    }
}

/// Where a replica's changes end on a board, as its authority knows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct End {
    pub rseq: u64,
    pub hash: Hash,
    /// The greatest canonical stamp of its changes.
    pub latest: Option<Latest>,
}

/// What must be known of the disk to look at some offers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub ends: BTreeSet<ReplicaId>,
    pub answered: BTreeSet<ChangeId>,
    pub acts: BTreeSet<ActId>,
    pub chains: BTreeSet<u64>,
}

/// What the disk knows of what was asked for, and what was accepted since.
#[derive(Debug, Default)]
pub struct Known {
    pub(crate) ends: HashMap<ReplicaId, End>,
    pub(crate) answered: HashMap<ChangeId, Answered>,
    pub(crate) acts: HashMap<ActId, Answered>,
    /// Of accepted changes by their numbers: the ids under which they were numbered.
    pub(crate) numbered: HashMap<u64, ChangeId>,
    pub(crate) chains: HashMap<u64, Hash>,
}

impl Known {
    pub fn end(&mut self, replica: ReplicaId, end: End) {
        self.ends.insert(replica, end);
    }

    /// An answer, and where it was accepted the id that the log has at its number.
    pub fn answer(&mut self, answered: Answered, numbered_as: Option<ChangeId>) {
        self.answered.insert(answered.id, answered);
        self.acts.entry(answered.act).or_insert(answered);
        if let Outcome::Accepted(seq, _) = answered.answer {
            self.numbered.insert(seq, numbered_as.unwrap_or(answered.id));
        }
    }

    pub fn chain_at(&mut self, seq: u64, chain: Hash) {
        self.chains.insert(seq, chain);
    }

    /// What was answered to an act, as far as it was handed in or came since.
    pub fn answer_to_act(&self, act: ActId) -> Option<&Answered> {
        self.acts.get(&act)
    }

    /// Where a replica's changes end, likewise.
    pub fn end_of(&self, replica: ReplicaId) -> Option<End> {
        self.ends.get(&replica).copied()
    }

    pub fn has_chain(&self, seq: u64) -> bool {
        self.chain(seq).is_some()
    }

    pub(crate) fn chain(&self, seq: u64) -> Option<Hash> {
        if seq == 0 { Some(Hash::default()) } else { self.chains.get(&seq).copied() }
    }

    /// The number of an accepted change.
    pub(crate) fn seq(&self, id: ChangeId) -> Option<u64> {
        match self.answered.get(&id)?.answer {
            Outcome::Accepted(seq, _) => Some(seq),
            Outcome::Refused(_) => None,
        }
    }

    /// The id under which a change was numbered: its own, or that of an earlier copy of the same act.
    pub(crate) fn numbered_as(&self, id: ChangeId) -> ChangeId {
        self.seq(id).and_then(|seq| self.numbered.get(&seq).copied()).unwrap_or(id)
    }
}
