//! One script of random jobs on the writer with SQLite below it, and on the server of the storm, which is all in
//! memory: after each transaction they hold the same logs, answers, registers, roles and epochs, so that what the storm
//! proves is what ships.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and says what it did"
)]
#![allow(clippy::cast_possible_truncation, reason = "small numbers")]

mod comparing;
mod jobs;
mod sharing;
mod stage;

#[path = "../../../sync/tests/storm/authority.rs"]
#[allow(dead_code, reason = "the storm uses all of it")]
mod authority;

use authority::{Authority, Room};
use domain::{
    board::Board,
    change::{Hash, Write},
    fresh::Fresh,
    id::*,
    key::OrderKey,
    log::{Act, Signer},
    register::{Field, Kind, Slot},
    shared::{Former, Settled, SharedBoard},
    stamp::Stamp,
    value::Value,
};
use jobs::Asked;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use stage::Stage;
use std::collections::BTreeMap;
use store::account::AccountId;
use sync::{
    acceptance::{Answered, Offer},
    message::Role,
};
use uuid::Uuid;

const STEPS: usize = 3_000;
const PEOPLE: usize = 3;
const REPLICAS: usize = 6;
const BOARDS_MAX: usize = 5;
const CARDS: u128 = 24;
const NOW_MS: u64 = 1 << 40;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// Pushes that may come once more.
const REPEATED_MAX: usize = 40;

/// A person with an account; they are the same person on every board.
#[derive(Clone, Copy)]
struct Somebody {
    account: AccountId,
    person: PersonId,
}

struct Script {
    rng: StdRng,
    fresh: Fresh,
    now_ms: u64,
    model: Authority,
    people: Vec<Somebody>,
    replicas: Vec<ReplicaId>,
    /// What was pushed lately, by whom.
    pushed: Vec<(BoardId, usize, Vec<Offer>)>,
    /// How often each happened.
    seen: BTreeMap<&'static str, usize>,
}

