//! The one task that writes. It takes all jobs that wait, runs them in one transaction with a savepoint
//! for each, and answers only after the commit, which waits for the disk once for all of them.

use crate::{ServerError, problem::obstacle};
use futures_util::future::BoxFuture;
use std::time::Duration;
use store::{Connection, Store, StoreError};
use sync::message::Obstacle;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, MissedTickBehavior},
};

/// Jobs that may wait; more are answered "busy".
pub const JOBS_WAITING_MAX: usize = 1024;
/// Jobs of one transaction.
pub const JOBS_AT_ONCE_MAX: usize = 512;
/// How soon the commits of other processes are noticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a job does in its savepoint. An error takes its writes back, and only its own.
///
pub trait Work<T>:
    for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, ServerError>> + Send + 'static
{
}

impl<T, W> Work<T> for W where
    W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, ServerError>> + Send + 'static
{
}

/// What the compiler needs to see in order to take a closure for work:
/// `job(move |connection| Box::pin(async move { … }))`.
pub fn job<T, W>(work: W) -> W
where
    W: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, ServerError>>,
{
    work
}

/// Where jobs are handed in; clones share the queue.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

/// The task, for whoever ends it.
pub struct WriterTask {
    stop: watch::Sender<bool>,
    task: JoinHandle<Result<(), StoreError>>,
}

impl Writer {
    /// Takes the store for itself. `noticed` is called in the task whenever another process has committed.
    pub fn start(store: Store, noticed: impl Fn() + Send + 'static) -> (Writer, WriterTask) {
        let (jobs, waiting) = mpsc::channel(JOBS_WAITING_MAX);
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(run(store, waiting, stopped, noticed));
        (Writer { jobs }, WriterTask { stop, task })
    }

    /// Runs a job; its outcome comes back once it is on disk. A caller who no longer waits does not stop it.
    pub async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, ServerError> {
        self.write_then(work, |_| ()).await
    }

    /// As [`Writer::write`]; `tell` is called in the writer's task after the commit and before the answer,
    /// in the order of the jobs: what is told of is on disk.
    pub async fn write_then<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        tell: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, ServerError> {
        let (reply, answer) = oneshot::channel();
        let job = OneJob { work: Some(work), tell: Some(tell), outcome: None, reply };
        self.jobs.try_send(Box::new(job)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ServerError::Busy,
            mpsc::error::TrySendError::Closed(_) => ServerError::Ending,
        })?;
        // A writer that fell over is known to nobody but the commit itself.
        answer.await.unwrap_or(Err(ServerError::Unknown(Obstacle::Other)))
    }

    /// Whether jobs are taken.
    pub fn is_alive(&self) -> bool {
        !self.jobs.is_closed()
    }

    /// How many more jobs may wait now.
    pub fn free(&self) -> usize {
        self.jobs.capacity()
    }
}

impl WriterTask {
    /// Lets the jobs that wait finish, takes no more, and closes the database.
    pub async fn finish(self) -> Result<(), StoreError> {
        self.stop.send_replace(true);
        self.task.await.map_err(|error| StoreError::Other(error.to_string()))?
    }

