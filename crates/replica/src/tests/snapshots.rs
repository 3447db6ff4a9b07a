//! A snapshot of more than thirty parts is cut behind every message of it, on a real folder: the link is lost, the
//! program ends, the server starts anew. It is installed whole or not at all, and what waits goes on waiting.

use super::table::*;
use domain::edit::{Edit, Place};
use std::{fs, path::Path};
use tempfile::TempDir;

const CARDS: usize = 130;
const PARTS_MIN: usize = 30;

/// What ends behind a message.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Link,
    Program,
    Server,
    /// And its log went on before the folder is back, so that there is another snapshot.
    ServerOfASnapshotThatIsOld,
}

/// A server that has no log to offer any more, and a folder that was away meanwhile; two of its changes wait.
async fn apart() -> (Table, TempDir) {
    let mut table = Table::new().await;
    let root = tempfile::tempdir().unwrap();
    let mut seat = table.seat_on(root.path()).await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    let mut other = table.seat().await;
    other.connect(&mut table).await;
    let column = column(&mut other.engine, other.board, "Z").await;
    let titles = (0..CARDS).map(|number| format!("c{number}")).collect();
    other.edit(Edit::AddCards { column, place: Place::Last, titles }).await;
    other.exchange(&mut table).await;
    let card = seat.card("first").await;
    seat.edit(Edit::RenameCard { card, title: "waited".to_owned() }).await;
    seat.add("A", "waited too").await;
    assert_eq!(seat.counts().await, (2, 0));
    table.room().floor = table.room().head().seq;
    (table, root)
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    copy
}

/// Whether it was cut: there may be no such message.
async fn cut_behind(messages: usize, ends: Ends, table: &Table, folder: &Path) -> bool {
    let root = copy_of(folder);
    let mut table = table.again();
    let mut seat = table.seat_again(root.path()).await;
    let before = seat.drawn().await;
    let was_cut = seat.connect_until(&mut table, messages).await;
    if was_cut {
        assert_eq!(seat.drawn().await, before, "nothing of it shows before its end");
        assert_eq!(seat.counts().await, (2, 0));
    }
    match ends {
        _ if !was_cut => {}
        Ends::Link => seat.disconnect().await,
        Ends::Program => {
            drop(seat);
            seat = table.seat_again(root.path()).await;
        }
        Ends::Server => {
            table.authority.offered.clear();
            seat.disconnect().await;
        }
        Ends::ServerOfASnapshotThatIsOld => {
            table.authority.offered.clear();
            let mut other = table.seat().await;
            other.connect(&mut table).await;
            other.add("Z", "later").await;
            other.exchange(&mut table).await;
            table.room().floor = table.room().head().seq;
            table.authority.offered.clear();
            seat.disconnect().await;
        }
    }
    if was_cut {
        seat.connect(&mut table).await;
    }
    seat.exchange(&mut table).await;
    assert_eq!(seat.digest().await, table.room().board.head.digest, "{ends:?} {messages}");
    assert_eq!(seat.counts().await, (0, 0));
    let mut later = String::new();
    if matches!(ends, Ends::ServerOfASnapshotThatIsOld) && was_cut {
        later = " later".to_owned();
    }
    let cards: String = (0..CARDS).map(|number| format!(" c{number}")).collect();
    assert_eq!(seat.drawn().await, format!("A: waited waited too | Z:{cards}{later}"));
    assert_eq!(seat.problems().await, [""; 0]);
    was_cut
}

async fn cut_everywhere(ends: Ends) {
    let (table, root) = apart().await;
    let mut messages = 0;
    while cut_behind(messages, ends, &table, root.path()).await {
        messages += 1;
    }
    assert!(messages > PARTS_MIN, "only {messages} messages");
}

#[tokio::test]
async fn the_link_is_lost_behind_each_message_of_a_snapshot() {
    cut_everywhere(Ends::Link).await;
}

#[tokio::test]
async fn the_program_ends_behind_each_message_of_a_snapshot() {
    cut_everywhere(Ends::Program).await;
}

#[tokio::test]
async fn the_server_starts_anew_behind_each_message_of_a_snapshot() {
    cut_everywhere(Ends::Server).await;
}

#[tokio::test]
async fn another_snapshot_is_offered_behind_each_message_of_one() {
    cut_everywhere(Ends::ServerOfASnapshotThatIsOld).await;
}
