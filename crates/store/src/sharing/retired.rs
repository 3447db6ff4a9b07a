//! Shared boards that this folder left for a copy of its own: nothing of them is lost, and nothing of them shows.

use super::ServerId;
use crate::{StoreError, drafts, reading, rows::id, undo};
use domain::id::*;
use sqlx::{Row, SqliteConnection};

/// A board that was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    pub board: BoardId,
    /// What goes on here in its place.
    pub copy: BoardId,
    /// It ends for everybody on it.
    pub ends: bool,
    /// Where the copy is shared before that.
    pub moves_to: Option<ServerId>,
    /// Its server knows, or does not let us.
    pub ended: bool,
}

impl Retired {
    /// Its server is still to be told that the board ends there.
    pub fn is_ending(&self) -> bool {
        self.ends && !self.ended
    }
}

/// Leaves a shared board for its copy, to which the steps of undo and what is being typed go over. No row of its log, its
/// outbox or its tray is touched.
pub async fn retire(
    connection: &mut SqliteConnection,
    retired: &Retired,
    now_ms: i64,
) -> Result<(), StoreError> {
    let Retired { board, copy, ends, moves_to, .. } = *retired;
    sqlx::query(
        "insert into retired (board_id, copy_id, retired_ms, ends, moves_to) values (?, ?, ?, ?, ?)",
    )
    .bind(board.bytes().as_slice())
    .bind(copy.bytes().as_slice())
    .bind(now_ms)
    .bind(ends)
    .bind(moves_to)
    .execute(&mut *connection)
    .await?;
    undo::go_over(connection, board, copy).await?;
    drafts::go_over(connection, board, copy).await?;
    reading::forget(connection, board).await
}

/// Somebody fetched it again, from this server: what waits is pushed there from now on.
pub async fn unretire(
    connection: &mut SqliteConnection,
    board: BoardId,
    server: ServerId,
) -> Result<(), StoreError> {
    sqlx::query("delete from retired where board_id = ?")
        .bind(board.bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    sqlx::query("update share set server_id = ?, shown = shown + 1 where board_id = ?")
        .bind(server)
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Its server was told that it ends, or does not let us.
pub async fn ended(
    connection: &mut SqliteConnection,
    board: BoardId,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("update retired set ended_ms = ? where board_id = ?")
        .bind(now_ms)
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// The boards that were left, those that were left last at the end.
pub async fn retired(connection: &mut SqliteConnection) -> Result<Vec<Retired>, StoreError> {
    let rows = sqlx::query(
        "select board_id, copy_id, ends, moves_to, ended_ms is not null as ended
         from retired order by retired_ms, board_id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Retired {
                board: id(row.try_get("board_id")?)?,
                copy: id(row.try_get("copy_id")?)?,
                ends: row.try_get("ends")?,
                moves_to: row.try_get("moves_to")?,
                ended: row.try_get("ended")?,
            })
        })
        .collect()
}