impl Script {
    fn new(seed: u64) -> Script {
        let mut fresh = Fresh::new([7; 32], NOW_MS);
        let mut somebody =
            || Somebody { account: AccountId::fresh(), person: PersonId(fresh.uuid()) };
        let people = (0..PEOPLE).map(|_| somebody()).collect();
        let replicas = (0..REPLICAS).map(|_| ReplicaId(fresh.uuid())).collect();
        Script {
            rng: StdRng::seed_from_u64(seed),
            fresh,
            now_ms: NOW_MS,
            model: Authority::default(),
            people,
            replicas,
            pushed: Vec::new(),
            seen: BTreeMap::new(),
        }
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    fn some_board(&mut self) -> BoardId {
        let boards: Vec<BoardId> = self.model.rooms.keys().copied().collect();
        *boards.choose(&mut self.rng).unwrap()
    }

    /// What is asked of the server at once, in the order in which the writer serves it.
    fn some_asked(&mut self) -> Vec<Asked> {
        self.now_ms += self.rng.gen_range(0..5_000);
        let mut asked: Vec<Asked> = (0..self.rng.gen_range(1..5)).map(|_| self.ask()).collect();
        asked.sort_by_key(Asked::on);
        asked
    }

    fn ask(&mut self) -> Asked {
        let (board, who) = (self.some_board(), self.rng.gen_range(0..PEOPLE));
        match self.rng.gen_range(0..100) {
            0..=5 => {
                let roles = [None, Some(Role::Viewer), Some(Role::Editor), Some(Role::Owner)];
                Asked::Role { board, who, role: *roles.choose(&mut self.rng).unwrap() }
            }
            6..=13 if !self.pushed.is_empty() => {
                self.saw("a push came twice");
                let (board, who, offers) = self.pushed.choose(&mut self.rng).unwrap().clone();
                Asked::Push { board, who, offers }
            }
            14..=19 => {
                let offers = self.some_offers(board, who);
                Asked::Fails { board, who, offers, stores: self.rng.r#gen() }
            }
            20..=29 => {
                let act = ActId(self.fresh.uuid());
                Asked::Own { board, who, act, writes: self.some_writes(board) }
            }
            _ => {
                let offers = self.some_offers(board, who);
                self.pushed.push((board, who, offers.clone()));
                let surplus = self.pushed.len().saturating_sub(REPEATED_MAX);
                self.pushed.drain(..surplus);
                Asked::Push { board, who, offers }
            }
        }
    }

    /// A few changes of one replica, in a row; sometimes such as nobody should send.
    fn some_offers(&mut self, board: BoardId, who: usize) -> Vec<Offer> {
        let replica = *self.replicas.choose(&mut self.rng).unwrap();
        let room = &self.model.rooms[&board];
        let end = room.ends.get(&replica).copied().unwrap_or_default();
        let mut signer = Signer { replica, rseq: end.rseq, prev: end.hash };
        match self.rng.gen_range(0..20) {
            0 => signer.rseq = signer.rseq.saturating_sub(1),
            1 => signer.rseq += 1,
            2 => signer.prev = Hash([9; 16]),
            _ => {}
        }
        let skews = [-(YEAR_MS as i64), -1000, 0, 0, 0, 0, 600_000, YEAR_MS as i64];
        let ms = self.now_ms.saturating_add_signed(*skews.choose(&mut self.rng).unwrap());
        let mut fresh = Fresh::new(self.rng.r#gen(), ms);
        let (mut offers, count) = (Vec::new(), self.rng.gen_range(1..4));
        let mut shared = SharedBoard::new(self.base_of(board), Vec::new(), Settled::default(), 0);
        for _ in 0..count {
            let writes = self.some_writes(board);
            // A copy of a folder does what the folder did, under another name.
            let known = self.pushed.iter().filter(|it| it.0 == board).flat_map(|it| &it.2);
            let known: Vec<ActId> = known.map(|offer| offer.change.act).collect();
            let id = known.choose(&mut self.rng).copied().filter(|_| self.rng.gen_bool(0.05));
            let act = Act {
                author: self.people[who].person,
                intent: "edit",
                group: GroupId(fresh.uuid()),
                id,
            };
            let queued = shared.queue(&mut signer, &act, writes, &mut fresh).unwrap();
            for it in queued.waiting {
                let (change, body, hash) = (it.change.clone(), it.body.clone(), it.hash);
                let former = self.rng.gen_bool(0.1).then(|| self.former(replica));
                offers.push(Offer { change, body, hash, former });
            }
        }
        if self.rng.gen_bool(0.03) {
            offers.last_mut().unwrap().change.wall_ms = u64::MAX;
        }
        offers
    }

    /// The board as somebody sees it who has heard everything, or whose last news is old.
    fn base_of(&mut self, board: BoardId) -> Board {
        let room = &self.model.rooms[&board];
        let mut base = room.board.clone();
        if self.rng.gen_bool(0.3) && !room.log.is_empty() {
            base.head.position = room.log.choose(&mut self.rng).unwrap().position();
        }
        base
    }

    fn former(&mut self, replica: ReplicaId) -> Former {
        let cstamp = Stamp { ms: self.now_ms - 5_000, counter: self.rng.gen_range(0..9), replica };
        Former { cstamp, weak_ranks: Vec::new() }
    }

    fn some_writes(&mut self, board: BoardId) -> Vec<Write> {
        let mut cards: Vec<u128> = (1..=CARDS).collect();
        cards.shuffle(&mut self.rng);
        cards.truncate(self.rng.gen_range(1..4));
        cards.into_iter().map(|it| self.some_write(board, EntityId(Uuid::from_u128(it)))).collect()
    }

    fn some_write(&mut self, board: BoardId, entity: EntityId) -> Write {
        let key = OrderKey::from_bytes(&[self.rng.gen_range(1..=255), 128]).unwrap();
        let text = format!("t{}", self.rng.gen_range(0..1000));
        let (slot, value): (Slot, Value) = match self.rng.gen_range(0..10) {
            0..=4 => (Field::TITLE.into(), Value::text(&text)),
            5..=6 => (Field::PLACE.into(), Value::spot(EntityId(Uuid::from_u128(1 << 90)), &key)),
            7 => (Slot::of(Field::LABEL, Uuid::from_u128(5)), Value::flag(self.rng.r#gen())),
            8 => (Field::CREATED.into(), Value::flag(true)),
            _ => (Field::DELETED.into(), Value::flag(self.rng.r#gen())),
        };
        let weak = slot == Field::PLACE.into() && self.rng.r#gen();
        let winner = self.model.rooms[&board].board.winner(entity, &slot);
        let replaces = winner.map(|register| register.winner()).filter(|_| weak);
        Write { kind: Kind::CARD, entity, slot, value, replaces, seen: None }
    }
}

#[tokio::test]
async fn each_of_three_thousand_transactions_leaves_the_same_server_in_memory_and_on_disk() {
    let mut script = Script::new(1);
    let mut stage = Stage::new(&script).await;
    stage.share(&mut script).await;
    for step in 1..=STEPS {
        match script.rng.gen_range(0..1000) {
            0..=4 if script.model.rooms.len() < BOARDS_MAX => stage.share(&mut script).await,
            5..=14 => stage.open_anew(&mut script).await,
            15..=19 => stage.back_up(&script).await,
            20..=24 => stage.restore(&mut script).await,
            _ => stage.step(&mut script).await,
        }
        if step % 100 == 0 {
            stage.compare_all(&script).await;
        }
    }
    stage.end(&mut script).await;
}
