//! One script of random steps on the storage of the storm, in memory, and on SQLite: after every step they hold the
//! same rows, so that what the storm proves is what ships.

mod comparing;
mod stage;

use super::{
    authority::{Authority, Room, Session},
    disk::{BoardRows, Disk, Holder},
};
use domain::{
    board::Board,
    change::Write,
    fresh::Fresh,
    id::*,
    key::OrderKey,
    log::{Act, Signer},
    register::{Field, Kind, Slot},
    shared::{Settled, SharedBoard, Waiting},
    value::Value,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use stage::Stage;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use sync::{
    acceptance::{Member, Offer},
    following::{Following, Near, locator_seqs},
    message::*,
    rows::Row,
};
use uuid::Uuid;

const STEPS: usize = 10_000;
/// So many steps share a transaction.
const STEPS_TOGETHER: usize = 50;
const CARDS: usize = 24;
const NOW_MS: u64 = 1 << 40;

struct Script {
    rng: StdRng,
    fresh: Fresh,
    board: BoardId,
    me: PersonId,
    disk: Disk,
    shared: SharedBoard,
    following: Following,
    session: Option<Session>,
    server: Authority,
    /// What the server may be set back to.
    earlier: Option<Authority>,
    /// Another replica, which always knows all.
    other: ReplicaId,
    /// What the steps did, in order: for the other storage.
    saved: Vec<Saved>,
    /// What was done here last, which undo would take back.
    last: Option<ActId>,
    seen: BTreeSet<&'static str>,
}

/// What the engine stores in one transaction.
struct Saved {
    /// The board as it was then.
    shared: SharedBoard,
    rows: Vec<Row>,
    /// A change that undo knows of from now on.
    made: Option<Arc<Waiting>>,
}

impl Script {
    fn new(seed: u64) -> Script {
        let rng = StdRng::seed_from_u64(seed);
        let mut fresh = Fresh::new([7; 32], NOW_MS);
        let (board, me) = (BoardId(fresh.uuid()), PersonId(fresh.uuid()));
        let nil = ReplicaId(Uuid::nil());
        let mut room = Room::of(Board::new(board, ReplicaId(fresh.uuid())), Vec::new());
        room.members.insert(me, Role::Owner);
        let rooms = BTreeMap::from([(board, room)]);
        let boards = BTreeMap::from([(board, BoardRows::new(nil, Holder::Server))]);
        let shared = SharedBoard::new(Board::new(board, nil), Vec::new(), Settled::default(), 0);
        Script {
            board,
            me,
            disk: Disk { replica: ReplicaId(fresh.uuid()), boards },
            shared,
            following: Following::new(board, None),
            session: None,
            server: Authority { rooms, people: vec![me], ..Authority::default() },
            earlier: None,
            other: ReplicaId(fresh.uuid()),
            saved: Vec::new(),
            last: None,
            seen: BTreeSet::new(),
            rng,
            fresh,
        }
    }

    fn room(&mut self) -> &mut Room {
        self.server.rooms.get_mut(&self.board).unwrap()
    }

    fn save(&mut self, rows: Vec<Row>) {
        self.disk.save(&self.shared, &rows);
        self.seen.extend(rows.iter().map(kind));
        self.saved.push(Saved { shared: self.shared.clone(), rows, made: None });
    }

    fn step(&mut self) {
        match self.rng.gen_range(0..1000) {
            0..=449 => self.act(),
            450..=549 => self.other_acts(),
            550..=849 => self.talk(),
            850..=899 => self.connect(),
            900..=919 => self.hang_up(),
            920..=939 => self.earlier = Some(self.server.clone()),
            940..=942 => self.set_back(),
            943..=944 => self.compact(),
            945..=964 => self.change_role(),
            965..=969 => self.copy_acts(),
            970..=984 => self.start_again(),
            _ => self.act(),
        }
    }

    fn some_writes(&mut self, board: &Board) -> Vec<Write> {
        let count = self.rng.gen_range(1..4);
        let cards: BTreeSet<u128> =
            (0..count).map(|_| self.rng.gen_range(1..=CARDS as u128)).collect();
        let cards: Vec<EntityId> =
            cards.into_iter().map(|it| EntityId(Uuid::from_u128(it))).collect();
        cards.into_iter().map(|card| self.some_write(board, card)).collect()
    }

    fn some_write(&mut self, board: &Board, entity: EntityId) -> Write {
        let key = OrderKey::from_bytes(&[self.rng.gen_range(1..=255), 128]).unwrap();
        let text = format!("t{}", self.rng.gen_range(0..1000));
        let (slot, value): (Slot, Value) = match self.rng.gen_range(0..10) {
            0..=3 => (Field::TITLE.into(), Value::text(&text)),
            4..=5 => (Field::TEXT.into(), Value::text(&text.repeat(40))),
            6..=7 => (Field::PLACE.into(), Value::spot(EntityId(Uuid::from_u128(1 << 90)), &key)),
            8 => (Slot::of(Field::LABEL, Uuid::from_u128(5)), Value::flag(self.rng.r#gen())),
            _ => (Field::DELETED.into(), Value::flag(self.rng.r#gen())),
        };
        let weak = slot == Field::PLACE.into() && self.rng.r#gen();
        let winner = board.winner(entity, &slot).map(|register| register.winner());
        Write {
            kind: Kind::CARD,
            entity,
            slot,
            value,
            replaces: winner.filter(|_| weak),
            seen: None,
        }
    }

    fn act(&mut self) {
        let writes = self.some_writes(&self.shared.shown().clone());
        let mut signer = self.disk.boards[&self.board].signer(self.disk.replica);
        let act =
            Act { author: self.me, intent: "edit", group: GroupId(self.fresh.uuid()), id: None };
        let queued = self.shared.queue(&mut signer, &act, writes, &mut self.fresh).unwrap();
        let made = queued.waiting.last().cloned().unwrap();
        let mut rows: Vec<Row> = queued.waiting.into_iter().map(Row::Queue).collect();
        rows.push(Row::Signer(signer));
        self.save(rows);
        let act = made.change.act;
        let undo = &mut self.disk.boards.get_mut(&self.board).unwrap().undo;
        undo.insert(act, made.change.id());
        self.last = Some(act);
        self.saved.last_mut().unwrap().made = Some(made);
    }

    /// Changes of a board in memory alone go to the server past all sockets.
    fn accept(&mut self, waiting: Vec<Arc<Waiting>>) {
        let offers = waiting.into_iter().map(|it| Offer {
            change: it.change.clone(),
            body: Arc::clone(&it.body),
            hash: it.hash,
            former: None,
        });
        let member = Member { person: self.me, role: Role::Owner };
        let offers = offers.collect();
        self.room().accept(member, offers, NOW_MS);
    }

    fn other_acts(&mut self) {
        let head = self.room().board.clone();
        let replica = self.other;
        let end = self.room().ends.get(&replica).copied().unwrap_or_default();
        let mut signer = Signer { replica, rseq: end.rseq, prev: end.hash };
        let writes = self.some_writes(&head);
        let act =
            Act { author: self.me, intent: "edit", group: GroupId(self.fresh.uuid()), id: None };
        let mut other = SharedBoard::new(head, Vec::new(), Settled::default(), 0);
        let queued = other.queue(&mut signer, &act, writes, &mut self.fresh).unwrap();
        self.accept(queued.waiting);
    }

    /// A copy of the folder signs with our name, and is first.
    fn copy_acts(&mut self) {
        let kept = std::mem::replace(&mut self.other, self.disk.replica);
        self.other_acts();
        self.other = kept;
    }

    fn connect(&mut self) {
        self.hang_up();
        self.session = Some(Session::default());
        let rows = &self.disk.boards[&self.board];
        let head = rows.head.position;
        let locator = locator_seqs(head.seq, rows.floor).into_iter().filter_map(|seq| match seq {
            _ if seq == head.seq => Some(head),
            _ => rows.log.get(&seq).map(|(it, _)| it.position()),
        });
        let follow = self.following.follow(locator.collect());
        self.say(follow);
    }

    fn say(&mut self, message: FromClient) {
        let Some(session) = &mut self.session else { return };
        let answers = self.server.hear(session, self.me, message, NOW_MS);
        for answer in answers {
            let FromServer::Board(_, news) = answer else { continue };
            // What is on its way dies with the socket.
            if self.session.is_some() {
                self.hear(news);
            }
        }
    }

    fn hear(&mut self, news: BoardNews) {
        let needs_past = self.following.needs_past(&news);
        let past = needs_past.then(|| self.disk.boards[&self.board].past());
        let fresh = ReplicaId(self.fresh.uuid());
        let near = Near { replica: self.disk.replica, fresh, past };
        let outcome = self.following.receive(&mut self.shared, near, news).unwrap();
        self.save(outcome.rows);
        // An end that dies here and there says nothing more.
        if self.rng.gen_bool(0.05) {
            return self.start_again();
        }
        for message in outcome.say {
            self.say(message);
        }
    }

    fn talk(&mut self) {
        let Some(session) = &mut self.session else { return };
        let cursor = session.cursors.get(&self.board).copied();
        let room = &self.server.rooms[&self.board];
        if let Some(cursor) = cursor.filter(|it| it.seq < room.head().seq) {
            let changes = room.changes(cursor, 3);
            let end = changes.changes.last().unwrap().0.position();
            session.cursors.insert(self.board, end);
            self.hear(BoardNews::Changes(changes));
        }
        if let Some(push) = self.following.push(&self.shared) {
            self.say(push);
        }
    }

    fn hang_up(&mut self) {
        if self.session.take().is_some() {
            let rows = self.following.end(&mut self.shared);
            self.shared.show();
            self.save(rows);
        }
    }

    /// The process ends, and another one reads everything from the disk.
    fn start_again(&mut self) {
        self.session = None;
        let rows = &self.disk.boards[&self.board];
        self.shared = rows.load(self.board);
        let here = |(offer, parts): &(SnapshotOffer, Vec<Vec<u8>>)| {
            (offer.clone(), u32::try_from(parts.len()).unwrap())
        };
        self.following = Following::new(self.board, rows.staged.as_ref().map(here));
    }

    fn set_back(&mut self) {
        if let Some(earlier) = self.earlier.take() {
            self.hang_up();
            self.server = earlier;
            let epoch = ReplicaId(self.fresh.uuid());
            self.room().board.head.position.epoch = epoch;
        }
    }

    fn compact(&mut self) {
        let head = self.room().head().seq;
        self.room().floor = head;
        self.earlier = None;
    }

    fn change_role(&mut self) {
        let role = if self.rng.r#gen() { Role::Viewer } else { Role::Owner };
        let me = self.me;
        self.room().members.insert(me, role);
    }
}

fn kind(row: &Row) -> &'static str {
    match row {
        Row::Log { .. } => "Log",
        Row::Restamp(_) => "Restamp",
        Row::Unlog { .. } => "Unlog",
        Row::Queue(_) => "Queue",
        Row::Unqueue { .. } => "Unqueue",
        Row::Keep { .. } => "Keep",
        Row::Unkeep { .. } => "Unkeep",
        Row::Refuse { .. } => "Refuse",
        Row::Things(_) => "Things",
        Row::AllThings => "AllThings",
        Row::Head => "Head",
        Row::Floor(_) => "Floor",
        Row::Signer(_) => "Signer",
        Row::Replica(_) => "Replica",
        Row::Renamed { .. } => "Renamed",
        Row::Stage(_) => "Stage",
        Row::StagePart { .. } => "StagePart",
        Row::Unstage => "Unstage",
    }
}

#[tokio::test]
async fn each_of_ten_thousand_steps_leaves_the_same_rows_in_memory_and_on_disk() {
    let mut script = Script::new(1);
    let mut stage = Stage::new(&script).await;
    for round in 1..=STEPS / STEPS_TOGETHER {
        stage.steps(&mut script, STEPS_TOGETHER).await;
        if round % 20 == 0 {
            stage.compare_all(&script).await;
        }
        if round % 6 == 0 {
            stage.detach(&script).await;
        }
    }
    let kinds = [
        "AllThings",
        "Floor",
        "Head",
        "Keep",
        "Log",
        "Queue",
        "Refuse",
        "Renamed",
        "Replica",
        "Signer",
        "Stage",
        "StagePart",
        "Things",
        "Unkeep",
        "Unlog",
        "Unqueue",
        "Unstage",
    ];
    let seen: Vec<&str> = script.seen.iter().copied().collect();
    assert_eq!(seen, kinds, "every kind of row was stored");
    stage.end(&script).await;
}
