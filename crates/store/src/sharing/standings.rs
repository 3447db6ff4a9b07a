//! How each shared board stands with its server.

use super::{Share, shares::read};
use crate::{
    StoreError,
    rows::{half_hash, id, unsigned},
};
use domain::{change, id::ReplicaId};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// A board that this folder shares and did not leave.
#[derive(Clone, Debug)]
pub struct Standing {
    pub share: Share,
    /// What the board is called here, with what waits; empty before anything of it is here.
    pub title: String,
    pub epoch: ReplicaId,
    /// The number up to which the server's log is here.
    pub cursor: u64,
    pub digest: u128,
    /// How many changes wait for a number.
    pub waiting: u64,
    /// What the wall clock said when the one that waits longest was made.
    pub waiting_since_ms: Option<u64>,
    /// How many changes lie in the tray.
    pub refused: u64,
}

/// All of them, as they stood at one moment, in the order of their ids. One statement: whoever waits for many boards
/// asks after each of them.
pub async fn standings(connection: &mut SqliteConnection) -> Result<Vec<Standing>, StoreError> {
    let rows = sqlx::query(
        "select share.*, clock_offset_ms, 0 as retired, epoch, seq, digest,
           (select title from board b where b.board_id = share.board_id) as title,
           (select count(*) from outbox o where o.board_id = share.board_id) as waiting,
           (select body from outbox o where o.board_id = share.board_id order by line limit 1) as oldest,
           (select count(*) from refused r where r.board_id = share.board_id) as refused
         from share join server using (server_id) join board_head using (board_id)
         where board_id not in (select board_id from retired) order by board_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(standing).collect()
}

fn standing(row: &SqliteRow) -> Result<Standing, StoreError> {
    let title: Option<String> = row.try_get("title")?;
    let oldest: Option<&[u8]> = row.try_get("oldest")?;
    let oldest = oldest.map(change::read).transpose()?;
    Ok(Standing {
        share: read(row)?,
        title: title.unwrap_or_default(),
        epoch: id(row.try_get("epoch")?)?,
        cursor: unsigned(row.try_get("seq")?)?,
        digest: u128::from_be_bytes(half_hash(row.try_get("digest")?)?),
        waiting: unsigned(row.try_get("waiting")?)?,
        waiting_since_ms: oldest.map(|change| change.wall_ms),
        refused: unsigned(row.try_get("refused")?)?,
    })
}
