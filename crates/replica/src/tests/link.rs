//! The link on real sockets: it connects, keeps boards current, goes and comes back.

use super::{
    served::{Served, TOKEN},
    table::*,
};
use crate::{
    Desk, DeskOptions,
    link::{ServerBoard, keep},
    protocol::*,
    status::Synced,
};
use domain::{id::*, record::BoardContent};
use std::{net::SocketAddr, path::Path, time::Duration};
use store::account::Role;
use sync::message::{PROTOCOL_MAX, PROTOCOL_MIN};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::AbortHandle,
    time::timeout,
};

pub struct Place {
    pub served: Served,
    pub address: SocketAddr,
    pub serving: AbortHandle,
    pub board: BoardId,
    pub me: PersonId,
}

impl Place {
    pub async fn new() -> Place {
        Place::speaking(PROTOCOL_MAX).await
    }

    /// With a server that speaks this version of the protocol.
    pub async fn speaking(version: u32) -> Place {
        let table = Table::new().await;
        let mut served = Served::new(table.authority, table.me);
        served.version = version;
        let (address, serving) = served.listen(([127, 0, 0, 1], 0).into()).await;
        Place { served, address, serving, board: table.board, me: table.me }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A desk that is signed in and has the board; it does not connect.
    pub async fn desk(&self, root: &Path) -> Desk {
        let desk = Desk::open(DeskOptions { folder: root.to_owned(), window: false }).await;
        keep(root, &self.url(), TOKEN).await.unwrap();
        let mut engine = desk.0.engine().await.unwrap();
        let server = engine.sign_in(&self.url(), "ada", None).await.unwrap();
        let (id, title, role, person) = (self.board, "B".to_owned(), Role::Owner, self.me);
        engine.clone_board(server, &ServerBoard { id, title, role, person }).await.unwrap();
        drop(engine);
        desk
    }

    async fn content(&self, desk: &Desk) -> BoardContent {
        let Reply::Board { content } =
            desk.call(Request::Board { board: self.board }).await.unwrap()
        else {
            panic!("no board")
        };
        content
    }

    pub async fn titles(&self, desk: &Desk) -> Vec<String> {
        let mut cards = self.content(desk).await.cards;
        cards.sort_by(|a, b| a.title.cmp(&b.title));
        cards.into_iter().map(|card| card.title).collect()
    }

    pub async fn add(&self, desk: &Desk, title: &str) {
        let column = self.content(desk).await.columns[0].id;
        let edit = add(column, title);
        desk.call(Request::Edit { board: self.board, edit }).await.unwrap();
    }

    /// Waits for a patch after which the board shows a card.
    pub async fn shows(&self, desk: &Desk, title: &str) {
        let mut patches = desk.patches();
        while !self.titles(desk).await.contains(&title.to_owned()) {
            patches.recv().await.unwrap();
        }
    }

    async fn status(&self, desk: &Desk) -> BoardStatus {
        let Reply::Status { mut boards } = desk.call(Request::Status).await.unwrap() else {
            panic!("no status")
        };
        boards.remove(0)
    }

    /// Waits until a board stands so. Whatever is promised of a link comes within half a minute.
    pub async fn stands(&self, desk: &Desk, stands: impl Fn(&BoardStatus) -> bool) -> BoardStatus {
        let mut changes = desk.0.links.changes();
        let standing = async {
            loop {
                changes.borrow_and_update();
                let status = self.status(desk).await;
                if stands(&status) {
                    return status;
                }
                changes.changed().await.unwrap();
            }
        };
        let stood = timeout(Duration::from_secs(30), standing).await;
        stood.expect("the board stands so at last")
    }
}

#[tokio::test]
async fn two_desks_bring_each_other_up_to_date_while_they_are_connected() {
    for version in PROTOCOL_MIN..=PROTOCOL_MAX {
        let place = Place::speaking(version).await;
        two_desks_agree(&place).await;
    }
}

async fn two_desks_agree(place: &Place) {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (place.desk(one.path()).await, place.desk(other.path()).await);
    assert_eq!(place.status(&one).await.link, LinkState::Off);
    assert_eq!(one.sync().await.unwrap(), Synced::All);
    assert_eq!(place.titles(&one).await, ["first"]);
    other.start_link();
    place.shows(&other, "first").await;
    place.add(&one, "second").await;
    place.shows(&other, "second").await;
    place.add(&other, "third").await;
    place.shows(&one, "third").await;
    assert_eq!(
        (one.sync().await.unwrap(), other.sync().await.unwrap()),
        (Synced::All, Synced::All)
    );
    let (ours, theirs) = (place.status(&one).await, place.status(&other).await);
    assert_eq!(
        (&ours.digest, ours.cursor, ours.epoch),
        (&theirs.digest, theirs.cursor, theirs.epoch)
    );
    assert_eq!((ours.head, ours.waiting, ours.waiting_since_ms), (ours.cursor, 0, None));
    assert_eq!((ours.link, &*ours.server), (LinkState::Online, &*place.url()));
}

#[tokio::test]
async fn work_goes_on_without_a_server_and_arrives_when_it_is_back() {
    let mut place = Place::new().await;
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (place.desk(one.path()).await, place.desk(other.path()).await);
    one.sync().await.unwrap();
    other.sync().await.unwrap();
    place.serving.abort();
    place.stands(&one, |status| matches!(status.link, LinkState::Offline { .. })).await;
    place.add(&one, "offline").await;
    place.add(&other, "too").await;
    let status = place.status(&one).await;
    assert_eq!(status.waiting, 1);
    assert!(status.waiting_since_ms.is_some());
    (_, place.serving) = place.served.listen(place.address).await;
    for desk in [&one, &other] {
        desk.0.links.ask();
        place.stands(desk, |it| it.link == LinkState::Online && it.waiting == 0).await;
    }
    place.shows(&one, "too").await;
    place.shows(&other, "offline").await;
    assert_eq!(place.titles(&one).await, ["first", "offline", "too"]);
}

#[tokio::test]
async fn one_process_on_a_folder_holds_the_link_and_brings_out_what_the_other_made() {
    let place = Place::new().await;
    let (root, far) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let window = place.desk(root.path()).await;
    window.sync().await.unwrap();
    let command = place.desk(root.path()).await;
    assert_eq!(command.sync().await.unwrap(), Synced::Elsewhere);
    let far = place.desk(far.path()).await;
    far.start_link();
    place.shows(&far, "first").await;
    place.add(&command, "by the command").await;
    place.shows(&far, "by the command").await;
    // When it goes, the other takes over.
    window.close().await;
    drop(window);
    place.stands(&command, |it| it.link == LinkState::Online).await;
    place.add(&far, "to the command").await;
    place.shows(&command, "to the command").await;
}

#[tokio::test]
async fn a_session_that_ended_is_said_and_what_waits_stays() {
    let place = Place::new().await;
    let root = tempfile::tempdir().unwrap();
    let desk = place.desk(root.path()).await;
    keep(root.path(), &place.url(), "ended").await.unwrap();
    place.add_to_nothing(&desk).await;
    let failure = desk.sync().await.unwrap_err();
    assert_eq!(failure.code, "signedOut");
    let status = place.stands(&desk, |it| it.link == LinkState::SignedOut).await;
    assert_eq!((status.waiting, status.gone), (1, false));
    assert_eq!(crate::link::token(root.path(), &place.url()).await.unwrap(), None);
    // Signing in again brings it out.
    keep(root.path(), &place.url(), TOKEN).await.unwrap();
    desk.0.engine().await.unwrap().sign_in(&place.url(), "ada", None).await.unwrap();
    desk.0.links.ask();
    place.stands(&desk, |it| it.link == LinkState::Online && it.waiting == 0).await;
}

/// A way to a server whose far end stops being heard, without a word, when it is cut.
async fn way_to(server: SocketAddr) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut is_cut = is_cut.clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(server).await.unwrap();
                let cut = async { is_cut.wait_for(|cut| *cut).await.map(|_| ()) };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                    cut = cut => cut.unwrap(),
                }
                // Both sockets stay open.
                std::future::pending().await
            });
        }
    });
    (address, cut)
}

