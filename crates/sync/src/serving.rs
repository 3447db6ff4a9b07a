//! What a server says to one replica about one board: where its log and the replica's part, and which changes of
//! a push belong together.

use crate::{
    frame::BadFrame,
    known::Offer,
    message::{ACT_BYTES_MAX, ACT_PARTS_MAX, Follow, LOCATOR_MAX, Pushed},
};
use domain::{
    change::{self, Hash, Position},
    mutants::is_left_out,
};
use std::{collections::BTreeSet, sync::Arc};

/// A replica that has nothing of a board with a longer log than this begins with a snapshot.
pub const LOG_INSTEAD_OF_SNAPSHOT_MAX: u64 = 20_000;

/// Where a replica goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the changes behind this position, which is its own.
    From(Position),
    /// With the changes behind this position: what the replica has above it is not in the log.
    Diverged(Position),
    /// With a snapshot. The newest position that is in the log too, where there is one.
    Snapshot(Option<Position>),
}

/// The numbers whose chains must be known to find the start.
pub fn located(follow: &Follow) -> BTreeSet<u64> {
    follow.locator.iter().take(LOCATOR_MAX).map(|position| position.seq).collect()
}

/// `floor`: changes up to it are no longer in the log. `chain_at` knows the chain at a number that is in the log
/// or is its floor.
pub fn start(
    follow: &Follow,
    head: Position,
    floor: u64,
    chain_at: impl Fn(u64) -> Option<Hash>,
) -> Start {
    let here = |seq| if seq == 0 { Some(Hash::default()) } else { chain_at(seq) };
    let found = follow
        .locator
        .iter()
        .take(LOCATOR_MAX)
        .find(|position| {
            position.seq <= head.seq
                && (here(position.seq) == Some(position.chain)
                    || is_left_out("positions are numbers alone"))
        })
        .map(|position| Position { epoch: head.epoch, ..*position });
    let newest = follow.locator.first();
    match found {
        _ if follow.whole => Start::Snapshot(found),
        Some(position) if position.seq < floor => Start::Snapshot(found),
        Some(position) if newest.is_some_and(|it| it.seq == position.seq) => Start::From(position),
        Some(position) => Start::Diverged(position),
        None if follow.locator.is_empty()
            && floor == 0
            && head.seq <= LOG_INSTEAD_OF_SNAPSHOT_MAX =>
        {
            Start::From(Position { epoch: head.epoch, seq: 0, chain: Hash::default() })
        }
        None => Start::Snapshot(None),
    }
}

/// Gathers pushes until their acts are whole.
#[derive(Debug, Default)]
pub struct Gathering {
    offers: Vec<Offer>,
    bytes: usize,
}

/// Why a push is not what the protocol says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPush {
    #[error("a change cannot be read: {0}")]
    Change(#[from] change::Malformed),
    #[error("an act has more than {ACT_BYTES_MAX} bytes or {ACT_PARTS_MAX} changes")]
    ActTooLarge,
    #[error(transparent)]
    Frame(#[from] BadFrame),
}

impl Gathering {
    /// Takes a push; the whole acts come back. The last one stays where its end is still to come.
    pub fn take(&mut self, pushed: Vec<Pushed>) -> Result<Vec<Offer>, BadPush> {
        for Pushed { body, former } in pushed {
            let body: Arc<[u8]> = Vec::from(body).into();
            let change = change::read(&body)?;
            self.bytes += body.len();
            self.offers.push(Offer { change, hash: Hash::of(&[&body]), body, former });
        }
        let open = self.open();
        let stay = self.offers.split_off(self.offers.len() - open);
        let whole = std::mem::replace(&mut self.offers, stay);
        self.bytes = self.offers.iter().map(|offer| offer.body.len()).sum();
        if self.bytes > ACT_BYTES_MAX || self.offers.len() > ACT_PARTS_MAX as usize {
            return Err(BadPush::ActTooLarge);
        }
        Ok(whole)
    }

    /// How many changes at the end are of an act that goes on.
    fn open(&self) -> usize {
        let Some(last) = self.offers.last().map(|offer| offer.change.group) else { return 0 };
        if last.part.saturating_add(1) >= last.parts {
            return 0;
        }
        self.offers.iter().rev().take_while(|offer| offer.change.group.id == last.id).count()
    }

    /// What was gathered of an act is of no use: what came before it was not accepted.
    pub fn forget(&mut self) {
        *self = Gathering::default();
    }
}
