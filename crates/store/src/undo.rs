//! The stacks of undo and redo: one for the person and folder, over all boards.

use crate::{
    StoreError,
    boards::ROWS_AT_ONCE,
    rows::{change_id, id, signed, uuid},
};
use domain::{
    id::*,
    register::{Field, Kind, Slot},
    stamp::ChangeId,
    undo::Inverse,
    value::Value,
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

/// So many edits can be taken back.
pub const STEPS_MAX: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    Undo,
    Redo,
}

impl Stack {
    fn name(self) -> &'static str {
        match self {
            Stack::Undo => "undo",
            Stack::Redo => "redo",
        }
    }

    pub fn other(self) -> Stack {
        match self {
            Stack::Undo => Stack::Redo,
            Stack::Redo => Stack::Undo,
        }
    }
}

/// A step and the registers that it writes back, board by board.
#[derive(Debug)]
pub struct Step {
    pub entry: i64,
    pub verb: String,
    pub inverses: Vec<(BoardId, Inverse)>,
}

/// The verbs on top of the two stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepTop {
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// Puts a step on top of a stack, and forgets the deepest one beyond [`STEPS_MAX`].
pub async fn push(
    connection: &mut SqliteConnection,
    stack: Stack,
    verb: &str,
    inverses: &[(BoardId, Inverse)],
) -> Result<(), StoreError> {
    if inverses.is_empty() {
        return Ok(());
    }
    let entry: i64 =
        sqlx::query_scalar("insert into undo_entry (stack, verb) values (?, ?) returning entry_id")
            .bind(stack.name())
            .bind(verb)
            .fetch_one(&mut *connection)
            .await?;
    let parts: Vec<(i64, &(BoardId, Inverse))> = (0..).zip(inverses).collect();
    for some in parts.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into undo_register (entry_id, part, board_id, kind, entity_id, field, element,
             expects_replica, expects_rseq, former, former_replica, former_rseq) ",
        );
        insert.push_values(some, |mut row, (part, (board, inverse))| {
            row.push_bind(entry)
                .push_bind(*part)
                .push_bind(board.bytes().to_vec())
                .push_bind(inverse.kind.name().to_owned())
                .push_bind(inverse.entity.bytes().to_vec())
                .push_bind(inverse.slot.field.name().to_owned())
                .push_bind(inverse.slot.element.map(|element| element.as_bytes().to_vec()))
                .push_bind(inverse.expects.map(|change| change.replica.bytes().to_vec()))
                .push_bind(inverse.expects.map(|change| signed(change.rseq)))
                .push_bind(inverse.former.bytes().to_vec())
                .push_bind(inverse.former_change.map(|change| change.replica.bytes().to_vec()))
                .push_bind(inverse.former_change.map(|change| signed(change.rseq)));
        });
        insert.build().execute(&mut *connection).await?;
    }
    sqlx::query(
        "delete from undo_entry where stack = ?1 and entry_id <= (
             select entry_id from undo_entry where stack = ?1
             order by entry_id desc limit 1 offset ?2)",
    )
    .bind(stack.name())
    .bind(STEPS_MAX)
    .execute(connection)
    .await?;
    Ok(())
}

/// The top of a stack, which stays there.
pub async fn top(
    connection: &mut SqliteConnection,
    stack: Stack,
) -> Result<Option<Step>, StoreError> {
    let row = sqlx::query(
        "select entry_id, verb from undo_entry where stack = ? order by entry_id desc limit 1",
    )
    .bind(stack.name())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let entry: i64 = row.try_get("entry_id")?;
    let rows = sqlx::query("select * from undo_register where entry_id = ? order by part")
        .bind(entry)
        .fetch_all(connection)
        .await?;
    let inverses = rows.iter().map(inverse).collect::<Result<_, StoreError>>()?;
    Ok(Some(Step { entry, verb: row.try_get("verb")?, inverses }))
}

