//! A board at its server, in memory: the log, what was answered for ever, and where replicas end.

use super::*;
use domain::{board::Board, change::Numbered};
use std::collections::HashMap;
use sync::{acceptance::*, message::*};

pub const OWNER: Member = Member { person: PersonId(Uuid::from_bytes([1; 16])), role: Role::Owner };

#[derive(Clone, Debug)]
pub struct Room {
    pub board: Board,
    pub log: Vec<Numbered>,
    pub answered: HashMap<ChangeId, Answered>,
    pub ends: HashMap<ReplicaId, End>,
    /// The server's clock.
    pub now_ms: u64,
}

impl Room {
    pub fn new() -> Room {
        let board = Board::new(board(), epoch());
        let (answered, ends) = (HashMap::new(), HashMap::new());
        Room { board, log: Vec::new(), answered, ends, now_ms: NOON }
    }

    fn known(&self, offers: &[Offer]) -> Known {
        let Needs { ends, answered, acts, chains } = needs(&self.board, offers);
        let mut known = Known::default();
        for replica in ends {
            if let Some(end) = self.ends.get(&replica) {
                known.end(replica, *end);
            }
        }
        let asked = |row: &&Answered| answered.contains(&row.id) || acts.contains(&row.act);
        for row in self.answered.values().filter(asked) {
            let numbered_as = match row.answer {
                Outcome::Accepted(seq, _) => Some(self.at(seq).change.id()),
                Outcome::Refused(_) => None,
            };
            known.answer(*row, numbered_as);
        }
        for seq in chains.into_iter().filter(|seq| (1..=self.head().seq).contains(seq)) {
            known.chain_at(seq, self.at(seq).chain);
        }
        known
    }

    pub fn accept(&mut self, member: Member, offers: Vec<Offer>) -> Vec<Answer> {
        let mut known = self.known(&offers);
        let verdict = accept(&mut self.board, &mut known, member, offers, self.now_ms);
        self.log.extend(verdict.numbered);
        for answered in verdict.answered {
            let before = self.answered.insert(answered.id, answered);
            assert_eq!(before, None, "nothing is answered anew");
        }
        self.ends.extend(verdict.ends);
        verdict.answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// As the owner pushes it.
    pub fn take(&mut self, offers: Vec<Offer>) -> Vec<Answer> {
        self.accept(OWNER, offers)
    }

    /// Takes one that must be accepted; its canonical stamp comes back.
    pub fn stamp_of(&mut self, offer: Offer) -> Stamp {
        let answers = self.take(vec![offer]);
        let [Answer::Accepted(_, cstamp)] = answers[..] else { panic!("{answers:?}") };
        cstamp
    }

    pub fn head(&self) -> Position {
        self.board.head.position
    }

    pub fn at(&self, seq: u64) -> &Numbered {
        &self.log[usize::try_from(seq - 1).unwrap()]
    }

    pub fn position(&self, seq: u64) -> Position {
        if seq == 0 { start() } else { self.at(seq).position() }
    }

    pub fn chain_at(&self, seq: u64) -> Option<Hash> {
        (seq <= self.head().seq).then(|| self.position(seq).chain)
    }

    /// The log behind a number, up to the head.
    pub fn changes(&self, from: u64) -> Changes {
        let rest = &self.log[usize::try_from(from).unwrap()..];
        Changes {
            from: Position { epoch: self.head().epoch, ..self.position(from) },
            changes: rest.iter().cloned().map(NumberedBytes).collect(),
            head: self.head().seq,
            digest: Some(self.board.head.digest.to_be_bytes()),
        }
    }

    /// The board as a snapshot in two parts.
    pub fn snapshot(&self, common: Option<Position>) -> (SnapshotOffer, Vec<Part>) {
        self.snapshot_by(self.board.things().div_ceil(2).max(1), common)
    }

    /// As [`Room::snapshot`], with at most so many things in a part.
    pub fn snapshot_by(
        &self,
        things_each: usize,
        common: Option<Position>,
    ) -> (SnapshotOffer, Vec<Part>) {
        let whole = parts(&self.board);
        let things: Vec<Thing> =
            whole.iter().flat_map(|part| minicbor::decode::<Vec<Thing>>(part).unwrap()).collect();
        let at = self.head();
        let part = |(part, things): (u32, &[Thing])| Part {
            at,
            part,
            things: minicbor::to_vec(things).unwrap().into(),
        };
        let parts: Vec<Part> = (0..).zip(things.chunks(things_each)).map(part).collect();
        let latest = self.board.head.latest;
        let offer = SnapshotOffer {
            at,
            parts: parts.len().try_into().unwrap(),
            things: self.board.things().try_into().unwrap(),
            digest: self.board.head.digest.to_be_bytes(),
            latest_ms: latest.ms,
            latest_counter: latest.counter,
            common,
        };
        (offer, parts)
    }

    /// The log stands without gaps, and its chain is right.
    pub fn verify(&self) {
        let mut before = start();
        for numbered in &self.log {
            assert!(numbered.follows(before), "number {} does not follow", numbered.seq);
            before = numbered.position();
        }
        assert_eq!(before.seq, self.head().seq);
        assert_eq!(before.chain, self.head().chain);
    }

    pub fn text(&self, card: u8) -> &str {
        self.board.entity(thing(card)).map_or("", |it| it.text(Field::TITLE))
    }
}
