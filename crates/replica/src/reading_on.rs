//! Going on where another process on the folder wrote: from the number at which this one holds a board.

use crate::protocol::Failure;
use domain::{board::Board, id::*, shared::SharedBoard, stamp::Stamp};
use std::collections::{BTreeMap, BTreeSet};
use store::{HeldBoard, Holding, SharedHolding, boards, sharing, versions};

/// So many changes are read at once.
const READ_AT_ONCE: u32 = 64;

/// A board as it is on disk now.
pub(crate) struct Current {
    pub held: HeldBoard,
    /// The number at which readers of this process hold it.
    pub from: u64,
    /// What differs since.
    pub touched: Vec<EntityId>,
}

/// Goes on from what was known of the board, or reads it anew.
pub(crate) async fn current(
    connection: &mut store::Connection,
    id: BoardId,
    known: Option<HeldBoard>,
) -> Result<Current, Failure> {
    if let Some(mut held) = known {
        let from = held.number();
        if let Some(touched) = read_on(connection, &mut held).await? {
            return Ok(Current { held, from, touched });
        }
    }
    let held = boards::load(connection, id).await?;
    let left = |held: &HeldBoard| held.shared().is_some_and(|shared| shared.share.retired);
    let held = held.filter(|held| !left(held)).ok_or_else(|| Failure::not_found("board"))?;
    Ok(Current { from: held.number(), held, touched: Vec::new() })
}

/// Takes in what others wrote; what shows otherwise comes back. `None` where the board is no longer the one that
/// was read, and must be read anew.
pub(crate) async fn read_on(
    connection: &mut store::Connection,
    held: &mut HeldBoard,
) -> Result<Option<Vec<EntityId>>, Failure> {
    let before = held.number();
    let touched = match &mut held.holding {
        Holding::Own(board) => read_on_own(connection, board).await?,
        Holding::Shared(shared) => read_on_shared(connection, shared).await?,
    };
    let Some(mut touched) = touched else { return Ok(None) };
    if held.number() != before {
        touched.extend(stand_apart(connection, held).await?);
    }
    Ok(Some(touched))
}

/// Reads anew which descriptions stand apart; the cards for which that is otherwise come back.
pub(crate) async fn stand_apart(
    connection: &mut store::Connection,
    held: &mut HeldBoard,
) -> Result<Vec<EntityId>, Failure> {
    let apart = versions::apart(connection, held.id()).await?;
    let before = std::mem::replace(&mut held.apart, apart);
    let cards: BTreeSet<CardId> = before.keys().chain(held.apart.keys()).copied().collect();
    let differing = cards.into_iter().filter(|card| before.get(card) != held.apart.get(card));
    Ok(differing.map(EntityId::from).collect())
}

async fn read_on_own(
    connection: &mut store::Connection,
    board: &mut Board,
) -> Result<Option<Vec<EntityId>>, Failure> {
    let Some((head, _)) = boards::head(connection, board.id).await? else { return Ok(None) };
    if sharing::share_of(connection, board.id).await?.is_some() {
        return Ok(None);
    }
    let ours = board.head.position;
    if head.position == ours {
        return Ok(Some(Vec::new()));
    }
    if head.position.epoch != ours.epoch || head.position.seq < ours.seq {
        return Ok(None);
    }
    let mut touched = Vec::new();
    while board.head.position.seq < head.position.seq {
        let seq = board.head.position.seq;
        let changes = boards::read_after(connection, board.id, seq, READ_AT_ONCE).await?;
        if changes.is_empty() {
            return Ok(None);
        }
        for numbered in changes {
            touched.extend(board.absorb(&numbered));
        }
    }
    let same = board.head == head;
    Ok(same.then_some(touched))
}

async fn read_on_shared(
    connection: &mut store::Connection,
    holding: &mut SharedHolding,
) -> Result<Option<Vec<EntityId>>, Failure> {
    let id = holding.share.board;
    let share = sharing::share_of(connection, id).await?;
    let Some(share) = share.filter(|share| !share.retired) else { return Ok(None) };
    let before = std::mem::replace(&mut holding.share, share);
    if holding.share.shown == before.shown {
        return Ok(Some(Vec::new()));
    }
    if holding.share.floor != before.floor || !read_log(connection, &mut holding.board).await? {
        return Ok(None);
    }
    let settled = holding.share.settled;
    let (ms, counter) = (settled.latest.ms, settled.latest.counter);
    let replica = holding.board.numbered().head.position.epoch;
    holding.board.settle(settled.line, Stamp { ms, counter, replica });
    read_outbox(connection, &mut holding.board).await?;
    let touched = holding.board.show();
    if holding.share.last_line != before.last_line {
        give_no_line_twice(holding);
    }
    Ok(Some(touched))
}

/// Whether the log went on from where the board stands.
async fn read_log(
    connection: &mut store::Connection,
    board: &mut SharedBoard,
) -> Result<bool, Failure> {
    let id = board.numbered().id;
    let Some((head, _)) = boards::head(connection, id).await? else { return Ok(false) };
    while board.numbered().head.position.seq < head.position.seq {
        let seq = board.numbered().head.position.seq;
        let changes = boards::read_lines_after(connection, id, seq, READ_AT_ONCE).await?;
        if changes.is_empty() {
            return Ok(false);
        }
        for (numbered, line) in changes {
            if !numbered.follows(board.numbered().head.position) {
                return Ok(false);
            }
            board.absorb(&numbered);
            if let Some(line) = line {
                board.settle(line, numbered.cstamp);
            }
        }
    }
    board.go_to_epoch(head.position.epoch);
    Ok(board.numbered().head == head)
}

async fn read_outbox(
    connection: &mut store::Connection,
    board: &mut SharedBoard,
) -> Result<(), Failure> {
    let id = board.numbered().id;
    let mut ours: BTreeMap<i64, _> = board
        .outbox()
        .map(|it| {
            (
                it.line,
                sharing::QueuedRow { line: it.line, hash: it.hash, former: it.former.clone() },
            )
        })
        .collect();
    for row in sharing::queued(connection, id).await? {
        if ours.remove(&row.line).as_ref() == Some(&row) {
            continue;
        }
        if let Some(waiting) = sharing::waiting_on(connection, id, row.line).await? {
            board.put(waiting);
        }
    }
    for line in ours.into_keys() {
        board.remove(line);
    }
    Ok(())
}

/// Another process gave lines: the board in memory begins behind them, too.
fn give_no_line_twice(holding: &mut SharedHolding) {
    let board = &holding.board;
    holding.board = SharedBoard::new(
        board.numbered().clone(),
        board.outbox().cloned().collect(),
        board.settled(),
        holding.share.last_line,
    );
}
