//! Logs and registers: loading a board, reading on in its log, and appending to it.

use crate::{
    HeldBoard, Holding, SharedHolding, StoreError,
    rows::{counter, half_hash, id, signed, unsigned},
    sharing, versions,
};
use domain::{
    board::{Board, Entity, Head},
    change::{self, Hash, Numbered, Position},
    id::*,
    log::Signer,
    register::{Kind, Register},
    shared::SharedBoard,
    stamp::{ChangeId, Latest, Rank, Stamp},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// Rows of one statement: SQLite takes up to 32,766 values, and a statement of this size is quick
/// to prepare.
pub(crate) const ROWS_AT_ONCE: usize = 200;

pub(crate) fn new_replica() -> ReplicaId {
    ReplicaId(uuid::Uuid::new_v4())
}

/// Makes room for a board that begins a log.
pub async fn begin_board(
    connection: &mut SqliteConnection,
    board: &Board,
    me: PersonId,
) -> Result<(), StoreError> {
    let Head { position, latest, digest } = board.head;
    sqlx::query(
        "insert into board_head
         (board_id, epoch, seq, chain, latest_ms, latest_counter, digest, me)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(board.id.bytes().as_slice())
    .bind(position.epoch.bytes().as_slice())
    .bind(signed(position.seq))
    .bind(position.chain.0.as_slice())
    .bind(signed(latest.ms))
    .bind(i64::from(latest.counter))
    .bind(digest.to_be_bytes().as_slice())
    .bind(me.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn board_ids(connection: &mut SqliteConnection) -> Result<Vec<BoardId>, StoreError> {
    let rows: Vec<Vec<u8>> =
        sqlx::query_scalar("select board_id from board_head order by board_id")
            .fetch_all(connection)
            .await?;
    rows.iter().map(|bytes| id(bytes)).collect()
}

/// The head and who uses this folder; `None` where there is no such board.
pub async fn head(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<(Head, PersonId)>, StoreError> {
    let row = sqlx::query(
        "select epoch, seq, chain, latest_ms, latest_counter, digest, me
         from board_head where board_id = ?",
    )
    .bind(board.bytes().as_slice())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let counter = counter(row.try_get("latest_counter")?)?;
    let head = Head {
        position: Position {
            epoch: id(row.try_get("epoch")?)?,
            seq: unsigned(row.try_get("seq")?)?,
            chain: Hash(half_hash(row.try_get("chain")?)?),
        },
        latest: Latest { ms: unsigned(row.try_get("latest_ms")?)?, counter },
        digest: u128::from_be_bytes(half_hash(row.try_get("digest")?)?),
    };
    Ok(Some((head, id(row.try_get("me")?)?)))
}

/// The board as its registers say, with what waits on it; `None` where there is no such board.
pub async fn load(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Option<HeldBoard>, StoreError> {
    let Some((head, me)) = head(connection, board).await? else { return Ok(None) };
    let rows = sqlx::query("select entity_id, kind, registers from entity where board_id = ?")
        .bind(board.bytes().as_slice())
        .fetch_all(&mut *connection)
        .await?;
    let entities = rows
        .iter()
        .map(|row| {
            let kind = Kind::from_name(row.try_get("kind")?)
                .ok_or_else(|| StoreError::corrupt("a kind has no name"))?;
            let registers: Vec<Register> = minicbor::decode(row.try_get("registers")?)
                .map_err(|_| StoreError::corrupt("registers cannot be read"))?;
            Ok((id(row.try_get("entity_id")?)?, Entity::from_registers(kind, registers)))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let numbered = Board::from_entities(board, head, entities);
    let Some(share) = sharing::share_of(connection, board).await? else {
        let apart = versions::apart(connection, board).await?;
        return Ok(Some(HeldBoard { apart, ..HeldBoard::own(numbered, me) }));
    };
    let apart = versions::apart(connection, board).await?;
    let outbox = sharing::outbox(connection, board).await?;
    let board = SharedBoard::new(numbered, outbox, share.settled, share.last_line);
    let holding = Holding::Shared(Box::new(SharedHolding { board, share }));
    Ok(Some(HeldBoard { me, holding, apart }))
}

/// The changes of a board behind `seq`, in order; at most `limit`.
pub async fn read_after(
    connection: &mut SqliteConnection,
    board: BoardId,
    seq: u64,
    limit: u32,
) -> Result<Vec<Numbered>, StoreError> {
    let changes = read_lines_after(connection, board, seq, limit).await?;
    Ok(changes.into_iter().map(|(numbered, _)| numbered).collect())
}

/// As [`read_after`], with the line of each that this folder made.
pub async fn read_lines_after(
    connection: &mut SqliteConnection,
    board: BoardId,
    seq: u64,
    limit: u32,
) -> Result<Vec<(Numbered, Option<i64>)>, StoreError> {
    let rows = sqlx::query(
        "select seq, epoch, replica_id, stamp_ms, stamp_counter, hash, chain, weak_ranks, body, line
         from log where board_id = ? and seq > ? order by seq limit ?",
    )
    .bind(board.bytes().as_slice())
    .bind(signed(seq))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((numbered(row)?, row.try_get("line")?))).collect()
}

/// The position of a number that is in the log.
pub async fn position(
    connection: &mut SqliteConnection,
    board: BoardId,
    seq: u64,
) -> Result<Option<Position>, StoreError> {
    let row = sqlx::query("select epoch, chain from log where board_id = ? and seq = ?")
        .bind(board.bytes().as_slice())
        .bind(signed(seq))
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let chain = Hash(half_hash(row.try_get("chain")?)?);
    Ok(Some(Position { epoch: id(row.try_get("epoch")?)?, seq, chain }))
}

/// The changes that touched a card or what belongs to it, in order.
pub async fn changes_of_card(
    connection: &mut SqliteConnection,
    board: BoardId,
    card: CardId,
    limit: u32,
) -> Result<Vec<Numbered>, StoreError> {
    let rows = sqlx::query(
        "select seq, epoch, replica_id, stamp_ms, stamp_counter, hash, chain, weak_ranks, body
         from log where board_id = ?1 and seq in (
             select seq from card_change where board_id = ?1 and card_id = ?2
             order by seq desc limit ?3)
         order by seq",
    )
    .bind(board.bytes().as_slice())
    .bind(card.bytes().as_slice())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(numbered).collect()
}

/// One change, by its id.
pub async fn change(
    connection: &mut SqliteConnection,
    board: BoardId,
    change: ChangeId,
) -> Result<Option<Numbered>, StoreError> {
    let row = sqlx::query(
        "select seq, epoch, replica_id, stamp_ms, stamp_counter, hash, chain, weak_ranks, body
         from log where board_id = ? and replica_id = ? and rseq = ?",
    )
    .bind(board.bytes().as_slice())
    .bind(change.replica.bytes().as_slice())
    .bind(signed(change.rseq))
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(numbered).transpose()
}

fn numbered(row: &SqliteRow) -> Result<Numbered, StoreError> {
    let body: &[u8] = row.try_get("body")?;
    let change = change::read(body)?;
    let weak_ranks: Option<&[u8]> = row.try_get("weak_ranks")?;
    let weak_ranks: Vec<Option<Rank>> = match weak_ranks {
        None => Vec::new(),
        Some(bytes) => minicbor::decode(bytes)
            .map_err(|_| StoreError::corrupt("ranks of the log cannot be read"))?,
    };
    let counter = counter(row.try_get("stamp_counter")?)?;
    Ok(Numbered {
        cstamp: Stamp {
            ms: unsigned(row.try_get("stamp_ms")?)?,
            counter,
            replica: id(row.try_get("replica_id")?)?,
        },
        body: body.into(),
        hash: Hash(half_hash(row.try_get("hash")?)?),
        seq: unsigned(row.try_get("seq")?)?,
        epoch: id(row.try_get("epoch")?)?,
        chain: Hash(half_hash(row.try_get("chain")?)?),
        weak_ranks,
        change,
    })
}

/// Where this replica's changes on a board end.
pub async fn signer(
    connection: &mut SqliteConnection,
    board: BoardId,
    replica: ReplicaId,
) -> Result<Signer, StoreError> {
    let row = sqlx::query("select rseq, hash from signer where board_id = ? and replica_id = ?")
        .bind(board.bytes().as_slice())
        .bind(replica.bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    match row {
        None => Ok(Signer { replica, rseq: 0, prev: Hash::default() }),
        Some(row) => Ok(Signer {
            replica,
            rseq: unsigned(row.try_get("rseq")?)?,
            prev: Hash(half_hash(row.try_get("hash")?)?),
        }),
    }
}

/// Who signs a board's changes from now on, and where they end.
pub async fn put_signer(
    connection: &mut SqliteConnection,
    board: BoardId,
    signer: &Signer,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into signer (board_id, replica_id, rseq, hash) values (?, ?, ?, ?)
         on conflict do update set rseq = excluded.rseq, hash = excluded.hash",
    )
    .bind(board.bytes().as_slice())
    .bind(signer.replica.bytes().as_slice())
    .bind(signed(signer.rseq))
    .bind(signer.prev.0.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Appends numbered changes, the registers that they touched, and where that leaves the board and its
/// signer.
pub async fn append(
    connection: &mut SqliteConnection,
    board: &Board,
    signer: &Signer,
    changes: &[Numbered],
    touched: &[EntityId],
) -> Result<(), StoreError> {
    for numbered in changes {
        append_one(connection, numbered, None).await?;
    }
    put_entities(connection, board, touched).await?;
    put_signer(connection, board.id, signer).await?;
    put_head(connection, board).await
}

/// How far a board's log goes, and what it says in sum.
pub async fn put_head(connection: &mut SqliteConnection, board: &Board) -> Result<(), StoreError> {
    let Head { position, latest, digest } = board.head;
    sqlx::query(
        "update board_head set epoch = ?, seq = ?, chain = ?, latest_ms = ?, latest_counter = ?,
         digest = ? where board_id = ?",
    )
    .bind(position.epoch.bytes().as_slice())
    .bind(signed(position.seq))
    .bind(position.chain.0.as_slice())
    .bind(signed(latest.ms))
    .bind(i64::from(latest.counter))
    .bind(digest.to_be_bytes().as_slice())
    .bind(board.id.bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// A numbered change into the log; `line` where this folder made it on a shared board.
pub async fn append_one(
    connection: &mut SqliteConnection,
    numbered: &Numbered,
    line: Option<i64>,
) -> Result<(), StoreError> {
    let change = &numbered.change;
    sqlx::query(
        "insert into log (board_id, seq, epoch, replica_id, rseq, act_id, stamp_ms, stamp_counter,
         hash, chain, weak_ranks, body, line) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(change.board.bytes().as_slice())
    .bind(signed(numbered.seq))
    .bind(numbered.epoch.bytes().as_slice())
    .bind(change.replica.bytes().as_slice())
    .bind(signed(change.rseq))
    .bind(change.act.bytes().as_slice())
    .bind(signed(numbered.cstamp.ms))
    .bind(i64::from(numbered.cstamp.counter))
    .bind(numbered.hash.0.as_slice())
    .bind(numbered.chain.0.as_slice())
    .bind(weak_ranks(numbered))
    .bind(&numbered.body[..])
    .bind(line)
    .execute(connection)
    .await?;
    Ok(())
}

/// A change of the log got another canonical stamp, other ranks and another chain.
pub async fn restamp(
    connection: &mut SqliteConnection,
    numbered: &Numbered,
) -> Result<(), StoreError> {
    sqlx::query(
        "update log set stamp_ms = ?, stamp_counter = ?, chain = ?, weak_ranks = ?
         where board_id = ? and seq = ?",
    )
    .bind(signed(numbered.cstamp.ms))
    .bind(i64::from(numbered.cstamp.counter))
    .bind(numbered.chain.0.as_slice())
    .bind(weak_ranks(numbered))
    .bind(numbered.change.board.bytes().as_slice())
    .bind(signed(numbered.seq))
    .execute(connection)
    .await?;
    Ok(())
}

/// `None` where there are none.
fn weak_ranks(numbered: &Numbered) -> Option<Vec<u8>> {
    let ranks = &numbered.weak_ranks;
    (!ranks.is_empty()).then(|| minicbor::to_vec(ranks).unwrap_or_default())
}

/// Takes the changes behind a number out of the log. Refused by the schema where one of this folder's would be
/// nowhere then.
pub async fn unlog(
    connection: &mut SqliteConnection,
    board: BoardId,
    after: u64,
) -> Result<(), StoreError> {
    sqlx::query("delete from log where board_id = ? and seq > ?")
        .bind(board.bytes().as_slice())
        .bind(signed(after))
        .execute(connection)
        .await?;
    Ok(())
}

/// The registers of these things, as the board has them.
pub async fn put_entities(
    connection: &mut SqliteConnection,
    board: &Board,
    touched: &[EntityId],
) -> Result<(), StoreError> {
    for some in touched.chunks(ROWS_AT_ONCE) {
        let rows = some.iter().filter_map(|id| board.entity(*id).map(|entity| (*id, entity)));
        let mut insert = sqlx::QueryBuilder::<sqlx::Sqlite>::new(
            "insert into entity (board_id, entity_id, kind, registers) ",
        );
        insert.push_values(rows, |mut row, (id, entity)| {
            row.push_bind(board.id.bytes().to_vec())
                .push_bind(id.bytes().to_vec())
                .push_bind(entity.kind.name().to_owned())
                .push_bind(minicbor::to_vec(entity.registers()).unwrap_or_default());
        });
        insert.push(
            " on conflict do update set kind = excluded.kind, registers = excluded.registers",
        );
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// The registers of all things, in place of all that there were.
pub async fn put_all_entities(
    connection: &mut SqliteConnection,
    board: &Board,
) -> Result<(), StoreError> {
    sqlx::query("delete from entity where board_id = ?")
        .bind(board.id.bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    let all: Vec<EntityId> = board.entities().map(|(id, _)| id).collect();
    put_entities(connection, board, &all).await
}
