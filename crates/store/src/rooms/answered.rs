//! What was answered to each change, many at a time.

use super::answer_rows::{AnswerRow, OutcomeRow, answer_row};
use crate::{
    StoreError,
    boards::ROWS_AT_ONCE,
    rows::{change_id, signed},
};
use domain::{id::*, stamp::ChangeId};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// An answer, and where it was accepted the id that the log has at its number: another where a copy of the
/// database had pushed the act before.
pub type KnownAnswer = (AnswerRow, Option<ChangeId>);

/// The answers to these changes, as far as there are any.
pub async fn answers(
    connection: &mut SqliteConnection,
    board: BoardId,
    changes: impl IntoIterator<Item = ChangeId>,
) -> Result<Vec<KnownAnswer>, StoreError> {
    let changes: Vec<ChangeId> = changes.into_iter().collect();
    let mut found = Vec::new();
    for some in changes.chunks(ROWS_AT_ONCE) {
        let mut query = QueryBuilder::<Sqlite>::new("with wanted (replica_id, rseq) as (");
        query.push_values(some, |mut row, change| {
            row.push_bind(change.replica.bytes().to_vec()).push_bind(signed(change.rseq));
        });
        query.push(
            ") select a.*, l.replica_id as logged_replica, l.rseq as logged_rseq
             from wanted cross join answered a left join log l
             on l.board_id = a.board_id and l.seq = a.seq
             where a.replica_id = wanted.replica_id and a.rseq = wanted.rseq and a.board_id = ",
        );
        query.push_bind(board.bytes().to_vec());
        for row in query.build().fetch_all(&mut *connection).await? {
            found.push(known(&row)?);
        }
    }
    Ok(found)
}

/// The answers to these acts, under whatever ids they were pushed.
pub async fn answers_to_acts(
    connection: &mut SqliteConnection,
    board: BoardId,
    acts: impl IntoIterator<Item = ActId>,
) -> Result<Vec<KnownAnswer>, StoreError> {
    let acts: Vec<ActId> = acts.into_iter().collect();
    let mut found = Vec::new();
    for some in acts.chunks(ROWS_AT_ONCE) {
        let mut query = of_acts(board, some);
        for row in query.build().fetch_all(&mut *connection).await? {
            found.push(known(&row)?);
        }
    }
    Ok(found)
}

/// The acts come first and the answers are looked up by them: left to itself, SQLite goes through all answers of the
/// board, and each write costs as much as the board has seen before.
fn of_acts(board: BoardId, acts: &[ActId]) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::<Sqlite>::new("with wanted (act_id) as (");
    query.push_values(acts, |mut row, act| {
        row.push_bind(act.bytes().to_vec());
    });
    query.push(
        ") select a.*, l.replica_id as logged_replica, l.rseq as logged_rseq
         from wanted cross join answered a indexed by answered_act left join log l
         on l.board_id = a.board_id and l.seq = a.seq
         where a.act_id = wanted.act_id and a.board_id = ",
    );
    query.push_bind(board.bytes().to_vec());
    query
}

fn known(row: &SqliteRow) -> Result<KnownAnswer, StoreError> {
    let logged = change_id(row.try_get("logged_replica")?, row.try_get("logged_rseq")?)?;
    Ok((answer_row(row)?, logged))
}

/// For ever: a second answer to one change is refused by the schema.
pub async fn put_answers(
    connection: &mut SqliteConnection,
    board: BoardId,
    answers: &[AnswerRow],
) -> Result<(), StoreError> {
    for some in answers.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "insert into answered (board_id, replica_id, rseq, act_id, hash, seq, stamp_ms,
             stamp_counter, stamp_replica, refused) ",
        );
        insert.push_values(some, |mut row, answer| {
            let (accepted, why) = match &answer.outcome {
                OutcomeRow::Accepted(seq, cstamp) => (Some((*seq, *cstamp)), None),
                OutcomeRow::Refused(why) => (None, Some(why.clone())),
            };
            row.push_bind(board.bytes().to_vec())
                .push_bind(answer.id.replica.bytes().to_vec())
                .push_bind(signed(answer.id.rseq))
                .push_bind(answer.act.bytes().to_vec())
                .push_bind(answer.hash.0.to_vec())
                .push_bind(accepted.map(|(seq, _)| signed(seq)))
                .push_bind(accepted.map(|(_, stamp)| signed(stamp.ms)))
                .push_bind(accepted.map(|(_, stamp)| i64::from(stamp.counter)))
                .push_bind(accepted.map(|(_, stamp)| stamp.replica.bytes().to_vec()))
                .push_bind(why);
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::{Folder, Opening, Store};
    use uuid::Uuid;

    #[tokio::test]
    async fn an_act_is_found_without_going_through_all_answers() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare_server(&root.path().join("data")).unwrap();
        let opening = Opening { thorough: false, checkpoints: true };
        let mut store = Store::open(&folder, opening).await.unwrap();
        let acts = [ActId(Uuid::new_v4()), ActId(Uuid::new_v4())];
        let query = of_acts(BoardId(Uuid::new_v4()), &acts);
        let plan = sqlx::AssertSqlSafe(format!("explain query plan {}", query.sql().as_str()));
        let rows = sqlx::query(plan).fetch_all(store.connection()).await.unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let wanted = "SEARCH a USING INDEX answered_act (board_id=? AND act_id=?)";
        assert!(steps.iter().any(|step| step == wanted), "{steps:?}");
    }
}
