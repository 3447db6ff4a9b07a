//! A table at which replicas sit: folders with engines, and a server in memory between them.

use super::authority::{Authority, Room, Session};
use crate::{engine::Engine, hearing::HearError, link::ServerBoard, protocol::*};
use domain::{
    change::Position,
    edit::{Edit, Place},
    id::*,
    record::BoardPatch,
    register::{Field, Kind},
    view,
};
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
};
use store::{Folder, Opening, Store, boards, sharing};
use sync::{
    following::Following,
    message::{BoardNews, Follow, FromClient, FromServer, Part, Role, SnapshotOffer},
};
use tempfile::TempDir;
use tokio::sync::broadcast;

/// Long after what the tests' clocks say.
pub const NOW_MS: u64 = 1 << 42;

/// A replica: an engine on a folder, and its end of a connection.
pub struct Seat {
    pub engine: Engine,
    pub patches: broadcast::Receiver<Patch>,
    pub following: Following,
    session: Option<Session>,
    pub board: BoardId,
    pub me: PersonId,
}

pub struct Table {
    pub authority: Authority,
    pub board: BoardId,
    pub me: PersonId,
    folders: Vec<TempDir>,
}

pub async fn start(root: &Path) -> (Engine, broadcast::Receiver<Patch>) {
    let (patches, received) = broadcast::channel(1024);
    let opening = Opening { thorough: false, checkpoints: true };
    let store = Store::open(&Folder::prepare(root).unwrap(), opening).await.unwrap();
    (Engine::start(store, patches).await.unwrap(), received)
}

impl Table {
    /// A server with one board of two columns, "A" and "Z", and a card "first" in "A".
    pub async fn new() -> Table {
        let root = tempfile::tempdir().unwrap();
        let (mut engine, _) = start(root.path()).await;
        let columns = ["A".to_owned(), "Z".to_owned()];
        let board = engine.create_board("B", None, &columns).await.unwrap().board;
        let column = column(&mut engine, board, "A").await;
        engine.edit(board, &add(column, "first")).await.unwrap();
        let held = boards::load(engine.store.connection(), board).await.unwrap().unwrap();
        let log = boards::read_after(engine.store.connection(), board, 0, 1000).await.unwrap();
        let mut room = Room::of(held.board().clone(), log);
        room.members.insert(held.me, Role::Owner);
        let rooms = BTreeMap::from([(board, room)]);
        let authority = Authority { rooms, ..Authority::default() };
        Table { authority, board, me: held.me, folders: vec![root] }
    }

    pub fn room(&mut self) -> &mut Room {
        self.authority.rooms.get_mut(&self.board).unwrap()
    }

    /// What the server says to a replica that has nothing of the board.
    pub async fn offered(&mut self, seat: &Seat) -> BoardNews {
        let follow = Follow { board: seat.board, locator: Vec::new(), whole: false };
        let mut session = Session::default();
        let said = self.authority.hear(&mut session, self.me, FromClient::Follow(follow), NOW_MS);
        let Some(FromServer::Board(_, news)) = said.into_iter().next() else { panic!("silence") };
        news
    }

    /// A part of what it offered.
    pub fn part(&self, offer: &SnapshotOffer, part: u32) -> BoardNews {
        let (_, parts) = &self.authority.offered[&self.board];
        let things = parts[part as usize].clone().into();
        BoardNews::Part(Part { at: offer.at, part, things })
    }

    /// A folder that has the board from the server; it is not connected.
    pub async fn seat(&mut self) -> Seat {
        let root = tempfile::tempdir().unwrap();
        let seat = self.seat_on(root.path()).await;
        self.folders.push(root);
        seat
    }

    /// Another engine on a folder, or the first one.
    pub async fn seat_on(&mut self, root: &Path) -> Seat {
        let (mut engine, patches) = start(root).await;
        let connection = engine.store.connection();
        let server = sharing::sign_in(connection, "http://127.0.0.1:1", "ada").await.unwrap();
        let (board, person) = (self.board, self.me);
        let (role, title) = (store::account::Role::Owner, "B".to_owned());
        let here = ServerBoard { id: board, title, role, person };
        engine.clone_board(server, &here).await.unwrap();
        let following = engine.following(board).await.unwrap();
        Seat { engine, patches, following, session: None, board, me: person }
    }

    /// The same server, for another history; its folders stay with the first one.
    pub fn again(&self) -> Table {
        let authority = self.authority.clone();
        Table { authority, board: self.board, me: self.me, folders: Vec::new() }
    }

    /// An engine on a folder that has the board already.
    pub async fn seat_again(&self, root: &Path) -> Seat {
        let (mut engine, patches) = start(root).await;
        let following = engine.following(self.board).await.unwrap();
        Seat { engine, patches, following, session: None, board: self.board, me: self.me }
    }
}

impl Seat {
    pub fn root(&self) -> std::path::PathBuf {
        self.engine.folder().root().to_owned()
    }

    pub async fn connect(&mut self, table: &mut Table) {
        self.session = Some(Session::default());
        let locator = self.engine.locator(self.board).await.unwrap();
        let follow = self.following.follow(locator);
        self.say(table, follow).await;
        self.exchange(table).await;
    }

