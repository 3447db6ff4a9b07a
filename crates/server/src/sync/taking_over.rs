//! A shared log that is all here: it is looked through beside the writer, and becomes a board in one transaction
//! with whoever shared it as its owner.

use super::{
    accepting::{answer_row, end_row},
    sharing::held,
};
use crate::{ServerError, Shared, now_ms, writer::job};
use domain::{
    board::{Board, Entity},
    change::Numbered,
    id::{BoardId, EntityId},
};
use std::collections::HashSet;
use store::{
    Connection,
    account::{self, Member, Role},
    rooms::{self, Accepted, AnswerRow, EndRow, IncomingKey},
};
use sync::{
    acceptance::{THING_BYTES_MAX, THINGS_MAX},
    message::NumberedBytes,
    sharing::{Opened, Promise, Standing, open},
};

/// SQLite counts in signed numbers.
const NUMBER_MAX: u64 = i64::MAX.unsigned_abs();

pub async fn take_over(shared: &Shared, key: IncomingKey) -> Result<Standing, ServerError> {
    let turn = shared.rooms.taking_over.acquire().await;
    let _turn = turn.map_err(|_| ServerError::Ending)?;
    let mut reader = shared.readers.take().await?;
    let Some(share) = rooms::incoming(&mut reader, key).await? else {
        // Another connection was there first.
        let standing = held(&mut reader, key.board, key.account).await?;
        return Ok(standing.unwrap_or(Standing::Broken));
    };
    let staged = rooms::incoming_log(&mut reader, &share).await?;
    drop(reader);
    let looked =
        tokio::task::spawn_blocking(move || look_through(key.board, &share.promise, &staged));
    let opened = looked.await.map_err(|error| ServerError::Failed(error.to_string()))?;
    let access = shared.access.clone();
    let work = job(move |connection| {
        Box::pin(async move {
            if let Some(standing) = held(connection, key.board, key.account).await? {
                return Ok(standing);
            }
            if rooms::incoming(connection, key).await?.is_none() {
                return Ok(Standing::Broken);
            }
            rooms::end_incoming(connection, key).await?;
            match opened {
                Ok((promise, opened)) => {
                    settle(connection, key, &promise, &opened).await?;
                    Ok(Standing::Shared)
                }
                Err(standing) => Ok(standing),
            }
        })
    });
    let tell = move |standing: &Standing| {
        if *standing == Standing::Shared {
            access.send_modify(|count| *count += 1);
        }
    };
    shared.writer.write_then(work, tell).await
}

/// What was promised and what arrived, where the two agree; how the share stands where they do not.
pub fn look_through(
    board: BoardId,
    promise: &[u8],
    staged: &[Vec<u8>],
) -> Result<(Promise, Opened), Standing> {
    let promise: Promise = minicbor::decode(promise).map_err(|_| Standing::Broken)?;
    let log = staged.iter().map(|bytes| minicbor::decode(bytes).map(|NumberedBytes(it)| it));
    let log = log.collect::<Result<Vec<Numbered>, _>>().map_err(|_| Standing::Broken)?;
    if !is_sound(board, &log) {
        return Err(Standing::Broken);
    }
    let now = u64::try_from(now_ms()).unwrap_or(0);
    let opened = open(&promise, log, now).map_err(|error| {
        tracing::warn!(%board, %error, "a shared log is not the promised one");
        Standing::Broken
    })?;
    if fits(&opened.board) { Ok((promise, opened)) } else { Err(Standing::TooLarge) }
}

/// Whether it is within what acceptance lets a board grow to.
fn fits(board: &Board) -> bool {
    let bytes =
        |thing: &Entity| thing.registers().iter().map(|it| it.value.bytes().len()).sum::<usize>();
    board.things() <= THINGS_MAX
        && board.entities().all(|(_, thing)| bytes(thing) <= THING_BYTES_MAX)
}

/// Whether each change is of this board, in its replica's own name, and there once.
fn is_sound(board: BoardId, log: &[Numbered]) -> bool {
    let (mut acts, mut ids) = (HashSet::new(), HashSet::new());
    log.iter().all(|numbered| {
        let change = &numbered.change;
        change.board == board
            && numbered.cstamp.replica == change.replica
            && (1..=NUMBER_MAX).contains(&change.rseq)
            && acts.insert(change.act)
            && ids.insert(change.id())
    })
}

/// The board is here from now on, with whoever shared it as its owner.
pub async fn settle(
    connection: &mut Connection,
    key: IncomingKey,
    promise: &Promise,
    opened: &Opened,
) -> Result<(), ServerError> {
    let things: Vec<EntityId> = opened.board.entities().map(|(id, _)| id).collect();
    let answered: Vec<AnswerRow> = opened.answered.iter().map(answer_row).collect();
    let ends: Vec<EndRow> = opened.ends.iter().map(|(id, end)| end_row(*id, end)).collect();
    let all =
        Accepted { numbered: &opened.log, touched: &things, answered: &answered, ends: &ends };
    rooms::begin(connection, &opened.board, all).await?;
    let owner = Member {
        board: key.board,
        account: key.account,
        role: Role::Owner,
        person: promise.person,
        since_ms: now_ms(),
        ended_ms: None,
    };
    Ok(account::put_member(connection, &owner).await?)
}
