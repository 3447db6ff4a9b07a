//! Who else is here, as servers tell it, and what the pages of this desk have open, for servers to be told. All of
//! it is memory alone.

use super::LinkError;
use crate::protocol::{BoardHere, PersonHere};
use domain::id::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::sharing::ServerId;
use sync::message::{Looking, PRESENCE_SINCE, Present};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// A server is told at most so often.
const SAY_EVERY: Duration = Duration::from_millis(500);

/// Names a page of this desk.
pub(crate) type PageId = u64;

pub(crate) struct Presence {
    /// The page that spoke last comes last.
    pages: watch::Sender<Vec<(PageId, Looking)>>,
    others: watch::Sender<BTreeMap<BoardId, (ServerId, Vec<PersonHere>)>>,
}

impl Default for Presence {
    fn default() -> Presence {
        Presence {
            pages: watch::Sender::new(Vec::new()),
            others: watch::Sender::new(BTreeMap::new()),
        }
    }
}

impl Presence {
    /// What a page has open from now on.
    pub fn look(&self, page: PageId, looking: Option<Looking>) {
        self.pages.send_modify(|pages| {
            pages.retain(|(id, _)| *id != page);
            pages.extend(looking.map(|looking| (page, looking)));
        });
    }

    /// Takes the place of what the server told of the board before.
    pub fn told(&self, server: ServerId, board: BoardId, people: Vec<PersonHere>) {
        self.others.send_if_modified(|others| {
            let now = (!people.is_empty()).then_some((server, people));
            let former = match now.clone() {
                Some(now) => others.insert(board, now),
                None => others.remove(&board),
            };
            former != now
        });
    }

    /// What a server told holds no longer than its connection.
    pub fn forget(&self, server: ServerId) {
        self.others.send_if_modified(|others| {
            let before = others.len();
            others.retain(|_, (of, _)| *of != server);
            others.len() != before
        });
    }

    pub fn changes(&self) -> Changes {
        Changes { others: self.others.subscribe(), told: BTreeMap::new() }
    }

    pub fn now(&self) -> Vec<BoardHere> {
        let others = self.others.borrow();
        let here = others.iter().map(|(board, (_, people))| (*board, people.clone()));
        here.map(|(board, people)| BoardHere { board, people }).collect()
    }

    pub fn saying(&self, protocol: u32) -> Saying {
        let pages = self.pages.subscribe();
        Saying {
            pages,
            said: None,
            not_before: Instant::now(),
            is_heard: protocol >= PRESENCE_SINCE,
        }
    }
}

/// What changes of who is here.
pub(crate) struct Changes {
    others: watch::Receiver<BTreeMap<BoardId, (ServerId, Vec<PersonHere>)>>,
    told: BTreeMap<BoardId, Vec<PersonHere>>,
}

impl Changes {
    /// The boards on which somebody came or went since; `None` where the desk is gone.
    pub async fn next(&mut self) -> Option<Vec<BoardHere>> {
        self.others.changed().await.ok()?;
        let others = self.others.borrow_and_update();
        let now: BTreeMap<BoardId, Vec<PersonHere>> =
            others.iter().map(|(board, (_, people))| (*board, people.clone())).collect();
        drop(others);
        let boards: BTreeSet<BoardId> = now.keys().chain(self.told.keys()).copied().collect();
        let of = |board| BoardHere { board, people: now.get(&board).cloned().unwrap_or_default() };
        let changed = boards.into_iter().filter(|board| now.get(board) != self.told.get(board));
        let changed = changed.map(of).collect();
        self.told = now;
        Some(changed)
    }
}

/// What one server is told, on one connection.
pub(crate) struct Saying {
    pages: watch::Receiver<Vec<(PageId, Looking)>>,
    said: Option<Looking>,
    not_before: Instant,
    is_heard: bool,
}

impl Saying {
    /// Waits until there is something to say, which is a board that the server has, or nothing any more. It
    /// may be dropped while it waits.
    pub async fn next(
        &mut self,
        followed: &BTreeSet<BoardId>,
    ) -> Result<Option<Looking>, LinkError> {
        if !self.is_heard {
            return std::future::pending().await;
        }
        loop {
            let last = self.pages.borrow_and_update().last().map(|(_, looking)| *looking);
            let now = last.filter(|looking| followed.contains(&looking.board));
            if now == self.said {
                self.pages.changed().await.map_err(|_| LinkError::Closed)?;
            } else if self.not_before <= Instant::now() {
                return Ok(now);
            } else {
                sleep_until(self.not_before).await;
            }
        }
    }

    pub fn said(&mut self, looking: Option<Looking>) {
        self.said = looking;
        self.not_before = Instant::now() + SAY_EVERY;
    }
}

/// The others in a list: somebody at two devices is one, and oneself is none.
pub(crate) fn others(present: &[Present], me: Option<PersonId>) -> Vec<PersonHere> {
    let mut people: BTreeMap<PersonId, PersonHere> = BTreeMap::new();
    for Present { person, editing, card, .. } in present.iter().filter(|it| Some(it.person) != me) {
        let here = people.entry(*person).or_insert_with(|| PersonHere {
            person: *person,
            cards: Vec::new(),
            editing: Vec::new(),
        });
        let Some(card) = card else { continue };
        if !here.cards.contains(card) {
            here.cards.push(*card);
        }
        if *editing && !here.editing.contains(card) {
            here.editing.push(*card);
        }
    }
    people.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn somebody_at_two_devices_is_one_and_oneself_is_none() {
        let at = |session, person, card: Option<u128>, editing| {
            let (person, card) = (PersonId(id(person)), card.map(|card| CardId(id(card))));
            Present { session, person, editing, card }
        };
        let present = [at(1, 1, Some(7), true), at(2, 2, Some(8), false), at(3, 1, None, false)];
        let ben = PersonHere {
            person: PersonId(id(1)),
            cards: vec![CardId(id(7))],
            editing: vec![CardId(id(7))],
        };
        assert_eq!(others(&present, Some(PersonId(id(2)))), [ben]);
        assert_eq!(others(&present, None).len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_is_told_the_newest_and_only_of_its_own_boards() {
        let presence = Presence::default();
        let mut saying = presence.saying(PRESENCE_SINCE);
        let looking = |board| Looking { board: BoardId(id(board)), editing: false, card: None };
        let followed = BTreeSet::from([BoardId(id(1))]);
        presence.look(0, Some(looking(1)));
        assert_eq!(saying.next(&followed).await.unwrap(), Some(looking(1)));
        saying.said(Some(looking(1)));
        let began = Instant::now();
        presence.look(0, Some(Looking { editing: true, ..looking(1) }));
        // Another page, on a board of another server, and then it goes.
        presence.look(1, Some(looking(2)));
        assert_eq!(saying.next(&followed).await.unwrap(), None);
        assert_eq!(began.elapsed(), SAY_EVERY, "not more often");
        presence.look(1, None);
        let newest = Some(Looking { editing: true, ..looking(1) });
        assert_eq!(saying.next(&followed).await.unwrap(), newest);
    }
}
