//! A snapshot that is arriving: its parts wait here until they are all there.

use crate::StoreError;
use domain::id::*;
use sqlx::SqliteConnection;

/// Begins anew, with what the server said of the snapshot.
pub async fn stage(
    connection: &mut SqliteConnection,
    board: BoardId,
    offer: &[u8],
) -> Result<(), StoreError> {
    unstage(connection, board).await?;
    sqlx::query("insert into staged (board_id, offer) values (?, ?)")
        .bind(board.bytes().as_slice())
        .bind(offer)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn stage_part(
    connection: &mut SqliteConnection,
    board: BoardId,
    part: u32,
    things: &[u8],
) -> Result<(), StoreError> {
    sqlx::query("insert into staged_part (board_id, part, things) values (?, ?, ?)")
        .bind(board.bytes().as_slice())
        .bind(part)
        .bind(things)
        .execute(connection)
        .await?;
    Ok(())
}

/// The snapshot was installed, or is of no use.
pub async fn unstage(connection: &mut SqliteConnection, board: BoardId) -> Result<(), StoreError> {
    sqlx::query("delete from staged where board_id = ?")
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// What the server said of the snapshot that is arriving, and how many of its parts are here.
pub async fn staged(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<(Vec<u8>, u32)>, StoreError> {
    let row: Option<(Vec<u8>, u32)> = sqlx::query_as(
        "select offer, (select count(*) from staged_part p where p.board_id = s.board_id)
         from staged s where board_id = ?",
    )
    .bind(board.bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// The parts, in order.
pub async fn staged_parts(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let parts =
        sqlx::query_scalar("select things from staged_part where board_id = ? order by part")
            .bind(board.bytes().as_slice())
            .fetch_all(connection)
            .await?;
    Ok(parts)
}
