//! The tables for reading: rows that follow from a board's registers and its log, and nothing else.

use crate::{
    HeldBoard, StoreError,
    boards::{ROWS_AT_ONCE, load, read_after},
    held, late,
    rows::signed,
    versions,
};
use domain::{
    board::{Board, Entity},
    change::{Change, Numbered, Write},
    id::*,
    record::Standing,
    register::{Field, Kind},
    view::{self, card_standing, is_live},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// How much of a log is read at once.
pub(crate) const CHANGES_AT_ONCE: u32 = 64;

/// Follows the board after these changes. `affected` names the things whose rows can differ.
pub async fn follow(
    connection: &mut SqliteConnection,
    board: &Board,
    me: PersonId,
    affected: &[EntityId],
    changes: &[Numbered],
) -> Result<(), StoreError> {
    let said = cards_with_other_words(board, changes.iter().map(|it| &it.change));
    put_things(connection, board, affected, |card| said.contains(&card)).await?;
    let changes: Vec<&Numbered> = changes.iter().collect();
    put_card_changes(connection, board, &changes).await?;
    let described = versions::put(connection, board.id, &changes).await?;
    versions::settle(connection, board.id, described).await?;
    put_board(connection, board, me).await
}

/// Follows a shared board after these changes began to wait.
pub async fn follow_queued<'a>(
    connection: &mut SqliteConnection,
    held: &HeldBoard,
    touched: &[EntityId],
    changes: impl Iterator<Item = &'a Change>,
) -> Result<(), StoreError> {
    let board = held.board();
    let said = cards_with_other_words(board, changes);
    put_things(connection, board, &held.affected(touched), |card| said.contains(&card)).await?;
    put_board(connection, board, held.me).await
}

/// Follows a shared board after `touched` shows otherwise, and `changes` went into its log.
pub async fn follow_shared<'a>(
    connection: &mut SqliteConnection,
    held: &HeldBoard,
    touched: &[EntityId],
    changes: impl Iterator<Item = &'a Numbered>,
) -> Result<(), StoreError> {
    let board = held.board();
    let said: BTreeSet<CardId> = touched.iter().filter_map(|id| board.card_of(*id)).collect();
    let affected = held.affected(touched);
    put_things(connection, board, &affected, |card| said.contains(&card)).await?;
    for id in held::missing(board, &affected) {
        drop_column(connection, board.id, id).await?;
        drop_card(connection, board.id, id).await?;
    }
    let changes: Vec<&Numbered> = changes.collect();
    put_card_changes(connection, board, &changes).await?;
    late::put_card_changes(connection, board, &changes).await?;
    let described = versions::put(connection, board.id, &changes).await?;
    versions::settle(connection, board.id, described).await?;
    put_board(connection, board, held.me).await
}

/// Writes all rows of a board anew.
pub async fn rebuild(
    connection: &mut SqliteConnection,
    board: &Board,
    me: PersonId,
) -> Result<(), StoreError> {
    forget(connection, board.id).await?;
    let mut all: Vec<EntityId> = board.entities().map(|(id, _)| id).collect();
    all.sort();
    put_things(connection, board, &all, |_| true).await?;
    let mut seq = 0;
    loop {
        let changes = read_after(connection, board.id, seq, CHANGES_AT_ONCE).await?;
        let Some(last) = changes.last() else { break };
        seq = last.seq;
        let changes: Vec<&Numbered> = changes.iter().collect();
        put_card_changes(connection, board, &changes).await?;
        versions::put(connection, board.id, &changes).await?;
    }
    versions::settle_all(connection, board.id).await?;
    put_board(connection, board, me).await
}

