//! What a connection reads of the boards that it follows, each by its own cursor. Nothing waits for it here: one
//! that reads slowly is behind, and no more.

use super::{live::LiveBoard, session::Session, socket::End};
use crate::{ServerError, Shared};
use domain::{change::Position, id::BoardId};
use std::{collections::HashMap, sync::Arc};
use store::rooms;
use sync::{
    message::{BoardNews, Follow, PartWanted, SnapshotOffer},
    serving::{Start, located, start},
};

/// A connection follows at most so many boards.
const FOLLOWED_MAX: usize = 1_000;

/// A board that a connection follows.
pub struct Followed {
    pub live: Arc<LiveBoard>,
    /// Up to where it was sent.
    pub cursor: Position,
}

impl Session {
    pub async fn follow(&mut self, follow: &Follow) -> Result<(), End> {
        let board = follow.board;
        self.leave(board);
        if !self.is_member(board) {
            return self.say(board, BoardNews::Gone).await;
        }
        if self.followed.len() >= FOLLOWED_MAX {
            return Err(End::too_much("these are too many boards for one connection"));
        }
        match where_to(&self.shared, follow).await.map_err(failed)? {
            None => self.say(board, BoardNews::Gone).await,
            Some(Start::From(position)) => self.begin(board, position).await,
            Some(Start::Diverged(position)) => {
                self.say(board, BoardNews::Diverged(position)).await?;
                self.begin(board, position).await
            }
            Some(Start::Snapshot(common)) => self.offer(board, common).await,
        }
    }

    /// From a position on, now and whenever the log goes on. It listens first and reads then, so that
    /// nothing falls between the two.
    async fn begin(&mut self, board: BoardId, from: Position) -> Result<(), End> {
        let live = self.shared.rooms.live.of(board);
        self.listen(&live);
        self.followed.insert(board, Followed { live, cursor: from });
        self.read_on(board, true).await?;
        self.greet_with_people(board).await
    }

    /// The next that a connection was not sent yet. An empty answer says that there is nothing.
    pub async fn read_on(&mut self, board: BoardId, even_nothing: bool) -> Result<(), End> {
        let Some(followed) = self.followed.get_mut(&board) else { return Ok(()) };
        let read = followed.live.read_on(&self.shared.readers, followed.cursor).await;
        let Some(told) = read.map_err(failed)? else {
            self.leave(board);
            return self.say(board, BoardNews::Gone).await;
        };
        if told.is_empty && !even_nothing {
            return Ok(());
        }
        let behind = u32::try_from(told.head.saturating_sub(told.from.seq)).unwrap_or(u32::MAX);
        metrics::histogram!("holdfast_sync_behind_changes").record(f64::from(behind));
        followed.cursor = told.end;
        // A frame that was kept knows less of the head than was told since.
        if told.end.seq < told.head.max(followed.live.head()) {
            self.behind.insert(board);
        }
        self.socket.send(told.frame.clone()).await
    }

    async fn offer(&mut self, board: BoardId, common: Option<Position>) -> Result<(), End> {
        let shared = self.shared.clone();
        match shared.rooms.snapshots.of(&shared.readers, board).await.map_err(failed)? {
            None => self.say(board, BoardNews::Gone).await,
            Some(snapshot) => {
                let offer = SnapshotOffer { common, ..snapshot.offer.clone() };
                self.say(board, BoardNews::Snapshot(offer)).await
            }
        }
    }

    /// A part of a snapshot; behind the last one come the changes since. Where there is no such snapshot any
    /// more, another is offered.
    pub async fn part(&mut self, wanted: PartWanted) -> Result<(), End> {
        let PartWanted { board, at, part } = wanted;
        if !self.is_member(board) {
            return self.say(board, BoardNews::Gone).await;
        }
        let shared = self.shared.clone();
        let found = shared.rooms.snapshots.at(&shared.readers, board, at).await.map_err(failed)?;
        let Some(snapshot) = found else { return self.offer(board, None).await };
        let part = usize::try_from(part).map_err(End::protocol)?;
        let frame = snapshot.frames.get(part).ok_or(End::protocol("there is no such part"))?;
        self.socket.send(frame.clone()).await?;
        if part + 1 < snapshot.frames.len() { Ok(()) } else { self.begin(board, at).await }
    }

    pub fn leave(&mut self, board: BoardId) {
        self.showing.leave(board);
        self.followed.remove(&board);
        self.behind.remove(&board);
    }
}

/// Where a replica goes on; `None` where there is no such board.
async fn where_to(shared: &Shared, follow: &Follow) -> Result<Option<Start>, ServerError> {
    let mut reader = shared.readers.take().await?;
    let Some(head) = rooms::head(&mut reader, follow.board).await? else { return Ok(None) };
    let floor = rooms::floor(&mut reader, follow.board, head.position.seq).await?;
    let chains = rooms::chains(&mut reader, follow.board, located(follow)).await?;
    let chains: HashMap<_, _> = chains.into_iter().collect();
    Ok(Some(start(follow, head.position, floor, |seq| chains.get(&seq).copied())))
}

/// What could not be read now may be read later, on another connection.
pub fn failed(error: ServerError) -> End {
    tracing::error!(%error, "a board could not be read");
    End::stopping()
}
