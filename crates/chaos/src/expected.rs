//! What must be on a board, as acknowledged writes left it, one after the other.

use crate::{
    act::{Act, Card, Id, Intent, Road, Standing},
    contested::Contested,
    journal::{Answered, Kept},
    reading::Of,
};
use std::collections::{BTreeMap, BTreeSet};

/// A card that must be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub title: String,
    pub column: Id,
    pub standing: Standing,
    /// Up to which number the first answer to its key knew the board.
    pub number: Option<u64>,
    pub placed: Placed,
    pub since: Since,
}

/// What a card goes back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// It was made on the server that there is.
    Now,
    /// A replica made it, and keeps it whatever becomes of the server.
    OnReplica,
    /// A backup that was put back had it.
    Backup,
}

/// Where a card must stand in its column. Whatever was put at the end stands behind all that was there, whatever was
/// put in front before all of it; so the numbers by which cards were put say their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// As it was made: at the end, by the number in the log.
    Last,
    First,
    /// It was made where others' cards were not known, or others came while it was away.
    Somewhere,
}

impl Placed {
    /// Sorts the cards of a column; `None` where that is not known. `number` is that by which it was put there.
    pub fn rank(self, number: u64) -> Option<i128> {
        match self {
            Placed::Last => Some(i128::from(number)),
            Placed::First => Some(-i128::from(number)),
            Placed::Somewhere => None,
        }
    }
}

/// What must be on a board at a moment.
#[derive(Clone, Debug, Default)]
pub struct Board {
    pub cards: BTreeMap<Id, Expected>,
    /// The greatest number that was answered.
    pub head: u64,
    /// Titles of creates that nobody knows the outcome of: they may be there once, or not.
    pub open_titles: BTreeSet<String>,
    /// Cards with a write of unknown outcome: what they say is not known.
    pub open_cards: BTreeSet<Id>,
    /// By their ids; the text for a title, and for a column the card.
    pub comments: BTreeMap<Id, Expected>,
    /// By the card; for a title who has it.
    pub claims: BTreeMap<Id, Expected>,
    /// What may stand on those of the cards that several write to.
    pub contested: BTreeMap<Id, Contested>,
    /// Comments of unknown outcome.
    open_texts: BTreeSet<String>,
    /// Those of them that a replica saved and has not sent yet, which no backup takes back.
    waiting_titles: BTreeSet<String>,
    waiting_texts: BTreeSet<String>,
    waiting_cards: BTreeSet<Id>,
}

impl Board {
    /// To what a backup has, and to what replicas made: they send it again. What was open is not done any more, or is
    /// in the backup. By which numbers cards stand where they stand is another log's.
    pub fn go_back(&mut self, backup: Kept, rolled_back: &mut BTreeSet<String>) {
        for card in &backup.cards {
            if let Some(contested) = self.contested.get_mut(&card.id) {
                contested.go_back(card);
            }
        }
        for (ours, kept, what) in [
            (&mut self.cards, backup.cards, ""),
            (&mut self.comments, backup.comments, "the comment "),
            (&mut self.claims, backup.claims, "who has "),
        ] {
            let before = std::mem::take(ours);
            let (replicas, gone) = before
                .into_iter()
                .partition::<BTreeMap<_, _>, _>(|(_, card)| card.since == Since::OnReplica);
            *ours = replicas;
            for Card { id, title, column, standing, .. } in kept {
                let (number, placed, since) = (None, Placed::Somewhere, Since::Backup);
                let card_then = Expected { title, column, standing, number, placed, since };
                // What a replica made it alone wrote to, and sends again.
                ours.entry(id).or_insert(card_then);
            }
            let gone = gone.into_keys().filter(|id| !ours.contains_key(id));
            rolled_back.extend(gone.map(|id| format!("{what}{id}")));
        }
        self.head = 0;
        self.open_texts = self.waiting_texts.clone();
        self.open_titles = self.waiting_titles.clone();
        self.open_cards = self.waiting_cards.clone();
    }

