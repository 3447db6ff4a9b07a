//! Going on where one was: what is said behind a cut, and what is not believed.

use super::{link::Place, table::*};
use crate::{Desk, protocol::LinkState};
use std::{mem, sync::atomic::Ordering, time::Duration};
use store::sharing;
use sync::message::*;
use tokio::time::timeout;

/// A test that waits longer has failed: it would wait for ever.
const FOR_EVER: Duration = Duration::from_secs(30);

impl Place {
    /// Everybody is cut off, and comes back; what was said since then comes back.
    async fn cut(&mut self, desk: &Desk) -> Vec<FromClient> {
        self.serving.abort();
        self.stands(desk, |it| matches!(it.link, LinkState::Offline { .. })).await;
        mem::take(&mut *self.served.heard.lock().unwrap());
        (_, self.serving) = self.served.listen(self.address).await;
        self.is_back(desk).await;
        mem::take(&mut *self.served.heard.lock().unwrap())
    }

    async fn is_back(&self, desk: &Desk) {
        desk.0.links.ask();
        let mut changes = desk.0.links.changes();
        let server = desk.0.engine().await.unwrap().servers().await.unwrap()[0].id;
        let verified = async {
            while !desk.0.links.of(server).verified.contains(&self.board) {
                changes.changed().await.unwrap();
            }
        };
        timeout(FOR_EVER, verified).await.expect("the server stands where the folder does");
        self.stands(desk, |it| it.waiting == 0 && it.cursor == it.head).await;
    }
}

fn about_the_board(said: &[FromClient]) -> Vec<&str> {
    let names = said.iter().filter_map(|message| match message {
        FromClient::Hello(_) | FromClient::Ping(_) => None,
        FromClient::Resume(_) => Some("resume"),
        FromClient::Follow(_) => Some("follow"),
        FromClient::Push(_) => Some("push"),
        other => panic!("{other:?}"),
    });
    names.collect()
}

#[tokio::test]
async fn whoever_missed_nothing_says_where_they_are_and_no_more() {
    let mut place = Place::new().await;
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (place.desk(one.path()).await, place.desk(other.path()).await);
    one.sync().await.unwrap();
    let said = mem::take(&mut *place.served.heard.lock().unwrap());
    // Nothing is here yet, nor is oneself.
    assert_eq!(about_the_board(&said), ["resume", "follow", "push"]);
    // The list is known from then on.
    for _ in 0..2 {
        let said = place.cut(&one).await;
        assert_eq!(about_the_board(&said), ["resume"]);
        let FromClient::Resume(resume) = &said[1] else { panic!("{said:?}") };
        assert_ne!(resume.list, domain::change::Hash::default());
    }
    // What others do from then on arrives, and one's own goes out.
    other.sync().await.unwrap();
    place.add(&other, "by the other").await;
    place.shows(&one, "by the other").await;
    place.add(&one, "by the one").await;
    place.shows(&other, "by the one").await;
    assert_eq!(place.titles(&one).await, ["by the one", "by the other", "first"]);
}

#[tokio::test]
async fn what_waits_goes_out_behind_a_cut_and_what_was_missed_comes_in() {
    let mut place = Place::new().await;
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (one, other) = (place.desk(one.path()).await, place.desk(other.path()).await);
    one.sync().await.unwrap();
    other.sync().await.unwrap();
    other.close().await;
    drop(other);
    place.serving.abort();
    place.stands(&one, |it| matches!(it.link, LinkState::Offline { .. })).await;
    place.add(&one, "offline").await;
    mem::take(&mut *place.served.heard.lock().unwrap());
    (_, place.serving) = place.served.listen(place.address).await;
    place.is_back(&one).await;
    let said = mem::take(&mut *place.served.heard.lock().unwrap());
    assert_eq!(about_the_board(&said), ["resume", "push"]);
    // Another folder pushes while this one is away.
    place.serving.abort();
    place.stands(&one, |it| matches!(it.link, LinkState::Offline { .. })).await;
    let late = tempfile::tempdir().unwrap();
    let mut elsewhere = Place::new().await;
    elsewhere.serving.abort();
    elsewhere.served = place.served.clone();
    (elsewhere.address, elsewhere.serving) =
        elsewhere.served.listen(([127, 0, 0, 1], 0).into()).await;
    (elsewhere.board, elsewhere.me) = (place.board, place.me);
    let late = elsewhere.desk(late.path()).await;
    late.sync().await.unwrap();
    elsewhere.add(&late, "missed").await;
    late.sync().await.unwrap();
    mem::take(&mut *place.served.heard.lock().unwrap());
    (_, place.serving) = place.served.listen(place.address).await;
    place.is_back(&one).await;
    assert_eq!(place.titles(&one).await, ["first", "missed", "offline"]);
}

