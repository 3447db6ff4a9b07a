//! A replica in the storm: its disk, the boards that it has in memory, and its end of a connection.

use crate::{
    authority::Session,
    disk::{Disk, Holder},
    undoing::Step,
};
use domain::{
    change::{Hash, Numbered, Write},
    edit::{CardsGo, Edit, Place},
    fresh::Fresh,
    id::*,
    log::{Act, Signer, record},
    register::{Field, Kind, Slot},
    resolve::resolve,
    shared::{SharedBoard, Waiting},
    stamp::ChangeId,
    text::Colour,
    value::Value,
    view,
};
use rand::{Rng, rngs::StdRng, seq::SliceRandom};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};
use sync::{
    following::{Following, Near},
    frame,
    message::*,
    resuming::{Asked, Stand},
    rows::Row,
    sharing::bring_near,
    sharing::{Promise, Standing},
};

pub type Register = (EntityId, Slot);

/// A socket: what was said and did not arrive yet, in order. It dies as a whole.
#[derive(Default)]
pub struct Socket {
    pub to_server: VecDeque<Vec<u8>>,
    pub to_client: VecDeque<Vec<u8>>,
    pub session: Session,
    /// Nothing of it arrives before.
    pub held_until_ms: u64,
}

pub struct Client {
    pub name: usize,
    pub person: PersonId,
    pub disk: Disk,
    pub open: BTreeMap<BoardId, SharedBoard>,
    following: BTreeMap<BoardId, Following>,
    /// Where it said that it stands, until that is answered.
    asked: Option<(Asked, BTreeSet<BoardId>)>,
    /// How often it connected: every third time it resumes, else it follows each board.
    connections: u32,
    /// How many boards went on from where the server vouched that it stands.
    pub resumed: usize,
    pub socket: Option<Socket>,
    /// How far its clock is off, and how far it believes to be off the server's.
    pub skew_ms: i64,
    pub offset_ms: i64,
    /// The server's clock when it was met last, and when that was.
    met: Option<(u64, u64)>,
    pub backup: Option<Saved>,
    /// Boards that the server does not have, or not for this account.
    pub gone: BTreeSet<BoardId>,
    /// The acts of its person on each register, in order.
    pub own: BTreeMap<(BoardId, Register), Vec<ActId>>,
    /// What its person may take back.
    pub steps: Vec<Step>,
}

#[derive(Clone)]
pub struct Saved {
    pub disk: Disk,
    pub own: BTreeMap<(BoardId, Register), Vec<ActId>>,
    pub offset_ms: i64,
}

/// What a message did, for the checks.
#[derive(Default)]
pub struct Heard {
    pub rows: Vec<Row>,
    pub mismatch: bool,
}

impl Client {
    pub fn new(name: usize, person: PersonId, disk: Disk) -> Client {
        let mut client = Client {
            name,
            person,
            disk,
            open: BTreeMap::new(),
            following: BTreeMap::new(),
            asked: None,
            connections: 0,
            resumed: 0,
            socket: None,
            skew_ms: 0,
            offset_ms: 0,
            met: None,
            backup: None,
            gone: BTreeSet::new(),
            own: BTreeMap::new(),
            steps: Vec::new(),
        };
        client.start();
        client
    }

    /// Reads everything from the disk, as a process that starts.
    pub fn start(&mut self) {
        self.socket = None;
        self.asked = None;
        self.open = self.disk.boards.iter().map(|(id, rows)| (*id, rows.load(*id))).collect();
        self.following = self
            .disk
            .boards
            .iter()
            .map(|(id, rows)| {
                let staged = rows.staged.as_ref();
                let staged = staged.map(|(offer, parts)| (offer.clone(), parts.len() as u32));
                (*id, Following::new(*id, staged))
            })
            .collect();
    }

    pub fn save(&self) -> Saved {
        Saved { disk: self.disk.clone(), own: self.own.clone(), offset_ms: self.offset_ms }
    }

