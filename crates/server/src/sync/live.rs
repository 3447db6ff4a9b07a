//! Boards that somebody follows: where their logs end, and the newest frames, so that a change that a hundred
//! connections wait for is read and packed once. Nothing is queued for anybody: each connection reads on from
//! its own cursor.

use super::presence::Presence;
use crate::ServerError;
use domain::{board::Head, change::Position, id::BoardId};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
};
use store::{Readers, rooms};
use sync::{
    frame,
    message::{BoardNews, Changes, FromServer, MESSAGE_BYTES, MESSAGE_CHANGES_MAX, NumberedBytes},
};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Bytes;

/// Frames that are kept of a board while it is followed.
const RING_FRAMES_MAX: usize = 64;
const RING_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The followed ones.
#[derive(Default)]
pub struct LiveBoards(Mutex<HashMap<BoardId, Weak<LiveBoard>>>);

pub struct LiveBoard {
    pub id: BoardId,
    /// The end of the log, as last told.
    head: watch::Sender<u64>,
    /// Those that reach the head, the newest last. It is held while one is read, so that all others who
    /// want the same wait for it.
    ring: tokio::sync::Mutex<VecDeque<Arc<Told>>>,
    /// Who has it open.
    pub presence: Presence,
}

/// Changes of a board, ready to be sent.
pub struct Told {
    pub from: Position,
    pub end: Position,
    pub head: u64,
    pub is_empty: bool,
    pub frame: Bytes,
}

impl LiveBoards {
    /// The board, for as long as somebody holds it.
    pub fn of(&self, id: BoardId) -> Arc<LiveBoard> {
        let mut boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(live) = boards.get(&id).and_then(Weak::upgrade) {
            return live;
        }
        boards.retain(|_, live| live.strong_count() > 0);
        let (head, ring, presence) =
            (watch::Sender::new(0), Default::default(), Default::default());
        let live = Arc::new(LiveBoard { id, head, ring, presence });
        boards.insert(id, Arc::downgrade(&live));
        live
    }

    /// The log goes up to this number now, on disk.
    pub fn tell(&self, id: BoardId, head: u64) {
        let boards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let live = boards.get(&id).and_then(Weak::upgrade);
        drop(boards);
        if let Some(live) = live {
            live.head.send_if_modified(|known| {
                let goes_on = *known < head;
                *known = head.max(*known);
                goes_on
            });
        }
    }
}

impl LiveBoard {
    /// Notices each time that the log went on after this call.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    /// Where the log ends, as far as anybody was told since the board is followed.
    pub fn head(&self) -> u64 {
        *self.head.borrow()
    }

    /// What stands behind a position of the log; `None` where there is no such board any more.
    pub async fn read_on(
        &self,
        readers: &Readers,
        from: Position,
    ) -> Result<Option<Arc<Told>>, ServerError> {
        let mut ring = self.ring.lock().await;
        let at = |told: &&Arc<Told>| told.from.seq == from.seq && told.from.chain == from.chain;
        if let Some(told) = ring.iter().rev().find(at) {
            return Ok(Some(told.clone()));
        }
        let mut reader = readers.take().await?;
        let read =
            rooms::read_on(&mut reader, self.id, from.seq, MESSAGE_CHANGES_MAX, MESSAGE_BYTES);
        let Some(read) = read.await? else { return Ok(None) };
        drop(reader);
        let told = Arc::new(self.tell(from, read)?);
        if !told.is_empty && told.end.seq == told.head {
            ring.push_back(told.clone());
            let mut bytes: usize = ring.iter().map(|told| told.frame.len()).sum();
            while ring.len() > RING_FRAMES_MAX || bytes > RING_BYTES_MAX {
                bytes -= ring.pop_front().map_or(bytes, |told| told.frame.len());
            }
        }
        Ok(Some(told))
    }

    fn tell(&self, from: Position, read: rooms::Stretch) -> Result<Told, ServerError> {
        let Head { position: head, digest, .. } = read.head;
        let from = Position { epoch: head.epoch, ..from };
        let changes: Vec<NumberedBytes> = read.changes.into_iter().map(NumberedBytes).collect();
        let end = changes.last().map_or(from, |last| last.0.position());
        let digest = (end.seq == head.seq).then(|| digest.to_be_bytes());
        let is_empty = changes.is_empty();
        let changes = Changes { from, changes, head: head.seq, digest };
        let message = FromServer::Board(self.id, BoardNews::Changes(changes));
        let frame =
            frame::write(&message).map_err(|error| ServerError::Failed(error.to_string()))?;
        Ok(Told { from, end, head: head.seq, is_empty, frame: frame.into() })
    }
}
