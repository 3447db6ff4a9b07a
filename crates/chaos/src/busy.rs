//! What an agent of the storm does next. It writes to cards that it made itself, one write after the other, so that
//! what they must say is known without asking the server.

use crate::journal::Answered;
use crate::{
    act::{Act, Id, Road, Standing},
    reading::Board,
    tongue,
};
use rand::{Rng, rngs::StdRng};
use std::sync::Arc;

/// An agent has no more cards than this that are not in the trash.
const CARDS_MAX: usize = 150;

pub struct Busy {
    pub agent: u32,
    /// Whether it writes over the earlier server's paths.
    pub by_tickets: bool,
    /// On which it writes.
    pub boards: Vec<Arc<Board>>,
    pub cards: Vec<Own>,
    pub chance: StdRng,
    /// Cards that others write to as well, each with its board.
    pub contested: Vec<(usize, Id)>,
    /// Counts up, so that no two titles are the same.
    pub made: u32,
}

/// A card that the agent made.
#[derive(Clone, Debug)]
pub struct Own {
    pub board: usize,
    pub id: Id,
    pub standing: Standing,
    /// Its number, where it was made by that.
    ticket: Option<u64>,
    claimed: bool,
}

/// What an agent is about to do.
pub struct Next {
    pub board: usize,
    /// Of its own cards; `None` where it makes one.
    pub card: Option<usize>,
    pub act: Act,
}

impl Busy {
    pub fn choose(&mut self) -> Next {
        self.made += 1;
        let there = self.cards.iter().filter(|card| card.standing != Standing::Deleted).count();
        let roll = self.chance.gen_range(0..100);
        let next = match roll {
            _ if there >= CARDS_MAX => self.of(Standing::Live, |id, _| Act::Delete { card: id }),
            0..40 => None,
            40..43 if !self.by_tickets => self.contest(),
            40..46 => {
                let text = self.title("said");
                self.of(Standing::Live, |card, _| Act::Comment { card, text })
            }
            46..52 if self.by_tickets => self.claim(),
            46..55 => {
                let title = self.title("renamed");
                self.of(Standing::Live, |card, _| Act::Rename { card, title })
            }
            55..75 => {
                // Over the earlier server's paths all go to the end.
                let first = self.chance.gen_ratio(1, 2) && !self.by_tickets;
                let column = self.chance.gen_range(0..5);
                self.of(Standing::Live, |card, board| Act::Move {
                    card,
                    column: board.columns[column].clone(),
                    first,
                })
            }
            75..92 if self.by_tickets => None,
            75..83 => self.of(Standing::Live, |card, _| Act::Archive { card }),
            83..88 => self.of(Standing::Archived, |card, _| Act::Restore { card }),
            88..92 => self.of(Standing::Deleted, |card, _| Act::Restore { card }),
            _ => self.of(Standing::Live, |card, _| Act::Delete { card }),
        };
        next.unwrap_or_else(|| self.make())
    }

    /// A card that it made and nobody has; somebody else is to claim it at the same time.
    fn claim(&mut self) -> Option<Next> {
        let free = |own: &Own| own.standing == Standing::Live && !own.claimed;
        let at = self.cards.iter().position(free)?;
        self.cards[at].claimed = true;
        let Own { board, id, .. } = self.cards[at].clone();
        let by = format!("agent-{}", self.agent);
        Some(Next { board, card: Some(at), act: Act::Claim { card: id, by } })
    }

    /// A new title or place for one of those that others write to as well.
    fn contest(&mut self) -> Option<Next> {
        let at = self.chance.gen_range(0..self.contested.len().max(1));
        let (board, card) = self.contested.get(at)?.clone();
        let act = match self.chance.gen_ratio(1, 2) {
            true => Act::Rename { card, title: self.title("contested") },
            false => {
                let columns = &self.boards[board].columns;
                let column = columns[self.chance.gen_range(0..columns.len())].clone();
                Act::Move { card, column, first: self.chance.gen_ratio(1, 2) }
            }
        };
        Some(Next { board, card: None, act })
    }

    pub fn is_contested(&self, next: &Next) -> bool {
        next.card.is_none() && next.act.card().is_some()
    }

    /// Over which paths it does that.
    pub fn road(&self, next: &Next) -> Road {
        if !self.by_tickets {
            return Road::Api;
        }
        let board = &self.boards[next.board];
        let column = match &next.act {
            Act::Create { column, .. } | Act::Move { column, .. } => {
                let at = board.columns.iter().position(|it| it == column);
                at.and_then(|at| tongue::COLUMNS.get(at)).map(|name| (*name).to_owned())
            }
            _ => None,
        };
        let ticket = next.card.and_then(|card| self.cards[card].ticket);
        Road::Tickets { board: board.number, ticket, column }
    }

    /// Remembers what was acknowledged.
    pub fn did(&mut self, next: &Next, answered: &Answered) {
        let made = answered.card.as_ref();
        match (next.card, &next.act, made) {
            (None, Act::Create { .. }, Some(id)) => {
                let (id, standing, ticket) = (id.clone(), Standing::Live, answered.ticket);
                let claimed = false;
                self.cards.push(Own { board: next.board, id, standing, ticket, claimed });
            }
            (Some(card), act, _) => {
                if let (Some(standing), Some(card)) = (act.leads_to(), self.cards.get_mut(card)) {
                    card.standing = standing;
                }
            }
            (None, _, _) => {}
        }
    }

    fn make(&mut self) -> Next {
        let board = self.chance.gen_range(0..self.boards.len());
        let columns = &self.boards[board].columns;
        let column = columns[self.chance.gen_range(0..columns.len())].clone();
        Next { board, card: None, act: Act::Create { column, title: self.title("storm") } }
    }

    fn title(&self, what: &str) -> String {
        let word = self.boards.first().map_or("", |board| &board.word);
        format!("{what} {}x{} {word}", self.agent, self.made)
    }

    /// An act on one of its cards that stands so.
    fn of(&mut self, standing: Standing, act: impl FnOnce(Id, &Board) -> Act) -> Option<Next> {
        let cards: Vec<usize> =
            (0..self.cards.len()).filter(|card| self.cards[*card].standing == standing).collect();
        let card = *cards.get(self.chance.gen_range(0..cards.len().max(1)))?;
        let Own { board, id, .. } = self.cards[card].clone();
        let act = act(id, &self.boards[board]);
        Some(Next { board, card: Some(card), act })
    }
}
