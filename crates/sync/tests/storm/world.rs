//! The storm: clients, a server, sockets and clocks, driven by a seed. The same seed is the same history.

use crate::{
    authority::{Authority, Room},
    client::{Client, Register},
    disk::{BoardRows, Disk, Holder},
    faults::Fault,
    merging,
    undoing::Step,
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
    mutants::is_left_out,
    shared::Waiting,
    stamp::{COUNTER_MAX, ChangeId, Latest, Rank},
    undo,
};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use sync::message::*;

pub const YEAR_MS: i64 = 365 * 86_400_000;
const STEPS: usize = 160;

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
    pub backup: Option<Authority>,
    pub own_board: Option<BoardId>,
    /// Who cannot reach the server, and until when.
    pub cut_off: BTreeMap<usize, u64>,
    pub clients: Vec<Client>,
    pub acts: BTreeMap<ActId, Act>,
    /// What the server numbered, and under which id.
    pub names: BTreeMap<ChangeId, ActId>,
    /// Acts whose canonical stamp was lost with the server's log, before their author heard of it: they come
    /// back with the stamp of another time, which nobody can know.
    pub unheard: BTreeSet<ActId>,
    /// Acts that a person took back by restoring an older copy of the data folder.
    pub given_up: BTreeSet<ActId>,
    pub wrong: BTreeMap<&'static str, String>,
    pub merges: usize,
    pub undone: usize,
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
            cut_off: BTreeMap::new(),
            clients: Vec::new(),
            acts: BTreeMap::new(),
            names: BTreeMap::new(),
            unheard: BTreeSet::new(),
            given_up: BTreeSet::new(),
            wrong: BTreeMap::new(),
            merges: 0,
            undone: 0,
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
    pub fn join(&mut self) {
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
        // A counter that is almost full, so that what a late clock stamps carries it.
        board.head.latest = Latest { ms: fresh.now_ms(), counter: COUNTER_MAX - 2 };
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

    pub fn say(&mut self, line: impl FnOnce() -> String) {
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

    pub fn connect(&mut self, at: usize) {
        let (server_ms, now_ms) = (self.server_ms(), self.now_ms);
        if self.clients[at].socket.is_none() && !self.is_cut_off(at) {
            self.clients[at].connect(server_ms, now_ms);
        }
    }

    fn act(&mut self, at: usize) {
        let ids: Vec<BoardId> = self.clients[at].open.keys().copied().collect();
        let id = *ids.choose(&mut self.rng).unwrap();
        let mut wall = self.clients[at].wall_ms(self.now_ms);
        if is_left_out("boards share a clock") {
            let all = self.clients[at].open.values().map(|it| it.latest().ms);
            wall = all.fold(wall, u64::max);
        }
        let mut fresh = self.fresh(wall);
        let (verb, writes) = self.clients[at].some_writes(id, &mut self.rng, &mut fresh);
        if self.rng.gen_bool(0.1) {
            self.undo(at, &mut fresh);
        } else if !writes.is_empty() {
            self.carry(at, id, verb, writes, None, &mut fresh);
        }
    }

    /// Signs what a client does, and remembers what it had before it.
    pub fn carry(
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
        let inverses = undo::inverses(shown, &writes);
        let client = &mut self.clients[at];
        let waiting = client.act(id, verb, writes, act, fresh);
        if let [waiting] = &waiting[..]
            && verb != MERGE
        {
            client.steps.push(Step { board: id, act: waiting.change.act, inverses });
        }
        for waiting in waiting {
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

    /// A client makes one of what stands apart, where it can.
    pub fn merge(&mut self, at: usize) {
        let ids: Vec<BoardId> = self.clients[at].open.keys().copied().collect();
        for id in ids {
            while let Some(Merge { act, write }) = merging::next(&self.clients[at], id) {
                let mut fresh = self.fresh(self.clients[at].wall_ms(self.now_ms));
                self.carry(at, id, MERGE, vec![write], Some(act), &mut fresh);
            }
        }
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
