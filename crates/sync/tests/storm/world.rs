//! The storm: clients, a server, sockets and clocks, driven by a seed. The same seed is the same history.

use crate::{
    authority::{Authority, Room},
    client::{Client, Register},
    disk::{BoardRows, Disk, Holder},
    merging,
};
use domain::{
    board::Board,
    change::{Numbered, Write},
    document::*,
    fresh::Fresh,
    id::*,
    import::import,
    log::{Act as Signed, Signer, record},
    merge::{MERGE, Merge},
    shared::Waiting,
    stamp::{ChangeId, Rank},
    versions::is_version,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use sync::{frame, message::*, rows::Row};
use uuid::Uuid;

pub const YEAR_MS: i64 = 365 * 86_400_000;
const STEPS: usize = 160;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Disconnect,
    Crash,
    CrashHearing,
    ServerCrash,
    Clock,
    ServerClock,
    Copy,
    Restore,
    Rollback,
    RollbackUnseen,
    Compact,
    Role,
    Share,
    Abandon,
}

pub const FAULTS: [Fault; 14] = [
    Fault::Disconnect,
    Fault::Crash,
    Fault::CrashHearing,
    Fault::ServerCrash,
    Fault::Clock,
    Fault::ServerClock,
    Fault::Copy,
    Fault::Restore,
    Fault::Rollback,
    Fault::RollbackUnseen,
    Fault::Compact,
    Fault::Role,
    Fault::Share,
    Fault::Abandon,
];

/// What is known of an act, to judge what became of it.
pub struct Act {
    pub t: u64,
    pub client: usize,
    /// For each register: the act whose write it replaces weakly.
    pub writes: BTreeMap<Register, Option<ActId>>,
    /// Who held the registers before.
    pub saw: BTreeMap<Register, ActId>,
    /// What the same person did to them before.
    pub own_before: BTreeMap<Register, Vec<ActId>>,
    /// All that held anything on the board then.
    pub known: BTreeSet<ActId>,
    /// Its clock was right.
    pub good: bool,
    pub refused: bool,
}

/// What a client had before it when it acted.
struct Before {
    saw: BTreeMap<Register, ActId>,
    replaced: BTreeMap<Register, ActId>,
    known: BTreeSet<ActId>,
    good: bool,
}

pub struct World {
    pub rng: StdRng,
    pub now_ms: u64,
    pub skew_ms: i64,
    pub server_clock_was_wrong: bool,
    pub faults: BTreeSet<Fault>,
    pub happened: BTreeMap<Fault, u32>,
    pub server: Authority,
    backup: Option<Authority>,
    own_board: Option<BoardId>,
    pub clients: Vec<Client>,
    pub acts: BTreeMap<ActId, Act>,
    /// What the server numbered, and under which id.
    names: BTreeMap<ChangeId, ActId>,
    /// Acts whose canonical stamp was lost with the server's log, before their author heard of it: they come
    /// back with the stamp of another time, which nobody can know.
    pub unheard: BTreeSet<ActId>,
    /// Acts that a person took back by restoring an older copy of the data folder.
    pub given_up: BTreeSet<ActId>,
    pub wrong: BTreeMap<&'static str, String>,
    pub merges: usize,
    pub trace: Option<Vec<String>>,
}