fn inverse(row: &sqlx::sqlite::SqliteRow) -> Result<(BoardId, Inverse), StoreError> {
    let element: Option<&[u8]> = row.try_get("element")?;
    let inverse = Inverse {
        kind: Kind::from_name(row.try_get("kind")?)
            .ok_or_else(|| StoreError::corrupt("a kind has no name"))?,
        entity: id(row.try_get("entity_id")?)?,
        slot: Slot {
            field: Field::from_name(row.try_get("field")?)
                .ok_or_else(|| StoreError::corrupt("a field has no name"))?,
            element: element.map(uuid).transpose()?,
        },
        expects: change_id(row.try_get("expects_replica")?, row.try_get("expects_rseq")?)?,
        former: Value::from_bytes(row.try_get("former")?)
            .ok_or_else(|| StoreError::corrupt("a value of undo cannot be read"))?,
        former_change: change_id(row.try_get("former_replica")?, row.try_get("former_rseq")?)?,
    };
    Ok((id(row.try_get("board_id")?)?, inverse))
}

pub async fn remove(connection: &mut SqliteConnection, entry: i64) -> Result<(), StoreError> {
    sqlx::query("delete from undo_entry where entry_id = ?")
        .bind(entry)
        .execute(connection)
        .await?;
    Ok(())
}

/// A new edit leaves nothing to do again.
pub async fn clear_redo(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("delete from undo_entry where stack = 'redo'").execute(connection).await?;
    Ok(())
}

/// From now on `by` stands for `former` in a register: it wrote back what that had written.
pub async fn stands_for(
    connection: &mut SqliteConnection,
    board: BoardId,
    entity: EntityId,
    slot: &Slot,
    former: Option<ChangeId>,
    by: ChangeId,
) -> Result<(), StoreError> {
    sqlx::query(
        "update undo_register set expects_replica = ?1, expects_rseq = ?2
         where entity_id = ?3 and field = ?4 and board_id = ?5 and element is ?6
           and expects_replica is ?7 and expects_rseq is ?8",
    )
    .bind(by.replica.bytes().as_slice())
    .bind(signed(by.rseq))
    .bind(entity.bytes().as_slice())
    .bind(slot.field.name())
    .bind(board.bytes().as_slice())
    .bind(slot.element.map(|element| element.as_bytes().to_vec()))
    .bind(former.map(|change| change.replica.bytes().to_vec()))
    .bind(former.map(|change| signed(change.rseq)))
    .execute(connection)
    .await?;
    Ok(())
}

/// A change that waits was signed anew: steps that knew it by its old id know it by the new one.
pub async fn renamed(
    connection: &mut SqliteConnection,
    board: BoardId,
    old: ChangeId,
    new: ChangeId,
) -> Result<(), StoreError> {
    for statement in [
        "update undo_register set expects_replica = ?, expects_rseq = ?
         where board_id = ? and expects_replica = ? and expects_rseq = ?",
        "update undo_register set former_replica = ?, former_rseq = ?
         where board_id = ? and former_replica = ? and former_rseq = ?",
    ] {
        sqlx::query(statement)
            .bind(new.replica.bytes().as_slice())
            .bind(signed(new.rseq))
            .bind(board.bytes().as_slice())
            .bind(old.replica.bytes().as_slice())
            .bind(signed(old.rseq))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The steps of a board write to its copy from now on, which has the same things and the same changes.
pub(crate) async fn go_over(
    connection: &mut SqliteConnection,
    board: BoardId,
    copy: BoardId,
) -> Result<(), StoreError> {
    sqlx::query("update undo_register set board_id = ? where board_id = ?")
        .bind(copy.bytes().as_slice())
        .bind(board.bytes().as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn tops(connection: &mut SqliteConnection) -> Result<StepTop, StoreError> {
    let mut tops = StepTop::default();
    let rows = sqlx::query(
        "select stack, verb from undo_entry where entry_id in
         (select max(entry_id) from undo_entry group by stack)",
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let verb = Some(row.try_get("verb")?);
        match row.try_get::<&str, _>("stack")? {
            "undo" => tops.undo = verb,
            _ => tops.redo = verb,
        }
    }
    Ok(tops)
}
