//! Whole numbers of boards, cards and comments over the whole server. Each is given once, in the transaction that
//! brings the thing, whoever sent it, and for ever.

use crate::{
    StoreError,
    boards::ROWS_AT_ONCE,
    rows::{id, signed, unsigned},
};
use domain::{
    board::Board,
    id::{BoardId, EntityId},
    register::Kind,
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use std::collections::HashMap;

/// A board gets its number.
pub(crate) async fn give_to_board(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<(), StoreError> {
    sqlx::query("insert into board_number (board_id) values (?) on conflict (board_id) do nothing")
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Those of these things that are cards or comments get numbers, where they have none yet.
pub(crate) async fn give_to_things(
    connection: &mut SqliteConnection,
    board: &Board,
    touched: &[EntityId],
) -> Result<(), StoreError> {
    let counts = |id: &&EntityId| {
        board.entity(**id).is_some_and(|it| [Kind::CARD, Kind::COMMENT].contains(&it.kind))
    };
    let things: Vec<&EntityId> = touched.iter().filter(counts).collect();
    for some in things.chunks(ROWS_AT_ONCE) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("insert into thing_number (board_id, thing_id) ");
        insert.push_values(some, |mut row, thing| {
            row.push_bind(board.id.bytes().to_vec()).push_bind(thing.bytes().to_vec());
        });
        insert.push(" on conflict (board_id, thing_id) do nothing");
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

pub async fn numbered_board(
    connection: &mut SqliteConnection,
    number: u64,
) -> Result<Option<BoardId>, StoreError> {
    let found: Option<Vec<u8>> =
        sqlx::query_scalar("select board_id from board_number where number = ?")
            .bind(signed(number))
            .fetch_optional(connection)
            .await?;
    found.map(|bytes| id(&bytes)).transpose()
}

pub async fn number_of_board(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<u64>, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("select number from board_number where board_id = ?")
            .bind(board.bytes().as_slice())
            .fetch_optional(connection)
            .await?;
    found.map(unsigned).transpose()
}

/// Where a card or a comment is.
pub async fn numbered_thing(
    connection: &mut SqliteConnection,
    number: u64,
) -> Result<Option<(BoardId, EntityId)>, StoreError> {
    let row = sqlx::query("select board_id, thing_id from thing_number where number = ?")
        .bind(signed(number))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((id(row.try_get("board_id")?)?, id(row.try_get("thing_id")?)?)))
}

pub async fn number_of_thing(
    connection: &mut SqliteConnection,
    board: BoardId,
    thing: EntityId,
) -> Result<Option<u64>, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("select number from thing_number where board_id = ? and thing_id = ?")
            .bind(board.bytes().as_slice())
            .bind(thing.bytes().as_slice())
            .fetch_optional(connection)
            .await?;
    found.map(unsigned).transpose()
}

/// The numbers of all cards and comments of a board.
pub async fn numbers_of(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<HashMap<EntityId, u64>, StoreError> {
    let rows: Vec<(Vec<u8>, i64)> =
        sqlx::query_as("select thing_id, number from thing_number where board_id = ?")
            .bind(board.bytes().as_slice())
            .fetch_all(connection)
            .await?;
    rows.iter().map(|(thing, number)| Ok((id(thing)?, unsigned(*number)?))).collect()
}