/// Takes all rows of a board away: it is in no list, and nothing of it is found.
pub async fn forget(connection: &mut SqliteConnection, board: BoardId) -> Result<(), StoreError> {
    let id = board.bytes().as_slice();
    for statement in [
        "delete from card_text where rowid in (select card_number from card where board_id = ?)",
        "delete from card where board_id = ?",
        "delete from board_column where board_id = ?",
        "delete from board where board_id = ?",
        "delete from card_change where board_id = ?",
        "delete from text_version where board_id = ?",
        "delete from text_apart where board_id = ?",
        "delete from reading where board_id = ?",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes the rows of those boards anew whose tables for reading do not follow their log.
pub async fn bring_up_to_date(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for id in behind(connection).await? {
        if let Some(held) = load(connection, id).await? {
            rebuild(connection, held.board(), held.me).await?;
        }
    }
    Ok(())
}

/// The boards whose tables for reading do not follow their log.
pub async fn behind(connection: &mut SqliteConnection) -> Result<Vec<BoardId>, StoreError> {
    let rows: Vec<Vec<u8>> = sqlx::query_scalar(
        "select h.board_id from board_head h left join share s using (board_id)
         left join reading r using (board_id) left join board b using (board_id)
         where h.board_id not in (select board_id from retired)
            and (r.seq is not coalesce(s.shown, h.seq) or b.board_id is null
            or r.entities is not
               (select count(*) from card c where c.board_id = h.board_id)
               + (select count(*) from board_column c where c.board_id = h.board_id)
            or ifnull(s.floor, 0) = 0 and h.seq > 0
               and (select count(*) from card_change x where x.board_id = h.board_id) = 0
               and exists (select 1 from card c where c.board_id = h.board_id)
            or r.versions is not (select exists (select 1 from text_version v where v.board_id = h.board_id))
               + (select count(*) from text_apart a where a.board_id = h.board_id)
            or exists (select 1 from card c where c.board_id = h.board_id
                       and c.card_number not in (select rowid from card_text)))",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|bytes| crate::rows::id(bytes)).collect()
}

async fn put_board(
    connection: &mut SqliteConnection,
    board: &Board,
    me: PersonId,
) -> Result<(), StoreError> {
    let record = view::board_record(board, me);
    let id = board.id.bytes().as_slice();
    let own = board.entity(EntityId::BOARD);
    sqlx::query("insert or replace into board values (?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(id)
        .bind(&record.title)
        .bind(record.colour.as_ref().map(|colour| &colour.0))
        .bind(&record.key)
        .bind(standing_name(record.standing))
        .bind(own.map_or(0, since_ms))
        .bind(i64::from(record.cards))
        .bind(i64::from(record.archived_cards))
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert or replace into reading (board_id, seq, entities, versions) values (?1,
         coalesce((select shown from share where board_id = ?1), ?2),
         (select count(*) from card where board_id = ?1)
         + (select count(*) from board_column where board_id = ?1),
         (select exists (select 1 from text_version where board_id = ?1))
         + (select count(*) from text_apart where board_id = ?1))",
    )
    .bind(id)
    .bind(signed(board.head.position.seq))
    .execute(connection)
    .await?;
    Ok(())
}

async fn put_things(
    connection: &mut SqliteConnection,
    board: &Board,
    things: &[EntityId],
    says_other: impl Fn(CardId) -> bool,
) -> Result<(), StoreError> {
    let of_kind = |kind: Kind| {
        things.iter().filter_map(move |id| {
            board.entity(*id).filter(|entity| entity.kind == kind).map(|entity| (*id, entity))
        })
    };
    let (gone, columns): (Vec<_>, Vec<_>) = of_kind(Kind::COLUMN).partition(|it| it.1.purged());
    for (id, _) in gone {
        drop_column(connection, board.id, id).await?;
    }
    for some in columns.chunks(ROWS_AT_ONCE) {
        put_columns(connection, board, some).await?;
    }
    let (gone, cards): (Vec<_>, Vec<_>) = of_kind(Kind::CARD).partition(|it| it.1.purged());
    for (id, _) in gone {
        drop_card(connection, board.id, id).await?;
    }
    for some in cards.chunks(ROWS_AT_ONCE) {
        put_cards(connection, board, some, &says_other).await?;
    }
    Ok(())
}

async fn put_columns(
    connection: &mut SqliteConnection,
    board: &Board,
    columns: &[(EntityId, &Entity)],
) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "insert or replace into board_column (board_id, column_id, title, standing, since_ms) ",
    );
    insert.push_values(columns, |mut row, (id, column)| {
        row.push_bind(board.id.bytes().to_vec())
            .push_bind(id.bytes().to_vec())
            .push_bind(column.text(Field::TITLE).to_owned())
            .push_bind(standing_name(column.standing()))
            .push_bind(since_ms(column));
    });
    insert.build().execute(connection).await?;
    Ok(())
}

async fn put_cards(
    connection: &mut SqliteConnection,
    board: &Board,
    cards: &[(EntityId, &Entity)],
    says_other: &impl Fn(CardId) -> bool,
) -> Result<(), StoreError> {
    let mut insert = QueryBuilder::<Sqlite>::new(
        "insert into card (board_id, card_id, column_id, key, title, standing, own_standing,
         recovered, since_ms) ",
    );
    insert.push_values(cards, |mut row, (id, card)| {
        let spot = view::spot(card);
        let counts = card_standing(board, card);
        row.push_bind(board.id.bytes().to_vec())
            .push_bind(id.bytes().to_vec())
            .push_bind(spot.as_ref().map_or(EntityId::BOARD, |spot| spot.parent).bytes().to_vec())
            .push_bind(spot.map(|spot| spot.key.hex()).unwrap_or_default())
            .push_bind(card.text(Field::TITLE).to_owned())
            .push_bind(standing_name(counts.standing))
            .push_bind(standing_name(card.standing()))
            .push_bind(i64::from(counts.recovered))
            .push_bind(since_ms(card));
    });
    insert.push(
        " on conflict (board_id, card_id) do update set column_id = excluded.column_id,
         key = excluded.key, title = excluded.title, standing = excluded.standing,
         own_standing = excluded.own_standing, recovered = excluded.recovered,
         since_ms = excluded.since_ms returning card_number, card_id",
    );
    let rows = insert.build().fetch_all(&mut *connection).await?;
    let mut numbers = BTreeMap::new();
    for row in rows {
        let card: CardId = crate::rows::id(row.try_get("card_id")?)?;
        if says_other(card) {
            numbers.insert(card, row.try_get::<i64, _>("card_number")?);
        }
    }
    put_texts(connection, board, &numbers).await
}

