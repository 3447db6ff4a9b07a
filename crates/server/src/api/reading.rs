//! What lists are read from: folds of boards of their own, brought up to the log's end before each look. The
//! writer's folds hold what is not committed yet, so no reader may see them; reading tables would make each write
//! dearer, and rows would have to become records anew for each list. A fold for reading takes in what was numbered
//! since, some microseconds a change, and then shows 10,000 cards without asking the disk.

use crate::{
    ServerError, Shared,
    account::members,
    sync::acting::{self, Member},
};
use domain::{board::Board, id::BoardId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use store::{
    Connection,
    account::{self, AccountId},
    rooms,
};
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

/// At most so many boards are held.
const BOARDS_MAX: usize = 64;
/// And so many things on all of them together, but for the one that was used last.
const THINGS_MAX: usize = 1_000_000;
/// How much of a log is taken in at once.
const CHANGES_AT_ONCE: usize = 1_000;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// A board for reading, once it was read.
type Held = Arc<RwLock<Option<Board>>>;
/// It stays as it is while somebody looks.
pub type Shown = OwnedRwLockReadGuard<Option<Board>, Board>;

#[derive(Default)]
pub struct Views(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    boards: HashMap<BoardId, (Held, u64)>,
    uses: u64,
}

/// Somebody who looks at a board, and what they see: all that was answered before they asked.
pub struct Seen {
    pub board: Shown,
    pub me: Member,
}

/// The board as it is on disk now, for one of its members.
pub async fn see(shared: &Shared, board: BoardId, account: AccountId) -> Result<Seen, ServerError> {
    // No connection is held while waiting for a board, nor a board while waiting for a right.
    let mut reader = shared.reader().await?;
    let role = members::role_on(&mut reader, board, account).await?;
    let member = account::member(&mut reader, board, account).await?;
    let head = rooms::head(&mut reader, board).await?;
    drop(reader);
    let (Some(member), Some(head)) = (member, head) else {
        return Err(ServerError::NotFound("board"));
    };
    let held = shared.api.views.of(board);
    let up_to_date = |held: &Option<Board>| {
        held.as_ref().is_some_and(|it| it.head.position.seq >= head.position.seq)
    };
    let mut seen = held.clone().read_owned().await;
    if !up_to_date(&seen) {
        drop(seen);
        let mut behind = held.write_owned().await;
        if !up_to_date(&behind) {
            let mut reader = shared.reader().await?;
            let known = behind.take();
            *behind = read_on(&mut reader, board, known).await?;
        }
        seen = behind.downgrade();
    }
    let shown = OwnedRwLockReadGuard::try_map(seen, Option::as_ref);
    let board = shown.map_err(|_| ServerError::NotFound("board"))?;
    shared.api.views.tidy();
    let me = Member { person: member.person, role: acting::role_of(role) };
    Ok(Seen { board, me })
}

/// The board at the end of its log; read anew where the log is not that of `known` any more.
async fn read_on(
    reader: &mut Connection,
    id: BoardId,
    known: Option<Board>,
) -> Result<Option<Board>, ServerError> {
    let Some(mut board) = known else { return Ok(rooms::load_at_once(reader, id).await?) };
    loop {
        let from = board.head.position;
        let read = rooms::read_on(reader, id, from.seq, CHANGES_AT_ONCE, BYTES_AT_ONCE).await?;
        let Some(stretch) = read else { return Ok(None) };
        for numbered in &stretch.changes {
            if !numbered.follows(board.head.position) {
                return Ok(rooms::load_at_once(reader, id).await?);
            }
            board.absorb(numbered);
        }
        let (here, there) = (&board.head, &stretch.head);
        if (here.position, here.digest) == (there.position, there.digest) {
            return Ok(Some(board));
        }
        if stretch.changes.is_empty() || here.position.seq >= there.position.seq {
            return Ok(rooms::load_at_once(reader, id).await?);
        }
    }
}

impl Views {
    fn of(&self, id: BoardId) -> Held {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        let (held, used) = kept.boards.entry(id).or_default();
        *used = now;
        held.clone()
    }

    /// Lets the boards go that nobody looked at for longest, where they are too many.
    fn tidy(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let things = |held: &Held| {
            let board = held.try_read();
            board.map_or(0, |board| board.as_ref().map_or(0, Board::things))
        };
        let mut all: usize = kept.boards.values().map(|(held, _)| things(held)).sum();
        while kept.boards.len() > 1 && (kept.boards.len() > BOARDS_MAX || all > THINGS_MAX) {
            let oldest = kept.boards.iter().min_by_key(|(_, (_, used))| *used);
            let Some((id, (held, _))) = oldest else { break };
            let (id, freed) = (*id, things(held));
            all = all.saturating_sub(freed);
            kept.boards.remove(&id);
        }
    }
}
