//! What is to be stored, in one transaction and in this order.

use crate::message::{Refused, SnapshotOffer};
use domain::{
    change::Numbered,
    id::*,
    log::Signer,
    shared::Waiting,
    stamp::{ChangeId, Stamp},
};
use std::sync::Arc;

#[derive(Clone, Debug)]
pub enum Row {
    /// A change into the log, with the line of the act where this folder made it. One that another copy of
    /// this folder saw accepted after all leaves the tray of what was refused.
    Log {
        numbered: Box<Numbered>,
        line: Option<i64>,
    },
    /// A change of the log got another canonical stamp, other ranks and another chain: its board is about to be
    /// shared.
    Restamp(Box<Numbered>),
    /// Changes behind this number out of the log: those of this folder were queued before.
    Unlog {
        after: u64,
    },
    /// Into the outbox, in place of what has its line.
    Queue(Arc<Waiting>),
    /// Out of the outbox: it is in the log, kept, or refused.
    Unqueue {
        line: i64,
    },
    /// The body of a change that a snapshot covered.
    Keep {
        waiting: Arc<Waiting>,
        seq: u64,
        cstamp: Stamp,
    },
    /// It waits again.
    Unkeep {
        line: i64,
    },
    /// Into the tray of what was refused.
    Refuse {
        waiting: Arc<Waiting>,
        why: Refused,
    },
    /// The registers of these things of the numbered board.
    Things(Vec<EntityId>),
    /// The registers of all things, in place of all that there were.
    AllThings,
    /// The numbered head, and what is settled.
    Head,
    /// The log is whole only behind this number.
    Floor(u64),
    /// Where a replica's changes end.
    Signer(Signer),
    /// Who signs from now on.
    Replica(ReplicaId),
    /// A change that waits got another id: undo knows it by that.
    Renamed {
        old: ChangeId,
        new: ChangeId,
    },
    /// A snapshot begins to arrive, in place of another.
    Stage(Box<SnapshotOffer>),
    StagePart {
        part: u32,
        things: Vec<u8>,
    },
    /// The snapshot was installed, or is of no use.
    Unstage,
}