async fn put_texts(
    connection: &mut SqliteConnection,
    board: &Board,
    numbers: &BTreeMap<CardId, i64>,
) -> Result<(), StoreError> {
    if numbers.is_empty() {
        return Ok(());
    }
    let mut delete = QueryBuilder::<Sqlite>::new("delete from card_text where rowid in (");
    let mut list = delete.separated(", ");
    for number in numbers.values() {
        list.push_bind(*number);
    }
    list.push_unseparated(")");
    delete.build().execute(&mut *connection).await?;
    let mut insert = QueryBuilder::<Sqlite>::new(
        "insert into card_text (rowid, title, description, comments, items) ",
    );
    insert.push_values(numbers, |mut row, (card, number)| {
        let words = words(board, *card);
        row.push_bind(*number)
            .push_bind(words.title)
            .push_bind(words.description)
            .push_bind(words.comments)
            .push_bind(words.items);
    });
    insert.build().execute(connection).await?;
    Ok(())
}

async fn drop_column(
    connection: &mut SqliteConnection,
    board: BoardId,
    column: EntityId,
) -> Result<(), StoreError> {
    sqlx::query("delete from board_column where board_id = ? and column_id = ?")
        .bind(board.bytes().as_slice())
        .bind(column.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

async fn drop_card(
    connection: &mut SqliteConnection,
    board: BoardId,
    card: EntityId,
) -> Result<(), StoreError> {
    for statement in [
        "delete from card_text where rowid in
         (select card_number from card where board_id = ? and card_id = ?)",
        "delete from card where board_id = ? and card_id = ?",
    ] {
        sqlx::query(statement)
            .bind(board.bytes().as_slice())
            .bind(card.bytes().as_slice())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(crate) async fn put_card_changes(
    connection: &mut SqliteConnection,
    board: &Board,
    changes: &[&Numbered],
) -> Result<(), StoreError> {
    let mut rows: BTreeSet<(CardId, u64)> = BTreeSet::new();
    for numbered in changes {
        let cards = numbered.change.writes.iter().filter_map(|write| board.card_of(write.entity));
        rows.extend(cards.map(|card| (card, numbered.seq)));
    }
    let rows: Vec<_> = rows.into_iter().collect();
    for some in rows.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert or ignore into card_change (board_id, card_id, seq) ",
        );
        insert.push_values(some, |mut row, (card, seq)| {
            row.push_bind(board.id.bytes().to_vec())
                .push_bind(card.bytes().to_vec())
                .push_bind(signed(*seq));
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// What search finds a card by.
pub(crate) struct Words {
    pub title: String,
    pub description: String,
    pub comments: String,
    pub items: String,
}

pub(crate) fn words(board: &Board, card: CardId) -> Words {
    let own = |field| board.entity(card.into()).map(|it| it.text(field).to_owned());
    let live = |parent: EntityId, kind: &'static Kind| {
        board.below(parent, kind).filter(|it| is_live(it.1)).map(|(id, entity, _)| (id, entity))
    };
    const CHECKLIST: &Kind = &Kind::CHECKLIST;
    const ITEM: &Kind = &Kind::ITEM;
    const COMMENT: &Kind = &Kind::COMMENT;
    let comments: Vec<&str> =
        live(card.into(), COMMENT).map(|(_, comment)| comment.text(Field::TEXT)).collect();
    let items: Vec<&str> = live(card.into(), CHECKLIST)
        .flat_map(|(id, checklist)| {
            let items = live(id, ITEM).map(|(_, item)| item.text(Field::TITLE));
            std::iter::once(checklist.text(Field::TITLE)).chain(items)
        })
        .collect();
    Words {
        title: own(Field::TITLE).unwrap_or_default(),
        description: own(Field::TEXT).unwrap_or_default(),
        comments: comments.join("\n"),
        items: items.join("\n"),
    }
}

/// The cards whose words these changes can have changed: a mere move is not read again.
fn cards_with_other_words<'a>(
    board: &Board,
    changes: impl Iterator<Item = &'a Change>,
) -> BTreeSet<CardId> {
    let says = |write: &&Write| {
        let own = [Field::TITLE, Field::TEXT, Field::CREATED].contains(&write.slot.field);
        own || [Kind::CHECKLIST, Kind::ITEM, Kind::COMMENT].contains(&write.kind)
    };
    changes
        .flat_map(|change| change.writes.iter().filter(says))
        .filter_map(|write| board.card_of(write.entity))
        .collect()
}

pub(crate) fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Live => "live",
        Standing::Archived => "archived",
        Standing::Deleted => "deleted",
    }
}

/// When a thing was put in the archive or the trash; 0 where it was not.
pub(crate) fn since_ms(entity: &Entity) -> i64 {
    let field = match entity.standing() {
        Standing::Live => return 0,
        Standing::Archived => Field::ARCHIVED,
        Standing::Deleted => Field::DELETED,
    };
    entity.register(&field.into()).map_or(0, |register| view::signed(register.rank.stamp.ms))
}
