//! A server in memory: one writer, a log for each board, and sessions that read it by their own cursors.

use domain::{
    board::Board,
    change::{Hash, Numbered, Position},
    id::*,
    stamp::ChangeId,
};
use rand::{Rng, rngs::StdRng};
use std::collections::{BTreeMap, HashMap};
use sync::{acceptance::*, message::*, resuming::Resuming, serving::*, sharing::*};

#[derive(Clone)]
pub struct Room {
    pub board: Board,
    pub log: Vec<Numbered>,
    pub floor: u64,
    pub answered: HashMap<ChangeId, Answered>,
    pub ends: HashMap<ReplicaId, End>,
    pub members: BTreeMap<PersonId, Role>,
}

impl Room {
    pub fn of(board: Board, log: Vec<Numbered>) -> Room {
        let mut room = Room {
            board,
            floor: 0,
            answered: HashMap::new(),
            ends: HashMap::new(),
            members: BTreeMap::new(),
            log: Vec::new(),
        };
        for numbered in log {
            room.keep(&numbered);
            room.log.push(numbered);
        }
        room
    }

    fn keep(&mut self, numbered: &Numbered) {
        let answer = Outcome::Accepted(numbered.seq, numbered.cstamp);
        let (id, hash) = (numbered.change.id(), numbered.hash);
        let answered = Answered { id, act: numbered.change.act, hash, answer };
        self.answered.insert(id, answered);
        let end = self.ends.entry(id.replica).or_default();
        let latest = end.latest.max(Some(numbered.cstamp.into()));
        *end = End { rseq: id.rseq, hash, latest };
    }

    pub fn head(&self) -> Position {
        self.board.head.position
    }

    /// The chain at a number that the log, or its floor, still tells.
    pub fn chain_at(&self, seq: u64) -> Option<Hash> {
        if seq == 0 {
            return Some(Hash::default());
        }
        let at = usize::try_from(seq - 1).unwrap();
        self.log.get(at).filter(|_| seq >= self.floor).map(|it| it.chain)
    }

    fn known(&self, offers: &[Offer]) -> Known {
        let Needs { ends, answered, acts, chains } = needs(&self.board, offers);
        let mut known = Known::default();
        for replica in ends {
            if let Some(end) = self.ends.get(&replica) {
                known.end(replica, *end);
            }
        }
        let of_acts = self.answered.values().filter(|it| acts.contains(&it.act));
        let named = answered.iter().filter_map(|id| self.answered.get(id));
        let mut rows: Vec<Answered> = named.chain(of_acts).copied().collect();
        rows.sort_by_key(|row| row.id);
        for row in rows {
            let numbered_as = match row.answer {
                Outcome::Accepted(seq, _) => {
                    self.log.get(seq as usize - 1).map(|numbered| numbered.change.id())
                }
                Outcome::Refused(_) => None,
            };
            known.answer(row, numbered_as);
        }
        for seq in chains {
            if let Some(chain) = self.chain_at(seq) {
                known.chain_at(seq, chain);
            }
        }
        known
    }

    pub fn accept(&mut self, member: Member, offers: Vec<Offer>, now_ms: u64) -> Verdict {
        let mut known = self.known(&offers);
        let verdict = accept(&mut self.board, &mut known, member, offers, now_ms);
        self.log.extend(verdict.numbered.iter().cloned());
        self.answered.extend(verdict.answered.iter().map(|it| (it.id, *it)));
        self.ends.extend(verdict.ends.iter().copied());
        verdict
    }

    /// Of the log, from a cursor on.
    pub fn changes(&self, from: Position, limit: usize) -> Changes {
        let at = usize::try_from(from.seq).unwrap();
        let some = self.log[at..].iter().take(limit);
        let changes: Vec<NumberedBytes> = some.cloned().map(NumberedBytes).collect();
        let head = self.head();
        let reaches = from.seq + changes.len() as u64 == head.seq;
        let digest = reaches.then(|| self.board.head.digest.to_be_bytes());
        let from = Position { epoch: head.epoch, ..from };
        Changes { from, changes, head: head.seq, digest }
    }
}

/// One connection's state at the server.
#[derive(Default)]
pub struct Session {
    /// Up to where each board was sent.
    pub cursors: BTreeMap<BoardId, Position>,
    pub gathering: BTreeMap<BoardId, Gathering>,
}