    pub fn load(&mut self, saved: Saved) {
        self.disk = saved.disk;
        self.own = saved.own;
        self.offset_ms = saved.offset_ms;
        self.start();
    }

    pub fn wall_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_add_signed(self.skew_ms).saturating_add_signed(self.offset_ms)
    }

    pub fn connect(&mut self, server_ms: u64, now_ms: u64) {
        let wall = now_ms.saturating_add_signed(self.skew_ms);
        self.offset_ms = server_ms as i64 - wall as i64;
        self.met = Some((server_ms, now_ms));
        self.socket = Some(Socket::default());
        self.connections += 1;
        let resumes = self.connections.is_multiple_of(3);
        let mut stands = Vec::new();
        let ids: Vec<BoardId> = self.open.keys().copied().collect();
        for id in ids {
            let shared = self.open.get_mut(&id).unwrap();
            let rows = self.following.get_mut(&id).unwrap().end(shared);
            shared.show();
            self.disk.save(&self.open[&id], &rows);
            match self.disk.boards[&id].holder {
                Holder::Own => {}
                Holder::Sharing => self.promise(id, now_ms),
                Holder::Server if resumes => {
                    stands.push(Stand::of(id, &self.disk.boards[&id].head));
                }
                Holder::Server => self.follow(id),
            }
        }
        let asked_about = stands.iter().map(|stand| stand.board).collect();
        let asked = Asked::about(stands);
        let resume = asked.message(Hash::default());
        self.asked = resumes.then_some((asked, asked_about));
        if resumes {
            self.say(resume);
        }
    }

    fn resumed(&mut self, resumed: &Resumed) {
        let Some((asked, mut elsewhere)) = self.asked.take() else { return };
        for stand in asked.vouched(resumed) {
            let id = stand.board;
            if Stand::of(id, &self.disk.boards[&id].head) == stand {
                self.following.get_mut(&id).unwrap().resume();
                self.gone.remove(&id);
                self.resumed += 1;
                elsewhere.remove(&id);
            }
        }
        elsewhere.into_iter().for_each(|id| self.follow(id));
    }

    pub fn follow(&mut self, id: BoardId) {
        self.gone.remove(&id);
        let locator = self.disk.boards[&id].locator();
        let follow = self.following.get_mut(&id).unwrap().follow(locator);
        self.say(follow);
    }

    /// Hands a board of one's own over, or asks again how that stands.
    pub fn promise(&mut self, id: BoardId, now_ms: u64) {
        if self.disk.boards[&id].holder == Holder::Own {
            self.freeze(id, now_ms);
        }
        self.disk.boards.get_mut(&id).unwrap().holder = Holder::Sharing;
        let head = self.disk.boards[&id].head;
        let (digest, person) = (head.digest.to_be_bytes(), self.person);
        self.say(FromClient::Share(Promise { board: id, head: head.position, digest, person }));
    }

    /// Ends one's own authority. The server's clock is what it said on this connection, and what passed since, by a
    /// clock that nobody sets.
    fn freeze(&mut self, id: BoardId, now_ms: u64) {
        let (server_ms, met_ms) = self.met.expect("a share begins on a connection");
        let now_ms = server_ms + (now_ms - met_ms);
        let rows = &self.disk.boards[&id];
        let log = rows.log.values().map(|(numbered, _)| numbered.clone()).collect();
        let near = bring_near(id, rows.head.position.epoch, log, now_ms).unwrap();
        let Some((board, log)) = near else { return };
        let mut settled = self.open[&id].settled();
        settled.latest = board.head.latest;
        let mut rows: Vec<Row> = log.into_iter().map(|it| Row::Restamp(Box::new(it))).collect();
        rows.extend([Row::AllThings, Row::Head]);
        let shared = SharedBoard::new(board, Vec::new(), settled, settled.line);
        self.open.insert(id, shared);
        self.disk.save(&self.open[&id], &rows);
    }

    pub fn abandon(&mut self, id: BoardId) {
        let head = self.disk.boards[&id].head.position;
        self.say(FromClient::ShareAbandon(id, head));
    }

    fn share_stands(&mut self, id: BoardId, standing: Standing) {
        let rows = self.disk.boards.get_mut(&id).unwrap();
        if rows.holder != Holder::Sharing {
            return;
        }
        match standing {
            Standing::Staged(seq) => {
                let rest = rows.log.range(seq + 1..).take(2);
                let rest = rest.map(|(_, (numbered, _))| NumberedBytes(numbered.clone())).collect();
                let head = rows.head.position;
                self.say(FromClient::ShareLog(id, head, rest));
            }
            Standing::Shared => {
                rows.holder = Holder::Server;
                self.follow(id);
            }
            Standing::Abandoned => {
                rows.holder = Holder::Own;
                let shared = self.open.get_mut(&id).unwrap();
                let mut rows = Vec::new();
                for (numbered, line) in shared.number_all() {
                    rows.push(Row::Log { numbered: Box::new(numbered), line: Some(line) });
                    rows.push(Row::Unqueue { line });
                }
                shared.show();
                rows.extend([Row::AllThings, Row::Head]);
                self.disk.save(&self.open[&id], &rows);
            }
            Standing::Broken => self.promise(id, 0),
            Standing::Taken | Standing::TooLarge => panic!("{standing:?}"),
        }
    }

    fn say(&mut self, message: FromClient) {
        if let Some(socket) = &mut self.socket {
            socket.to_server.push_back(frame::write(&message).unwrap());
        }
    }

    /// Pushes what waits, as far as it may.
    pub fn push(&mut self) {
        if self.socket.is_none() {
            return;
        }
        for id in self.open.keys().copied().collect::<Vec<_>>() {
            let is_asked_about = self.asked.as_ref().is_some_and(|(_, ids)| ids.contains(&id));
            if self.disk.boards[&id].holder != Holder::Server || is_asked_about {
                continue;
            }
            let push = self.following.get_mut(&id).unwrap().push(&self.open[&id]);
            if let Some(push) = push {
                self.say(push);
            }
        }
    }

    /// Takes one message. Where `dies`, the process ends when it has stored what came of it, or before.
    pub fn hear(&mut self, message: FromServer, fresh: &mut Fresh, dies: Option<bool>) -> Heard {
        if let FromServer::Resumed(resumed) = &message {
            match dies {
                None => self.resumed(resumed),
                Some(_) => self.start(),
            }
        }
        let FromServer::Board(id, news) = message else { return Heard::default() };
        if let BoardNews::Share(standing) = news {
            if dies != Some(false) {
                self.share_stands(id, standing);
            }
            if dies.is_some() {
                self.start();
            }
            return Heard::default();
        }
        if news == BoardNews::Gone {
            // The server forgot it with a backup: whoever has the whole log shares it again.
            let rows = &self.disk.boards[&id];
            if rows.holder == Holder::Server && rows.floor == 0 && rows.head.position.seq > 0 {
                self.promise(id, 0);
            }
            self.gone.insert(id);
            return Heard::default();
        }
        let following = self.following.get_mut(&id).unwrap();
        let past = following.needs_past(&news).then(|| self.disk.boards[&id].past());
        let replica = self.disk.replica;
        let near = Near { replica, fresh: ReplicaId(fresh.uuid()), past };
        let shared = self.open.get_mut(&id).unwrap();
        let outcome = following.receive(shared, near, news).unwrap();
        if dies == Some(false) {
            self.start();
            return Heard::default();
        }
        self.disk.save(&self.open[&id], &outcome.rows);
        if dies == Some(true) {
            self.start();
        }
        for message in outcome.say {
            self.say(message);
        }
        Heard { rows: outcome.rows, mismatch: outcome.mismatch.is_some() }
    }

    /// Signs and stores; the changes come back.
    pub fn act(
        &mut self,
        id: BoardId,
        intent: &str,
        writes: Vec<Write>,
        act: Option<ActId>,
        fresh: &mut Fresh,
    ) -> Vec<Arc<Waiting>> {
        let mut signer = self.disk.boards[&id].signer(self.disk.replica);
        let act = Act { author: self.person, intent, group: GroupId(fresh.uuid()), id: act };
        if self.disk.boards[&id].holder == Holder::Own {
            return self.number(id, &act, writes, signer, fresh);
        }
        let shared = self.open.get_mut(&id).unwrap();
        let queued = shared.queue(&mut signer, &act, writes, fresh).unwrap();
        let mut rows: Vec<Row> = queued.waiting.iter().cloned().map(Row::Queue).collect();
        rows.push(Row::Signer(signer));
        self.disk.save(&self.open[&id], &rows);
        let board = self.disk.boards.get_mut(&id).unwrap();
        for waiting in &queued.waiting {
            board.undo.insert(waiting.change.act, waiting.change.id());
        }
        queued.waiting
    }

    /// On a board of one's own.
    fn number(
        &mut self,
        id: BoardId,
        act: &Act,
        writes: Vec<Write>,
        mut signer: Signer,
        fresh: &mut Fresh,
    ) -> Vec<Arc<Waiting>> {
        let mut board = self.open[&id].numbered().clone();
        let recorded = record(&mut board, &mut signer, act, writes, fresh).unwrap();
        let mut settled = self.open[&id].settled();
        let mut rows = Vec::new();
        let mut done = Vec::new();
        for numbered in recorded.changes {
            settled.line += 1;
            settled.latest.see(numbered.cstamp);
            let Numbered { change, body, hash, .. } = numbered.clone();
            done.push(Arc::new(Waiting { line: settled.line, change, body, hash, former: None }));
            rows.push(Row::Log { numbered: Box::new(numbered), line: Some(settled.line) });
        }
        rows.extend([Row::AllThings, Row::Head, Row::Signer(signer)]);
        let shared = SharedBoard::new(board, Vec::new(), settled, settled.line);
        self.open.insert(id, shared);
        self.disk.save(&self.open[&id], &rows);
        done
    }

    /// Something that a person would do, as writes; none where it makes no sense.
    pub fn some_writes(
        &self,
        id: BoardId,
        rng: &mut StdRng,
        fresh: &mut Fresh,
    ) -> (&'static str, Vec<Write>) {
        let board = self.open[&id].shown();
        if rng.gen_bool(0.12) {
            return ("moveCards", self.crowded_move(id, rng));
        }
        let edit = some_edit(board, rng);
        let resolved = resolve(board, self.person, &edit, fresh);
        (edit.verb(), resolved.map(|it| it.writes).unwrap_or_default())
    }

    /// A move that gives a neighbour a new key, as a crowded gap does.
    fn crowded_move(&self, id: BoardId, rng: &mut StdRng) -> Vec<Write> {
        let board = self.open[&id].shown();
        let mut cards = of_kind(board, &Kind::CARD);
        cards.shuffle(rng);
        let place = Slot::from(Field::PLACE);
        let mut writes = Vec::new();
        for (weak, card) in [false, true].into_iter().zip(cards) {
            let Some(register) = board.winner(card, &place) else { continue };
            let Some(spot) = register.value.as_spot() else { continue };
            let columns = of_kind(board, &Kind::COLUMN);
            let parent = if weak { spot.parent } else { some(&columns, rng) };
            let bytes = [rng.gen_range(1..=255), rng.r#gen(), 128];
            let key = domain::key::OrderKey::from_bytes(&bytes).unwrap();
            let replaces: Option<ChangeId> = weak.then(|| register.winner());
            let value = Value::spot(parent, &key);
            writes.push(Write {
                kind: Kind::CARD,
                entity: card,
                slot: place.clone(),
                value,
                replaces,
                seen: None,
            });
        }
        writes
    }
}