#[tokio::test]
async fn a_server_that_went_silent_is_noticed_and_sooner_where_somebody_asks() {
    let mut place = Place::new().await;
    let (address, cut) = way_to(place.address).await;
    place.address = address;
    let (asking, waiting) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (asking, waiting) = (place.desk(asking.path()).await, place.desk(waiting.path()).await);
    for desk in [&asking, &waiting] {
        assert_eq!(desk.sync().await.unwrap(), Synced::All);
    }
    cut.send(true).unwrap();
    asking.0.links.ask();
    place.stands(&asking, |it| matches!(it.link, LinkState::Offline { .. })).await;
    assert_eq!(place.status(&waiting).await.link, LinkState::Online);
    place.stands(&waiting, |it| matches!(it.link, LinkState::Offline { .. })).await;
}

impl Place {
    /// An edit on a board of which nothing is here yet.
    async fn add_to_nothing(&self, desk: &Desk) {
        let edit = domain::edit::Edit::AddColumn {
            title: "N".to_owned(),
            place: domain::edit::Place::Last,
        };
        desk.call(Request::Edit { board: self.board, edit }).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_speaks_a_newer_protocol_is_said_to_and_work_goes_on() {
    let place = Place::speaking(PROTOCOL_MAX + 1).await;
    let root = tempfile::tempdir().unwrap();
    let desk = place.desk(root.path()).await;
    assert_eq!(desk.sync().await.unwrap_err().code, "version");
    let status = place.stands(&desk, |it| matches!(it.link, LinkState::TooOld { .. })).await;
    assert_eq!(status.waiting, 0);
    place.add_to_nothing(&desk).await;
    assert_eq!(place.status(&desk).await.waiting, 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_said_to_be_so() {
    let place = Place::new().await;
    place.serving.abort();
    let root = tempfile::tempdir().unwrap();
    let desk = place.desk(root.path()).await;
    let failure = desk.sync().await.unwrap_err();
    assert_eq!(failure.code, "unreachable");
    assert!(
        desk.sign_in("http://boards.example", "ada", "x", None)
            .await
            .is_err_and(|it| it.code == "address")
    );
}