#[derive(Clone, Default)]
pub struct Authority {
    pub rooms: BTreeMap<BoardId, Room>,
    /// Snapshots that somebody may still be asking parts of; they do not last.
    pub offered: BTreeMap<BoardId, (SnapshotOffer, Vec<Vec<u8>>)>,
    /// Logs of boards that are being shared.
    pub staged: BTreeMap<(BoardId, [u8; 16]), (Promise, Vec<Numbered>)>,
    /// Who may come to a board that is shared.
    pub people: Vec<PersonId>,
}

impl Authority {
    /// Answers one message of a person's.
    pub fn hear(
        &mut self,
        session: &mut Session,
        person: PersonId,
        message: FromClient,
        now_ms: u64,
    ) -> Vec<FromServer> {
        match message {
            FromClient::Follow(follow) => self.follow(session, &follow),
            FromClient::Push(push) => self.push(session, person, push, now_ms),
            FromClient::Part(wanted) => self.part(session, wanted),
            FromClient::Ping(number) => vec![FromServer::Pong(number)],
            FromClient::Leave(board) => {
                session.cursors.remove(&board);
                Vec::new()
            }
            FromClient::Hello(_) | FromClient::Here(_) => Vec::new(),
            FromClient::Resume(resume) => vec![FromServer::Resumed(self.resume(session, &resume))],
            FromClient::Share(promise) => {
                let id = promise.board;
                let standing = self.promised(promise, now_ms);
                vec![FromServer::Board(id, BoardNews::Share(standing))]
            }
            FromClient::ShareLog(id, head, log) => {
                let standing = self.share_log(id, head, log, now_ms);
                vec![FromServer::Board(id, BoardNews::Share(standing))]
            }
            FromClient::ShareAbandon(id, head) => {
                let standing = if self.rooms.contains_key(&id) {
                    Standing::Shared
                } else {
                    self.staged.remove(&(id, head.chain.0));
                    Standing::Abandoned
                };
                vec![FromServer::Board(id, BoardNews::Share(standing))]
            }
        }
    }

    fn resume(&self, session: &mut Session, resume: &Resume) -> Resumed {
        let mut resuming = Resuming::new(&resume.imprints);
        for (id, room) in &self.rooms {
            if resuming.is_at(*id, &room.board.head) {
                session.cursors.insert(*id, room.head());
            }
        }
        resuming.answer()
    }

    fn promised(&mut self, promise: Promise, now_ms: u64) -> Standing {
        if self.rooms.contains_key(&promise.board) {
            return Standing::Shared;
        }
        let key = (promise.board, promise.head.chain.0);
        self.staged.entry(key).or_insert_with(|| (promise, Vec::new()));
        self.standing(key, now_ms)
    }

    fn share_log(
        &mut self,
        id: BoardId,
        head: Position,
        log: Vec<NumberedBytes>,
        now_ms: u64,
    ) -> Standing {
        let key = (id, head.chain.0);
        if self.rooms.contains_key(&id) {
            return Standing::Shared;
        }
        if !self.staged.contains_key(&key) {
            return Standing::Broken;
        }
        let staged = self.staged.get_mut(&key).unwrap();
        let start = Position { seq: 0, chain: Hash::default(), ..head };
        let end = staged.1.last().map_or(start, Numbered::position);
        staged.1.extend(next(end, log));
        self.standing(key, now_ms)
    }

    fn standing(&mut self, key: (BoardId, [u8; 16]), now_ms: u64) -> Standing {
        let (promise, log) = &self.staged[&key];
        if (log.len() as u64) < promise.head.seq {
            return Standing::Staged(log.len() as u64);
        }
        let (promise, log) = self.staged.remove(&key).unwrap();
        let opened = open(&promise, log, now_ms).unwrap();
        let mut room = Room::of(opened.board, opened.log);
        for answered in opened.answered {
            assert_eq!(room.answered[&answered.id], answered);
        }
        room.ends = opened.ends.into_iter().collect();
        room.members = self.people.iter().map(|person| (*person, Role::Owner)).collect();
        self.rooms.insert(promise.board, room);
        Standing::Shared
    }

