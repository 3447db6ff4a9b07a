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
        let mut query = QueryBuilder::<Sqlite>::new(
            "select a.*, l.replica_id as logged_replica, l.rseq as logged_rseq
             from answered a left join log l on l.board_id = a.board_id and l.seq = a.seq
             where a.board_id = ",
        );
        query.push_bind(board.bytes().to_vec()).push(" and a.act_id in (");
        let mut list = query.separated(", ");
        for act in some {
            list.push_bind(act.bytes().to_vec());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            found.push(known(&row)?);
        }
    }
    Ok(found)
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