/// Eight bytes may be those of another position: whoever took the server's word would miss what is behind it.
#[tokio::test]
async fn a_server_that_proves_nothing_is_asked_about_each_board() {
    let mut place = Place::new().await;
    place.served.proves_nothing.store(true, Ordering::Relaxed);
    let root = tempfile::tempdir().unwrap();
    let desk = place.desk(root.path()).await;
    desk.sync().await.unwrap();
    let said = place.cut(&desk).await;
    assert_eq!(about_the_board(&said), ["resume", "follow"]);
}

/// The list of boards is as it was, but the folder is not: what the list says of it holds again.
#[tokio::test]
async fn a_list_that_is_not_told_again_is_taken_in_again() {
    let mut place = Place::new().await;
    let root = tempfile::tempdir().unwrap();
    let desk = place.desk(root.path()).await;
    desk.sync().await.unwrap();
    place.serving.abort();
    place.stands(&desk, |it| matches!(it.link, LinkState::Offline { .. })).await;
    let mut engine = desk.0.engine().await.unwrap();
    sharing::put_role(engine.store.connection(), place.board, None).await.unwrap();
    drop(engine);
    mem::take(&mut *place.served.heard.lock().unwrap());
    (_, place.serving) = place.served.listen(place.address).await;
    place.is_back(&desk).await;
    let said = mem::take(&mut *place.served.heard.lock().unwrap());
    // A board that was gone is not asked about, and followed by itself.
    assert_eq!(about_the_board(&said), ["resume", "follow"]);
    let mut engine = desk.0.engine().await.unwrap();
    let share = sharing::share_of(engine.store.connection(), place.board).await.unwrap();
    assert!(!share.unwrap().gone);
}

#[tokio::test]
async fn who_moved_since_they_said_where_they_are_is_not_there_any_more() {
    let mut table = Table::new().await;
    let (mut one, mut other) = (table.seat().await, table.seat().await);
    one.connect(&mut table).await;
    other.connect(&mut table).await;
    let server = other.engine.servers().await.unwrap()[0].id;
    let stands = other.engine.stands(server).await.unwrap();
    assert_eq!(stands.len(), 1);
    assert_eq!(other.engine.resumed(server, &stands).await.unwrap(), [table.board]);
    one.add("A", "second").await;
    one.exchange(&mut table).await;
    other.exchange(&mut table).await;
    assert_eq!(other.engine.resumed(server, &stands).await.unwrap(), []);
    let now = other.engine.stands(server).await.unwrap();
    assert_ne!(now, stands);
    // What was last heard of the log's end is mended.
    sharing::put_known_seq(other.engine.store.connection(), table.board, 99).await.unwrap();
    assert_eq!(other.engine.resumed(server, &now).await.unwrap(), [table.board]);
    let share = sharing::share_of(other.engine.store.connection(), table.board).await.unwrap();
    assert_eq!(share.unwrap().known_seq, now[0].seq());
    // Where the board is gone, nothing is said about it.
    sharing::put_role(other.engine.store.connection(), table.board, None).await.unwrap();
    assert_eq!(other.engine.stands(server).await.unwrap(), []);
    assert_eq!(other.problems().await, Vec::<String>::new());
}
