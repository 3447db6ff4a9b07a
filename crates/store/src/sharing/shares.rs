//! Which boards of a folder are shared, and how far that goes.

use super::ServerId;
use crate::{
    StoreError,
    account::Role,
    rows::{counter, half_hash, id, signed, unsigned},
};
use domain::{
    change::Hash,
    id::*,
    shared::{Settled, SharedBoard},
    stamp::Latest,
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Who numbers a board that is shared, or is about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Nobody until the server said so: what is written waits.
    Sharing,
    Server,
}

impl Authority {
    fn name(self) -> &'static str {
        match self {
            Authority::Sharing => "sharing",
            Authority::Server => "server",
        }
    }
}

/// What a folder knows of the sharing of one board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub board: BoardId,
    pub server: ServerId,
    pub authority: Authority,
    /// The server's clock less this machine's.
    pub clock_offset_ms: i64,
    /// As last heard.
    pub role: Role,
    /// The account lost the board: what is here stays.
    pub gone: bool,
    /// This folder left it for a copy of its own: it is neither shown nor followed.
    pub retired: bool,
    /// Grows with every transaction that changes what shows.
    pub shown: u64,
    /// Where the server's log ended, as last heard.
    pub known_seq: u64,
    /// The log is whole behind this number.
    pub floor: u64,
    pub floor_chain: Hash,
    /// The greatest line that was given to a change of this folder.
    pub last_line: i64,
    pub settled: Settled,
}

/// A board of this folder is a server's from now on.
pub async fn share(
    connection: &mut SqliteConnection,
    board: BoardId,
    server: ServerId,
    role: Role,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into share (board_id, server_id, authority, role, gone, shown, known_seq, floor,
         floor_chain, last_line, settled_line, settled_ms, settled_counter)
         select board_id, ?, 'server', ?, 0, seq, 0, 0, zeroblob(16), 0, 0, 0, 0
         from board_head where board_id = ?",
    )
    .bind(server)
    .bind(role.name())
    .bind(board.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends this folder's authority over a board of its own, whose log ends at `settled`: it hands it over to a
/// server. Every change of the log is this folder's.
pub async fn begin_sharing(
    connection: &mut SqliteConnection,
    board: BoardId,
    server: ServerId,
    settled: Settled,
) -> Result<(), StoreError> {
    let id = board.bytes().as_slice();
    sqlx::query("update log set line = seq where board_id = ?")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert into share (board_id, server_id, authority, role, gone, shown, known_seq, floor,
         floor_chain, last_line, settled_line, settled_ms, settled_counter)
         select board_id, ?1, 'sharing', ?2, 0, seq, 0, 0, zeroblob(16), ?4, ?4, ?5, ?6
         from board_head where board_id = ?3",
    )
    .bind(server)
    .bind(Role::Owner.name())
    .bind(id)
    .bind(settled.line)
    .bind(signed(settled.latest.ms))
    .bind(i64::from(settled.latest.counter))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn put_authority(
    connection: &mut SqliteConnection,
    board: BoardId,
    authority: Authority,
) -> Result<(), StoreError> {
    sqlx::query("update share set authority = ? where board_id = ?")
        .bind(authority.name())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// The board is this folder's own again. Refused by the schema while a change of it waits.
pub async fn end_sharing(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<(), StoreError> {
    sqlx::query("delete from share where board_id = ?")
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// `None` for a board of this folder's own.
pub async fn share_of(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<Share>, StoreError> {
    let row = sqlx::query(
        "select share.*, clock_offset_ms,
         exists (select 1 from retired r where r.board_id = share.board_id) as retired
         from share join server using (server_id) where board_id = ?",
    )
    .bind(board.bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Those of the boards that this folder did not leave.
pub async fn shares(connection: &mut SqliteConnection) -> Result<Vec<Share>, StoreError> {
    let rows = sqlx::query(
        "select share.*, clock_offset_ms, 0 as retired from share join server using (server_id)
         where board_id not in (select board_id from retired) order by board_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

pub(super) fn read(row: &SqliteRow) -> Result<Share, StoreError> {
    let latest = Latest {
        ms: unsigned(row.try_get("settled_ms")?)?,
        counter: counter(row.try_get("settled_counter")?)?,
    };
    Ok(Share {
        board: id(row.try_get("board_id")?)?,
        server: row.try_get("server_id")?,
        authority: match row.try_get("authority")? {
            "sharing" => Authority::Sharing,
            _ => Authority::Server,
        },
        clock_offset_ms: row.try_get("clock_offset_ms")?,
        role: Role::read(row.try_get("role")?)?,
        gone: row.try_get("gone")?,
        retired: row.try_get("retired")?,
        shown: unsigned(row.try_get("shown")?)?,
        known_seq: unsigned(row.try_get("known_seq")?)?,
        floor: unsigned(row.try_get("floor")?)?,
        floor_chain: Hash(half_hash(row.try_get("floor_chain")?)?),
        last_line: row.try_get("last_line")?,
        settled: Settled { line: row.try_get("settled_line")?, latest },
    })
}

/// What shows is another from now on.
pub async fn put_shown(
    connection: &mut SqliteConnection,
    board: BoardId,
    shown: u64,
) -> Result<(), StoreError> {
    sqlx::query("update share set shown = ? where board_id = ?")
        .bind(signed(shown))
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// The server said where its log ends.
pub async fn put_known_seq(
    connection: &mut SqliteConnection,
    board: BoardId,
    seq: u64,
) -> Result<(), StoreError> {
    sqlx::query("update share set known_seq = ? where board_id = ?")
        .bind(signed(seq))
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// The log is whole behind this position alone.
pub async fn put_floor(
    connection: &mut SqliteConnection,
    board: BoardId,
    floor: u64,
    chain: Hash,
) -> Result<(), StoreError> {
    sqlx::query("update share set floor = ?, floor_chain = ? where board_id = ?")
        .bind(signed(floor))
        .bind(chain.0.as_slice())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn put_settled(
    connection: &mut SqliteConnection,
    board: &SharedBoard,
) -> Result<(), StoreError> {
    let Settled { line, latest } = board.settled();
    sqlx::query(
        "update share set settled_line = ?, settled_ms = ?, settled_counter = ? where board_id = ?",
    )
    .bind(line)
    .bind(signed(latest.ms))
    .bind(i64::from(latest.counter))
    .bind(board.numbered().id.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// What the account may do there; `None` where it has the board no longer.
pub async fn put_role(
    connection: &mut SqliteConnection,
    board: BoardId,
    role: Option<Role>,
) -> Result<(), StoreError> {
    sqlx::query("update share set role = coalesce(?, role), gone = ? where board_id = ?")
        .bind(role.map(Role::name))
        .bind(role.is_none())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}
