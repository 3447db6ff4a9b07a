//! Folds of boards in memory, for the writer, which looks at what is pushed against them. A fold leaves while a
//! job works on it, and comes back when that went well. Whether it is what the transaction sees is read off the
//! head: after a commit that failed, or one of another process, it is read anew.

use domain::{board::Board, id::BoardId};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Connection, StoreError, rooms};

/// At most so many boards are held.
const BOARDS_MAX: usize = 256;
/// And so many things on all of them together, but for the one that was used last.
const THINGS_MAX: usize = 1_000_000;

/// The one that was used last comes last.
#[derive(Default)]
pub struct Folds(Mutex<Vec<Board>>);

impl Folds {
    /// The board as the transaction sees it; `None` where there is no such board.
    pub async fn take(
        &self,
        connection: &mut Connection,
        id: BoardId,
    ) -> Result<Option<Board>, StoreError> {
        let held = self.leave(id);
        let Some(head) = rooms::head(connection, id).await? else { return Ok(None) };
        match held.filter(|board| board.head == head) {
            Some(board) => Ok(Some(board)),
            None => rooms::load(connection, id).await,
        }
    }

    /// Keeps a board that the transaction has stored.
    pub fn put(&self, board: Board) {
        let mut folds = self.lock();
        folds.push(board);
        let mut things: usize = folds.iter().map(Board::things).sum();
        let mut surplus = 0;
        while surplus + 1 < folds.len()
            && (folds.len() - surplus > BOARDS_MAX || things > THINGS_MAX)
        {
            things -= folds[surplus].things();
            surplus += 1;
        }
        folds.drain(..surplus);
    }

    fn leave(&self, id: BoardId) -> Option<Board> {
        let mut folds = self.lock();
        let at = folds.iter().position(|board| board.id == id)?;
        Some(folds.remove(at))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Board>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
