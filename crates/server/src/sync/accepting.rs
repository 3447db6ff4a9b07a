//! One push as one job of the writer: role and person, and what comes of it, as the transaction sees them. The
//! answers go out once it is on disk.

use crate::{
    ServerError, Shared, now_ms,
    writer::{BoardWork, On, board_job},
};
use domain::{id::*, stamp::ChangeId};
use store::{
    account::{self, AccountId},
    rooms::{AnswerRow, EndRow, OutcomeRow},
};
use sync::{
    acceptance::{Answered, End, Offer, Outcome, Verdict},
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
    let told = shared.rooms.clone();
    let acts = offers.iter().map(|offer| offer.change.act).collect();
    let work = pushing(account, offers, || u64::try_from(now_ms()).unwrap_or(0));
    let tell = move |outcome: &Option<(u64, Verdict)>| {
        if let Some((head, verdict)) = outcome {
            told.live.tell(board, *head);
            count(verdict);
        }
    };
    let on = On { rooms: shared.rooms.clone(), board, acts };
    match shared.writer.write_on(on, work, tell).await {
        Err(ServerError::NotFound(_)) => Ok(None),
        outcome => Ok(outcome?.map(|(_, verdict)| verdict.answers)),
    }
}

/// A push as a job, with the end of the log behind it. `clock` says what time it is, in milliseconds.
pub fn pushing(
    account: AccountId,
    offers: Vec<Offer>,
    clock: impl Fn() -> u64 + Send + 'static,
) -> impl BoardWork<Option<(u64, Verdict)>> {
    board_job(move |connection, sitting| {
        let (offers, now_ms) = (offers.clone(), clock());
        Box::pin(async move {
            let Some(member) = sitting.member(connection, account).await? else { return Ok(None) };
            let verdict = sitting.take_in_at(connection, member, offers, |_| true, now_ms).await?;
            Ok(Some((sitting.board.head.position.seq, verdict)))
        })
    })
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

pub fn known_answer(row: AnswerRow) -> Result<Answered, ServerError> {
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
