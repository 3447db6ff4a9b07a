//! Signs changes as a replica does, at any time and from any position.

use super::*;
use domain::{
    change::{self, Change, Group},
    log::Signer,
};
use sync::{acceptance::Offer, message::Pushed};

#[derive(Clone)]
pub struct Pen {
    pub signer: Signer,
    pub author: PersonId,
    /// What its author is looking at.
    pub base: Position,
    pub ms: u64,
    /// Tells apart the acts of two pens with one replica id.
    pub hand: u8,
}

impl Pen {
    pub fn new(number: u8) -> Pen {
        let signer = Signer { replica: replica(number), rseq: 0, prev: Hash::default() };
        Pen { signer, author: person(1), base: start(), ms: NOON, hand: number }
    }

    /// The next change, at the pen's time.
    pub fn draft(&self, writes: Vec<Write>) -> Change {
        let rseq = self.signer.rseq + 1;
        let name = |sort: u128| {
            Uuid::from_u128(sort << 64 | u128::from(self.hand) << 32 | u128::from(rseq))
        };
        Change {
            board: board(),
            replica: self.signer.replica,
            rseq,
            prev: self.signer.prev,
            act: ActId(name(1)),
            stamp: Stamp { ms: self.ms, counter: 0, replica: self.signer.replica },
            base: self.base,
            author: self.author,
            wall_ms: self.ms,
            intent: "test".to_owned(),
            group: Group { id: GroupId(name(2)), part: 0, parts: 1 },
            writes,
        }
    }

    /// Signs a draft, which may be changed first, and goes on behind it.
    pub fn sign_with(&mut self, writes: Vec<Write>, but: impl FnOnce(&mut Change)) -> Offer {
        let mut change = self.draft(writes);
        but(&mut change);
        let offer = offer(change);
        self.signer.rseq = offer.change.rseq;
        self.signer.prev = offer.hash;
        offer
    }

    pub fn sign(&mut self, writes: Vec<Write>) -> Offer {
        self.sign_with(writes, |_| {})
    }

    /// At another time than the pen's.
    pub fn sign_at(&mut self, ms: u64, writes: Vec<Write>) -> Offer {
        self.sign_with(writes, |change| change.stamp.ms = ms)
    }

    /// An act of several changes.
    pub fn sign_group(&mut self, parts: Vec<Vec<Write>>) -> Vec<Offer> {
        let id = self.draft(Vec::new()).group.id;
        let count = u32::try_from(parts.len()).unwrap();
        let numbered = (0..).zip(parts);
        numbered
            .map(|(part, writes)| {
                self.sign_with(writes, |change| change.group = Group { id, part, parts: count })
            })
            .collect()
    }
}

pub fn offer(change: Change) -> Offer {
    let (body, hash) = change::sign(&change).unwrap();
    Offer { change, body, hash, former: None }
}

pub fn pushed(offer: &Offer) -> Pushed {
    Pushed { body: offer.body.to_vec().into(), former: offer.former.clone() }
}
