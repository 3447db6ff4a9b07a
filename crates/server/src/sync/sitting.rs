//! A board that is open for writing: one job after the other looks at it and adds to it within one savepoint of one
//! transaction. What all of them come to is stored at once when it ends, so that a row costs what a row costs, and
//! what the disk had to be asked for is asked for once.

use super::{
    Rooms,
    accepting::{answer_row, end_row, known_answer, role_of},
    acting::First,
};
use crate::{ServerError, now_ms};
use domain::{board::Board, change::Numbered, id::*};
use std::{
    collections::{HashMap, HashSet},
    mem,
};
use store::{
    Connection, Store,
    account::{self, AccountId},
    boards,
    rooms::{self, Accepted, EndRow},
};
use sync::acceptance::{
    Answered, End, Known, Member, Needs, Offer, Outcome, Verdict, accept, needs,
};

pub struct Sitting {
    pub board: Board,
    /// The server's own, once somebody asked.
    replica: Option<ReplicaId>,
    members: HashMap<AccountId, Option<Member>>,
    known: Known,
    /// What of the disk stands in `known`, where it was there.
    asked: Needs,
    /// Not on the disk yet.
    waiting: Waiting,
    /// Whether the job at hand has changed anything: if it then fails, the others' work is not to be told from its.
    pub touched: bool,
}

#[derive(Default)]
struct Waiting {
    numbered: Vec<Numbered>,
    /// In the order in which they were first touched.
    touched: Vec<EntityId>,
    among_touched: HashSet<EntityId>,
    answered: Vec<Answered>,
    ends: HashMap<ReplicaId, End>,
}

impl Sitting {
    /// The board as the transaction sees it; `None` where there is no such board.
    pub async fn begin(
        connection: &mut Connection,
        rooms: &Rooms,
        board: BoardId,
    ) -> Result<Option<Sitting>, ServerError> {
        let Some(board) = rooms.folds.take(connection, board).await? else { return Ok(None) };
        let mut sitting = Sitting {
            board,
            replica: None,
            members: HashMap::new(),
            known: Known::default(),
            asked: Needs::default(),
            waiting: Waiting::default(),
            touched: false,
        };
        sitting.know_head();
        Ok(Some(sitting))
    }

    /// Who an account is on the board; `None` where it has no such board.
    pub async fn member(
        &mut self,
        connection: &mut Connection,
        account: AccountId,
    ) -> Result<Option<Member>, ServerError> {
        if let Some(known) = self.members.get(&account) {
            return Ok(*known);
        }
        let role = account::role(connection, self.board.id, account).await?;
        let member = account::member(connection, self.board.id, account).await?;
        let found = role.zip(member);
        let found =
            found.map(|(role, member)| Member { person: member.person, role: role_of(role) });
        self.members.insert(account, found);
        Ok(found)
    }

    /// Who signs on this server.
    pub async fn replica(&mut self, connection: &mut Connection) -> Result<ReplicaId, ServerError> {
        match self.replica {
            Some(replica) => Ok(replica),
            None => Ok(*self.replica.insert(Store::replica(connection).await?)),
        }
    }

    /// Looks acts up that jobs will ask for.
    pub async fn look_up(
        &mut self,
        connection: &mut Connection,
        acts: impl IntoIterator<Item = ActId>,
    ) -> Result<(), ServerError> {
        let needs = Needs { acts: acts.into_iter().collect(), ..Needs::default() };
        self.know(connection, needs).await
    }

    /// What was done under an act before; `None` where nothing was.
    pub async fn answered(
        &mut self,
        connection: &mut Connection,
        act: ActId,
    ) -> Result<Option<First>, ServerError> {
        self.look_up(connection, [act]).await?;
        let answer = self.known.answer_to_act(act).map(|first| first.answer);
        let Some(Outcome::Accepted(seq, _)) = answer else { return Ok(None) };
        if self.waiting.numbered.first().is_some_and(|first| first.seq <= seq) {
            self.store(connection).await?;
        }
        First::read(connection, self.board.id, seq).await
    }

    /// Where a replica's changes end.
    pub async fn end_of(
        &mut self,
        connection: &mut Connection,
        replica: ReplicaId,
    ) -> Result<End, ServerError> {
        let needs = Needs { ends: [replica].into(), ..Needs::default() };
        self.know(connection, needs).await?;
        Ok(self.known.end_of(replica).unwrap_or_default())
    }

    /// Looks at changes; what comes of them is stored where that is to be kept.
    pub async fn take_in(
        &mut self,
        connection: &mut Connection,
        member: Member,
        offers: Vec<Offer>,
        is_kept: impl FnOnce(&Verdict) -> bool,
    ) -> Result<Verdict, ServerError> {
        let now = u64::try_from(now_ms()).unwrap_or(0);
        self.take_in_at(connection, member, offers, is_kept, now).await
    }

