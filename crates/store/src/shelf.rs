//! Lists over all boards: the sidebar, the archive, the trash, and what search finds. A list is the whole
//! list, in a stable order.

use crate::{StoreError, rows::id};
use domain::{id::*, record::*, text::Colour};
use sqlx::{Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use std::ops::RangeInclusive;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShelfKindRow {
    Board,
    Column,
    Card,
}

/// One thing in the archive or the trash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShelfRow {
    pub kind: ShelfKindRow,
    pub id: EntityId,
    pub board: BoardId,
    pub board_title: String,
    pub title: String,
    pub column_title: Option<String>,
    pub since_ms: i64,
    pub cards: u32,
}

/// A card that search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundRow {
    pub board: BoardId,
    pub board_title: String,
    pub card: CardId,
    pub title: String,
    pub column_title: String,
    pub standing: Standing,
    /// Each hit stands between U+0002 and U+0003.
    pub excerpt: String,
}

/// Search says the best so many; the window says when there may be more.
pub const FOUND_MAX: i64 = 200;

/// The boards that are not in the trash, as the sidebar sorts them.
pub async fn boards(connection: &mut SqliteConnection) -> Result<Vec<BoardRecord>, StoreError> {
    let rows =
        sqlx::query("select * from board where standing <> 'deleted' order by key, board_id")
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            Ok(BoardRecord {
                id: id(row.try_get("board_id")?)?,
                title: row.try_get("title")?,
                colour: row.try_get::<Option<String>, _>("colour")?.map(Colour),
                key: row.try_get("key")?,
                standing: standing(row)?,
                cards: count(row, "cards")?,
                archived_cards: count(row, "archived_cards")?,
            })
        })
        .collect()
}

/// What rests in the archive or lies in the trash, the latest first.
pub async fn shelf(
    readers: &SqlitePool,
    standing: Standing,
    board: Option<BoardId>,
) -> Result<Vec<ShelfRow>, StoreError> {
    let rows = sqlx::query(include_str!("shelf.sql"))
        .bind(crate::reading::standing_name(standing))
        .bind(board.map(|board| board.bytes().to_vec()))
        .fetch_all(readers)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(ShelfRow {
                kind: match row.try_get::<&str, _>("kind")? {
                    "board" => ShelfKindRow::Board,
                    "column" => ShelfKindRow::Column,
                    _ => ShelfKindRow::Card,
                },
                id: id(row.try_get("id")?)?,
                board: id(row.try_get("board_id")?)?,
                board_title: row.try_get("board_title")?,
                title: row.try_get("title")?,
                column_title: row.try_get("column_title")?,
                since_ms: row.try_get("since_ms")?,
                cards: count(row, "cards")?,
            })
        })
        .collect()
}

/// Cards that have all of the words, each as a word or the beginning of one; the best first.
pub async fn search(readers: &SqlitePool, words: &str) -> Result<Vec<FoundRow>, StoreError> {
    let Some(query) = match_query(words) else { return Ok(Vec::new()) };
    let rows = sqlx::query(include_str!("search.sql"))
        .bind(query)
        .bind(FOUND_MAX)
        .fetch_all(readers)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(FoundRow {
                board: id(row.try_get("board_id")?)?,
                board_title: row.try_get("board_title")?,
                card: id(row.try_get("card_id")?)?,
                title: row.try_get("title")?,
                column_title: row.try_get::<Option<String>, _>("column_title")?.unwrap_or_default(),
                standing: standing(row)?,
                excerpt: row.try_get("excerpt")?,
            })
        })
        .collect()
}

/// Combining marks belong to the word around them; the index folds them away.
const DIACRITICS: RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// Typed words as a query that holds no operator of the index: each is quoted, and a beginning will do.
fn match_query(words: &str) -> Option<String> {
    let terms: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric() && !DIACRITICS.contains(&c))
        .filter(|word| !word.is_empty())
        .take(16)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!terms.is_empty()).then(|| terms.join(" "))
}

fn standing(row: &SqliteRow) -> Result<Standing, StoreError> {
    Ok(match row.try_get::<&str, _>("standing")? {
        "live" => Standing::Live,
        "archived" => Standing::Archived,
        _ => Standing::Deleted,
    })
}

fn count(row: &SqliteRow, column: &str) -> Result<u32, StoreError> {
    u32::try_from(row.try_get::<i64, _>(column)?)
        .map_err(|_| StoreError::corrupt("a count is out of range"))
}
