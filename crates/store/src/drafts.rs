//! What is being typed, journalled.

use crate::{StoreError, rows::id};
use domain::{id::*, stamp::ChangeId, versions::TextVersion};
use sqlx::{Row, SqliteConnection};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// Names the field.
    pub key: String,
    pub board: BoardId,
    pub card: Option<CardId>,
    pub column: Option<ColumnId>,
    pub text: String,
    /// The version of the text that was there when typing began, as the window names it.
    pub base: Option<String>,
    pub saved_ms: i64,
}

pub async fn put(connection: &mut SqliteConnection, draft: &DraftRow) -> Result<(), StoreError> {
    sqlx::query(
        "insert or replace into draft (key, board_id, card_id, column_id, text, base, saved_ms)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&draft.key)
    .bind(draft.board.bytes().as_slice())
    .bind(draft.card.map(|card| card.bytes().to_vec()))
    .bind(draft.column.map(|column| column.bytes().to_vec()))
    .bind(&draft.text)
    .bind(&draft.base)
    .bind(draft.saved_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn remove(connection: &mut SqliteConnection, key: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("delete from draft where key = ?").bind(key).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// What is being typed on a board is typed on its copy from now on. Keys that name the board name the copy.
pub(crate) async fn go_over(
    connection: &mut SqliteConnection,
    board: BoardId,
    copy: BoardId,
) -> Result<(), StoreError> {
    sqlx::query("update draft set board_id = ?1, key = replace(key, ?2, ?3) where board_id = ?4")
        .bind(copy.bytes().as_slice())
        .bind(board.to_string())
        .bind(copy.to_string())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// A change that waits was signed anew: what was typed over it was typed over the new one.
pub async fn renamed(
    connection: &mut SqliteConnection,
    board: BoardId,
    old: ChangeId,
    new: ChangeId,
) -> Result<(), StoreError> {
    sqlx::query("update draft set base = ? where board_id = ? and base = ?")
        .bind(TextVersion::from(new).0)
        .bind(board.bytes().as_slice())
        .bind(TextVersion::from(old).0)
        .execute(connection)
        .await?;
    Ok(())
}

/// All of them, sorted by key.
pub async fn all(connection: &mut SqliteConnection) -> Result<Vec<DraftRow>, StoreError> {
    let rows = sqlx::query("select * from draft order by key").fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            let card: Option<&[u8]> = row.try_get("card_id")?;
            let column: Option<&[u8]> = row.try_get("column_id")?;
            Ok(DraftRow {
                key: row.try_get("key")?,
                board: id(row.try_get("board_id")?)?,
                card: card.map(id).transpose()?,
                column: column.map(id).transpose()?,
                text: row.try_get("text")?,
                base: row.try_get("base")?,
                saved_ms: row.try_get("saved_ms")?,
            })
        })
        .collect()
}
