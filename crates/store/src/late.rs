//! Cards and checklists that come later than what was written to things in them. After a server was restored a replica
//! may send what is new before what the server knew already, and a comment is in the log before its card. Which changes
//! touched the card is known when it has come.

use crate::{StoreError, boards::read_after, reading, rows::signed};
use domain::{
    board::Board,
    change::Numbered,
    id::{BoardId, EntityId},
    register::{Field, Kind},
    stamp::ChangeId,
};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Puts the changes before these into the rows of cards that these made, where there are any.
pub(crate) async fn put_card_changes(
    connection: &mut SqliteConnection,
    board: &Board,
    changes: &[&Numbered],
) -> Result<(), StoreError> {
    let Some(first) = changes.first().map(|it| it.seq) else { return Ok(()) };
    for change in written_before(board, changes) {
        if is_logged_before(connection, board.id, change, first).await? {
            return put_all_before(connection, board, first).await;
        }
    }
    Ok(())
}

/// The changes that wrote to things in what these made, and that are none of these.
fn written_before(board: &Board, changes: &[&Numbered]) -> BTreeSet<ChangeId> {
    let here: BTreeSet<ChangeId> = changes.iter().map(|it| it.change.id()).collect();
    let writes = changes.iter().flat_map(|it| &it.change.writes);
    let holds_things = |kind: &Kind| [Kind::CARD, Kind::CHECKLIST].contains(kind);
    let made = writes.filter(|it| it.slot.field == Field::CREATED && holds_things(&it.kind));
    let made: BTreeSet<EntityId> = made.map(|it| it.entity).collect();
    let below = made.into_iter().flat_map(|id| board.all_below(id));
    let written = below.filter_map(|id| board.entity(id)).flat_map(|it| it.registers());
    written.map(|register| register.winner()).filter(|id| !here.contains(id)).collect()
}

async fn is_logged_before(
    connection: &mut SqliteConnection,
    board: BoardId,
    change: ChangeId,
    seq: u64,
) -> Result<bool, StoreError> {
    let statement = "select exists (select 1 from log
                     where board_id = ? and replica_id = ? and rseq = ? and seq < ?)";
    let found = sqlx::query_scalar(statement)
        .bind(board.bytes().as_slice())
        .bind(change.replica.bytes().as_slice())
        .bind(signed(change.rseq))
        .bind(signed(seq));
    Ok(found.fetch_one(connection).await?)
}

/// It happens after a server was restored, and not otherwise.
async fn put_all_before(
    connection: &mut SqliteConnection,
    board: &Board,
    before: u64,
) -> Result<(), StoreError> {
    let mut seq = 0;
    loop {
        let changes = read_after(connection, board.id, seq, reading::CHANGES_AT_ONCE).await?;
        let changes: Vec<&Numbered> = changes.iter().filter(|it| it.seq < before).collect();
        let Some(last) = changes.last() else { return Ok(()) };
        seq = last.seq;
        reading::put_card_changes(connection, board, &changes).await?;
    }
}
