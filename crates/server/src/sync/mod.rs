//! Boards that are shared: the server's end of the conversation that replicas have with it, on a WebSocket at
//! `/sync`. What is accepted, and how it is numbered, the `sync` crate decides; here it is stored, told, and
//! kept within bounds. A peer that breaks the rules costs itself its connection, and nobody else anything.

mod accepting;
pub(crate) mod acting;
mod folds;
mod following;
mod live;
mod places;
mod presence;
mod pushing;
mod resuming;
mod session;
mod sharing;
mod sitting;
mod snapshots;
mod socket;
mod taking_over;
mod upgrade;
mod watched;

#[cfg(test)]
pub(crate) use {
    accepting::{known_answer, pushing},
    sharing::{arrived, promised},
    taking_over::{look_through, settle},
};

pub use sitting::Sitting;
pub use upgrade::open;
pub(crate) use upgrade::{accept_key, switching, upgrade};

use crate::ServerError;
use folds::Folds;
use live::LiveBoards;
use places::Places;
use snapshots::Snapshots;
use std::sync::{Arc, atomic::AtomicU64};
use store::Connection;
use tokio::sync::Semaphore;

/// A share that nobody goes on with for so long is thrown away.
const INCOMING_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What all connections gather of acts together.
const GATHERING_KIB_MAX: usize = 512 * 1024;

/// What all conversations share.
pub struct Rooms {
    folds: Folds,
    live: LiveBoards,
    snapshots: Snapshots,
    places: Places,
    /// Whole logs are taken into memory one at a time.
    taking_over: Semaphore,
    /// Memory for acts whose end is still to come, in KiB.
    gathering: Arc<Semaphore>,
    /// How many sessions there were since the start.
    sessions: AtomicU64,
}

impl Default for Rooms {
    fn default() -> Rooms {
        Rooms {
            folds: Folds::default(),
            live: LiveBoards::default(),
            snapshots: Snapshots::default(),
            places: Places::default(),
            taking_over: Semaphore::new(1),
            gathering: Arc::new(Semaphore::new(GATHERING_KIB_MAX)),
            sessions: AtomicU64::new(0),
        }
    }
}

impl Rooms {
    /// Waits until everybody left, which they do when the server stops.
    pub async fn empty(&self) {
        self.places.empty().await;
    }
}

/// Throws away what was left lying of shares that nobody finished.
pub async fn forget_incoming(connection: &mut Connection, now_ms: i64) -> Result<(), ServerError> {
    Ok(store::rooms::forget_incoming(connection, now_ms - INCOMING_KEPT_MS).await?)
}