pub fn of_kind(board: &domain::board::Board, kind: &Kind) -> Vec<EntityId> {
    let all = board.entities().filter(|(_, entity)| entity.kind == *kind && !entity.purged());
    let mut ids: Vec<EntityId> = all.map(|(id, _)| id).collect();
    ids.sort();
    ids
}

/// One of these; where there is none, a thing that is not there, for an edit that is refused.
fn some(ids: &[EntityId], rng: &mut StdRng) -> EntityId {
    ids.choose(rng).copied().unwrap_or(EntityId::BOARD)
}

/// One of four lines is another; so two who write at once often write different ones.
fn with_a_line(text: &str, title: &str) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.resize(7, "");
    let at = title.bytes().map(usize::from).sum::<usize>() % 4;
    lines[at * 2] = title;
    lines.join("\n")
}

fn some_edit(board: &domain::board::Board, rng: &mut StdRng) -> Edit {
    let cards = of_kind(board, &Kind::CARD);
    let columns = of_kind(board, &Kind::COLUMN);
    let labels = of_kind(board, &Kind::LABEL);
    let live: Vec<EntityId> =
        columns.iter().copied().filter(|id| board.entity(*id).is_some_and(view::is_live)).collect();
    let column = |rng: &mut StdRng| -> ColumnId { some(&live, rng).into() };
    let card = |rng: &mut StdRng| -> CardId { some(&cards, rng).into() };
    let title = format!("t{}", rng.gen_range(0..1000));
    let place = match rng.gen_range(0..3) {
        0 => Place::First,
        1 => Place::Last,
        _ => Place::After { neighbours: cards.choose_multiple(rng, 2).copied().collect() },
    };
    match rng.gen_range(0..100) {
        0..=24 => Edit::RenameCard { card: card(rng), title },
        25..=49 => Edit::MoveCards { cards: vec![card(rng)], column: column(rng), place },
        50..=56 => Edit::AddCards { column: column(rng), place, titles: vec![title] },
        57..=64 => {
            // Often the same one, so that two write it at once.
            let (any, first) = (card(rng), cards.first().copied().map(CardId::from));
            let card = first.filter(|_| title.ends_with(['0', '2', '4', '6', '8'])).unwrap_or(any);
            let text = board.entity(card.into()).map_or("", |it| it.text(Field::TEXT));
            Edit::DescribeCard { card, text: with_a_line(text, &title), seen: None }
        }
        65..=70 => {
            Edit::LabelCard { card: card(rng), label: some(&labels, rng).into(), on: rng.r#gen() }
        }
        71..=74 => Edit::ArchiveCards { cards: vec![card(rng)] },
        75..=77 => Edit::RestoreCards { cards: vec![card(rng)] },
        78..=80 => Edit::DeleteCards { cards: vec![card(rng)] },
        81..=83 => Edit::UndeleteCards { cards: vec![card(rng)] },
        84..=87 => Edit::AddColumn { title, place: Place::Last },
        88..=90 if live.len() > 2 => Edit::DeleteColumn {
            column: column(rng),
            cards: CardsGo::Column { column: column(rng) },
        },
        91..=92 => Edit::UndeleteColumn { column: some(&columns, rng).into() },
        93..=94 => Edit::MoveColumn { column: column(rng), place: Place::First },
        95 => Edit::CollapseColumn { column: column(rng), collapsed: rng.r#gen() },
        96 if live.len() > 2 => Edit::ArchiveColumn { column: column(rng) },
        97 => Edit::RestoreColumn { column: some(&columns, rng).into() },
        98 if title.ends_with('0') => {
            Edit::AddLabel { name: title, colour: Some(Colour("red".to_owned())) }
        }
        98 => Edit::EmptyTrash,
        _ => Edit::RenameColumn { column: column(rng), title },
    }
}
