//! Sharing a board with this server: its log is staged as it comes, and taken over when it is all here and what
//! was promised. It can be cut anywhere and goes on where it stopped.

use super::{session::Session, socket::End, taking_over};
use crate::{ServerError, now_ms, writer::job};
use domain::{change::Position, id::BoardId};
use store::{
    Connection,
    account::{self, AccountId},
    rooms::{self, Incoming, IncomingKey},
};
use sync::{
    message::{BoardNews, MESSAGE_CHANGES_MAX, NumberedBytes},
    sharing::{Promise, SHARE_BYTES_MAX, Standing, next},
};

/// An account has at most so many shares under way.
const SHARES_MAX: u64 = 100;

impl Session {
    pub async fn share(&mut self, promise: Promise) -> Result<(), End> {
        let (board, head) = (promise.board, promise.head);
        let key = IncomingKey { account: self.account, board, head: head.chain };
        let work = job(move |connection| {
            Box::pin(async move { promised(connection, key, &promise).await })
        });
        let standing = self.shared.writer.write(work).await;
        self.share_stands(key, head, standing).await
    }

    pub async fn share_log(
        &mut self,
        board: BoardId,
        head: Position,
        log: Vec<NumberedBytes>,
    ) -> Result<(), End> {
        if log.len() > MESSAGE_CHANGES_MAX {
            return Err(End::protocol("these are too many changes at once"));
        }
        let key = IncomingKey { account: self.account, board, head: head.chain };
        let work = job(move |connection| {
            Box::pin(async move { arrived(connection, key, head, log).await })
        });
        let standing = self.shared.writer.write(work).await;
        self.share_stands(key, head, standing).await
    }

    pub async fn share_abandon(&mut self, board: BoardId, head: Position) -> Result<(), End> {
        let key = IncomingKey { account: self.account, board, head: head.chain };
        let work = job(move |connection| {
            Box::pin(async move {
                if let Some(standing) = held(connection, key.board, key.account).await? {
                    return Ok(standing);
                }
                rooms::end_incoming(connection, key).await?;
                Ok(Standing::Abandoned)
            })
        });
        let standing = self.shared.writer.write(work).await;
        self.tell_standing(board, standing).await
    }

    /// Takes the board over where its log is all here, and says how it stands.
    async fn share_stands(
        &mut self,
        key: IncomingKey,
        head: Position,
        standing: Result<Standing, ServerError>,
    ) -> Result<(), End> {
        let standing = match standing {
            Ok(Standing::Staged(seq)) if seq == head.seq => {
                taking_over::take_over(&self.shared, key).await
            }
            standing => standing,
        };
        self.tell_standing(key.board, standing).await
    }

    async fn tell_standing(
        &mut self,
        board: BoardId,
        standing: Result<Standing, ServerError>,
    ) -> Result<(), End> {
        match standing {
            Ok(standing) => self.say(board, BoardNews::Share(standing)).await,
            Err(error) => {
                // Whoever shares asks again on the next connection how it stands.
                tracing::error!(%error, %board, "a share failed");
                Err(End::stopping())
            }
        }
    }
}

/// How a share of a board stands that is here already; `None` where it is not.
pub async fn held(
    connection: &mut Connection,
    board: BoardId,
    account: AccountId,
) -> Result<Option<Standing>, ServerError> {
    if rooms::head(connection, board).await?.is_none() {
        return Ok(None);
    }
    let is_member = account::role(connection, board, account).await?.is_some();
    Ok(Some(if is_member { Standing::Shared } else { Standing::Taken }))
}

/// A share begins, or goes on where it stopped.
pub async fn promised(
    connection: &mut Connection,
    key: IncomingKey,
    promise: &Promise,
) -> Result<Standing, ServerError> {
    if let Some(standing) = held(connection, key.board, key.account).await? {
        return Ok(standing);
    }
    let words =
        minicbor::to_vec(promise).map_err(|error| ServerError::Failed(error.to_string()))?;
    if let Some(share) = rooms::incoming(connection, key).await? {
        if share.promise == words {
            return Ok(Standing::Staged(share.seq));
        }
        rooms::end_incoming(connection, key).await?;
    }
    let sum = rooms::incoming_sum(connection, key.account).await?;
    if sum.shares >= SHARES_MAX || sum.bytes >= SHARE_BYTES_MAX {
        return Ok(Standing::TooLarge);
    }
    rooms::begin_incoming(connection, key, &words, now_ms()).await?;
    Ok(Standing::Staged(0))
}

/// More of a log that is being shared. What is here already, or does not follow, is left.
pub async fn arrived(
    connection: &mut Connection,
    key: IncomingKey,
    head: Position,
    log: Vec<NumberedBytes>,
) -> Result<Standing, ServerError> {
    if let Some(standing) = held(connection, key.board, key.account).await? {
        return Ok(standing);
    }
    let Some(share) = rooms::incoming(connection, key).await? else { return Ok(Standing::Broken) };
    let end = Position { epoch: head.epoch, seq: share.seq, chain: share.chain };
    let mut next = next(end, log);
    next.retain(|numbered| numbered.seq <= head.seq);
    let Some(end) = next.last().map(|last| last.position()) else {
        return Ok(Standing::Staged(share.seq));
    };
    let staged: Vec<(u64, Vec<u8>)> = next
        .into_iter()
        .map(|numbered| {
            let seq = numbered.seq;
            minicbor::to_vec(NumberedBytes(numbered)).map(|bytes| (seq, bytes))
        })
        .collect::<Result<_, _>>()
        .map_err(|error| ServerError::Failed(error.to_string()))?;
    let share = Incoming { seq: end.seq, chain: end.chain, ..share };
    rooms::put_incoming(connection, &share, &staged, now_ms()).await?;
    if rooms::incoming_sum(connection, key.account).await?.bytes > SHARE_BYTES_MAX {
        rooms::end_incoming(connection, key).await?;
        return Ok(Standing::TooLarge);
    }
    Ok(Standing::Staged(end.seq))
}
