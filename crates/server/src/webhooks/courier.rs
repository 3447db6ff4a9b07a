//! Who delivers one webhook: one change after the other, each from the log, and on to the next only once it is on disk
//! that this one was taken. Whatever it was told in between, it looks at what is on disk before each try.

use super::{
    outcome::{RETRY_MAX_MS, after},
    sending::{Message, send},
};
use crate::{
    ServerError, Shared, account::roles, api::change_shown, now_ms, sync::acting::Listening,
    writer::job,
};
use domain::change::Numbered;
use std::{sync::Arc, time::Duration};
use store::{
    account, rooms,
    webhooks::{self, Delivery, Pause, Webhook, WebhookId, WhyPaused},
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// A change may be as large as a push.
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;
/// It looks again so often even where nobody told it anything.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// And after a fault of the server itself, a disk that is full among them.
const AFTER_FAULT: Duration = Duration::from_secs(5);

pub struct Courier {
    shared: Arc<Shared>,
    id: WebhookId,
    listening: Listening,
    /// Counts up when webhooks were made or changed.
    changed: watch::Receiver<u64>,
}

/// What there is to do.
enum Due {
    /// It is paused or gone.
    Over,
    /// Nothing, until something happens.
    Nothing,
    Later(Duration),
    Change(Box<(Webhook, Numbered)>),
}

/// Delivers until the webhook is paused or gone.
pub async fn run(shared: Arc<Shared>, id: WebhookId) {
    let delivered = async {
        let Some(mut courier) = Courier::of(shared, id).await? else { return Ok(()) };
        while courier.step().await? {}
        Ok(())
    };
    let delivered: Result<(), ServerError> = delivered.await;
    if let Err(error) = delivered {
        // Whoever started this one starts another, which reads on from what is on disk.
        tracing::error!(%error, webhook = %id, "a webhook waits for the server to work again");
        sleep(AFTER_FAULT).await;
    }
}

impl Courier {
    async fn of(shared: Arc<Shared>, id: WebhookId) -> Result<Option<Courier>, ServerError> {
        let mut reader = shared.reader().await?;
        let found = webhooks::find(&mut reader, id).await?;
        drop(reader);
        Ok(found.map(|webhook| {
            let listening = Listening::within(&shared.rooms, webhook.board);
            let changed = shared.webhooks.changed();
            Courier { shared, id, listening, changed }
        }))
    }

    /// Whether there may be more to do.
    async fn step(&mut self) -> Result<bool, ServerError> {
        // What is told from here on is noticed below, even if it is read now.
        self.changed.mark_unchanged();
        self.listening.mark();
        match self.look().await? {
            Due::Over => return Ok(false),
            Due::Nothing => {
                let happens = async {
                    tokio::select! {
                        () = self.listening.goes_on() => {}
                        _ = self.changed.changed() => {}
                    }
                };
                timeout(LOOK_AGAIN, happens).await.ok();
            }
            Due::Later(wait) => {
                timeout(wait, self.changed.changed()).await.ok();
            }
            Due::Change(due) => self.deliver(due.0, &due.1).await?,
        }
        Ok(true)
    }

    async fn look(&self) -> Result<Due, ServerError> {
        let mut reader = self.shared.reader().await?;
        let Some(webhook) = webhooks::find(&mut reader, self.id).await? else {
            return Ok(Due::Over);
        };
        if webhook.paused.is_some() {
            return Ok(Due::Over);
        }
        let role = account::role(&mut reader, webhook.board, webhook.made_by).await?;
        if !role.is_some_and(roles::may_manage) {
            drop(reader);
            self.pause(WhyPaused::NotAllowed).await?;
            return Ok(Due::Over);
        }
        // A clock that was set back makes nobody wait for longer.
        let wait_ms = (webhook.next_ms - now_ms()).min(RETRY_MAX_MS);
        if let Some(wait_ms) = u64::try_from(wait_ms).ok().filter(|wait_ms| *wait_ms > 0) {
            return Ok(Due::Later(Duration::from_millis(wait_ms)));
        }
        let (board, cursor) = (webhook.board, webhook.cursor);
        let read = rooms::read_on(&mut reader, board, cursor, 1, BYTES_AT_ONCE).await?;
        let next = read.and_then(|stretch| stretch.changes.into_iter().next());
        Ok(next.map_or(Due::Nothing, |numbered| Due::Change(Box::new((webhook, numbered)))))
    }

    async fn deliver(&mut self, webhook: Webhook, numbered: &Numbered) -> Result<(), ServerError> {
        let turn = self.shared.webhooks.turn().await?;
        // Somebody may have paused it while it waited.
        if self.changed.has_changed().unwrap_or(false) {
            return Ok(());
        }
        let message = Message {
            id: format!("{}-{}", numbered.seq, numbered.epoch),
            event: "change",
            board: webhook.board,
            number: Some(numbered.seq),
            body: change_shown(numbered)?,
        };
        let tried = send(&webhook, message, self.shared.webhooks.allowed()).await;
        drop(turn);
        count(&tried);
        self.note(webhook, tried).await
    }

    /// The cursor and the try that moved it are one transaction.
    async fn note(&self, stood: Webhook, tried: Delivery) -> Result<(), ServerError> {
        let mut chance = [0; 4];
        getrandom::fill(&mut chance).map_err(|error| ServerError::Failed(error.to_string()))?;
        let chance = u32::from_ne_bytes(chance);
        let work = job(move |connection| {
            Box::pin(async move {
                // Somebody may have deleted it meanwhile.
                let Some(webhook) = webhooks::find(connection, stood.id).await? else {
                    return Ok(None);
                };
                webhooks::note(connection, stood.id, &tried).await?;
                let stands = after(webhook, &stood, &tried, chance, now_ms());
                webhooks::put(connection, &stands).await?;
                Ok(stands.paused)
            })
        });
        let paused = self.shared.writer.write(work).await?;
        if let Some(pause) = paused {
            tracing::warn!(webhook = %self.id, why = pause.why.name(), "a webhook is paused");
        }
        Ok(())
    }

    async fn pause(&self, why: WhyPaused) -> Result<(), ServerError> {
        let id = self.id;
        tracing::warn!(webhook = %id, why = why.name(), "a webhook is paused");
        let work = job(move |connection| {
            Box::pin(async move {
                let found = webhooks::find(connection, id).await?;
                if let Some(webhook) = found.filter(|webhook| webhook.paused.is_none()) {
                    let paused = Some(Pause { why, since_ms: now_ms() });
                    webhooks::put(connection, &Webhook { paused, ..webhook }).await?;
                }
                Ok(())
            })
        });
        self.shared.writer.write(work).await
    }
}

pub fn count(tried: &Delivery) {
    let outcome = if tried.error.is_none() { "taken" } else { "failed" };
    metrics::counter!("holdfast_webhook_deliveries_total", "outcome" => outcome).increment(1);
}
