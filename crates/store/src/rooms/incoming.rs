//! Logs of boards that are being shared with this server. They are staged until they are all here, so that a
//! share can be cut anywhere and goes on where it stopped.

use crate::{
    StoreError,
    account::AccountId,
    rows::{half_hash, signed, unsigned},
};
use domain::{change::Hash, id::BoardId};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

/// Changes of one statement; they may be megabytes each.
const CHANGES_AT_ONCE: usize = 50;

/// Which share it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingKey {
    pub account: AccountId,
    pub board: BoardId,
    /// The chain at the end of the promised log.
    pub head: Hash,
}

/// A share that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub number: i64,
    /// As it came.
    pub promise: Vec<u8>,
    /// Up to here the log has arrived.
    pub seq: u64,
    pub chain: Hash,
}

pub async fn incoming(
    connection: &mut SqliteConnection,
    key: IncomingKey,
) -> Result<Option<Incoming>, StoreError> {
    let row = sqlx::query(
        "select incoming_id, promise, seq, chain from incoming
         where account_id = ? and board_id = ? and head_chain = ?",
    )
    .bind(key.account.bytes())
    .bind(key.board.bytes().as_slice())
    .bind(key.head.0.as_slice())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Incoming {
        number: row.try_get("incoming_id")?,
        promise: row.try_get("promise")?,
        seq: unsigned(row.try_get("seq")?)?,
        chain: Hash(half_hash(row.try_get("chain")?)?),
    }))
}

/// The shares of an account that are under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncomingSum {
    pub shares: u64,
    pub bytes: u64,
}

pub async fn incoming_sum(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<IncomingSum, StoreError> {
    let (shares, bytes): (i64, i64) =
        sqlx::query_as("select count(*), ifnull(sum(bytes), 0) from incoming where account_id = ?")
            .bind(account.bytes())
            .fetch_one(connection)
            .await?;
    Ok(IncomingSum { shares: unsigned(shares)?, bytes: unsigned(bytes)? })
}

/// A share begins.
pub async fn begin_incoming(
    connection: &mut SqliteConnection,
    key: IncomingKey,
    promise: &[u8],
    now_ms: i64,
) -> Result<Incoming, StoreError> {
    let number = sqlx::query(
        "insert into incoming (board_id, account_id, head_chain, promise, seq, chain, bytes,
         touched_ms) values (?, ?, ?, ?, 0, ?, ?, ?)",
    )
    .bind(key.board.bytes().as_slice())
    .bind(key.account.bytes())
    .bind(key.head.0.as_slice())
    .bind(promise)
    .bind(Hash::default().0.as_slice())
    .bind(i64::try_from(promise.len()).unwrap_or(i64::MAX))
    .bind(now_ms)
    .execute(connection)
    .await?
    .last_insert_rowid();
    Ok(Incoming { number, promise: promise.to_owned(), seq: 0, chain: Hash::default() })
}

/// More of its log: the numbered changes as they came, each with its number. It ends at `share.seq` then.
pub async fn put_incoming(
    connection: &mut SqliteConnection,
    share: &Incoming,
    log: &[(u64, Vec<u8>)],
    now_ms: i64,
) -> Result<(), StoreError> {
    for some in log.chunks(CHANGES_AT_ONCE) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("insert into incoming_log (incoming_id, seq, numbered) ");
        insert.push_values(some, |mut row, (seq, numbered)| {
            row.push_bind(share.number).push_bind(signed(*seq)).push_bind(numbered.clone());
        });
        insert.build().execute(&mut *connection).await?;
    }
    let bytes: usize = log.iter().map(|(_, numbered)| numbered.len()).sum();
    sqlx::query(
        "update incoming set seq = ?, chain = ?, bytes = bytes + ?, touched_ms = ?
         where incoming_id = ?",
    )
    .bind(signed(share.seq))
    .bind(share.chain.0.as_slice())
    .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
    .bind(now_ms)
    .bind(share.number)
    .execute(connection)
    .await?;
    Ok(())
}

/// All of its log that has arrived, in order, as it came.
pub async fn incoming_log(
    connection: &mut SqliteConnection,
    share: &Incoming,
) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("select numbered from incoming_log where incoming_id = ? order by seq")
        .bind(share.number)
        .fetch_all(connection)
        .await?)
}

/// Throws away what arrived of a share.
pub async fn end_incoming(
    connection: &mut SqliteConnection,
    key: IncomingKey,
) -> Result<(), StoreError> {
    sqlx::query("delete from incoming where account_id = ? and board_id = ? and head_chain = ?")
        .bind(key.account.bytes())
        .bind(key.board.bytes().as_slice())
        .bind(key.head.0.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Throws away what nobody went on with since then. Whoever comes back begins again.
pub async fn forget_incoming(
    connection: &mut SqliteConnection,
    before_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("delete from incoming where touched_ms < ?")
        .bind(before_ms)
        .execute(connection)
        .await?;
    Ok(())
}