    pub fn absorb(&mut self, intent: &Intent, answer: &Answered) {
        self.head = self.head.max(answer.number.unwrap_or(0));
        let card = match &intent.act {
            Act::Create { column, title } => {
                let Some(id) = &answer.card else { return };
                let (title, column, number) = (title.clone(), column.clone(), answer.number);
                let standing = Standing::Live;
                // A replica put it at the end of what it knew.
                // Where it is put behind what others put there too, nobody can tell.
                let alone = !intent.is_on_replica() && !intent.contested;
                let placed = if alone { Placed::Last } else { Placed::Somewhere };
                if intent.contested {
                    self.contested.insert(id.clone(), Contested::made(&title, &column));
                }
                let since = since(intent);
                let card = Expected { title, column, standing, number, placed, since };
                self.cards.insert(id.clone(), card);
                return;
            }
            Act::Comment { card, text } => {
                let Some(id) = &answer.card else { return };
                self.comments.insert(id.clone(), said(text, card, since(intent)));
                return;
            }
            Act::Claim { card, by } => {
                self.claims.insert(card.clone(), said(by, "", since(intent)));
                return;
            }
            Act::Rename { card, .. }
            | Act::Move { card, .. }
            | Act::Archive { card }
            | Act::Restore { card }
            | Act::Delete { card } => card,
        };
        if let Some(contested) = self.contested.get_mut(card) {
            return contested.write(intent, true);
        }
        let Some(expected) = self.cards.get_mut(card) else { return };
        match &intent.act {
            Act::Rename { title, .. } => expected.title.clone_from(title),
            // Over the earlier server's paths a card that is there already stays where it stands.
            Act::Move { column, .. } if intent.road != Road::Api && expected.column == *column => {}
            Act::Move { column, first, .. } => {
                expected.column.clone_from(column);
                expected.placed = match first {
                    _ if intent.is_on_replica() => Placed::Somewhere,
                    true => Placed::First,
                    false => Placed::Last,
                };
            }
            act => {
                expected.standing = act.leads_to().unwrap_or(expected.standing);
                // Others are put in front and at the end of what is live: a card that was away keeps its place, and
                // may stand on either side of those that came meanwhile.
                expected.placed = Placed::Somewhere;
            }
        }
    }

    /// A replica saved it, and need not have sent it.
    pub fn wait_for(&mut self, intent: &Intent, answer: &Answered) {
        self.leave_open(intent);
        match &intent.act {
            _ if intent.contested => return,
            // It comes to the server under any of its titles.
            Act::Create { title, .. } | Act::Rename { title, .. } => {
                self.waiting_titles.insert(title.clone());
                self.open_titles.insert(title.clone());
            }
            Act::Comment { text, .. } => {
                self.waiting_texts.insert(text.clone());
            }
            _ => {}
        }
        let card = intent.act.card().or(answer.card.as_ref());
        self.waiting_cards.extend(card.cloned());
        self.open_cards.extend(card.cloned());
    }

    /// Comments on cards that are on the board.
    pub fn comments_there(&self) -> impl Iterator<Item = (&Id, &Expected)> {
        self.comments.iter().filter(|(_, said)| self.is_live(&said.column))
    }

    fn is_live(&self, card: &Id) -> bool {
        let card = self.cards.get(card).filter(|_| !self.open_cards.contains(card));
        card.is_some_and(|card| card.standing == Standing::Live)
    }

    /// What is to be compared, in the form of cards.
    pub fn of(self, what: Of) -> Board {
        let cards = match what {
            Of::Cards => return self,
            Of::Comments => {
                self.comments_there().map(|(id, it)| (id.clone(), it.clone())).collect()
            }
            Of::Claims => {
                let live = self.claims.iter().filter(|(card, _)| self.is_live(card));
                live.map(|(id, it)| (id.clone(), it.clone())).collect()
            }
        };
        let open_cards = if what == Of::Claims { self.open_cards } else { BTreeSet::new() };
        Board { cards, open_titles: self.open_texts, open_cards, ..Board::default() }
    }

    pub fn leave_open(&mut self, intent: &Intent) {
        let contested = intent.act.card().and_then(|card| self.contested.get_mut(card));
        if let Some(contested) = contested {
            return contested.write(intent, false);
        }
        match &intent.act {
            Act::Create { title, .. } => self.open_titles.insert(title.clone()),
            Act::Comment { text, .. } => self.open_texts.insert(text.clone()),
            Act::Claim { card, .. }
            | Act::Rename { card, .. }
            | Act::Move { card, .. }
            | Act::Archive { card }
            | Act::Restore { card }
            | Act::Delete { card } => self.open_cards.insert(card.clone()),
        };
    }
}

/// What is said of a card or on one.
fn said(text: &str, on: &str, since: Since) -> Expected {
    Expected {
        title: text.to_owned(),
        column: on.to_owned(),
        standing: Standing::Live,
        number: None,
        placed: Placed::Somewhere,
        since,
    }
}

fn since(intent: &Intent) -> Since {
    if intent.is_on_replica() { Since::OnReplica } else { Since::Now }
}
