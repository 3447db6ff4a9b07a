//! The one task that writes. It takes all jobs that wait, runs them in one transaction, and answers only after the
//! commit, which waits for the disk once for all of them.

#[cfg(test)]
mod agreement;
mod carrying_out;
mod job;

pub use job::{BoardWork, On, Work, board_job, job};

use crate::{ServerError, deadline, problem::obstacle};
use job::{BoardJob, Job, OneJob, Reply, Turn};
use std::time::Duration;
use store::{Store, StoreError};
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
/// Whoever waits longer, or has waited for other things before, is told that nothing was done, where that can still be
/// so, or else that nobody knows.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How soon the commits of other processes are noticed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

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
        let (reply, waiting) = reply(tell);
        self.hand_in(Box::new(OneJob { work: Some(work), reply }))?;
        waiting.patiently().await
    }

    /// As [`Writer::write_then`], for whoever does not wait for ever: a job that is not begun by then is taken back,
    /// and of one that is nobody knows yet.
    pub async fn write_in_time<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        tell: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, ServerError> {
        let (reply, waiting) = reply(tell);
        self.hand_in(Box::new(OneJob { work: Some(work), reply }))?;
        waiting.in_time().await
    }

    /// As [`Writer::write_then`], on a board, together with others that are on it.
    pub async fn write_on<T: Send + 'static>(
        &self,
        on: On,
        work: impl BoardWork<T>,
        tell: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, ServerError> {
        let (reply, waiting) = reply(tell);
        self.hand_in(Box::new(BoardJob { on, work, reply }))?;
        waiting.patiently().await
    }

    /// As [`Writer::write_on`] and [`Writer::write_in_time`].
    pub async fn write_on_in_time<T: Send + 'static>(
        &self,
        on: On,
        work: impl BoardWork<T>,
        tell: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, ServerError> {
        let (reply, waiting) = reply(tell);
        self.hand_in(Box::new(BoardJob { on, work, reply }))?;
        waiting.in_time().await
    }

    fn hand_in(&self, job: Box<dyn Job>) -> Result<(), ServerError> {
        self.jobs.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ServerError::Busy,
            mpsc::error::TrySendError::Closed(_) => ServerError::Ending,
        })
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

/// Whoever handed a job in.
struct Waiting<T> {
    turn: Turn,
    answer: oneshot::Receiver<Result<T, ServerError>>,
}

fn reply<T, F>(tell: F) -> (Reply<T, F>, Waiting<T>) {
    let (turn, (answer, answered)) = (Turn::default(), oneshot::channel());
    let reply = Reply { turn: turn.clone(), tell: Some(tell), outcome: None, answer };
    (reply, Waiting { turn, answer: answered })
}

impl<T> Waiting<T> {
    async fn patiently(self) -> Result<T, ServerError> {
        // A writer that fell over is known to nobody but the commit itself.
        self.answer.await.unwrap_or(Err(ServerError::Unknown(Obstacle::Other)))
    }

    async fn in_time(self) -> Result<T, ServerError> {
        let turn = self.turn.clone();
        match tokio::time::timeout_at(deadline::within(ANSWER_WITHIN), self.patiently()).await {
            Ok(answered) => answered,
            Err(_) if turn.take() => Err(ServerError::Busy),
            Err(_) => Err(ServerError::HandedOver),
        }
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
    // The write lock may have taken its time: what was taken back meanwhile is not done.
    jobs.retain(|job| job.begin());
    carrying_out::carry_out(&mut transaction, jobs).await.map_err(Failed::NotSaved)?;
    #[cfg(feature = "mutants")]
    if crate::mutants::is_left_out("a write is answered after its commit") {
        jobs.drain(..).for_each(|job| job.committed());
        tokio::time::sleep(crate::mutants::COMMIT).await;
    }
    store::commit(transaction).await.map_err(|error| match error {
        // SQLite found no room for a frame of the log, and the one that commits comes last.
        StoreError::DiskFull => Failed::NotSaved(error),
        error => Failed::Unknown(error),
    })
}
