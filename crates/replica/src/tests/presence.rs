//! Who is here, as two desks hear it from a real server, and what is said to an old one.

use super::link::Place;
use crate::{Desk, DeskOptions, protocol::*};
use domain::id::*;
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use sync::message::PRESENCE_SINCE;
use tempfile::TempDir;
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

/// A process of the real server; killed when dropped.
struct Server {
    process: Child,
    url: String,
    _folder: TempDir,
}

/// What is built beside the tests.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let beside = tests.parent().and_then(Path::parent).unwrap().join("holdfast-server");
    assert!(beside.exists(), "holdfast-server is not built: cargo build -p holdfast-server");
    beside
}

impl Server {
    /// With an account for Ada.
    fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let command = |words: &[&str]| {
            let mut command = Command::new(binary());
            command.env_clear().args(["--json", "--data-dir"]).arg(folder.path()).args(words);
            command
        };
        let mut add = command(&["user", "add", "ada", "--password-stdin"]);
        let mut add = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        add.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
        let mut serve = command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut process = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = event["url"].as_str().unwrap().to_owned();
        Server { process, url, _folder: folder }
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

async fn ask(desk: &Desk, request: Request) -> Reply {
    desk.call(request).await.unwrap()
}

/// As the folder's window.
async fn window(folder: &TempDir) -> Desk {
    Desk::open(DeskOptions { folder: folder.path().to_owned(), window: true }).await
}

async fn me(desk: &Desk, board: BoardId) -> PersonId {
    let Reply::Board { content } = ask(desk, Request::Board { board }).await else {
        panic!("no board")
    };
    content.people.into_iter().find(|person| person.me).unwrap().id
}

/// Ada shares a board, and another joins it by a link.
async fn two(server: &Server, folders: &[TempDir; 2]) -> (Desk, Desk, BoardId) {
    let (ada, ben) = (window(&folders[0]).await, window(&folders[1]).await);
    let create = Request::CreateBoard { title: "B".to_owned(), colour: None, columns: Vec::new() };
    let Reply::Edited { edited } = ask(&ada, create).await else { panic!("no board") };
    let (board, url) = (edited.board, server.url.clone());
    let (name, password) = ("ada".to_owned(), Password(PASSWORD.to_owned()));
    ask(&ada, Request::SignIn { server: url.clone(), name, password, certificate: None }).await;
    ask(&ada, Request::ShareBoard { board, server: url }).await;
    let mut changes = ada.0.links.changes();
    while standing(&ada).await.handing_over {
        changes.changed().await.unwrap();
    }
    let invite = Request::Invite { board, role: MemberRole::Viewer, uses: 1, days: 1 };
    let Reply::Invitations { link, .. } = ask(&ada, invite).await else { panic!("no link") };
    let account = NewAccount { name: "ben".to_owned(), password: Password(PASSWORD.to_owned()) };
    let join = Request::Join { link: link.unwrap(), account: Some(account), certificate: None };
    ask(&ben, join).await;
    let mut changes = ben.0.links.changes();
    while standing(&ben).await.cursor == 0 {
        changes.changed().await.unwrap();
    }
    (ada, ben, board)
}

async fn standing(desk: &Desk) -> BoardStatus {
    let Reply::Status { mut boards } = ask(desk, Request::Status).await else { panic!("none") };
    boards.remove(0)
}

/// Waits until a patch says that these others are here.
async fn hears(desk: &Desk, wanted: &[PersonHere]) {
    let mut patches = desk.patches();
    while desk.0.links.presence.now().into_iter().flat_map(|it| it.people).collect::<Vec<_>>()
        != wanted
    {
        loop {
            if let Patch::Here { .. } = patches.recv().await.unwrap() {
                break;
            }
        }
    }
}

fn looking(board: BoardId, card: Option<CardId>) -> Request {
    Request::Look { looking: Some(Looking { board, card, editing: card.is_some() }) }
}

#[tokio::test]
async fn two_desks_hear_of_each_other_until_one_goes_or_the_server_does() {
    let mut server = Server::start();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let (ada, ben, board) = two(&server, &folders).await;
    let card = CardId(Uuid::new_v4());
    let (adas, bens) = (me(&ada, board).await, me(&ben, board).await);
    let at = |person, cards: &[CardId]| PersonHere {
        person,
        cards: cards.to_vec(),
        editing: cards.to_vec(),
    };
    ask(&ben, looking(board, None)).await;
    hears(&ada, &[at(bens, &[])]).await;
    ask(&ben, looking(board, Some(card))).await;
    hears(&ada, &[at(bens, &[card])]).await;
    // Oneself is no other.
    assert_eq!(ask(&ben, looking(board, Some(card))).await, Reply::Here { boards: Vec::new() });
    ask(&ada, looking(board, None)).await;
    hears(&ben, &[at(adas, &[])]).await;
    // A page that goes takes what it had open with it.
    let page = ada.page();
    ask(&ada, Request::Look { looking: None }).await;
    page.call(looking(board, Some(card))).await.unwrap();
    hears(&ben, &[at(adas, &[card])]).await;
    drop(page);
    hears(&ben, &[]).await;
    ask(&ada, looking(board, None)).await;
    hears(&ben, &[at(adas, &[])]).await;
    // Another process on the folder looks at nothing, and takes nothing from the window.
    let command = DeskOptions { folder: folders[0].path().to_owned(), window: false };
    let command = Desk::open(command).await;
    assert_eq!(command.sync().await.unwrap(), crate::Synced::Elsewhere);
    assert_eq!(ben.0.links.presence.now()[0].people, [at(adas, &[])]);
    ben.close().await;
    drop(ben);
    hears(&ada, &[]).await;
    let ben = window(&folders[1]).await;
    ask(&ben, looking(board, None)).await;
    hears(&ada, &[at(bens, &[])]).await;
    hears(&ben, &[at(adas, &[])]).await;
    server.kill();
    hears(&ada, &[]).await;
    hears(&ben, &[]).await;
}

#[tokio::test]
async fn a_server_is_told_what_is_open_only_where_it_knows_what_that_is() {
    for (version, is_told) in [(PRESENCE_SINCE - 1, false), (PRESENCE_SINCE, true)] {
        let place = Place::speaking(version).await;
        let root = tempfile::tempdir().unwrap();
        let desk = place.desk(root.path()).await;
        ask(&desk, looking(place.board, None)).await;
        desk.sync().await.unwrap();
        if is_told {
            let mut looked = place.served.looked.subscribe();
            looked.wait_for(|looked| !looked.is_empty()).await.unwrap();
        }
        place.add(&desk, "later").await;
        place.stands(&desk, |it| it.link == LinkState::Online && it.waiting == 0).await;
        assert_eq!(!place.served.looked.borrow().is_empty(), is_told);
    }
}