impl World {
    pub fn new(seed: u64, faults: &[Fault], traced: bool) -> World {
        let rng = StdRng::seed_from_u64(seed);
        let now_ms = 10 * YEAR_MS as u64;
        let mut world = World {
            rng,
            now_ms,
            skew_ms: 0,
            server_clock_was_wrong: false,
            faults: faults.iter().copied().collect(),
            happened: BTreeMap::new(),
            server: Authority::default(),
            backup: None,
            own_board: None,
            clients: Vec::new(),
            acts: BTreeMap::new(),
            names: BTreeMap::new(),
            unheard: BTreeSet::new(),
            given_up: BTreeSet::new(),
            wrong: BTreeMap::new(),
            merges: 0,
            trace: traced.then(Vec::new),
        };
        let mut fresh = world.fresh(now_ms);
        let people: Vec<PersonId> = (0..3).map(|_| PersonId(fresh.uuid())).collect();
        for _ in 0..2 {
            let (board, log) = world.board(&people, &mut fresh);
            let id = board.id;
            let mut room = Room::of(board, log);
            room.members = people.iter().map(|person| (*person, Role::Owner)).collect();
            world.server.rooms.insert(id, room);
        }
        world.server.people.clone_from(&people);
        for (name, person) in people.into_iter().enumerate() {
            let replica = ReplicaId(fresh.uuid());
            let boards = world
                .server
                .rooms
                .iter()
                .map(|(id, room)| (*id, BoardRows::new(room.head().epoch, Holder::Server)));
            let disk = Disk { replica, boards: boards.collect() };
            world.clients.push(Client::new(name, person, disk));
        }
        if world.faults.contains(&Fault::Share) {
            world.add_own_board(&mut fresh);
        }
        world
    }

    /// A board of the first client's own.
    fn add_own_board(&mut self, fresh: &mut Fresh) {
        let (board, log) = self.board(&[self.clients[0].person], fresh);
        let mut rows = BoardRows::new(board.head.position.epoch, Holder::Own);
        rows.head = board.head;
        rows.things = board.entities().map(|(id, entity)| (id, entity.clone())).collect();
        for numbered in log {
            rows.settled.line += 1;
            rows.settled.latest.see(numbered.cstamp);
            rows.log.insert(numbered.seq, (numbered, Some(rows.settled.line)));
        }
        self.own_board = Some(board.id);
        let client = &mut self.clients[0];
        client.disk.boards.insert(board.id, rows);
        client.start();
    }

    /// Once a board is shared, all have it: the server says so.
    fn join(&mut self) {
        let Some(id) = self.own_board else { return };
        let Some(room) = self.server.rooms.get(&id) else { return };
        let epoch = room.head().epoch;
        for client in &mut self.clients {
            match client.disk.boards.get(&id).map(|rows| rows.holder) {
                None => {
                    client.disk.boards.insert(id, BoardRows::new(epoch, Holder::Server));
                    client.start();
                }
                Some(Holder::Server) if client.gone.contains(&id) => client.follow(id),
                Some(_) => {}
            }
        }
    }

