//! Whether the database is what it promises to be.

use crate::{
    FolderKind, HeldBoard, Store, StoreError, boards,
    reading::{self, CHANGES_AT_ONCE},
    rooms, sharing, webhooks,
};
use domain::{
    board::Board,
    change::{self, Position},
    id::*,
};
use sqlx::SqliteConnection;

/// The rows of the tables for reading, as one text for each table, to compare before and after.
const READING_ROWS: [(&str, &str); 8] = [
    (
        "board",
        "select hex(board_id) || title || ifnull(colour, '') || key || standing || since_ms || cards || archived_cards from board where board_id = ? order by 1",
    ),
    (
        "board_column",
        "select hex(column_id) || title || standing || since_ms from board_column where board_id = ? order by 1",
    ),
    (
        "card",
        "select hex(card_id) || hex(column_id) || key || title || standing || own_standing || recovered || since_ms from card where board_id = ? order by 1",
    ),
    (
        "card_text",
        "select hex(c.card_id) || t.title || t.description || t.comments || t.items from card c left join card_text t on t.rowid = c.card_number where c.board_id = ? order by 1",
    ),
    ("card_change", "select hex(card_id) || seq from card_change where board_id = ? order by 1"),
    (
        "text_version",
        "select hex(card_id) || seq || hex(replica_id) || ' ' || rseq || hex(author_id) || ifnull(hex(seen), '-') || base_seq || hex(text_hash) from text_version where board_id = ? order by 1",
    ),
    (
        "text_apart",
        "select hex(card_id) || seq || hex(replica_id) || ' ' || rseq from text_apart where board_id = ? order by 1",
    ),
    (
        "reading",
        "select seq || ' ' || entities || ' ' || versions from reading where board_id = ? order by 1",
    ),
];

impl Store {
    /// Looks through the pages and the references, verifies every board's log, compares the registers with
    /// the fold of the log, and rebuilds the tables for reading and compares. The problems found
    /// come back in words; the tables for reading are right afterwards.
    pub async fn check(&mut self) -> Result<Vec<String>, StoreError> {
        let mut problems = Vec::new();
        let kind = self.folder().kind();
        let mut transaction = self.begin().await?;
        for pragma in ["pragma integrity_check(20)", "pragma foreign_key_check"] {
            let found: Vec<String> =
                sqlx::query_scalar(pragma).fetch_all(&mut *transaction).await?;
            problems.extend(found.into_iter().filter(|line| line != "ok"));
        }
        for board in boards::board_ids(&mut transaction).await? {
            match kind {
                FolderKind::Desktop => check_board(&mut transaction, board, &mut problems).await?,
                FolderKind::Server => check_room(&mut transaction, board, &mut problems).await?,
            }
        }
        sqlx::query("insert into card_text (card_text) values ('integrity-check')")
            .execute(&mut *transaction)
            .await
            .map_err(StoreError::from)
            .or_else(|error| match error {
                StoreError::Corrupt(what) => {
                    problems.push(format!("the index of words: {what}"));
                    Ok(Default::default())
                }
                error => Err(error),
            })?;
        transaction.commit().await?;
        Ok(problems)
    }
}

async fn check_board(
    connection: &mut SqliteConnection,
    id: BoardId,
    problems: &mut Vec<String>,
) -> Result<(), StoreError> {
    if let Some(wrong) = rows_that_cannot_be(connection, id).await? {
        problems.push(wrong);
        return Ok(());
    }
    let Some(held) = boards::load(connection, id).await? else { return Ok(()) };
    problems.extend(sharing::problems(connection, id).await?);
    check_log(connection, &held, problems).await?;
    let before = reading_rows(connection, id).await?;
    if held.shared().is_some_and(|it| it.share.retired) {
        let shows = before.iter().filter(|(_, rows)| !rows.is_empty());
        problems.extend(shows.map(|(table, _)| {
            format!("board {id}: it was left, and the table {table} still shows it")
        }));
        return reading::forget(connection, id).await;
    }
    reading::rebuild(connection, held.board(), held.me).await?;
    let after = reading_rows(connection, id).await?;
    for ((table, old), (_, new)) in before.iter().zip(&after) {
        if old != new {
            problems.push(format!("board {id}: the table {table} differed and was rebuilt"));
        }
    }
    Ok(())
}

