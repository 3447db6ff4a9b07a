//! Acceptance: what the one writer of a board does with what is pushed to it. Known already? May this author?
//! Well-formed? Then a stamp and a number. All that it needs of the disk is named first ([`needs`]) and handed
//! in ([`Known`]).

pub use crate::known::{Answered, End, Known, Member, Needs, Offer, Outcome};

use crate::{
    canonical::canonical,
    message::{Answer, Refused},
    permission,
};
use domain::{
    board::Board,
    change::{self, Change, Numbered},
    id::*,
    mutants::is_left_out,
    register::{Field, Kind},
    stamp::{COUNTER_MAX, ChangeId, Stamp},
};
use std::{collections::HashMap, sync::Arc};

/// A board on a server has at most so many things.
pub const THINGS_MAX: usize = 500_000;
/// All that a thing holds is at most so long: it travels in one part of a snapshot.
pub const THING_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What a register needs beside its value, at most.
const REGISTER_BYTES: usize = 160;
/// Milliseconds beyond the year 10,000 are no time.
const MS_MAX: u64 = 1 << 48;

/// Names what must be known to look at these offers.
pub fn needs(board: &Board, offers: &[Offer]) -> Needs {
    let mut needs = Needs::default();
    for Offer { change, .. } in offers {
        needs.ends.insert(change.replica);
        needs.answered.insert(change.id());
        needs.acts.insert(change.act);
        needs.chains.insert(change.base.seq);
        for write in &change.writes {
            needs.answered.extend(write.replaces);
            let register = board.winner(write.entity, &write.slot);
            needs.answered.extend(
                register
                    .filter(|it| it.rank.stamp >= change.stamp)
                    .map(|register| register.winner()),
            );
        }
    }
    needs
}

/// What came of a push.
#[derive(Debug, Default)]
pub struct Verdict {
    /// For the log, in order.
    pub numbered: Vec<Numbered>,
    /// Of the board, what they touched.
    pub touched: Vec<EntityId>,
    /// To be kept for ever.
    pub answered: Vec<Answered>,
    /// Where the replicas' changes end now.
    pub ends: Vec<(ReplicaId, End)>,
    /// To be told once all that is on disk.
    pub answers: Vec<(ChangeId, Answer)>,
}

/// Looks at the changes of whole acts, in their order, and goes on with the board. It stops behind a fork or a
/// gap: what came after it was not looked at. On an error of storing, the board must be read anew.
pub fn accept(
    board: &mut Board,
    known: &mut Known,
    member: Member,
    offers: Vec<Offer>,
    now_ms: u64,
) -> Verdict {
    let mut verdict = Verdict::default();
    let mut offers = offers.into_iter().peekable();
    while let Some(first) = offers.next() {
        let mut act = vec![first];
        while let Some(next) = offers.next_if(|next| goes_on(&act, &next.change)) {
            act.push(next);
        }
        if !accept_act(board, known, member, act, now_ms, &mut verdict) {
            break;
        }
    }
    verdict
}

/// Whether a change is the next one of an act.
fn goes_on(act: &[Offer], next: &Change) -> bool {
    act.last().is_some_and(|last| {
        let group = last.change.group;
        next.group.id == group.id
            && next.group.part == group.part.saturating_add(1)
            && next.replica == last.change.replica
    })
}

/// All of an act or nothing of it; `false` where the rest of the push must not be looked at.
fn accept_act(
    board: &mut Board,
    known: &mut Known,
    member: Member,
    act: Vec<Offer>,
    now_ms: u64,
    verdict: &mut Verdict,
) -> bool {
    let mut new = Vec::new();
    // The changes of an act are one replica's.
    let mut ahead: Option<End> = None;
    for offer in act {
        let change = &offer.change;
        let id = change.id();
        let end = ahead.or_else(|| known.ends.get(&change.replica).copied()).unwrap_or_default();
        let repeats = change.rseq <= end.rseq;
        if repeats && !is_left_out("a repeated change is numbered again") {
            let Some(answer) = again(known, &offer) else {
                verdict.answers.push((id, Answer::Fork));
                return is_left_out("what is behind a fork is looked at");
            };
            verdict.answers.push((id, answer));
            continue;
        }
        if !repeats && change.rseq > end.rseq + 1 {
            verdict.answers.push((id, Answer::Expected(end.rseq + 1)));
            return false;
        }
        let follows = change.prev == end.hash || is_left_out("a change follows any other");
        if !repeats && !follows {
            verdict.answers.push((id, Answer::Fork));
            return is_left_out("what is behind a fork is looked at");
        }
        ahead = Some(End { rseq: change.rseq, hash: offer.hash, latest: end.latest });
        new.push(offer);
    }
    let refused = refusal(board, member, &new);
    for offer in new {
        // A copy of the database may have pushed the act before, under another number.
        let first = known.acts.get(&offer.change.act).map(|first| first.answer);
        let first = first.filter(|_| !is_left_out("an act is accepted twice"));
        let outcome = match (first, refused) {
            (Some(first), _) => first,
            (None, Some(why)) => Outcome::Refused(why),
            (None, None) => number(board, known, &offer, now_ms, verdict),
        };
        answer(known, &offer, outcome, verdict);
    }
    true
}