    /// Ids and chance that the seed decides.
    fn fresh(&mut self, now_ms: u64) -> Fresh {
        Fresh::new(self.rng.r#gen(), now_ms)
    }

    fn board(&mut self, people: &[PersonId], fresh: &mut Fresh) -> (Board, Vec<Numbered>) {
        let column = |title: &str, cards: &[&str]| ColumnDocument {
            title: title.to_owned(),
            cards: cards
                .iter()
                .map(|title| CardDocument {
                    title: (*title).to_owned(),
                    description: "a\n\nb\n\nc\n\nd".to_owned(),
                    ..CardDocument::default()
                })
                .collect(),
            ..ColumnDocument::default()
        };
        let document = BoardDocument {
            title: "board".to_owned(),
            columns: vec![column("a", &["x", "y", "z"]), column("b", &[]), column("c", &[])],
            labels: vec![LabelDocument { id: "l".to_owned(), ..LabelDocument::default() }],
            ..BoardDocument::default()
        };
        let made = import(&document, "", |_| true, fresh);
        let mut board = Board::new(made.board, ReplicaId(fresh.uuid()));
        let replica = ReplicaId(fresh.uuid());
        let mut signer = Signer { replica, rseq: 0, prev: domain::change::Hash::default() };
        let group = GroupId(fresh.uuid());
        let act = Signed { author: people[0], intent: "createBoard", group, id: None };
        let log = record(&mut board, &mut signer, &act, made.writes, fresh).unwrap().changes;
        for numbered in &log {
            self.names.insert(numbered.change.id(), numbered.change.act);
        }
        (board, log)
    }

    fn say(&mut self, line: impl FnOnce() -> String) {
        let t = (self.now_ms - 10 * YEAR_MS as u64) as f64 / 1000.0;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("t+{t:<9.1} {}", line()));
        }
    }

    pub fn found(&mut self, what: &'static str, detail: impl FnOnce() -> String) {
        let detail = detail();
        self.say(|| format!("!! {what}: {detail}"));
        self.wrong.entry(what).or_insert(detail);
    }

    pub fn server_ms(&self) -> u64 {
        self.now_ms.saturating_add_signed(self.skew_ms)
    }

    pub fn run(&mut self) {
        for _ in 0..STEPS {
            self.step();
        }
        self.heal();
        self.judge();
    }

    fn step(&mut self) {
        self.now_ms +=
            *[5, 200, 1000, 5000, 20_000, 60_000, 300_000].choose(&mut self.rng).unwrap();
        let at = self.rng.gen_range(0..self.clients.len());
        match self.rng.gen_range(0..100) {
            0..=24 => self.act(at),
            25..=39 => self.clients[at].push(),
            40..=59 => self.server_hears(at),
            60..=81 => self.client_hears(at, None),
            82..=89 => self.connect(at),
            _ => self.fault(at),
        }
        self.check_each();
    }

    /// The act of a change that shows at a client: one that waits there, or a numbered one. A copied replica
    /// has ids that another has too.
    pub fn act_of(&self, client: &Client, board: BoardId, id: ChangeId) -> Option<ActId> {
        let waits = client.open[&board].outbox().find(|it| it.change.id() == id);
        let waits = waits.map(|it| it.change.act);
        waits.or_else(|| self.names.get(&id).copied()).or_else(|| {
            let log = &client.disk.boards[&board].log;
            log.values().find(|it| it.0.change.id() == id).map(|it| it.0.change.act)
        })
    }

    fn connect(&mut self, at: usize) {
        let (server_ms, now_ms) = (self.server_ms(), self.now_ms);
        if self.clients[at].socket.is_none() {
            self.clients[at].connect(server_ms, now_ms);
        }
    }

    fn act(&mut self, at: usize) {
        let ids: Vec<BoardId> = self.clients[at].open.keys().copied().collect();
        let id = *ids.choose(&mut self.rng).unwrap();
        let wall = self.clients[at].wall_ms(self.now_ms);
        let mut fresh = self.fresh(wall);
        let (verb, writes) = self.clients[at].some_writes(id, &mut self.rng, &mut fresh);
        if !writes.is_empty() {
            self.carry(at, id, verb, writes, None, &mut fresh);
        }
    }

    /// Signs what a client does, and remembers what it had before it.
    fn carry(
        &mut self,
        at: usize,
        id: BoardId,
        verb: &str,
        writes: Vec<Write>,
        act: Option<ActId>,
        fresh: &mut Fresh,
    ) {
        let client = &self.clients[at];
        let wall = client.wall_ms(self.now_ms);
        let shown = client.open[&id].shown();
        let saw: BTreeMap<Register, ActId> = writes
            .iter()
            .filter_map(|it| {
                let register = shown.winner(it.entity, &it.slot)?;
                let act = self.act_of(client, id, register.winner())?;
                Some(((it.entity, it.slot.clone()), act))
            })
            .collect();
        let replaced: BTreeMap<Register, ActId> = writes
            .iter()
            .filter_map(|it| {
                let act = self.act_of(client, id, it.replaces?)?;
                Some(((it.entity, it.slot.clone()), act))
            })
            .collect();
        let known = shown
            .entities()
            .flat_map(|(_, entity)| entity.registers())
            .filter_map(|register| self.act_of(client, id, register.winner()))
            .collect();
        let pending_good = client.open[&id]
            .outbox()
            .all(|it| self.acts.get(&it.change.act).is_none_or(|act| act.good));
        let good = wall.abs_diff(self.now_ms) < 2000 && pending_good;
        let before = Before { saw, replaced, known, good };
        let client = &mut self.clients[at];
        for waiting in client.act(id, verb, writes, act, fresh) {
            let act = self.describe(at, id, &waiting, &before);
            let line = || format!("{at} {verb} {} {:?}", waiting.change.act, waiting.change.stamp);
            self.say(line);
            self.acts.insert(waiting.change.act, act);
        }
    }

    fn describe(&mut self, at: usize, id: BoardId, waiting: &Arc<Waiting>, before: &Before) -> Act {
        let mut act = Act {
            t: self.now_ms,
            client: at,
            writes: BTreeMap::new(),
            saw: before.saw.clone(),
            own_before: BTreeMap::new(),
            known: before.known.clone(),
            // A board of one's own that a wrong clock wrote to stamps above that until it is shared.
            good: before.good
                && (self.clients[at].disk.boards[&id].holder != Holder::Own
                    || waiting.change.stamp.ms.abs_diff(self.now_ms) < 2000),
            refused: false,
        };
        for write in &waiting.change.writes {
            let register = (write.entity, write.slot.clone());
            let own = self.clients[at].own.entry((id, register.clone())).or_default();
            act.own_before.insert(register.clone(), own.clone());
            own.push(waiting.change.act);
            let replaced = before.replaced.get(&register).copied();
            act.writes.insert(register, replaced);
        }
        act
    }

    fn server_hears(&mut self, at: usize) {
        let now_ms = self.server_ms();
        let client = &mut self.clients[at];
        let Some(socket) = &mut client.socket else { return };
        if let Some(bytes) = socket.to_server.pop_front() {
            let message: FromClient = frame::read(&bytes).unwrap();
            for said in self.server.hear(&mut socket.session, client.person, message, now_ms) {
                socket.to_client.push_back(frame::write(&said).unwrap());
            }
        }
        for said in self.server.go_on(&mut socket.session, &mut self.rng) {
            socket.to_client.push_back(frame::write(&said).unwrap());
        }
        self.join();
        for numbered in self.server.rooms.values().flat_map(|room| room.log.iter().rev().take(50)) {
            self.names.insert(numbered.change.id(), numbered.change.act);
        }
    }

    fn client_hears(&mut self, at: usize, dies: Option<bool>) {
        let now_ms = self.now_ms;
        let client = &mut self.clients[at];
        let Some(socket) = &mut client.socket else { return };
        let Some(bytes) = socket.to_client.pop_front() else { return };
        let mut fresh = Fresh::new(self.rng.r#gen(), now_ms);
        let message: FromServer = frame::read(&bytes).unwrap();
        let told = self.trace.is_some().then(|| brief(&message));
        let heard = client.hear(message, &mut fresh, dies);
        if let Some(told) = told {
            self.say(|| format!("{at} hears {told} dies {dies:?}"));
        }
        for row in &heard.rows {
            if let Row::Refuse { waiting, .. } = row
                && let Some(act) = self.acts.get_mut(&waiting.change.act)
            {
                act.refused = true;
            }
        }
        let said = |row: &Row| match row {
            Row::Log { numbered, .. } => numbered.change.writes.iter().any(is_version),
            row => matches!(row, Row::AllThings),
        };
        if dies.is_none() && heard.rows.iter().any(said) {
            self.merge(at);
        }
        if heard.mismatch {
            self.found("I6: the digests differ at one position", || format!("client {at}"));
        }
    }

    /// A client makes one of what stands apart, where it can.
    fn merge(&mut self, at: usize) {
        let ids: Vec<BoardId> = self.clients[at].open.keys().copied().collect();
        for id in ids {
            while let Some(Merge { act, write }) = merging::next(&self.clients[at], id) {
                let mut fresh = self.fresh(self.clients[at].wall_ms(self.now_ms));
                self.carry(at, id, MERGE, vec![write], Some(act), &mut fresh);
            }
        }
    }

    fn fault(&mut self, at: usize) {
        let all: Vec<Fault> = self.faults.iter().copied().collect();
        let Some(fault) = all.choose(&mut self.rng).copied() else { return };
        if self.carry_out(fault, at) {
            self.say(|| format!("-- {fault:?} at {at}"));
            *self.happened.entry(fault).or_default() += 1;
        }
    }

    fn drop_sockets(&mut self) {
        for client in &mut self.clients {
            client.socket = None;
        }
    }

    fn carry_out(&mut self, fault: Fault, at: usize) -> bool {
        match fault {
            Fault::Disconnect => return self.clients[at].socket.take().is_some(),
            Fault::Crash => self.clients[at].start(),
            Fault::CrashHearing => {
                let waits = self.clients[at].socket.as_ref();
                if waits.is_none_or(|socket| socket.to_client.is_empty()) {
                    return false;
                }
                let stored = self.rng.r#gen();
                self.client_hears(at, Some(stored));
            }
            Fault::ServerCrash => {
                self.drop_sockets();
                self.server.offered.clear();
            }
            Fault::Clock => {
                let off = [0, 0, -YEAR_MS, YEAR_MS, -300_000, 61_000, 59_000, YEAR_MS];
                self.clients[at].skew_ms = *off.choose(&mut self.rng).unwrap();
            }
            Fault::ServerClock => {
                self.skew_ms =
                    *[0, 0, -3_600_000, YEAR_MS, -300_000].choose(&mut self.rng).unwrap();
                self.server_clock_was_wrong = true;
            }
            Fault::Copy => return self.copy(at),
            Fault::Restore => return self.restore(at),
            Fault::Rollback | Fault::RollbackUnseen => return self.roll_back(fault),
            Fault::Compact => {
                let ids: Vec<BoardId> = self.server.rooms.keys().copied().collect();
                let room = self.server.rooms.get_mut(ids.choose(&mut self.rng).unwrap()).unwrap();
                room.floor = self.rng.gen_range(room.floor..=room.head().seq);
            }
            Fault::Share | Fault::Abandon => return self.share(fault, at),
            Fault::Role => {
                let person = self.clients[at].person;
                let ids: Vec<BoardId> = self.server.rooms.keys().copied().collect();
                let room = self.server.rooms.get_mut(ids.choose(&mut self.rng).unwrap()).unwrap();
                let role = room.members.get_mut(&person).unwrap();
                *role = if *role == Role::Owner { Role::Viewer } else { Role::Owner };
            }
        }
        true
    }

    fn share(&mut self, fault: Fault, at: usize) -> bool {
        let Some(id) = self.own_board else { return false };
        let now_ms = self.now_ms;
        let client = &mut self.clients[at];
        // The server's clock is known once it was met.
        if fault == Fault::Share && client.socket.is_none() {
            return false;
        }
        let Some(rows) = client.disk.boards.get(&id) else { return false };
        match (fault, rows.holder) {
            (Fault::Share, Holder::Own) => client.promise(id, now_ms),
            (Fault::Abandon, Holder::Sharing) => client.abandon(id),
            _ => return false,
        }
        true
    }

    fn copy(&mut self, at: usize) -> bool {
        if self.clients.len() >= 6 {
            return false;
        }
        let name = self.clients.len();
        let saved = self.clients[at].save();
        let mut copy = Client::new(name, self.clients[at].person, saved.disk.clone());
        copy.load(saved);
        copy.skew_ms = self.clients[at].skew_ms;
        self.clients.push(copy);
        true
    }

    fn restore(&mut self, at: usize) -> bool {
        let Some(saved) = self.clients[at].backup.clone().filter(|_| self.rng.r#gen()) else {
            self.clients[at].backup = Some(self.clients[at].save());
            return false;
        };
        let had = held(&self.clients[at].disk);
        self.clients[at].load(saved);
        let has = held(&self.clients[at].disk);
        self.given_up.extend(had.difference(&has));
        true
    }

    fn roll_back(&mut self, fault: Fault) -> bool {
        let Some(backup) = self.backup.clone().filter(|_| self.rng.gen_bool(0.6)) else {
            self.backup = Some(self.server.clone());
            return false;
        };
        for (id, room) in &self.server.rooms {
            let heard: BTreeSet<ActId> = self
                .clients
                .iter()
                .flat_map(|client| {
                    let Some(rows) = client.disk.boards.get(id) else { return Vec::new() };
                    let log =
                        rows.log.values().filter(|it| it.1.is_some()).map(|it| it.0.change.act);
                    let former = rows.outbox.values().filter(|it| it.former.is_some());
                    let kept = rows.kept.values().map(|it| it.0.change.act);
                    log.chain(former.map(|it| it.change.act)).chain(kept).collect::<Vec<_>>()
                })
                .collect();
            let stays = backup.rooms.get(id).map_or(0, |room| room.log.len());
            let gone = room.log.iter().skip(stays).map(|it| it.change.act);
            self.unheard.extend(gone.filter(|act| !heard.contains(act)));
        }
        let roles: BTreeMap<BoardId, BTreeMap<PersonId, Role>> =
            self.server.rooms.iter().map(|(id, room)| (*id, room.members.clone())).collect();
        self.server = backup;
        self.server.offered.clear();
        for (id, room) in &mut self.server.rooms {
            if let Some(members) = roles.get(id) {
                room.members.clone_from(members);
            }
            if fault == Fault::Rollback {
                room.board.head.position.epoch = ReplicaId(Uuid::from_u128(self.rng.r#gen()));
            }
        }
        self.drop_sockets();
        true
    }

    /// The faults stop: now everything must come together.
    fn heal(&mut self) {
        self.say(|| "--- heal".into());
        for room in self.server.rooms.values_mut() {
            room.members.values_mut().for_each(|role| *role = Role::Owner);
        }
        for _ in 0..60 {
            self.now_ms += 500;
            for at in 0..self.clients.len() {
                self.connect(at);
                let now_ms = self.now_ms;
                let client = &mut self.clients[at];
                let own = client.disk.boards.iter().find(|(_, it)| it.holder == Holder::Own);
                if let Some(id) = own.map(|(id, _)| *id) {
                    client.promise(id, now_ms);
                }
            }
            for _ in 0..40 {
                for at in 0..self.clients.len() {
                    self.clients[at].push();
                    self.server_hears(at);
                    self.client_hears(at, None);
                }
            }
            // A process that ended between hearing and merging does it when it hears the next word.
            for at in 0..self.clients.len() {
                self.merge(at);
            }
            self.check_each();
            if self.quiet() {
                return;
            }
        }
        self.found("I10: it never comes to rest", String::new);
    }

    fn quiet(&self) -> bool {
        self.clients.iter().all(|client| {
            client.open.iter().all(|(id, shared)| {
                let Some(room) = self.server.rooms.get(id) else { return false };
                shared.outbox().next().is_none()
                    && shared.numbered().head.position.seq == room.head().seq
                    && client.disk.boards[id].holder == Holder::Server
            })
        })
    }

    /// The ranks that the acts' writes have in the log.
    pub fn ranks(&self, id: BoardId) -> BTreeMap<Register, Vec<(ActId, Rank)>> {
        let mut ranks = BTreeMap::<Register, Vec<(ActId, Rank)>>::new();
        for numbered in &self.server.rooms[&id].log {
            for (write, rank) in numbered.ranked_writes() {
                let register = (write.entity, write.slot.clone());
                ranks.entry(register).or_default().push((numbered.change.act, rank));
            }
        }
        ranks
    }
}

fn held(disk: &Disk) -> BTreeSet<ActId> {
    let of = |rows: &BoardRows| -> Vec<ActId> {
        let waiting = rows.outbox.values().map(|it| it.change.act);
        let kept = rows.kept.values().map(|(it, ..)| it.change.act);
        let log = rows.log.values().map(|(it, _)| it.change.act);
        waiting.chain(kept).chain(log).collect()
    };
    disk.boards.values().flat_map(of).collect()
}

fn brief(message: &FromServer) -> String {
    match message {
        FromServer::Board(id, BoardNews::Changes(it)) => {
            format!(
                "{} changes {}..+{} head {}",
                short(id.0),
                it.from.seq,
                it.changes.len(),
                it.head
            )
        }
        FromServer::Board(id, BoardNews::Part(part)) => {
            format!("{} part {}", short(id.0), part.part)
        }
        FromServer::Board(id, news) => format!("{} {news:?}", short(id.0)),
        other => format!("{other:?}"),
    }
}

fn short(id: Uuid) -> String {
    id.to_string()[24..].to_owned()
}
