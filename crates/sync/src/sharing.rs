//! Sharing a board: its whole log goes to a server, which becomes its authority. It can be cut anywhere: what
//! arrived is staged, a repeat goes on where it stopped, and the server commits only the log that was promised.

pub use crate::message::{Promise, Standing};

use crate::{
    canonical::AHEAD_MS_MAX,
    known::{Answered, End, Outcome},
    message::NumberedBytes,
};
use domain::{
    board::Board,
    change::{self, Hash, Numbered, Position},
    id::*,
    mutants::is_left_out,
    stamp::{Latest, Rank, Stamp},
};
use std::collections::{BTreeMap, BTreeSet};

/// A log that is shared has at most so many bytes.
pub const SHARE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// Why a staged log is not the promised one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLog {
    #[error("the log has a gap, or its chain breaks")]
    Chain,
    #[error("the log does not end where it was promised to")]
    Head,
    #[error("the board does not have the digest that was promised")]
    Digest,
}

/// A board as its new authority holds it.
#[derive(Debug)]
pub struct Opened {
    pub board: Board,
    /// As promised, but for stamps from a clock that was far ahead.
    pub log: Vec<Numbered>,
    pub answered: Vec<Answered>,
    pub ends: BTreeMap<ReplicaId, End>,
}

/// What goes on directly behind a staged log that ends at `end`; nothing of what is there already, or does not
/// follow.
pub fn next(mut end: Position, log: Vec<NumberedBytes>) -> Vec<Numbered> {
    let mut next = Vec::new();
    for NumberedBytes(numbered) in log {
        if numbered.follows(end) {
            end = numbered.position();
            next.push(numbered);
        }
    }
    next
}

/// Readies a board of one's own for being shared: stamps that are ahead of now, by the server's clock as near as
/// this replica knows, come to just behind what is not, their order kept. One bad clock would else rule the board
/// for as long as it was wrong. `None` where no stamp is ahead. Only the authority may do it, and it does it in the
/// transaction that ends its authority.
pub fn bring_near(
    board: BoardId,
    epoch: ReplicaId,
    mut log: Vec<Numbered>,
    now_ms: u64,
) -> Result<Option<(Board, Vec<Numbered>)>, BadLog> {
    let ahead = log.iter().flat_map(stamps).any(|stamp| stamp.ms > now_ms + AHEAD_MS_MAX);
    if !ahead {
        return Ok(None);
    }
    map_stamps(&mut log, now_ms);
    Ok(Some((fold(board, epoch, &log)?, log)))
}

/// Checks a staged log against what was promised, and takes it over. Stamps that are still ahead of now are brought
/// near as in [`bring_near`]; the sharer hears of it as of a log that parts from its own.
pub fn open(promise: &Promise, mut log: Vec<Numbered>, now_ms: u64) -> Result<Opened, BadLog> {
    let epoch = promise.head.epoch;
    let board = fold(promise.board, epoch, &log)?;
    if board.head.position.seq != promise.head.seq
        || board.head.position.chain != promise.head.chain
    {
        return Err(BadLog::Head);
    }
    if board.head.digest != u128::from_be_bytes(promise.digest) {
        return Err(BadLog::Digest);
    }
    let board = if board.head.latest.ms > now_ms + AHEAD_MS_MAX {
        map_stamps(&mut log, now_ms);
        fold(promise.board, epoch, &log)?
    } else {
        board
    };
    let mut ends = BTreeMap::<ReplicaId, End>::new();
    let mut answered = Vec::with_capacity(log.len());
    for Numbered { change, hash, seq, cstamp, .. } in &log {
        let answer = Outcome::Accepted(*seq, *cstamp);
        answered.push(Answered { id: change.id(), act: change.act, hash: *hash, answer });
        let end = ends.entry(change.replica).or_default();
        let latest = end.latest.max(Some((*cstamp).into()));
        if change.rseq >= end.rseq {
            *end = End { rseq: change.rseq, hash: *hash, latest };
        }
    }
    Ok(Opened { board, log, answered, ends })
}

fn fold(id: BoardId, epoch: ReplicaId, log: &[Numbered]) -> Result<Board, BadLog> {
    let mut board = Board::new(id, epoch);
    for numbered in log {
        if !numbered.follows(board.head.position) {
            return Err(BadLog::Chain);
        }
        board.absorb(numbered);
    }
    board.head.position.epoch = epoch;
    Ok(board)
}

fn stamps(numbered: &Numbered) -> impl Iterator<Item = Stamp> {
    let weak = numbered.weak_ranks.iter().flatten().map(|rank| rank.stamp);
    std::iter::once(numbered.cstamp).chain(weak)
}

fn map_stamps(log: &mut [Numbered], now_ms: u64) {
    let all: BTreeSet<Stamp> = log.iter().flat_map(stamps).collect();
    let kept = is_left_out("a share keeps stamps that are ahead");
    let ahead = |stamp: &Stamp| stamp.ms > now_ms + AHEAD_MS_MAX && !kept;
    let mut last = Latest { ms: now_ms, counter: 0 };
    all.iter().filter(|stamp| !ahead(stamp)).for_each(|stamp| last.see(*stamp));
    let mut mapped = BTreeMap::new();
    for stamp in all.into_iter().filter(ahead) {
        let near = last.tick(0, stamp.replica);
        last.see(near);
        mapped.insert(stamp, near);
    }
    let near = |stamp: Stamp| mapped.get(&stamp).copied().unwrap_or(stamp);
    let mut before = Hash::default();
    for numbered in log {
        numbered.cstamp = near(numbered.cstamp);
        for rank in numbered.weak_ranks.iter_mut().flatten() {
            *rank = Rank { stamp: near(rank.stamp), ..*rank };
        }
        let Numbered { hash, cstamp, weak_ranks, .. } = &*numbered;
        before = change::chain(before, *hash, *cstamp, weak_ranks);
        numbered.chain = before;
    }
}