    /// As [`Sitting::take_in`], where it is another time.
    pub async fn take_in_at(
        &mut self,
        connection: &mut Connection,
        member: Member,
        offers: Vec<Offer>,
        is_kept: impl FnOnce(&Verdict) -> bool,
        now_ms: u64,
    ) -> Result<Verdict, ServerError> {
        let needs = needs(&self.board, &offers);
        self.know(connection, needs).await?;
        let before = self.board.head.position.seq;
        let mut verdict = accept(&mut self.board, &mut self.known, member, offers, now_ms);
        if is_kept(&verdict) {
            self.touched = true;
            self.waiting.take(&mut verdict);
            return Ok(verdict);
        }
        if self.board.head.position.seq != before {
            self.touched = true;
            return Err(ServerError::Failed("a part of an act was numbered".to_owned()));
        }
        // What is known counts what was said now, and that is not kept: it is asked for anew.
        self.store(connection).await?;
        self.known = Known::default();
        self.asked = Needs::default();
        self.know_head();
        Ok(verdict)
    }

    /// All that waits goes into the transaction. After an error nobody knows what of it did.
    pub async fn store(&mut self, connection: &mut Connection) -> Result<(), ServerError> {
        let Waiting { numbered, touched, answered, ends, .. } = mem::take(&mut self.waiting);
        if answered.is_empty() {
            return Ok(());
        }
        self.touched = true;
        let answered: Vec<_> = answered.iter().map(answer_row).collect();
        let ends: Vec<_> = ends.iter().map(|(id, end)| end_row(*id, end)).collect();
        let accepted =
            Accepted { numbered: &numbered, touched: &touched, answered: &answered, ends: &ends };
        Ok(rooms::save(connection, &self.board, accepted).await?)
    }

    /// The board is kept for the next transaction, once all is stored.
    pub fn end(self, rooms: &Rooms) {
        rooms.folds.put(self.board);
    }

    /// Where the log ends is known to everybody.
    fn know_head(&mut self) {
        let head = self.board.head.position;
        self.known.chain_at(head.seq, head.chain);
    }

    /// Asks the disk for what of this was neither asked for yet nor came since.
    async fn know(&mut self, connection: &mut Connection, needs: Needs) -> Result<(), ServerError> {
        let board = self.board.id;
        for replica in needs.ends {
            if self.asked.ends.insert(replica)
                && let Some(row) = rooms::end(connection, board, replica).await?
            {
                let EndRow { rseq, hash, latest, .. } = row;
                self.known.end(replica, End { rseq, hash, latest });
            }
        }
        // Nothing was answered behind a replica's end.
        let is_new = |id: &domain::stamp::ChangeId| {
            self.asked.ends.contains(&id.replica)
                && self.known.end_of(id.replica).is_none_or(|end| end.rseq < id.rseq)
        };
        let answered = needs.answered.into_iter().filter(|id| !is_new(id));
        let answered: Vec<_> = answered.filter(|id| !self.asked.answered.contains(id)).collect();
        let acts: Vec<_> =
            needs.acts.into_iter().filter(|act| self.asked.acts.insert(*act)).collect();
        let chains: Vec<_> =
            needs.chains.into_iter().filter(|seq| !self.known.has_chain(*seq)).collect();
        self.asked.answered.extend(&answered);
        let mut rows = Vec::new();
        if !answered.is_empty() {
            rows = rooms::answers(connection, board, answered).await?;
        }
        if !acts.is_empty() {
            rows.extend(rooms::answers_to_acts(connection, board, acts).await?);
        }
        for (row, logged) in rows {
            self.known.answer(known_answer(row)?, logged);
        }
        if !chains.is_empty() {
            for (seq, chain) in rooms::chains(connection, board, chains).await? {
                self.known.chain_at(seq, chain);
            }
        }
        Ok(())
    }
}

impl Waiting {
    /// What is told of it stays.
    fn take(&mut self, verdict: &mut Verdict) {
        self.numbered.append(&mut verdict.numbered);
        self.answered.append(&mut verdict.answered);
        self.ends.extend(mem::take(&mut verdict.ends));
        for id in mem::take(&mut verdict.touched) {
            if self.among_touched.insert(id) {
                self.touched.push(id);
            }
        }
    }
}

impl First {
    /// What stands at this number and belongs to the same act.
    pub async fn read(
        connection: &mut Connection,
        board: BoardId,
        seq: u64,
    ) -> Result<Option<First>, ServerError> {
        // The parts of an act stand in a row.
        let before = seq.saturating_sub(1);
        let first = boards::read_after(connection, board, before, 1).await?.pop();
        let Some(group) = first.map(|first| first.change.group) else { return Ok(None) };
        let parts = boards::read_after(connection, board, before, group.parts).await?;
        let writes = parts.into_iter().flat_map(|part| part.change.writes).collect();
        Ok(Some(First { group: group.id, writes }))
    }
}

#[cfg(test)]
mod tests;
