//! Webhooks: a board's changes, sent to an address, at least once each and in their order. What was taken stands on
//! disk with each webhook, so that a server that is killed goes on where it was; each has a courier of its own, so that
//! one receiver waits for no other. Where there is none, nothing is connected to.

mod addresses;
mod courier;
mod dial;
mod outcome;
mod sending;
mod signature;
mod target;

pub use addresses::may_be_called;
pub use signature::{fresh_secret, written};
pub use target::{Target, URL_BYTES_MAX};

use crate::{ServerError, Shared, writer::job};
use ipnet::IpNet;
use sending::{Message, send};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use store::webhooks::{self, Delivery, Webhook, WebhookId};
use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    task::{self, JoinSet},
    time::timeout,
};
use uuid::Uuid;

pub const WEBHOOKS_OF_BOARD_MAX: usize = 10;
/// On all boards.
pub const WEBHOOKS_MAX: i64 = 1_000;
/// Tries under way; where more are due they wait, first come first served.
const TRIES_AT_ONCE_MAX: usize = 128;
const PINGS_AT_ONCE_MAX: usize = 8;
/// Which webhooks there are is looked at so often even where nobody told.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// What all of them share.
pub struct Webhooks {
    /// Networks that may be called although they are private.
    allowed: Vec<IpNet>,
    /// Counts up when one was made, changed or deleted.
    changed: watch::Sender<u64>,
    turns: Semaphore,
    /// Of their own, so that nobody who asks for many makes deliveries wait.
    pings: Semaphore,
}

impl Webhooks {
    pub fn new(allowed: Vec<IpNet>) -> Webhooks {
        let (changed, turns) = (watch::Sender::new(0), Semaphore::new(TRIES_AT_ONCE_MAX));
        Webhooks { allowed, changed, turns, pings: Semaphore::new(PINGS_AT_ONCE_MAX) }
    }

    pub fn allowed(&self) -> &[IpNet] {
        &self.allowed
    }

    /// Something is another way on disk now.
    pub fn tell(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ServerError> {
        self.turns.acquire().await.map_err(|_| ServerError::Ending)
    }
}

/// Keeps a courier for each webhook that is delivered, until the server stops.
pub async fn run(shared: Arc<Shared>) {
    let mut stop = shared.stop.subscribe();
    let mut changed = shared.webhooks.changed();
    let mut couriers = JoinSet::new();
    let mut running: HashMap<task::Id, WebhookId> = HashMap::new();
    loop {
        changed.mark_unchanged();
        match to_deliver(&shared).await {
            Ok(wanted) => {
                let known: HashSet<WebhookId> = running.values().copied().collect();
                for id in wanted.into_iter().filter(|id| !known.contains(id)) {
                    let courier = couriers.spawn(courier::run(shared.clone(), id));
                    running.insert(courier.id(), id);
                }
            }
            Err(error) => tracing::error!(%error, "which webhooks there are cannot be read"),
        }
        let happens = async {
            tokio::select! {
                // Tries that are under way are given up, and made again after the next start.
                _ = stop.wait_for(|stop| *stop) => false,
                _ = changed.changed() => true,
                Some(ended) = couriers.join_next_with_id() => {
                    let ended = ended.map_or_else(|error| error.id(), |(id, ())| id);
                    running.remove(&ended);
                    true
                }
            }
        };
        if let Ok(false) = timeout(LOOK_AGAIN, happens).await {
            return;
        }
    }
}

async fn to_deliver(shared: &Shared) -> Result<Vec<WebhookId>, ServerError> {
    let mut reader = shared.reader().await?;
    Ok(webhooks::running(&mut reader).await?)
}

/// Sends something to see whether it arrives, now and once. It is noted like any other try, and moves nothing.
pub async fn ping(shared: &Shared, webhook: Webhook) -> Result<Delivery, ServerError> {
    let turn = shared.webhooks.pings.try_acquire().map_err(|_| ServerError::Busy)?;
    let body = serde_json::json!({ "webhook": webhook.id.0, "board": webhook.board });
    let message = Message {
        id: format!("ping-{}", Uuid::new_v4()),
        event: "ping",
        board: webhook.board,
        number: None,
        body: body.to_string().into_bytes(),
    };
    let tried = send(&webhook, message, shared.webhooks.allowed()).await;
    drop(turn);
    courier::count(&tried);
    let noted = tried.clone();
    let work = job(move |connection| {
        Box::pin(async move {
            if webhooks::find(connection, webhook.id).await?.is_some() {
                webhooks::note(connection, webhook.id, &noted).await?;
            }
            Ok(())
        })
    });
    shared.writer.write(work).await?;
    Ok(tried)
}