    /// As [`Seat::connect`], where nothing comes through behind so many messages of a snapshot; whether there were more.
    pub async fn connect_until(&mut self, table: &mut Table, messages: usize) -> bool {
        let mut session = Session::default();
        let locator = self.engine.locator(self.board).await.unwrap();
        let mut said = VecDeque::from([self.following.follow(locator)]);
        let mut heard = 0;
        while let Some(message) = said.pop_front() {
            for answer in table.authority.hear(&mut session, self.me, message, NOW_MS) {
                let FromServer::Board(_, news) = answer else { continue };
                let is_counted = matches!(news, BoardNews::Snapshot(_) | BoardNews::Part(_));
                if is_counted && heard == messages {
                    return true;
                }
                heard += usize::from(is_counted);
                said.extend(self.try_hear(news).await.unwrap());
            }
        }
        self.session = Some(session);
        false
    }

    pub async fn disconnect(&mut self) {
        self.session = None;
        self.engine.hang_up(&mut self.following, self.board).await.unwrap();
    }

    /// Says and hears until there is nothing more to say.
    pub async fn exchange(&mut self, table: &mut Table) {
        loop {
            let push = self.engine.push(&mut self.following, self.board).await.unwrap();
            let pushed = push.is_some();
            if let Some(push) = push {
                self.say(table, push).await;
            }
            let cursor = self.session.as_ref().unwrap().cursors.get(&self.board).copied();
            let behind = cursor.filter(|it| it.seq < table.room().head().seq);
            if let Some(cursor) = behind {
                let changes = table.room().changes(cursor, 2);
                let end = changes.changes.last().unwrap().0.position();
                self.session.as_mut().unwrap().cursors.insert(self.board, end);
                self.hear(table, BoardNews::Changes(changes)).await;
            }
            if !pushed && behind.is_none() {
                return;
            }
        }
    }

    pub async fn say(&mut self, table: &mut Table, message: FromClient) {
        let session = self.session.as_mut().unwrap();
        let answers = table.authority.hear(session, self.me, message, NOW_MS);
        for answer in answers {
            let FromServer::Board(_, news) = answer else { continue };
            Box::pin(self.hear(table, news)).await;
        }
    }

    pub async fn hear(&mut self, table: &mut Table, news: BoardNews) {
        let heard = self.try_hear(news).await.unwrap();
        for message in heard {
            Box::pin(self.say(table, message)).await;
        }
    }

    pub async fn try_hear(&mut self, news: BoardNews) -> Result<Vec<FromClient>, HearError> {
        Ok(self.engine.hear(&mut self.following, self.board, news).await?.say)
    }

    pub async fn add(&mut self, column_title: &str, title: &str) -> Edited {
        let column = column(&mut self.engine, self.board, column_title).await;
        self.engine.edit(self.board, &add(column, title)).await.unwrap()
    }

    pub async fn edit(&mut self, edit: Edit) -> Edited {
        self.engine.edit(self.board, &edit).await.unwrap()
    }

    pub async fn card(&mut self, title: &str) -> CardId {
        let content = self.engine.content(self.board).await.unwrap();
        content.cards.iter().find(|card| card.title == title).unwrap().id
    }

    /// The board as a window would draw it: `A: first second | Z:`.
    pub async fn drawn(&mut self) -> String {
        let board = self.engine.held(self.board).await.unwrap().board().clone();
        let columns = board.below(EntityId::BOARD, &Kind::COLUMN).filter(|it| view::is_live(it.1));
        let columns = columns.map(|(id, column, _)| {
            let cards = board.below(id, &Kind::CARD).filter(|it| view::is_live(it.1));
            let titles = cards.map(|(_, card, _)| format!(" {}", card.text(Field::TITLE)));
            format!("{}:{}", column.text(Field::TITLE), titles.collect::<String>())
        });
        columns.collect::<Vec<_>>().join(" | ")
    }

    /// How many changes wait, and how many lie in the tray.
    pub async fn counts(&mut self) -> (usize, usize) {
        let connection = self.engine.store.connection();
        let waiting = sharing::queued(connection, self.board).await.unwrap();
        let refused = sharing::tray(connection, self.board).await.unwrap();
        (waiting.len(), refused.len())
    }

    /// Where it stands in the log.
    pub async fn at(&mut self) -> Position {
        self.engine.held(self.board).await.unwrap().numbered().head.position
    }

    pub async fn digest(&mut self) -> u128 {
        self.engine.held(self.board).await.unwrap().numbered().head.digest
    }

    pub async fn problems(&mut self) -> Vec<String> {
        self.engine.check().await.unwrap()
    }

    /// The patches of the board since this was asked last. They follow one another without gaps.
    pub fn told(&mut self) -> Vec<BoardPatch> {
        let mut told: Vec<BoardPatch> = Vec::new();
        while let Ok(patch) = self.patches.try_recv() {
            match patch {
                Patch::Board { patch, .. } => told.push(*patch),
                Patch::Drafts { .. } | Patch::Sharing { .. } | Patch::Here { .. } => {}
                Patch::Reload => panic!("it says no more than to read everything again"),
            }
        }
        told
    }
}

pub fn add(column: ColumnId, title: &str) -> Edit {
    Edit::AddCards { column, place: Place::Last, titles: vec![title.to_owned()] }
}

pub async fn column(engine: &mut Engine, board: BoardId, title: &str) -> ColumnId {
    let content = engine.content(board).await.unwrap();
    content.columns.iter().find(|column| column.title == title).unwrap().id
}
