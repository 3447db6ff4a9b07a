//! Boards on a server: their folds and logs, what was answered to each change, and logs that are on their way
//! here. What is accepted is decided elsewhere; triggers refuse to let an answer or an accepted change go.

mod answer_rows;
mod answered;
mod incoming;
mod numbers;
mod problems;

pub use answer_rows::*;
pub use answered::*;
pub use incoming::*;
pub use numbers::*;
pub(crate) use problems::problems;

use crate::{
    Holding, StoreError, boards,
    boards::ROWS_AT_ONCE,
    rows::{half_hash, signed, unsigned},
};
use domain::{
    board::{Board, Entity, Head},
    change::{Hash, Numbered},
    id::*,
    register::{Field, Kind, Register},
};
use sqlx::{Connection, Row, SqliteConnection};
use uuid::Uuid;

/// Nobody uses a server's folder as a person of a board.
const NOBODY: PersonId = PersonId(Uuid::nil());

/// The fold of a board's log; `None` where there is no such board.
pub async fn load(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<Board>, StoreError> {
    let held = boards::load(connection, board).await?;
    Ok(held.map(|held| match held.holding {
        Holding::Own(board) => *board,
        Holding::Shared(shared) => shared.board.numbered().clone(),
    }))
}

/// As [`load`], for whoever is in no transaction: the head and the registers of one moment.
pub async fn load_at_once(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<Board>, StoreError> {
    let mut reading = connection.begin().await?;
    let loaded = load(&mut reading, board).await?;
    reading.rollback().await?;
    Ok(loaded)
}

/// How far a board's log goes; `None` where there is no such board.
pub async fn head(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<Head>, StoreError> {
    Ok(boards::head(connection, board).await?.map(|(head, _)| head))
}

/// What the board is called; `None` where there is no such board or it has no name.
pub async fn title(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<String>, StoreError> {
    let itself = itself(connection, board).await?;
    let title = itself.as_ref().and_then(|entity| entity.value(Field::TITLE));
    Ok(title.and_then(|value| value.as_text().map(str::to_owned)))
}

/// What carries the board's own registers; `None` where there is no such board.
pub async fn itself(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<Entity>, StoreError> {
    let bytes: Option<Vec<u8>> =
        sqlx::query_scalar("select registers from entity where board_id = ? and entity_id = ?")
            .bind(board.bytes().as_slice())
            .bind(EntityId::BOARD.bytes().as_slice())
            .fetch_optional(connection)
            .await?;
    let Some(bytes) = bytes else { return Ok(None) };
    let registers: Vec<Register> =
        minicbor::decode(&bytes).map_err(|_| StoreError::corrupt("registers cannot be read"))?;
    Ok(Some(Entity::from_registers(Kind::BOARD, registers)))
}

/// What a reader finds behind a number.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The end of the log when it was read.
    pub head: Head,
    /// The changes of the log begin behind this number.
    pub floor: u64,
    /// In order.
    pub changes: Vec<Numbered>,
}

/// At most `count` changes behind `after`, and no more than one beyond `bytes_max`, with the head that they
/// belong to; `None` where there is no such board.
pub async fn read_on(
    connection: &mut SqliteConnection,
    board: BoardId,
    after: u64,
    count: usize,
    bytes_max: usize,
) -> Result<Option<Stretch>, StoreError> {
    let mut reading = connection.begin().await?;
    let Some(head) = head(&mut reading, board).await? else { return Ok(None) };
    let floor = floor(&mut reading, board, head.position.seq).await?;
    let lengths: Vec<i64> = sqlx::query_scalar(
        "select length(body) from log where board_id = ? and seq > ? order by seq limit ?",
    )
    .bind(board.bytes().as_slice())
    .bind(signed(after))
    .bind(i64::try_from(count).unwrap_or(i64::MAX))
    .fetch_all(&mut *reading)
    .await?;
    let mut bytes = 0;
    let fits = |length: &i64| {
        let before = bytes;
        bytes += usize::try_from(*length).unwrap_or(usize::MAX);
        before < bytes_max
    };
    let taken = u32::try_from(lengths.iter().copied().take_while(fits).count()).unwrap_or(0);
    let changes = boards::read_after(&mut reading, board, after, taken).await?;
    reading.rollback().await?;
    Ok(Some(Stretch { head, floor, changes }))
}

/// The changes of a board's log begin behind this number.
pub async fn floor(
    connection: &mut SqliteConnection,
    board: BoardId,
    head: u64,
) -> Result<u64, StoreError> {
    let first: Option<i64> = sqlx::query_scalar("select min(seq) from log where board_id = ?")
        .bind(board.bytes().as_slice())
        .fetch_one(connection)
        .await?;
    first.map_or(Ok(head), |first| Ok(unsigned(first)?.saturating_sub(1)))
}

/// The chains at those of the numbers that are in the log.
pub async fn chains(
    connection: &mut SqliteConnection,
    board: BoardId,
    numbers: impl IntoIterator<Item = u64>,
) -> Result<Vec<(u64, Hash)>, StoreError> {
    let numbers: Vec<i64> = numbers.into_iter().map(signed).collect();
    let mut chains = Vec::with_capacity(numbers.len());
    for some in numbers.chunks(ROWS_AT_ONCE) {
        let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("select seq, chain from log ");
        query.push("where board_id = ").push_bind(board.bytes().to_vec()).push(" and seq in (");
        let mut list = query.separated(", ");
        for number in some {
            list.push_bind(*number);
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let chain = Hash(half_hash(row.try_get("chain")?)?);
            chains.push((unsigned(row.try_get("seq")?)?, chain));
        }
    }
    Ok(chains)
}

/// What a push comes to.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// For the log, in order.
    pub numbered: &'a [Numbered],
    /// Of the board, what they touched.
    pub touched: &'a [EntityId],
    pub answered: &'a [AnswerRow],
    /// Where the replicas' changes end now.
    pub ends: &'a [EndRow],
}

/// Stores what came of a push; `board` stands behind it.
pub async fn save(
    connection: &mut SqliteConnection,
    board: &Board,
    accepted: Accepted<'_>,
) -> Result<(), StoreError> {
    let Accepted { numbered, touched, answered, ends } = accepted;
    append(connection, board.id, numbered).await?;
    boards::put_entities(connection, board, touched).await?;
    give_to_things(connection, board, touched).await?;
    put_answers(connection, board.id, answered).await?;
    for end in ends {
        put_end(connection, board.id, end).await?;
    }
    if numbered.is_empty() { Ok(()) } else { boards::put_head(connection, board).await }
}

/// Makes room for a board that was shared with this server, and stores all of it.
pub async fn begin(
    connection: &mut SqliteConnection,
    board: &Board,
    accepted: Accepted<'_>,
) -> Result<(), StoreError> {
    boards::begin_board(connection, board, NOBODY).await?;
    give_to_board(connection, board.id).await?;
    save(connection, board, accepted).await
}

/// Changes behind the end of the log, in order.
async fn append(
    connection: &mut SqliteConnection,
    board: BoardId,
    changes: &[Numbered],
) -> Result<(), StoreError> {
    for some in changes.chunks(ROWS_AT_ONCE) {
        let mut insert = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
            "insert into log (board_id, seq, epoch, replica_id, rseq, act_id, stamp_ms,
             stamp_counter, hash, chain, weak_ranks, body) ",
        );
        insert.push_values(some, |mut row, numbered| {
            let change = &numbered.change;
            let weak_ranks = (!numbered.weak_ranks.is_empty())
                .then(|| minicbor::to_vec(&numbered.weak_ranks).unwrap_or_default());
            row.push_bind(board.bytes().to_vec())
                .push_bind(signed(numbered.seq))
                .push_bind(numbered.epoch.bytes().to_vec())
                .push_bind(change.replica.bytes().to_vec())
                .push_bind(signed(change.rseq))
                .push_bind(change.act.bytes().to_vec())
                .push_bind(signed(numbered.cstamp.ms))
                .push_bind(i64::from(numbered.cstamp.counter))
                .push_bind(numbered.hash.0.to_vec())
                .push_bind(numbered.chain.0.to_vec())
                .push_bind(weak_ranks)
                .push_bind(numbered.body.to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}
