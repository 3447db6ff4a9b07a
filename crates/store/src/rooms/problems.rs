//! Whether the answers that a server gave are those of its logs, and everything has its number.

use crate::StoreError;
use domain::id::BoardId;
use sqlx::SqliteConnection;

/// What must find nothing, and what it means where it does.
const LOOKS: [(&str, &str); 6] = [
    (
        "changes of the log were not answered as they stand there",
        "select count(*) from log l where l.board_id = ? and not exists (
             select 1 from answered a where a.board_id = l.board_id and a.replica_id = l.replica_id
             and a.rseq = l.rseq and a.act_id = l.act_id and a.hash = l.hash and a.seq = l.seq
             and a.stamp_ms = l.stamp_ms and a.stamp_counter = l.stamp_counter
             and a.stamp_replica = l.replica_id)",
    ),
    (
        "changes were answered as accepted and are not in the log",
        "select count(*) from answered a where a.board_id = ? and a.seq is not null and not exists (
             select 1 from log l where l.board_id = a.board_id and l.seq = a.seq
             and l.act_id = a.act_id and l.stamp_ms = a.stamp_ms
             and l.stamp_counter = a.stamp_counter and l.replica_id = a.stamp_replica)",
    ),
    (
        "acts were refused and are in the log",
        "select count(*) from answered a where a.board_id = ? and a.refused is not null and exists (
             select 1 from log l where l.board_id = a.board_id and l.act_id = a.act_id)",
    ),
    (
        "replicas do not end where their last answer is",
        "select count(*) from signer s where s.board_id = ? and not exists (
             select 1 from answered a where a.board_id = s.board_id and a.replica_id = s.replica_id
             and a.rseq = s.rseq and a.hash = s.hash)",
    ),
    (
        "replicas have answers behind their end",
        "select count(distinct a.replica_id) from answered a where a.board_id = ? and a.rseq > ifnull((
             select s.rseq from signer s where s.board_id = a.board_id
             and s.replica_id = a.replica_id), 0)",
    ),
    (
        "things have no number, the board among them",
        "select count(*) from board_head h left join entity e on e.board_id = h.board_id
         and e.kind in ('card', 'comment') where h.board_id = ?
         and (not exists (select 1 from board_number n where n.board_id = h.board_id)
             or (e.entity_id is not null and not exists (
                 select 1 from thing_number t where t.board_id = e.board_id
                 and t.thing_id = e.entity_id)))",
    ),
];

pub(crate) async fn problems(
    connection: &mut SqliteConnection,
    board: BoardId,
) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for (what, statement) in LOOKS {
        let found: i64 = sqlx::query_scalar(statement)
            .bind(board.bytes().as_slice())
            .fetch_one(&mut *connection)
            .await?;
        if found > 0 {
            problems.push(format!("board {board}: {found} {what}"));
        }
    }
    Ok(problems)
}
