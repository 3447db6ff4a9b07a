//! What the writer carries out: jobs of any kind, each in a savepoint of its own, and jobs on one board, many of
//! which share one.

use crate::{
    ServerError,
    sync::{Rooms, Sitting},
};
use domain::id::{ActId, BoardId};
use futures_util::future::BoxFuture;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use store::Connection;
use sync::message::Obstacle;
use tokio::sync::oneshot;

/// What a job does in its savepoint. An error takes its writes back, and only its own.
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

/// What a job does on a board that is open. It may be asked to do so once more, with all that it did taken back:
/// where another job that shared its savepoint failed half-way.
pub trait BoardWork<T>:
    for<'c> Fn(&'c mut Connection, &'c mut Sitting) -> BoxFuture<'c, Result<T, ServerError>>
    + Send
    + 'static
{
}

impl<T, W> BoardWork<T> for W where
    W: for<'c> Fn(&'c mut Connection, &'c mut Sitting) -> BoxFuture<'c, Result<T, ServerError>>
        + Send
        + 'static
{
}

/// As [`job`], for work on a board.
pub fn board_job<T, W>(work: W) -> W
where
    W: for<'c> Fn(&'c mut Connection, &'c mut Sitting) -> BoxFuture<'c, Result<T, ServerError>>,
{
    work
}

/// What a job on a board is about.
#[derive(Clone)]
pub struct On {
    pub rooms: Arc<Rooms>,
    pub board: BoardId,
    /// Acts that it will ask for, so that those of many jobs are looked up at once.
    pub acts: Vec<ActId>,
}

/// Whether a job was begun, or taken back by whoever handed it in: the one who is first decides.
#[derive(Clone, Default)]
pub struct Turn(Arc<AtomicBool>);

impl Turn {
    /// Whether nobody took it before.
    pub fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// A job whose type of answer is forgotten.
pub trait Job: Send {
    /// Whether it is still wanted, asked once before anything is done for it.
    fn begin(&self) -> bool;
    /// The board that must be open for it.
    fn on(&self) -> Option<&On>;
    /// Whether its writes are to be kept. A sitting is handed in where it is on a board.
    fn run<'c>(
        &'c mut self,
        connection: &'c mut Connection,
        sitting: Option<&'c mut Sitting>,
    ) -> BoxFuture<'c, bool>;
    /// It failed before it could be run, and nothing of it was written.
    fn fail(&mut self, error: ServerError);
    /// Its transaction is on disk.
    fn committed(self: Box<Self>);
    /// Its transaction is not on disk, or nobody knows.
    fn failed(self: Box<Self>, error: ServerError);
}

/// What a job owes to whoever handed it in.
pub struct Reply<T, F> {
    pub turn: Turn,
    pub tell: Option<F>,
    pub outcome: Option<Result<T, ServerError>>,
    pub answer: oneshot::Sender<Result<T, ServerError>>,
}

impl<T, F: FnOnce(&T)> Reply<T, F> {
    fn committed(self) {
        let outcome = self.outcome.unwrap_or(Err(ServerError::Unknown(Obstacle::Other)));
        if let (Ok(value), Some(tell)) = (&outcome, self.tell) {
            tell(value);
        }
        // Whoever asked may have gone.
        self.answer.send(outcome).ok();
    }

    fn failed(self, error: ServerError) {
        self.answer.send(Err(error)).ok();
    }
}

/// A job of any kind.
pub struct OneJob<T, W, F> {
    pub work: Option<W>,
    pub reply: Reply<T, F>,
}

impl<T: Send + 'static, W: Work<T>, F: FnOnce(&T) + Send> Job for OneJob<T, W, F> {
    fn begin(&self) -> bool {
        self.reply.turn.take()
    }

    fn on(&self) -> Option<&On> {
        None
    }

    fn run<'c>(
        &'c mut self,
        connection: &'c mut Connection,
        _: Option<&'c mut Sitting>,
    ) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            let outcome = work(connection).await;
            let keep = outcome.is_ok();
            self.reply.outcome = Some(outcome);
            keep
        })
    }

    fn fail(&mut self, error: ServerError) {
        self.reply.outcome = Some(Err(error));
    }

    fn committed(self: Box<Self>) {
        self.reply.committed();
    }

    fn failed(self: Box<Self>, error: ServerError) {
        self.reply.failed(error);
    }
}

/// A job on a board.
pub struct BoardJob<T, W, F> {
    pub on: On,
    pub work: W,
    pub reply: Reply<T, F>,
}

impl<T: Send + 'static, W: BoardWork<T>, F: FnOnce(&T) + Send> Job for BoardJob<T, W, F> {
    fn begin(&self) -> bool {
        self.reply.turn.take()
    }

    fn on(&self) -> Option<&On> {
        Some(&self.on)
    }

    fn run<'c>(
        &'c mut self,
        connection: &'c mut Connection,
        sitting: Option<&'c mut Sitting>,
    ) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(sitting) = sitting else { return false };
            let outcome = (self.work)(connection, sitting).await;
            let keep = outcome.is_ok();
            self.reply.outcome = Some(outcome);
            keep
        })
    }

    fn fail(&mut self, error: ServerError) {
        self.reply.outcome = Some(Err(error));
    }

    fn committed(self: Box<Self>) {
        self.reply.committed();
    }

    fn failed(self: Box<Self>, error: ServerError) {
        self.reply.failed(error);
    }
}
