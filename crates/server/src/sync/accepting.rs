//! One push as one job of the writer: role and person, what is known, what comes of it, and the rows, all in
//! one transaction. The answers go out once it is on disk.

use super::Rooms;
use crate::{ServerError, Shared, now_ms, writer::job};
use domain::{board::Board, id::*, stamp::ChangeId};
use store::{
    Connection,
    account::{self, AccountId},
    rooms::{self, Accepted, AnswerRow, EndRow, KnownAnswer, OutcomeRow},
};
use sync::{
    acceptance::{Answered, End, Known, Member, Needs, Offer, Outcome, Verdict, accept, needs},
    message::{Answer, Refused, Role},
};

/// What is answered to a push.
pub type Answers = Vec<(ChangeId, Answer)>;

/// `None` where the account has no such board. An error says that it may be pushed again.
pub async fn push(
    shared: &Shared,
    account: AccountId,
    board: BoardId,
    offers: Vec<Offer>,
) -> Result<Option<Answers>, ServerError> {
    let (rooms, told) = (shared.rooms.clone(), shared.rooms.clone());
    let work = job(move |connection| {
        Box::pin(async move {
            let Some((member, mut fold)) = open(connection, &rooms, board, account).await? else {
                return Ok(None);
            };
            let verdict = take_in(connection, &mut fold, member, offers, |_| true).await?;
            let head = fold.head.position.seq;
            rooms.folds.put(fold);
            Ok(Some((head, verdict)))
        })
    });
    let tell = move |outcome: &Option<(u64, Verdict)>| {
        if let Some((head, verdict)) = outcome {
            told.live.tell(board, *head);
            count(verdict);
        }
    };
    let outcome = shared.writer.write_then(work, tell).await?;
    Ok(outcome.map(|(_, verdict)| verdict.answers))
}

/// Who writes, and the board, as the transaction sees them; `None` where the account has no such board. The board
/// goes back to [`Folds::put`](super::folds::Folds::put) once it is stored, or where it is as it came.
pub async fn open(
    connection: &mut Connection,
    rooms: &Rooms,
    board: BoardId,
    account: AccountId,
) -> Result<Option<(Member, Board)>, ServerError> {
    let Some(member) = member(connection, board, account).await? else { return Ok(None) };
    let fold = rooms.folds.take(connection, board).await?;
    Ok(fold.map(|fold| (member, fold)))
}

/// Looks at changes, and stores what comes of them where that is to be kept. On an error the board must be read
/// anew.
pub async fn take_in(
    connection: &mut Connection,
    fold: &mut Board,
    member: Member,
    offers: Vec<Offer>,
    is_kept: impl FnOnce(&Verdict) -> bool,
) -> Result<Verdict, ServerError> {
    let mut known = known(connection, fold.id, needs(fold, &offers)).await?;
    let now = u64::try_from(now_ms()).unwrap_or(0);
    let verdict = accept(fold, &mut known, member, offers, now);
    if !is_kept(&verdict) {
        return Ok(verdict);
    }
    let answered: Vec<AnswerRow> = verdict.answered.iter().map(answer_row).collect();
    let ends: Vec<EndRow> = verdict.ends.iter().map(|(id, end)| end_row(*id, end)).collect();
    let accepted = Accepted {
        numbered: &verdict.numbered,
        touched: &verdict.touched,
        answered: &answered,
        ends: &ends,
    };
    rooms::save(connection, fold, accepted).await?;
    Ok(verdict)
}

/// Who pushes, as the transaction sees it.
async fn member(
    connection: &mut Connection,
    board: BoardId,
    account: AccountId,
) -> Result<Option<Member>, ServerError> {
    let Some(role) = account::role(connection, board, account).await? else { return Ok(None) };
    let member = account::member(connection, board, account).await?;
    Ok(member.map(|member| Member { person: member.person, role: role_of(role) }))
}

pub fn role_of(role: account::Role) -> Role {
    match role {
        account::Role::Viewer => Role::Viewer,
        account::Role::Commenter => Role::Commenter,
        account::Role::Editor => Role::Editor,
        account::Role::Admin => Role::Admin,
        account::Role::Owner => Role::Owner,
    }
}

async fn known(
    connection: &mut Connection,
    board: BoardId,
    needs: Needs,
) -> Result<Known, ServerError> {
    let mut known = Known::default();
    for replica in needs.ends {
        if let Some(EndRow { rseq, hash, latest, .. }) =
            rooms::end(connection, board, replica).await?
        {
            known.end(replica, End { rseq, hash, latest });
        }
    }
    let mut rows: Vec<KnownAnswer> = rooms::answers(connection, board, needs.answered).await?;
    rows.extend(rooms::answers_to_acts(connection, board, needs.acts).await?);
    for (row, logged) in rows {
        known.answer(answered(row)?, logged);
    }
    for (seq, chain) in rooms::chains(connection, board, needs.chains).await? {
        known.chain_at(seq, chain);
    }
    Ok(known)
}

pub fn answer_row(answered: &Answered) -> AnswerRow {
    let outcome = match answered.answer {
        Outcome::Accepted(seq, cstamp) => OutcomeRow::Accepted(seq, cstamp),
        Outcome::Refused(why) => OutcomeRow::Refused(code(why).to_owned()),
    };
    AnswerRow { id: answered.id, act: answered.act, hash: answered.hash, outcome }
}

pub fn end_row(replica: ReplicaId, end: &End) -> EndRow {
    EndRow { replica, rseq: end.rseq, hash: end.hash, latest: end.latest }
}

fn answered(row: AnswerRow) -> Result<Answered, ServerError> {
    let answer = match row.outcome {
        OutcomeRow::Accepted(seq, cstamp) => Outcome::Accepted(seq, cstamp),
        OutcomeRow::Refused(why) => Outcome::Refused(refused(&why)?),
    };
    Ok(Answered { id: row.id, act: row.act, hash: row.hash, answer })
}

const REFUSED: [Refused; 3] = [Refused::Forbidden, Refused::Malformed, Refused::TooLarge];

fn code(why: Refused) -> &'static str {
    match why {
        Refused::Forbidden => "forbidden",
        Refused::Malformed => "malformed",
        Refused::TooLarge => "tooLarge",
    }
}

fn refused(name: &str) -> Result<Refused, ServerError> {
    let known = REFUSED.into_iter().find(|why| code(*why) == name);
    known.ok_or_else(|| ServerError::Failed(format!("no refusal is called {name}")))
}

fn count(verdict: &Verdict) {
    metrics::counter!("holdfast_sync_pushes_total").increment(1);
    let mut counts = [("accepted", 0), ("refused", 0), ("notLookedAt", 0)];
    for (_, answer) in &verdict.answers {
        let at = match answer {
            Answer::Accepted(..) => 0,
            Answer::Refused(_) => 1,
            Answer::Fork | Answer::Expected(_) => 2,
        };
        counts[at].1 += 1;
    }
    for (outcome, count) in counts {
        metrics::counter!("holdfast_sync_changes_total", "outcome" => outcome).increment(count);
    }
}
