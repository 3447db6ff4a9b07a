//! Versions of descriptions, as the log has them, and which of them stand apart from what is shown.

use crate::{
    StoreError,
    boards::{self, ROWS_AT_ONCE},
    rows::{half_hash, id, signed, unsigned},
    sharing,
};
use domain::{
    change::{Hash, Numbered, Write},
    id::*,
    register::{Field, Register},
    stamp::ChangeId,
    versions::{Family, Version, is_version, versions_of},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::{BTreeMap, BTreeSet};

/// So many versions of a card are looked at, the newest ones.
pub const VERSIONS_MAX: u32 = 1_000;

/// The versions that stand apart on a board, by card; oldest first.
pub type Apart = BTreeMap<CardId, Vec<ChangeId>>;

/// Writes down what of these changes are versions. What stands apart is left to [`settle`].
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    board: BoardId,
    changes: &[&Numbered],
) -> Result<BTreeSet<CardId>, StoreError> {
    let mut rows: Vec<(CardId, Version)> = Vec::new();
    for numbered in changes {
        let base_seq = base_seq(connection, board, numbered).await?;
        rows.extend(versions_of(numbered, base_seq));
    }
    for some in rows.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert or ignore into text_version (board_id, card_id, seq, replica_id, rseq, author_id,
             seen, base_seq, text_hash) ",
        );
        insert.push_values(some, |mut row, (card, version)| {
            let seen = version.seen.as_ref();
            row.push_bind(board.bytes().to_vec())
                .push_bind(card.bytes().to_vec())
                .push_bind(signed(version.seq))
                .push_bind(version.id.replica.bytes().to_vec())
                .push_bind(signed(version.id.rseq))
                .push_bind(version.author.bytes().to_vec())
                .push_bind(seen.map(|seen| minicbor::to_vec(seen).unwrap_or_default()))
                .push_bind(signed(version.base_seq))
                .push_bind(version.text.0.to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(rows.into_iter().map(|(card, _)| card).collect())
}

/// Up to where the author of a change had the log; 0 where what it says is no position of it.
async fn base_seq(
    connection: &mut SqliteConnection,
    board: BoardId,
    numbered: &Numbered,
) -> Result<u64, StoreError> {
    let base = numbered.change.base;
    let asks = |it: &Write| is_version(it) && it.seen.is_none();
    if base.seq == 0 || !numbered.change.writes.iter().any(asks) {
        return Ok(0);
    }
    let position = boards::position(connection, board, base.seq).await?;
    Ok(position.filter(|it| it.chain == base.chain).map_or(0, |it| it.seq))
}

/// Tells anew which versions of these cards stand apart from what was numbered last, whose registers are stored.
pub(crate) async fn settle(
    connection: &mut SqliteConnection,
    board: BoardId,
    cards: BTreeSet<CardId>,
) -> Result<(), StoreError> {
    let cut = is_cut(connection, board).await?;
    let cards: Vec<CardId> = cards.into_iter().collect();
    for some in cards.chunks(ROWS_AT_ONCE) {
        let several = with_several(connection, board, some, cut).await?;
        settle_each(connection, board, several, cut).await?;
    }
    Ok(())
}

/// A first version of a log that is whole stands apart from nothing: an import has thousands of them.
async fn with_several(
    connection: &mut SqliteConnection,
    board: BoardId,
    cards: &[CardId],
    cut: bool,
) -> Result<Vec<CardId>, StoreError> {
    let mut query =
        QueryBuilder::<Sqlite>::new("select card_id from text_version where board_id = ");
    query.push_bind(board.bytes().to_vec()).push(" and card_id in (");
    let mut list = query.separated(", ");
    for card in cards {
        list.push_bind(card.bytes().to_vec());
    }
    query.push(") group by card_id having count(*) > ").push_bind(i64::from(!cut));
    let cards: Vec<Vec<u8>> = query.build_query_scalar().fetch_all(connection).await?;
    cards.iter().map(|bytes| id(bytes)).collect()
}

async fn settle_each(
    connection: &mut SqliteConnection,
    board: BoardId,
    cards: Vec<CardId>,
    cut: bool,
) -> Result<(), StoreError> {
    for card in cards {
        sqlx::query("delete from text_apart where board_id = ? and card_id = ?")
            .bind(board.bytes().as_slice())
            .bind(card.bytes().as_slice())
            .execute(&mut *connection)
            .await?;
        let Some(standing) = standing(connection, board, card).await? else { continue };
        let versions = of_card(connection, board, card).await?;
        let family = Family::new(&versions, cut);
        for version in family.apart(standing) {
            let seq = family.version(version).map_or(0, |version| version.seq);
            sqlx::query("insert into text_apart values (?, ?, ?, ?, ?)")
                .bind(board.bytes().as_slice())
                .bind(card.bytes().as_slice())
                .bind(signed(seq))
                .bind(version.replica.bytes().as_slice())
                .bind(signed(version.rseq))
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// The version that holds a card's register, as it is stored.
async fn standing(
    connection: &mut SqliteConnection,
    board: BoardId,
    card: CardId,
) -> Result<Option<ChangeId>, StoreError> {
    let registers: Option<Vec<u8>> =
        sqlx::query_scalar("select registers from entity where board_id = ? and entity_id = ?")
            .bind(board.bytes().as_slice())
            .bind(card.bytes().as_slice())
            .fetch_optional(connection)
            .await?;
    let Some(registers) = registers else { return Ok(None) };
    let registers: Vec<Register> = minicbor::decode(&registers)
        .map_err(|_| StoreError::corrupt("registers cannot be read"))?;
    let text = Field::TEXT.into();
    Ok(registers.into_iter().find(|it| it.slot == text).map(|register| register.winner()))
}

/// As [`settle`], for every card of a board that has more than one version, or one that came after its log
/// begins here.
pub(crate) async fn settle_all(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<(), StoreError> {
    let cut = is_cut(connection, board).await?;
    let cards: Vec<Vec<u8>> = sqlx::query_scalar(
        "select card_id from text_version where board_id = ? group by card_id having count(*) > ?",
    )
    .bind(board.bytes().as_slice())
    .bind(i64::from(!cut))
    .fetch_all(&mut *connection)
    .await?;
    let cards = cards.iter().map(|bytes| id(bytes)).collect::<Result<Vec<CardId>, _>>()?;
    settle_each(connection, board, cards, cut).await
}

/// Whether the log does not have its beginning.
pub async fn is_cut(connection: &mut SqliteConnection, board: BoardId) -> Result<bool, StoreError> {
    Ok(sharing::share_of(connection, board).await?.is_some_and(|share| share.floor > 0))
}

/// The numbered versions of a card's description, in order.
pub async fn of_card(
    connection: &mut SqliteConnection,
    board: BoardId,
    card: CardId,
) -> Result<Vec<Version>, StoreError> {
    let rows = sqlx::query(
        "select * from text_version where board_id = ? and card_id = ? order by seq desc limit ?",
    )
    .bind(board.bytes().as_slice())
    .bind(card.bytes().as_slice())
    .bind(i64::from(VERSIONS_MAX))
    .fetch_all(connection)
    .await?;
    rows.iter().rev().map(version).collect()
}

fn version(row: &SqliteRow) -> Result<Version, StoreError> {
    let seen: Option<&[u8]> = row.try_get("seen")?;
    let seen = seen.map(minicbor::decode).transpose();
    Ok(Version {
        id: change_id(row)?,
        seq: unsigned(row.try_get("seq")?)?,
        author: id(row.try_get("author_id")?)?,
        seen: seen.map_err(|_| StoreError::corrupt("versions that were seen cannot be read"))?,
        base_seq: unsigned(row.try_get("base_seq")?)?,
        text: Hash(half_hash(row.try_get("text_hash")?)?),
    })
}

fn change_id(row: &SqliteRow) -> Result<ChangeId, StoreError> {
    Ok(ChangeId { replica: id(row.try_get("replica_id")?)?, rseq: unsigned(row.try_get("rseq")?)? })
}

/// What stands apart on a board.
pub async fn apart(connection: &mut SqliteConnection, board: BoardId) -> Result<Apart, StoreError> {
    let rows = sqlx::query("select * from text_apart where board_id = ? order by card_id, seq")
        .bind(board.bytes().as_slice())
        .fetch_all(connection)
        .await?;
    let mut apart = Apart::new();
    for row in &rows {
        apart.entry(id(row.try_get("card_id")?)?).or_default().push(change_id(row)?);
    }
    Ok(apart)
}

/// A numbered change that is a version.
pub async fn change(
    connection: &mut SqliteConnection,
    board: BoardId,
    seq: u64,
) -> Result<Option<Numbered>, StoreError> {
    let before = seq.saturating_sub(1);
    let changes = boards::read_after(connection, board, before, 1).await?;
    Ok(changes.into_iter().find(|it| it.seq == seq))
}

/// Whether an act has its place already: in the log, waiting, kept, or refused.
pub async fn is_known(
    connection: &mut SqliteConnection,
    board: BoardId,
    act: ActId,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from log where board_id = ?1 and act_id = ?2)
         or exists (select 1 from outbox where board_id = ?1 and act_id = ?2)
         or exists (select 1 from kept where board_id = ?1 and act_id = ?2)
         or exists (select 1 from refused where board_id = ?1 and act_id = ?2)",
    )
    .bind(board.bytes().as_slice())
    .bind(act.bytes().as_slice())
    .fetch_one(connection)
    .await?)
}