    /// Comes back only where the task ends by itself, which is a fault.
    pub async fn fell_over(&mut self) -> String {
        match (&mut self.task).await {
            Ok(Ok(())) => "it ended".to_owned(),
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

/// A job whose type of answer is forgotten.
trait Job: Send {
    /// Whether its writes are to be kept.
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, bool>;
    /// Its transaction is on disk.
    fn committed(self: Box<Self>);
    /// Its transaction is not on disk, or nobody knows.
    fn failed(self: Box<Self>, error: ServerError);
}

struct OneJob<T, W, F> {
    work: Option<W>,
    tell: Option<F>,
    outcome: Option<Result<T, ServerError>>,
    reply: oneshot::Sender<Result<T, ServerError>>,
}

impl<T: Send + 'static, W: Work<T>, F: FnOnce(&T) + Send> Job for OneJob<T, W, F> {
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = work(connection).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn committed(self: Box<Self>) {
        let outcome = self.outcome.unwrap_or(Err(ServerError::Unknown(Obstacle::Other)));
        if let (Ok(value), Some(tell)) = (&outcome, self.tell) {
            tell(value);
        }
        // Whoever asked may have gone.
        self.reply.send(outcome).ok();
    }

    fn failed(self: Box<Self>, error: ServerError) {
        self.reply.send(Err(error)).ok();
    }
}

async fn run(
    mut store: Store,
    mut waiting: mpsc::Receiver<Box<dyn Job>>,
    mut stopped: watch::Receiver<bool>,
    noticed: impl Fn() + Send,
) -> Result<(), StoreError> {
    let mut jobs = Vec::new();
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut version = store.data_version().await?;
    loop {
        tokio::select! {
            taken = waiting.recv_many(&mut jobs, JOBS_AT_ONCE_MAX) => {
                if taken == 0 {
                    return store.close().await;
                }
                carry_out(&mut store, &mut jobs).await?;
            }
            () = asked(&mut stopped), if !waiting.is_closed() => waiting.close(),
            _ = look.tick() => {
                let now = store.data_version().await?;
                if now != version {
                    version = now;
                    noticed();
                }
            }
        }
    }
}

/// Its sender going away means the same.
async fn asked(stopped: &mut watch::Receiver<bool>) {
    stopped.wait_for(|stop| *stop).await.ok();
}

/// Carries all of them out and answers each. An error is one that the writer cannot go on after.
async fn carry_out(store: &mut Store, jobs: &mut Vec<Box<dyn Job>>) -> Result<(), StoreError> {
    let began = Instant::now();
    let count = u32::try_from(jobs.len()).unwrap_or(u32::MAX);
    let ended = transact(store, jobs).await;
    metrics::counter!("holdfast_writer_jobs_total").increment(count.into());
    metrics::counter!("holdfast_writer_transactions_total").increment(1);
    metrics::histogram!("holdfast_writer_jobs_per_transaction").record(f64::from(count));
    metrics::histogram!("holdfast_writer_transaction_seconds").record(began.elapsed());
    match ended {
        Ok(()) => jobs.drain(..).for_each(|job| job.committed()),
        Err(Failed::NotSaved(error)) => {
            tracing::warn!(%error, jobs = count, "nothing of a transaction was saved");
            metrics::counter!("holdfast_writer_failures_total", "outcome" => "notSaved")
                .increment(1);
            jobs.drain(..).for_each(|job| job.failed(ServerError::not_saved(&error)));
        }
        Err(Failed::Unknown(error)) => {
            tracing::error!(%error, jobs = count, "nobody knows whether a transaction was saved");
            metrics::counter!("holdfast_writer_failures_total", "outcome" => "unknown")
                .increment(1);
            // What is on disk is read anew before anything else is written; only then may anybody retry.
            let reopened = store.reopen_writer().await;
            let why = obstacle(&error);
            jobs.drain(..).for_each(|job| job.failed(ServerError::Unknown(why)));
            reopened?;
        }
    }
    Ok(())
}

enum Failed {
    NotSaved(StoreError),
    Unknown(StoreError),
}

async fn transact(store: &mut Store, jobs: &mut Vec<Box<dyn Job>>) -> Result<(), Failed> {
    let mut transaction = store.begin().await.map_err(Failed::NotSaved)?;
    for job in jobs.iter_mut() {
        let savepoint = store::savepoint(&mut transaction).await.map_err(Failed::NotSaved)?;
        let keep = job.run(&mut transaction).await;
        savepoint.end(&mut transaction, keep).await.map_err(Failed::NotSaved)?;
    }
    #[cfg(feature = "mutants")]
    if crate::mutants::is_left_out("a write is answered after its commit") {
        jobs.drain(..).for_each(|job| job.committed());
        tokio::time::sleep(crate::mutants::COMMIT).await;
    }
    store::commit(transaction).await.map_err(Failed::Unknown)
}
