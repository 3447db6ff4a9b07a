//! Changes of this folder: those that wait for a number, those that a snapshot covered, and those that were
//! refused.

use crate::{
    StoreError,
    rows::{change_id, counter, half_hash, id, signed, unsigned},
};
use domain::{
    change::{self, Hash},
    id::*,
    shared::{Former, Waiting},
    stamp::{ChangeId, Stamp},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::sync::Arc;

/// What waits on a board, in the order in which it was made.
pub async fn outbox(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<Arc<Waiting>>, StoreError> {
    let rows =
        sqlx::query("select line, former, hash, body from outbox where board_id = ? order by line")
            .bind(board.bytes().as_slice())
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Ok(Arc::new(Waiting { former: former(row)?, ..waiting(row)? }))).collect()
}

fn former(row: &SqliteRow) -> Result<Option<Former>, StoreError> {
    let bytes: Option<&[u8]> = row.try_get("former")?;
    bytes
        .map(minicbor::decode)
        .transpose()
        .map_err(|_| StoreError::corrupt("a former place in a log cannot be read"))
}

fn waiting(row: &SqliteRow) -> Result<Waiting, StoreError> {
    let body: &[u8] = row.try_get("body")?;
    Ok(Waiting {
        line: row.try_get("line")?,
        change: change::read(body)?,
        body: body.into(),
        hash: Hash(half_hash(row.try_get("hash")?)?),
        former: None,
    })
}

/// What tells one that waits from another, without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedRow {
    pub line: i64,
    pub hash: Hash,
    pub former: Option<Former>,
}

/// The lines of a board's outbox, in order: to see what another process did to it.
pub async fn queued(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<QueuedRow>, StoreError> {
    let rows =
        sqlx::query("select line, former, hash from outbox where board_id = ? order by line")
            .bind(board.bytes().as_slice())
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            let hash = Hash(half_hash(row.try_get("hash")?)?);
            Ok(QueuedRow { line: row.try_get("line")?, hash, former: former(row)? })
        })
        .collect()
}

/// One that waits; `None` where it does no longer.
pub async fn waiting_on(
    connection: &mut SqliteConnection,
    board: BoardId,
    line: i64,
) -> Result<Option<Arc<Waiting>>, StoreError> {
    let row =
        sqlx::query("select line, former, hash, body from outbox where board_id = ? and line = ?")
            .bind(board.bytes().as_slice())
            .bind(line)
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Arc::new(Waiting { former: former(&row)?, ..waiting(&row)? })))
}

