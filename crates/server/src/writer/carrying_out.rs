//! Jobs in one transaction. Those on one board share a savepoint and an open board, for as long as none of them fails
//! half-way; then each has its own.

use super::job::{Job, On};
use crate::{ServerError, sync::Sitting};
use domain::id::BoardId;
use store::{Connection, StoreError};

type Jobs = [Box<dyn Job>];

/// Carries all of them out. An error says that the whole transaction is lost.
pub async fn carry_out(connection: &mut Connection, jobs: &mut Jobs) -> Result<(), StoreError> {
    // Those of one board come together; whoever waits for one job before the next hands in is served in order.
    jobs.sort_by_key(|job| board_of(job.as_ref()));
    let go_together =
        |one: &dyn Job, next: &dyn Job| board_of(one).is_some() && board_of(one) == board_of(next);
    for some in jobs.chunk_by_mut(|one, next| go_together(one.as_ref(), next.as_ref())) {
        if some.len() == 1 || !together(connection, some).await? {
            for job in some {
                alone(connection, job.as_mut()).await?;
            }
        }
    }
    Ok(())
}

fn board_of(job: &dyn Job) -> Option<BoardId> {
    job.on().map(|on| on.board)
}

/// Whether all of them could be carried out together; where not, nothing of them was.
async fn together(connection: &mut Connection, jobs: &mut Jobs) -> Result<bool, StoreError> {
    let Some(on) = jobs.first().and_then(|job| job.on()).cloned() else { return Ok(false) };
    let savepoint = store::savepoint(connection).await?;
    let done = in_one_sitting(connection, &on, jobs).await;
    let keep = done.is_ok();
    savepoint.end(connection, keep).await?;
    if let Err(why) = done {
        tracing::warn!(%why, board = %on.board, jobs = jobs.len(), "jobs are carried out one by one");
        metrics::counter!("holdfast_writer_parted_total").increment(1);
    }
    Ok(keep)
}

/// An error says that what the jobs did cannot be told apart any more.
async fn in_one_sitting(
    connection: &mut Connection,
    on: &On,
    jobs: &mut Jobs,
) -> Result<(), ServerError> {
    let sitting = Sitting::begin(connection, &on.rooms, on.board).await?;
    let mut sitting = sitting.ok_or(ServerError::NotFound("board"))?;
    let acts = jobs.iter().filter_map(|job| job.on()).flat_map(|on| &on.acts).copied();
    sitting.look_up(connection, acts.collect::<Vec<_>>()).await?;
    for job in jobs.iter_mut() {
        sitting.touched = false;
        if !job.run(connection, Some(&mut sitting)).await && sitting.touched {
            return Err(ServerError::Failed("a job failed half-way".to_owned()));
        }
    }
    sitting.store(connection).await?;
    sitting.end(&on.rooms);
    Ok(())
}

async fn alone(connection: &mut Connection, job: &mut dyn Job) -> Result<(), StoreError> {
    let savepoint = store::savepoint(connection).await?;
    let keep = match job.on().cloned() {
        None => job.run(connection, None).await,
        Some(on) => on_its_board(connection, &on, job).await,
    };
    savepoint.end(connection, keep).await
}

/// Whether its writes are to be kept.
async fn on_its_board(connection: &mut Connection, on: &On, job: &mut dyn Job) -> bool {
    let mut sitting = match Sitting::begin(connection, &on.rooms, on.board).await {
        Ok(Some(sitting)) => sitting,
        Ok(None) => {
            job.fail(ServerError::NotFound("board"));
            return false;
        }
        Err(error) => {
            job.fail(error);
            return false;
        }
    };
    let mut keep = job.run(connection, Some(&mut sitting)).await;
    if keep && let Err(error) = sitting.store(connection).await {
        job.fail(error);
        keep = false;
    }
    // Where it failed before it did anything the board is as it came.
    if keep || !sitting.touched {
        sitting.end(&on.rooms);
    }
    keep
}