/// The answer that a repeated change got; `None` where it is another change.
fn again(known: &Known, offer: &Offer) -> Option<Answer> {
    let answered = known.answered.get(&offer.change.id())?;
    (answered.hash == offer.hash).then(|| answered.answer.into())
}

fn answer(known: &mut Known, offer: &Offer, outcome: Outcome, verdict: &mut Verdict) {
    let change = &offer.change;
    let end = known.ends.entry(change.replica).or_default();
    end.rseq = change.rseq;
    end.hash = offer.hash;
    if let Outcome::Accepted(_, cstamp) = outcome {
        end.latest = end.latest.max(Some(cstamp.into()));
    }
    verdict.ends.retain(|(replica, _)| *replica != change.replica);
    verdict.ends.push((change.replica, *end));
    let answered = Answered { id: change.id(), act: change.act, hash: offer.hash, answer: outcome };
    let first = match outcome {
        Outcome::Accepted(seq, _) => known.numbered.get(&seq).copied(),
        Outcome::Refused(_) => None,
    };
    known.answer(answered, first);
    verdict.answered.push(answered);
    verdict.answers.push((change.id(), outcome.into()));
}

fn number(
    board: &mut Board,
    known: &mut Known,
    offer: &Offer,
    now_ms: u64,
    verdict: &mut Verdict,
) -> Outcome {
    let last = known.ends.get(&offer.change.replica).and_then(|end| end.latest);
    let (cstamp, weak_ranks) = canonical(board, known, offer, last, now_ms);
    let before = board.head.position;
    let chain = change::chain(before.chain, offer.hash, cstamp, &weak_ranks);
    let numbered = Numbered {
        change: offer.change.clone(),
        body: Arc::clone(&offer.body),
        hash: offer.hash,
        seq: before.seq + 1,
        epoch: before.epoch,
        cstamp,
        weak_ranks,
        chain,
    };
    verdict.touched.extend(board.absorb(&numbered));
    known.chains.insert(numbered.seq, chain);
    known.numbered.insert(numbered.seq, offer.change.id());
    let outcome = Outcome::Accepted(numbered.seq, cstamp);
    verdict.numbered.push(numbered);
    outcome
}

/// Why an act is refused for good.
fn refusal(board: &Board, member: Member, act: &[Offer]) -> Option<Refused> {
    if !act.iter().all(|offer| well_formed(board, offer)) {
        return Some(Refused::Malformed);
    }
    let writes: usize = act.iter().map(|offer| offer.change.writes.len()).sum();
    if board.things() + writes > THINGS_MAX || outgrows(board, act) {
        return Some(Refused::TooLarge);
    }
    let allowed = permission::may(board, member, act.iter().map(|offer| &offer.change));
    (!allowed).then_some(Refused::Forbidden)
}

/// Beyond what reading it checked already: limits, names and that a change writes no register twice.
fn well_formed(board: &Board, offer: &Offer) -> bool {
    let change = &offer.change;
    let stamp_is = |stamp: Stamp| stamp.ms < MS_MAX && stamp.counter <= COUNTER_MAX;
    let former_is = offer.former.as_ref().is_none_or(|former| {
        stamp_is(former.cstamp) && former.weak_ranks.iter().flatten().all(|it| stamp_is(it.stamp))
    });
    change.board == board.id
        && change.rseq > 0
        && stamp_is(change.stamp)
        && change.stamp.replica == change.replica
        && change.wall_ms < MS_MAX
        && former_is
        && change.writes.iter().all(|write| {
            (write.entity == EntityId::BOARD) == (write.kind == Kind::BOARD)
                && (write.slot.field != Field::PLACE || write.value.as_spot().is_some())
                && (write.slot.field != Field::SIDEBAR || write.value.as_key().is_some())
        })
}

/// Whether a thing would come to more than a snapshot can carry.
fn outgrows(board: &Board, act: &[Offer]) -> bool {
    let mut bytes = HashMap::<EntityId, usize>::new();
    for write in act.iter().flat_map(|it| &it.change.writes) {
        let held = || {
            let registers = board.entity(write.entity).map(|entity| entity.registers());
            registers.into_iter().flatten().map(|it| it.value.bytes().len() + REGISTER_BYTES).sum()
        };
        let all = bytes.entry(write.entity).or_insert_with(held);
        *all += write.value.bytes().len() + REGISTER_BYTES;
    }
    bytes.values().any(|bytes| *bytes > THING_BYTES_MAX)
}