/// Lets a change wait, in place of what has its line: the same act, signed anew.
pub async fn queue(connection: &mut SqliteConnection, waiting: &Waiting) -> Result<(), StoreError> {
    let Waiting { line, change, body, hash, former } = waiting;
    let former = former.as_ref().map(|former| minicbor::to_vec(former).unwrap_or_default());
    sqlx::query(
        "insert into outbox (board_id, line, replica_id, rseq, act_id, former, hash, body)
         values (?, ?, ?, ?, ?, ?, ?, ?)
         on conflict (board_id, line) do update set replica_id = excluded.replica_id,
         rseq = excluded.rseq, act_id = excluded.act_id, former = excluded.former,
         hash = excluded.hash, body = excluded.body",
    )
    .bind(change.board.bytes().as_slice())
    .bind(line)
    .bind(change.replica.bytes().as_slice())
    .bind(signed(change.rseq))
    .bind(change.act.bytes().as_slice())
    .bind(former)
    .bind(hash.0.as_slice())
    .bind(&body[..])
    .execute(&mut *connection)
    .await?;
    sqlx::query("update share set last_line = max(last_line, ?) where board_id = ?")
        .bind(line)
        .bind(change.board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Refused by the schema where no other table has the change.
pub async fn unqueue(
    connection: &mut SqliteConnection,
    board: BoardId,
    line: i64,
) -> Result<(), StoreError> {
    sqlx::query("delete from outbox where board_id = ? and line = ?")
        .bind(board.bytes().as_slice())
        .bind(line)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps what a snapshot covered at this number.
pub async fn keep(
    connection: &mut SqliteConnection,
    waiting: &Waiting,
    seq: u64,
    cstamp: Stamp,
) -> Result<(), StoreError> {
    let Waiting { line, change, body, hash, .. } = waiting;
    sqlx::query(
        "insert into kept (board_id, line, replica_id, rseq, act_id, hash, body, seq, stamp_ms,
         stamp_counter, stamp_replica) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(change.board.bytes().as_slice())
    .bind(line)
    .bind(change.replica.bytes().as_slice())
    .bind(signed(change.rseq))
    .bind(change.act.bytes().as_slice())
    .bind(hash.0.as_slice())
    .bind(&body[..])
    .bind(signed(seq))
    .bind(signed(cstamp.ms))
    .bind(i64::from(cstamp.counter))
    .bind(cstamp.replica.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// It waits again. Refused by the schema where it does not.
pub async fn unkeep(
    connection: &mut SqliteConnection,
    board: BoardId,
    line: i64,
) -> Result<(), StoreError> {
    sqlx::query("delete from kept where board_id = ? and line = ?")
        .bind(board.bytes().as_slice())
        .bind(line)
        .execute(connection)
        .await?;
    Ok(())
}

/// What snapshots covered, with its numbers and canonical stamps, in the order of the lines.
pub async fn kept(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<(Waiting, u64, Stamp)>, StoreError> {
    let rows = sqlx::query("select * from kept where board_id = ? order by line")
        .bind(board.bytes().as_slice())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let cstamp = Stamp {
                ms: unsigned(row.try_get("stamp_ms")?)?,
                counter: counter(row.try_get("stamp_counter")?)?,
                replica: id(row.try_get("stamp_replica")?)?,
            };
            Ok((waiting(row)?, unsigned(row.try_get("seq")?)?, cstamp))
        })
        .collect()
}

/// Puts a change into the tray. `why` is the server's reason as a code.
pub async fn refuse(
    connection: &mut SqliteConnection,
    waiting: &Waiting,
    why: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let Waiting { line, change, body, hash, .. } = waiting;
    sqlx::query(
        "insert into refused (board_id, line, replica_id, rseq, act_id, hash, body, why, refused_ms)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(change.board.bytes().as_slice())
    .bind(line)
    .bind(change.replica.bytes().as_slice())
    .bind(signed(change.rseq))
    .bind(change.act.bytes().as_slice())
    .bind(hash.0.as_slice())
    .bind(&body[..])
    .bind(why)
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Another copy of the folder saw the act accepted after all: it is in the log.
pub async fn accepted_after_all(
    connection: &mut SqliteConnection,
    board: BoardId,
    act: ActId,
) -> Result<(), StoreError> {
    sqlx::query("delete from refused where board_id = ? and act_id = ?")
        .bind(board.bytes().as_slice())
        .bind(act.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whoever made the act wants it no more.
pub async fn discard_refused(
    connection: &mut SqliteConnection,
    board: BoardId,
    act: ActId,
) -> Result<(), StoreError> {
    sqlx::query("delete from refused where board_id = ? and act_id = ?")
        .bind(board.bytes().as_slice())
        .bind(act.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// A change in the tray.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    pub waiting: Waiting,
    pub why: String,
    pub refused_ms: i64,
}

/// The tray of a board, in the order in which the changes were made.
pub async fn tray(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<RefusedRow>, StoreError> {
    let rows = sqlx::query("select * from refused where board_id = ? order by line")
        .bind(board.bytes().as_slice())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(RefusedRow {
                waiting: waiting(row)?,
                why: row.try_get("why")?,
                refused_ms: row.try_get("refused_ms")?,
            })
        })
        .collect()
}

/// What is wrong with a board's outbox, in words: rows that are not what was signed, that do not follow one
/// another, or whose act is in another table, too.
pub(crate) async fn problems(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query(
        "select line, replica_id, rseq, act_id, hash, body,
           exists (select 1 from log l where l.board_id = o.board_id and l.act_id = o.act_id)
           + exists (select 1 from kept k where k.board_id = o.board_id and k.act_id = o.act_id)
           + exists (select 1 from refused r where r.board_id = o.board_id and r.act_id = o.act_id)
           as elsewhere,
           (select s.rseq from signer s where s.board_id = o.board_id
            and s.replica_id = o.replica_id) as signed
         from outbox o where board_id = ? order by replica_id, rseq",
    )
    .bind(board.bytes().as_slice())
    .fetch_all(connection)
    .await?;
    let mut problems = Vec::new();
    let mut before: Option<(ChangeId, Hash)> = None;
    for row in &rows {
        let line: i64 = row.try_get("line")?;
        let mut problem = |what: &str| problems.push(format!("board {board}: line {line} {what}"));
        let body: &[u8] = row.try_get("body")?;
        let hash = Hash(half_hash(row.try_get("hash")?)?);
        let by = change_id(row.try_get("replica_id")?, row.try_get("rseq")?)?;
        let Ok(change) = change::read(body) else {
            problem("of the outbox cannot be read");
            continue;
        };
        let act: ActId = id(row.try_get("act_id")?)?;
        if Hash::of(&[body]) != hash
            || Some(change.id()) != by
            || (change.board, change.act) != (board, act)
        {
            problem("of the outbox is not what was signed");
        }
        let next = before.filter(|(it, _)| it.replica == change.replica);
        if next.is_some_and(|(it, hash)| {
            change.rseq <= it.rseq || change.rseq == it.rseq + 1 && change.prev != hash
        }) {
            problem("of the outbox does not follow the one before it");
        }
        if row.try_get::<Option<i64>, _>("signed")?.is_none_or(|last| last < signed(change.rseq)) {
            problem("of the outbox has a number that was never used");
        }
        if row.try_get::<i64, _>("elsewhere")? > 0 {
            problem("waits, and is somewhere else, too");
        }
        before = Some((change.id(), hash));
    }
    Ok(problems)
}
