//! One script of random steps on the storage of the storm, in memory, and on SQLite: they hold the same rows, so
//! that what the storm proves is what ships.

use super::{
    authority::{Authority, Room, Session},
    disk::{BoardRows, Disk, Holder},
};
use crate::{
    detaching::copy,
    storing::{refused_name, staged, store_rows},
};
use domain::{
    board::Board,
    change::{Write, sign},
    detach::FOUNDING,
    fresh::Fresh,
    id::*,
    key::OrderKey,
    log::{Act, Signer},
    register::{Field, Kind, Slot},
    shared::{Settled, SharedBoard, Waiting},
    stamp::ChangeId,
    value::Value,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use store::{Folder, Opening, Store, account, boards, reading, sharing};
use sync::{
    acceptance::{Member, Offer},
    following::{Following, Near, locator_seqs},
    message::*,
    rows::Row,
    sharing::{Promise, open},
};
use uuid::Uuid;

const STEPS: usize = 10_000;
/// So many steps share a transaction; then what is on disk is compared.
const STEPS_TOGETHER: usize = 50;
/// Of a log that is not read whole.
const LOG_TAIL: u64 = 50;
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
    /// What the steps did, in order, with the board as it was then: for the other storage.
    rows: Vec<(SharedBoard, Vec<Row>)>,
    seen: BTreeSet<&'static str>,
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
            rows: Vec::new(),
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
        self.rows.push((self.shared.clone(), rows));
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
        let mut rows: Vec<Row> = queued.waiting.into_iter().map(Row::Queue).collect();
        rows.push(Row::Signer(signer));
        self.save(rows);
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

/// What is on disk in both, table by table; of what grows for ever its end alone, unless `whole`.
async fn compare(script: &Script, store: &mut Store, whole: bool) {
    let connection = store.connection();
    let id = script.board;
    let rows = &script.disk.boards[&id];
    let held = boards::load(connection, id).await.unwrap().unwrap();
    let shared = held.shared().unwrap();
    assert_eq!(held.numbered().head, rows.head);
    let things: BTreeMap<_, _> =
        held.numbered().entities().map(|(id, it)| (id, it.clone())).collect();
    assert_eq!(things, rows.things);
    assert_eq!((shared.share.settled, shared.share.floor), (rows.settled, rows.floor));
    let after = if whole { 0 } else { rows.head.position.seq.saturating_sub(LOG_TAIL) };
    let log = boards::read_lines_after(connection, id, after, u32::MAX).await.unwrap();
    assert_eq!(log, rows.log.range(after + 1..).map(|(_, it)| it.clone()).collect::<Vec<_>>());
    let outbox = sharing::outbox(connection, id).await.unwrap();
    assert_eq!(outbox, rows.outbox.values().cloned().collect::<Vec<_>>());
    if whole {
        compare_what_left(rows, store, id).await;
    }
    let connection = store.connection();
    for (replica, signer) in &rows.signers {
        assert_eq!(boards::signer(connection, id, *replica).await.unwrap(), *signer);
    }
    assert_eq!(Store::replica(connection).await.unwrap(), script.disk.replica);
    let here = staged(connection, id).await.unwrap();
    let parts = sharing::staged_parts(connection, id).await.unwrap();
    let here = here.map(|(offer, count)| {
        assert_eq!(count as usize, parts.len());
        (offer, parts)
    });
    assert_eq!(here, rows.staged);
    // And what it comes to.
    let memory = rows.load(id);
    let shows = |board: &Board| {
        let all = board.entities().map(|(id, it)| (id, it.clone()));
        (board.head, all.collect::<BTreeMap<_, _>>())
    };
    assert_eq!(shows(held.board()), shows(memory.shown()));
    assert_eq!(shared.board.latest(), memory.latest());
}

/// A copy that belongs to the folder alone, made and taken back: it is the board as it shows, and its log is one that
/// any server takes over. Whether it has changes that stand for a log that was never here, and whether something waited
/// under a name that was taken.
async fn detach(script: &Script, store: &mut Store) -> (bool, bool) {
    let mut transaction = store.begin().await.unwrap();
    let held = boards::load(&mut transaction, script.board).await.unwrap().unwrap();
    let shared = held.shared().unwrap().clone();
    if shared.board.shown().things() == 0 {
        return (false, false);
    }
    let shared_before = shared.board.clone();
    let log_before = boards::read_after(&mut transaction, script.board, 0, u32::MAX).await.unwrap();
    let copy = copy(&mut transaction, shared, held.me).await.unwrap().board().id;
    let detached = boards::load(&mut transaction, copy).await.unwrap().unwrap();
    let things = |board: &Board| {
        let all = board.entities().map(|(id, it)| (id, it.clone()));
        all.collect::<BTreeMap<_, _>>()
    };
    let numbered = shared_before.numbered();
    let logged = log_before.iter().map(|numbered| numbered.change.id());
    let winners = numbered.entities().flat_map(|(_, it)| it.registers()).map(|it| it.winner());
    let taken: BTreeSet<ChangeId> = logged.chain(winners).collect();
    // What waits under a name that is taken gets another one, or was numbered already.
    let clashes = shared_before.outbox().any(|waiting| taken.contains(&waiting.change.id()));
    if !clashes {
        assert_eq!(things(detached.numbered()), things(held.board()));
    }
    let (head, person) = (detached.numbered().head, held.me);
    let log = boards::read_after(&mut transaction, copy, 0, u32::MAX).await.unwrap();
    let founding = log.iter().any(|numbered| numbered.change.intent == FOUNDING);
    for numbered in &log {
        let (body, hash) = sign(&numbered.change).unwrap();
        assert_eq!((&body, hash, numbered.change.board), (&numbered.body, numbered.hash, copy));
    }
    let digest = head.digest.to_be_bytes();
    open(&Promise { board: copy, head: head.position, digest, person }, log, NOW_MS).unwrap();
    transaction.rollback().await.unwrap();
    (founding, clashes)
}

/// What left the outbox, but not for the log.
async fn compare_what_left(rows: &BoardRows, store: &mut Store, id: BoardId) {
    let connection = store.connection();
    let kept = sharing::kept(connection, id).await.unwrap();
    // What was kept has its place in its own columns.
    let plain = |it: &Arc<Waiting>| Waiting { former: None, ..Waiting::clone(it) };
    let wanted = rows.kept.values().map(|(it, seq, cstamp)| (plain(it), *seq, *cstamp));
    assert_eq!(kept, wanted.collect::<Vec<_>>());
    let tray = sharing::tray(connection, id).await.unwrap();
    let tray: Vec<_> = tray.into_iter().map(|it| (it.waiting, it.why)).collect();
    let wanted = rows.refused.values().map(|(it, why)| (plain(it), refused_name(*why).to_owned()));
    assert_eq!(tray, wanted.collect::<Vec<_>>());
}

#[tokio::test]
async fn ten_thousand_steps_leave_the_same_rows_in_memory_and_on_disk() {
    let root = tempfile::tempdir().unwrap();
    let opening = Opening { thorough: false, checkpoints: true };
    let mut store = Store::open(&Folder::prepare(root.path()).unwrap(), opening).await.unwrap();
    let mut script = Script::new(1);
    let connection = store.connection();
    let server = sharing::sign_in(connection, "http://127.0.0.1:1", "ada").await.unwrap();
    let empty = Board::new(script.board, ReplicaId(Uuid::nil()));
    boards::begin_board(connection, &empty, script.me).await.unwrap();
    sharing::share(connection, script.board, server, account::Role::Owner).await.unwrap();
    Store::put_replica(connection, script.disk.replica).await.unwrap();
    let mut copies = BTreeSet::new();
    for transactions in 1..=STEPS / STEPS_TOGETHER {
        let mut transaction = store.begin().await.unwrap();
        for _ in 0..STEPS_TOGETHER {
            script.step();
            for (shared, rows) in std::mem::take(&mut script.rows) {
                store_rows(&mut transaction, &shared, &rows).await.unwrap();
            }
        }
        store::commit(transaction).await.unwrap();
        compare(&script, &mut store, transactions % 20 == 0).await;
        if transactions % 6 == 0 {
            copies.insert(detach(&script, &mut store).await);
        }
    }
    let seen = |wanted: fn(&(bool, bool)) -> bool| copies.iter().any(wanted);
    assert!(
        seen(|it| it.0) && seen(|it| !it.0),
        "copies of logs that were whole, and that were not"
    );
    assert!(seen(|it| it.1) && seen(|it| !it.1), "and with names that were taken, and without");
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
    let seen: Vec<&str> = script.seen.into_iter().collect();
    assert_eq!(seen, kinds, "every kind of row was stored");
    let held = boards::load(store.connection(), script.board).await.unwrap().unwrap();
    reading::rebuild(store.connection(), held.board(), held.me).await.unwrap();
    assert_eq!(store.check().await.unwrap(), [""; 0]);
}
