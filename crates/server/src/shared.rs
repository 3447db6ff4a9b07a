//! What every request shares.

use crate::{
    Door, Limits, Passwords, ServerError,
    api::Api,
    deadline,
    sync::Rooms,
    webhooks::Webhooks,
    writer::{Work, Writer},
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use store::{Reader, Readers};
use tokio::{sync::watch, time::timeout_at};

/// Whoever waits longer for a connection that reads is told that the server is busy.
pub const READER_WITHIN: Duration = Duration::from_secs(4);

pub struct Shared {
    pub door: Door,
    pub writer: Writer,
    pub readers: Readers,
    pub passwords: Passwords,
    pub limits: Limits,
    /// Counts up after every commit that may have taken a right from somebody, or given one. Whoever
    /// stays connected looks again whenever it does.
    pub access: watch::Sender<u64>,
    /// `true` from when the server begins to end: whoever stays connected leaves.
    pub stop: watch::Sender<bool>,
    pub metrics: PrometheusHandle,
    /// How long a reader may take nothing.
    pub reader_patience: Duration,
    /// Boards that are open, and who is connected to them.
    pub rooms: Arc<Rooms>,
    /// What those who ask over HTTP look at.
    pub api: Api,
    pub webhooks: Webhooks,
}

impl Shared {
    /// A connection that reads, for a request: nobody waits for one until they give up.
    pub async fn reader(&self) -> Result<Reader, ServerError> {
        let taken = timeout_at(deadline::within(READER_WITHIN), self.readers.take()).await;
        Ok(taken.map_err(|_| ServerError::Busy)??)
    }

    /// Runs a job that may change who may do what; those who stay connected look again after its commit.
    pub async fn change_access<T: Send + 'static>(
        &self,
        work: impl Work<T>,
    ) -> Result<T, ServerError> {
        let access = self.access.clone();
        self.writer.write_then(work, move |_| access.send_modify(|count| *count += 1)).await
    }
}
