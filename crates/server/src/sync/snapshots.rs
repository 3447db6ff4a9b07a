//! Snapshots: a board at a position, in parts that are asked for one by one. They are made one at a time, and the
//! newest are kept, so that whoever was cut goes on with the same one.

use crate::ServerError;
use domain::{board::Board, change::Position, id::BoardId};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Connection, Readers, rooms};
use sync::{
    frame,
    message::{BoardNews, FromServer, Part, SnapshotOffer, parts},
};
use tokio_tungstenite::tungstenite::Bytes;

/// All that are kept have at most so many bytes together, but for the newest.
const KEPT_BYTES_MAX: usize = 256 * 1024 * 1024;
/// One that the log went on from by more than this is made anew for whoever begins.
const BEHIND_MAX: u64 = 2_000;

/// A board at a position, ready to be sent.
pub struct Snapshot {
    board: BoardId,
    /// For somebody who has nothing of the board.
    pub offer: SnapshotOffer,
    /// The frames of its parts.
    pub frames: Vec<Bytes>,
}

#[derive(Default)]
pub struct Snapshots {
    /// The one that was used last comes last; one for each board at most.
    kept: Mutex<Vec<Arc<Snapshot>>>,
    making: tokio::sync::Mutex<()>,
}

impl Snapshots {
    /// One to begin with; `None` where there is no such board.
    pub async fn of(
        &self,
        readers: &Readers,
        board: BoardId,
    ) -> Result<Option<Arc<Snapshot>>, ServerError> {
        let _turn = self.making.lock().await;
        let mut reader = readers.take().await?;
        if let Some(kept) = self.find(board) {
            let head = rooms::head(&mut reader, board).await?.map_or(0, |head| head.position.seq);
            let is_near = head.saturating_sub(kept.offer.at.seq) <= BEHIND_MAX;
            if is_near && goes_on(&mut reader, board, kept.offer.at).await? {
                return Ok(Some(kept));
            }
        }
        let Some(fold) = rooms::load_at_once(&mut reader, board).await? else { return Ok(None) };
        drop(reader);
        let made = tokio::task::spawn_blocking(move || make(&fold)).await;
        let made = made.map_err(|error| ServerError::Failed(error.to_string()))??;
        let made = Arc::new(made);
        self.keep(made.clone());
        Ok(Some(made))
    }

    /// The one at this position, where it is kept and the log goes on from it.
    pub async fn at(
        &self,
        readers: &Readers,
        board: BoardId,
        at: Position,
    ) -> Result<Option<Arc<Snapshot>>, ServerError> {
        let Some(kept) = self.find(board).filter(|kept| kept.offer.at == at) else {
            return Ok(None);
        };
        let mut reader = readers.take().await?;
        Ok(goes_on(&mut reader, board, at).await?.then_some(kept))
    }

    fn find(&self, board: BoardId) -> Option<Arc<Snapshot>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|it| it.board == board)?;
        let found = kept.remove(at);
        kept.push(found.clone());
        Some(found)
    }

    fn keep(&self, made: Arc<Snapshot>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|it| it.board != made.board);
        kept.push(made);
        let mut bytes: usize = kept.iter().map(|it| it.bytes()).sum();
        while kept.len() > 1 && bytes > KEPT_BYTES_MAX {
            bytes -= kept.remove(0).bytes();
        }
    }
}

impl Snapshot {
    fn bytes(&self) -> usize {
        self.frames.iter().map(Bytes::len).sum()
    }
}

/// Whether the log has the position and all that comes behind it.
async fn goes_on(
    reader: &mut Connection,
    board: BoardId,
    at: Position,
) -> Result<bool, ServerError> {
    let Some(head) = rooms::head(reader, board).await? else { return Ok(false) };
    let floor = rooms::floor(reader, board, head.position.seq).await?;
    let chains = rooms::chains(reader, board, [at.seq]).await?;
    let is_there = at.seq == 0 || chains == [(at.seq, at.chain)];
    Ok(is_there && at.seq >= floor)
}

fn make(fold: &Board) -> Result<Snapshot, ServerError> {
    let failed = |error: &dyn std::error::Error| ServerError::Failed(error.to_string());
    let (board, at, latest) = (fold.id, fold.head.position, fold.head.latest);
    let parts = parts(fold);
    let offer = SnapshotOffer {
        at,
        parts: u32::try_from(parts.len()).map_err(|error| failed(&error))?,
        things: u64::try_from(fold.things()).map_err(|error| failed(&error))?,
        digest: fold.head.digest.to_be_bytes(),
        latest_ms: latest.ms,
        latest_counter: latest.counter,
        common: None,
    };
    let frame = |(part, things): (u32, Vec<u8>)| {
        let part = Part { at, part, things: things.into() };
        let frame = frame::write(&FromServer::Board(board, BoardNews::Part(part)));
        frame.map(Bytes::from).map_err(|error| failed(&error))
    };
    let frames = (0..).zip(parts).map(frame).collect::<Result<Vec<Bytes>, ServerError>>()?;
    Ok(Snapshot { board, offer, frames })
}
