//! On a server: what was answered to each change, for ever, and where each replica's changes end.

use crate::{
    StoreError,
    rows::{counter, half_hash, id, signed, unsigned},
};
use domain::{
    change::Hash,
    id::*,
    stamp::{ChangeId, Latest, Stamp},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// What was answered to a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    pub id: ChangeId,
    pub act: ActId,
    pub hash: Hash,
    pub outcome: OutcomeRow,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomeRow {
    /// Its number and its canonical stamp.
    Accepted(u64, Stamp),
    /// The reason as a code.
    Refused(String),
}

/// Where a replica's changes on a board end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndRow {
    pub replica: ReplicaId,
    pub rseq: u64,
    pub hash: Hash,
    /// The greatest canonical stamp of its changes.
    pub latest: Option<Latest>,
}

pub(super) fn answer_row(row: &SqliteRow) -> Result<AnswerRow, StoreError> {
    let refused: Option<String> = row.try_get("refused")?;
    let outcome = match refused {
        Some(why) => OutcomeRow::Refused(why),
        None => OutcomeRow::Accepted(
            unsigned(row.try_get("seq")?)?,
            Stamp {
                ms: unsigned(row.try_get("stamp_ms")?)?,
                counter: counter(row.try_get("stamp_counter")?)?,
                replica: id(row.try_get("stamp_replica")?)?,
            },
        ),
    };
    Ok(AnswerRow {
        id: ChangeId {
            replica: id(row.try_get("replica_id")?)?,
            rseq: unsigned(row.try_get("rseq")?)?,
        },
        act: id(row.try_get("act_id")?)?,
        hash: Hash(half_hash(row.try_get("hash")?)?),
        outcome,
    })
}

pub async fn put_end(
    connection: &mut SqliteConnection,
    board: BoardId,
    end: &EndRow,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into signer (board_id, replica_id, rseq, hash, stamp_ms, stamp_counter)
         values (?, ?, ?, ?, ?, ?) on conflict do update set rseq = excluded.rseq,
         hash = excluded.hash, stamp_ms = excluded.stamp_ms, stamp_counter = excluded.stamp_counter",
    )
    .bind(board.bytes().as_slice())
    .bind(end.replica.bytes().as_slice())
    .bind(signed(end.rseq))
    .bind(end.hash.0.as_slice())
    .bind(end.latest.map(|latest| signed(latest.ms)))
    .bind(end.latest.map(|latest| i64::from(latest.counter)))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn end(
    connection: &mut SqliteConnection,
    board: BoardId,
    replica: ReplicaId,
) -> Result<Option<EndRow>, StoreError> {
    let row = sqlx::query(
        "select rseq, hash, stamp_ms, stamp_counter from signer where board_id = ? and replica_id = ?",
    )
    .bind(board.bytes().as_slice())
    .bind(replica.bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let ms: Option<i64> = row.try_get("stamp_ms")?;
    let count: Option<i64> = row.try_get("stamp_counter")?;
    let latest = match (ms, count) {
        (Some(ms), Some(count)) => Some(Latest { ms: unsigned(ms)?, counter: counter(count)? }),
        _ => None,
    };
    Ok(Some(EndRow {
        replica,
        rseq: unsigned(row.try_get("rseq")?)?,
        hash: Hash(half_hash(row.try_get("hash")?)?),
        latest,
    }))
}
