//! Who is here: the sessions that have a board open, and which card of it. All of it lives in memory and ends with
//! the session that said it; no file and no log ever has it. Nothing is queued for anybody: each session is told
//! the newest list, at its own pace.

use super::{
    following::failed,
    live::LiveBoard,
    session::{Session, Wake},
    socket::End,
};
use crate::ServerError;
use domain::id::{BoardId, PersonId};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use sync::{
    frame,
    message::{BoardNews, FromServer, Looking, PRESENCE_SINCE, PRESENT_MAX, Present},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Bytes;

/// A person has a few devices; more of them are not listed, so that nobody fills a list alone.
const PRESENT_OF_PERSON_MAX: usize = 4;
/// A session is told a board's list at most so often.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// How often a session may say what it has open: so often at once, and so often a second. What a replica says in
/// half a minute without a network still fits.
const SAID_BURST: NonZeroU32 = NonZeroU32::new(60).unwrap();
const SAID_A_SECOND: NonZeroU32 = NonZeroU32::new(4).unwrap();

/// Those who have one board open.
pub struct Presence {
    now: Mutex<Now>,
    /// Counts up whenever somebody comes, goes, or turns to something else.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Now {
    sessions: BTreeMap<u64, Present>,
    /// The list as it is sent, once somebody asked for it.
    frame: Option<Bytes>,
}

impl Default for Presence {
    fn default() -> Presence {
        Presence { now: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl Presence {
    fn put(&self, present: Present) {
        let mut now = self.lock();
        if now.sessions.insert(present.session, present) != Some(present) {
            self.changed(now);
        }
    }

    fn remove(&self, session: u64) {
        let mut now = self.lock();
        if now.sessions.remove(&session).is_some() {
            self.changed(now);
        }
    }

    fn changed(&self, mut now: MutexGuard<'_, Now>) {
        now.frame = None;
        drop(now);
        self.changes.send_modify(|count| *count += 1);
    }

    fn is_empty(&self) -> bool {
        self.lock().sessions.is_empty()
    }

    /// The list, packed once for all who are told.
    fn frame(&self, board: BoardId) -> Result<Bytes, ServerError> {
        let mut now = self.lock();
        if let Some(frame) = &now.frame {
            return Ok(frame.clone());
        }
        let news = BoardNews::Here(listed(now.sessions.values()));
        let frame = frame::write(&FromServer::Board(board, news));
        let frame = Bytes::from(frame.map_err(|error| ServerError::Failed(error.to_string()))?);
        now.frame = Some(frame.clone());
        Ok(frame)
    }

    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who came first, as far as there is room.
fn listed<'a>(present: impl Iterator<Item = &'a Present>) -> Vec<Present> {
    let mut of_person: HashMap<PersonId, usize> = HashMap::new();
    let is_one_of_few = |present: &&Present| {
        let count = of_person.entry(present.person).or_default();
        *count += 1;
        *count <= PRESENT_OF_PERSON_MAX
    };
    present.filter(is_one_of_few).take(PRESENT_MAX).copied().collect()
}

/// A session's place among those who have a board open; it ends when this is dropped.
struct Seat {
    live: Arc<LiveBoard>,
    session: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.live.presence.remove(self.session);
    }
}

/// What one session says of itself.
pub struct Showing {
    /// Tells this session from all others.
    pub session: u64,
    looking: Option<Looking>,
    seat: Option<Seat>,
    said: DefaultDirectRateLimiter,
}

impl Showing {
    pub fn new(session: u64) -> Showing {
        let quota = Quota::per_second(SAID_A_SECOND).allow_burst(SAID_BURST);
        Showing { session, looking: None, seat: None, said: RateLimiter::direct(quota) }
    }

    /// It is not among those of the board any more, until it follows it again.
    pub fn leave(&mut self, board: BoardId) {
        self.seat.take_if(|seat| seat.live.id == board);
    }

    /// It is nowhere from now on.
    pub fn end(&mut self) {
        self.seat = None;
    }
}

impl Session {
    pub fn knows_presence(&self) -> bool {
        self.protocol >= PRESENCE_SINCE
    }

    /// What they look at from now on.
    pub fn here(&mut self, looking: Option<Looking>) -> Result<(), End> {
        if !self.knows_presence() {
            return Err(End::protocol("who is here is said in a later version"));
        }
        if self.showing.said.check().is_err() {
            return Err(End::too_much("nobody turns to something else so often"));
        }
        self.showing.looking = looking;
        self.sit();
        Ok(())
    }

    /// Takes the place on the board that they look at, where they follow it.
    pub fn sit(&mut self) {
        let session = self.showing.session;
        let live = self.showing.looking.and_then(|looking| {
            let live = self.followed.get(&looking.board)?.live.clone();
            let person = self.boards.get(&looking.board)?.person;
            let Looking { editing, card, .. } = looking;
            live.presence.put(Present { session, person, editing, card });
            Some(live)
        });
        let former = self.showing.seat.as_ref().map(|seat| seat.live.id);
        // The same place is not given up, or they would be away for a moment.
        if former != live.as_ref().map(|live| live.id) {
            self.showing.seat = live.map(|live| Seat { live, session });
        }
    }

    /// Comes back when somebody comes or goes, though not at once when that was just told.
    pub fn listen_for_people(&mut self, board: BoardId, not_before: Instant) {
        let Some(followed) = self.followed.get(&board).filter(|_| self.knows_presence()) else {
            return;
        };
        if !self.listening_for_people.insert(board) {
            return;
        }
        let mut changes = followed.live.presence.changes.subscribe();
        self.wakes.push(Box::pin(async move {
            // Where nobody follows the board any more, that is heard too.
            changes.changed().await.ok();
            sleep_until(not_before).await;
            Wake::People(board)
        }));
    }

    /// To somebody who begins to follow: who is here already.
    pub async fn greet_with_people(&mut self, board: BoardId) -> Result<(), End> {
        self.sit();
        self.listen_for_people(board, Instant::now());
        let Some(followed) = self.followed.get(&board) else { return Ok(()) };
        if !self.knows_presence() || followed.live.presence.is_empty() {
            return Ok(());
        }
        self.tell_people(board).await
    }

    pub async fn people_changed(&mut self, board: BoardId) -> Result<(), End> {
        self.listening_for_people.remove(&board);
        self.listen_for_people(board, Instant::now() + TELL_EVERY);
        self.tell_people(board).await
    }

    async fn tell_people(&mut self, board: BoardId) -> Result<(), End> {
        let Some(followed) = self.followed.get(&board) else { return Ok(()) };
        let frame = followed.live.presence.frame(board).map_err(failed)?;
        self.socket.send(frame).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::CardId;
    use std::iter;
    use uuid::Uuid;

    fn present(session: u64, person: u128) -> Present {
        let person = PersonId(Uuid::from_u128(person));
        Present { session, person, editing: false, card: None }
    }

    #[test]
    fn what_stays_the_same_wakes_nobody() {
        let presence = Presence::default();
        let changes = presence.changes.subscribe();
        presence.remove(7);
        assert!(!changes.has_changed().unwrap());
        presence.put(present(7, 1));
        let count = *changes.borrow();
        presence.put(present(7, 1));
        assert_eq!(*changes.borrow(), count);
        presence.put(Present { card: Some(CardId(Uuid::nil())), ..present(7, 1) });
        assert_eq!(*changes.borrow(), count + 1);
        presence.remove(7);
        assert_eq!(*changes.borrow(), count + 2);
        assert!(presence.is_empty());
    }

    #[test]
    fn one_person_does_not_fill_the_list_and_nor_do_all_of_them() {
        let many: Vec<Present> = (0..100).map(|session| present(session, 1)).collect();
        let other = present(100, 2);
        let shown = listed(many.iter().chain(iter::once(&other)));
        assert_eq!(shown.len(), PRESENT_OF_PERSON_MAX + 1);
        assert_eq!(shown.last(), Some(&other));
        let all: Vec<Present> = (0..1_000).map(|it| present(it, it.into())).collect();
        assert_eq!(listed(all.iter()).len(), PRESENT_MAX);
    }
}
