//! What an agent of the storm does next. It writes to cards that it made itself, one write after the other, so that
//! what they must say is known without asking the server.

use crate::{
    act::{Act, Id, Standing},
    reading::Board,
};
use rand::{Rng, rngs::StdRng};
use std::sync::Arc;

/// An agent has no more cards than this that are not in the trash.
const CARDS_MAX: usize = 150;

pub struct Busy {
    pub agent: u32,
    /// On which it writes.
    pub boards: Vec<Arc<Board>>,
    pub cards: Vec<Own>,
    pub chance: StdRng,
    /// Counts up, so that no two titles are the same.
    pub made: u32,
}

/// A card that the agent made.
#[derive(Clone, Debug)]
pub struct Own {
    pub board: usize,
    pub id: Id,
    pub standing: Standing,
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
            40..55 => {
                let title = self.title("renamed");
                self.of(Standing::Live, |card, _| Act::Rename { card, title })
            }
            55..75 => {
                let (first, column) = (self.chance.gen_ratio(1, 2), self.chance.gen_range(0..5));
                self.of(Standing::Live, |card, board| Act::Move {
                    card,
                    column: board.columns[column].clone(),
                    first,
                })
            }
            75..83 => self.of(Standing::Live, |card, _| Act::Archive { card }),
            83..88 => self.of(Standing::Archived, |card, _| Act::Restore { card }),
            88..92 => self.of(Standing::Deleted, |card, _| Act::Restore { card }),
            _ => self.of(Standing::Live, |card, _| Act::Delete { card }),
        };
        next.unwrap_or_else(|| self.make())
    }

    /// Remembers what was acknowledged.
    pub fn did(&mut self, next: &Next, made: Option<&Id>) {
        match (next.card, &next.act, made) {
            (None, _, Some(id)) => {
                let (id, standing) = (id.clone(), Standing::Live);
                self.cards.push(Own { board: next.board, id, standing });
            }
            (Some(card), act, _) => {
                if let (Some(standing), Some(card)) = (act.leads_to(), self.cards.get_mut(card)) {
                    card.standing = standing;
                }
            }
            (None, _, None) => {}
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