    fn follow(&mut self, session: &mut Session, follow: &Follow) -> Vec<FromServer> {
        let news = |news| vec![FromServer::Board(follow.board, news)];
        let Some(room) = self.rooms.get(&follow.board) else { return news(BoardNews::Gone) };
        session.cursors.remove(&follow.board);
        match start(follow, room.head(), room.floor, |seq| room.chain_at(seq)) {
            Start::From(position) => {
                let changes = room.changes(position, 3);
                session.cursors.insert(follow.board, end(&changes));
                news(BoardNews::Changes(changes))
            }
            Start::Diverged(position) => {
                let changes = room.changes(position, 3);
                session.cursors.insert(follow.board, end(&changes));
                let mut said = news(BoardNews::Diverged(position));
                said.extend(news(BoardNews::Changes(changes)));
                said
            }
            Start::Snapshot(common) => news(self.offer(follow.board, common)),
        }
    }

    fn offer(&mut self, id: BoardId, common: Option<Position>) -> BoardNews {
        let room = &self.rooms[&id];
        // What was offered a while ago is as good, as long as the log goes on from it.
        let reusable = |offer: &SnapshotOffer| {
            offer.at.seq >= room.floor && room.chain_at(offer.at.seq) == Some(offer.at.chain)
        };
        if !self.offered.get(&id).is_some_and(|(offer, _)| reusable(offer)) {
            let parts = small_parts(&room.board);
            let latest = room.board.head.latest;
            let offer = SnapshotOffer {
                at: room.head(),
                parts: parts.len() as u32,
                things: room.board.things() as u64,
                digest: room.board.head.digest.to_be_bytes(),
                latest_ms: latest.ms,
                latest_counter: latest.counter,
                common: None,
            };
            self.offered.insert(id, (offer, parts));
        }
        let (offer, _) = &self.offered[&id];
        BoardNews::Snapshot(SnapshotOffer { common, ..offer.clone() })
    }

    fn part(&mut self, session: &mut Session, wanted: PartWanted) -> Vec<FromServer> {
        let PartWanted { board, at, part } = wanted;
        let news = |news| vec![FromServer::Board(board, news)];
        // The log must still go on from it.
        let floor = self.rooms[&board].floor;
        let of = |(offer, _): &&(SnapshotOffer, _)| offer.at == at && at.seq >= floor;
        let offered = self.offered.get(&board).filter(of);
        let Some((_, parts)) = offered else { return news(self.offer(board, None)) };
        let things = parts[part as usize].clone();
        let last = part as usize + 1 == parts.len();
        let mut said = news(BoardNews::Part(Part { at, part, things: things.into() }));
        let room = &self.rooms[&board];
        if last {
            let changes = room.changes(at, 3);
            session.cursors.insert(board, end(&changes));
            said.extend(news(BoardNews::Changes(changes)));
        }
        said
    }

    fn push(
        &mut self,
        session: &mut Session,
        person: PersonId,
        push: Push,
        now_ms: u64,
    ) -> Vec<FromServer> {
        let news = |news| vec![FromServer::Board(push.board, news)];
        let Some(room) = self.rooms.get_mut(&push.board) else { return news(BoardNews::Gone) };
        let gathering = session.gathering.entry(push.board).or_default();
        let offers = gathering.take(push.changes).unwrap();
        let role = room.members[&person];
        let verdict = room.accept(Member { person, role }, offers, now_ms);
        let stopped = verdict
            .answers
            .iter()
            .any(|(_, answer)| matches!(answer, Answer::Fork | Answer::Expected(_)));
        if stopped {
            gathering.forget();
        }
        news(BoardNews::Answers(verdict.answers))
    }

    /// What a session has not been sent yet.
    pub fn go_on(&self, session: &mut Session, rng: &mut StdRng) -> Vec<FromServer> {
        let mut said = Vec::new();
        for (id, cursor) in &mut session.cursors {
            let room = &self.rooms[id];
            if cursor.seq < room.head().seq {
                let changes = room.changes(*cursor, rng.gen_range(1..6));
                *cursor = end(&changes);
                said.push(FromServer::Board(*id, BoardNews::Changes(changes)));
            }
        }
        said
    }
}

fn end(changes: &Changes) -> Position {
    changes.changes.last().map_or(changes.from, |last| last.0.position())
}

/// As [`parts`], but with so few things in each that small boards have several.
fn small_parts(board: &Board) -> Vec<Vec<u8>> {
    let mut things: Vec<Thing> = parts(board)
        .iter()
        .flat_map(|part| minicbor::decode::<Vec<Thing>>(part).unwrap())
        .collect();
    let mut small = Vec::new();
    while things.len() > 4 {
        let rest = things.split_off(4);
        small.push(minicbor::to_vec(&things).unwrap());
        things = rest;
    }
    small.push(minicbor::to_vec(&things).unwrap());
    small
}