/// A server's board: the log, the registers, and what was answered. It has no tables for reading.
async fn check_room(
    connection: &mut SqliteConnection,
    id: BoardId,
    problems: &mut Vec<String>,
) -> Result<(), StoreError> {
    let Some(held) = boards::load(connection, id).await? else { return Ok(()) };
    check_log(connection, &held, problems).await?;
    problems.extend(rooms::problems(connection, id).await?);
    problems.extend(webhooks::problems(connection, id).await?);
    Ok(())
}

/// What waits and cannot be read: without it the board cannot be shown.
async fn rows_that_cannot_be(
    connection: &mut SqliteConnection,
    id: BoardId,
) -> Result<Option<String>, StoreError> {
    match sharing::outbox(connection, id).await {
        Ok(_) => Ok(None),
        Err(StoreError::Malformed(_) | StoreError::Corrupt(_)) => {
            Ok(Some(format!("board {id}: what waits in its outbox cannot be read")))
        }
        Err(error) => Err(error),
    }
}

/// The registers and the head against the log. Where its beginning is not here, folding the rest of it into the
/// registers must change nothing.
async fn check_log(
    connection: &mut SqliteConnection,
    held: &HeldBoard,
    problems: &mut Vec<String>,
) -> Result<(), StoreError> {
    let (id, numbered) = (held.id(), held.numbered());
    let folded = fold_log(connection, held, problems).await?;
    // A restored backup begins a new epoch before the first change in it.
    let (end, head) = (folded.head.position, numbered.head.position);
    if (end.seq, end.chain) != (head.seq, head.chain) {
        problems.push(format!("board {id}: the head does not name the end of the log"));
    }
    if folded.head.digest != numbered.head.digest || numbered.digest() != numbered.head.digest {
        problems.push(format!("board {id}: the digest is not that of the log"));
    }
    let mut differing = 0;
    for (entity, registers) in folded.entities() {
        differing += usize::from(numbered.entity(entity) != Some(registers));
    }
    differing += numbered.entities().count().abs_diff(folded.entities().count());
    if differing > 0 {
        problems.push(format!("board {id}: {differing} things differ from the log"));
    }
    Ok(())
}

/// The board as its log says; gaps, forged bodies and broken chains are reported.
async fn fold_log(
    connection: &mut SqliteConnection,
    held: &HeldBoard,
    problems: &mut Vec<String>,
) -> Result<Board, StoreError> {
    let numbered = held.numbered();
    let epoch = numbered.head.position.epoch;
    let mut folded = match held.shared().filter(|it| it.share.floor > 0) {
        None => Board::new(numbered.id, epoch),
        Some(shared) => {
            let mut board = numbered.clone();
            let (seq, chain) = (shared.share.floor, shared.share.floor_chain);
            board.head.position = Position { epoch, seq, chain };
            board
        }
    };
    let id = held.id();
    loop {
        let at = folded.head.position;
        let changes = boards::read_after(connection, id, at.seq, CHANGES_AT_ONCE).await?;
        if changes.is_empty() {
            return Ok(folded);
        }
        for numbered in changes {
            let before = folded.head.position;
            let seq = numbered.seq;
            if seq != before.seq + 1 {
                problems.push(format!("board {id}: there is a gap before number {seq}"));
            }
            if change::Hash::of(&[&numbered.body]) != numbered.hash {
                problems.push(format!("board {id}: number {seq} is not what was signed"));
            }
            let chain =
                change::chain(before.chain, numbered.hash, numbered.cstamp, &numbered.weak_ranks);
            if chain != numbered.chain {
                problems.push(format!("board {id}: the chain breaks at number {seq}"));
            }
            folded.absorb(&numbered);
        }
    }
}

async fn reading_rows(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<(&'static str, Vec<Option<String>>)>, StoreError> {
    let mut tables = Vec::new();
    for (table, statement) in READING_ROWS {
        let rows: Vec<Option<String>> = sqlx::query_scalar(statement)
            .bind(board.bytes().as_slice())
            .fetch_all(&mut *connection)
            .await?;
        tables.push((table, rows));
    }
    Ok(tables)
}
