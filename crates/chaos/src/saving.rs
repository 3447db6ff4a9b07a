//! What a replica saves next: cards of its own, which nobody else writes to, so that what they say in the end is known;
//! and now and then one of those that several contest.

use crate::{
    act::{Act, Id, Standing},
    reading::Board,
};
use rand::{Rng, rngs::StdRng};
use std::sync::Arc;

/// No more cards than this that are not in the trash.
const CARDS_MAX: usize = 80;

pub struct Saving {
    pub board: Arc<Board>,
    /// Which of the replicas it is.
    pub agent: u32,
    pub chance: StdRng,
    own: Vec<(Id, Standing)>,
    /// On its board.
    contested: Vec<Id>,
}

/// What is saved next, and to what.
pub struct Next {
    pub act: Act,
    /// Where the card stands, which says by which verb it is brought back.
    pub from: Standing,
    pub contested: bool,
    own: Option<usize>,
}

impl Saving {
    pub fn new(board: &Arc<Board>, agent: u32, chance: StdRng, contested: Vec<Id>) -> Saving {
        Saving { board: board.clone(), agent, chance, own: Vec::new(), contested }
    }

    pub fn choose(&mut self, number: u32) -> Next {
        let there = self.own.iter().filter(|(_, standing)| *standing != Standing::Deleted).count();
        let roll = self.chance.gen_range(0..100);
        let title = |what: &str, saving: &Saving| {
            format!("{what} {}x{number} {}", saving.agent, saving.board.word)
        };
        let next = match roll {
            _ if there >= CARDS_MAX => self.of(Standing::Live, |card, _| Act::Delete { card }),
            0..40 => None,
            40..52 => {
                let title = title("renamed", self);
                self.of(Standing::Live, |card, _| Act::Rename { card, title })
            }
            52..64 => self.of(Standing::Live, |card, saving| saving.moves(card)),
            64..70 => {
                let text = title("said", self);
                self.of(Standing::Live, |card, _| Act::Comment { card, text })
            }
            70..76 => self.of(Standing::Live, |card, _| Act::Archive { card }),
            76..80 => self.of(Standing::Archived, |card, _| Act::Restore { card }),
            80..85 => self.of(Standing::Live, |card, _| Act::Delete { card }),
            85..88 => self.of(Standing::Deleted, |card, _| Act::Restore { card }),
            _ => self.contest(title("contested", self)),
        };
        next.unwrap_or_else(|| {
            let (column, title) = (self.column(), title("offline", self));
            let (act, from) = (Act::Create { column, title }, Standing::Live);
            Next { act, from, contested: false, own: None }
        })
    }

    /// Remembers what is on the replica's disk.
    pub fn did(&mut self, next: &Next, made: &Id) {
        match (next.own, &next.act) {
            (None, Act::Create { .. }) => self.own.push((made.clone(), Standing::Live)),
            (Some(at), act) => {
                if let (Some(standing), Some(own)) = (act.leads_to(), self.own.get_mut(at)) {
                    own.1 = standing;
                }
            }
            (None, _) => {}
        }
    }

    fn column(&mut self) -> Id {
        self.board.columns[self.chance.gen_range(0..self.board.columns.len())].clone()
    }

    fn moves(&mut self, card: Id) -> Act {
        Act::Move { card, column: self.column(), first: self.chance.gen_ratio(1, 2) }
    }

    fn contest(&mut self, title: String) -> Option<Next> {
        let at = self.chance.gen_range(0..self.contested.len().max(1));
        let card = self.contested.get(at)?.clone();
        let renames = self.chance.gen_ratio(1, 2);
        let act = if renames { Act::Rename { card, title } } else { self.moves(card) };
        Some(Next { act, from: Standing::Live, contested: true, own: None })
    }

    /// An act on one of its own cards that stands so.
    fn of(&mut self, from: Standing, act: impl FnOnce(Id, &mut Saving) -> Act) -> Option<Next> {
        let own = self.own.iter().enumerate().filter(|(_, (_, standing))| *standing == from);
        let all: Vec<(usize, Id)> = own.map(|(at, (id, _))| (at, id.clone())).collect();
        let (at, id) = all.get(self.chance.gen_range(0..all.len().max(1)))?.clone();
        Some(Next { act: act(id, self), from, contested: false, own: Some(at) })
    }
}
