//! Edits on a shared board: they wait, show, are taken back, and survive.

use super::table::*;
use crate::protocol::*;
use domain::edit::Edit;
use store::Stack;

#[tokio::test]
async fn an_edit_waits_and_shows_and_survives_a_new_start() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    assert_eq!(seat.drawn().await, "A: first | Z:");
    let (before, digest) = (seat.engine.content(seat.board).await.unwrap(), seat.digest().await);
    seat.told();
    seat.add("Z", "offline").await;
    assert_eq!(seat.drawn().await, "A: first | Z: offline");
    assert_eq!((seat.counts().await, seat.digest().await), ((1, 0), digest));
    // A window that held the board absorbs what it is told.
    let told = seat.told();
    let content = seat.engine.content(seat.board).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].from, told[0].to), (before.seq, content.seq));
    assert!(content.seq > before.seq);
    assert_eq!(told[0].cards[0].title, "offline");
    assert_eq!(content.board.cards, 2);

    let root = seat.root();
    drop(seat);
    let mut again = table.seat_on(&root).await;
    assert_eq!(again.drawn().await, "A: first | Z: offline");
    assert_eq!(again.engine.content(again.board).await.unwrap(), content);
    assert_eq!(again.engine.search("offline").await.unwrap().len(), 1);
    assert_eq!(again.problems().await, [""; 0]);
}

#[tokio::test]
async fn what_waits_is_taken_back_and_done_again() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let card = seat.card("first").await;
    let rename = |title: &str| Edit::RenameCard { card, title: title.to_owned() };
    seat.edit(rename("second")).await;
    seat.edit(rename("third")).await;
    seat.engine.step(Stack::Undo).await.unwrap();
    assert_eq!(seat.drawn().await, "A: second | Z:");
    // Numbered in between, it is still known.
    seat.exchange(&mut table).await;
    assert_eq!(seat.counts().await, (0, 0));
    let undone = seat.engine.step(Stack::Undo).await.unwrap();
    assert_eq!((undone.restored, undone.kept), (1, 0));
    assert_eq!(seat.drawn().await, "A: first | Z:");
    seat.engine.step(Stack::Redo).await.unwrap();
    seat.engine.step(Stack::Redo).await.unwrap();
    assert_eq!(seat.drawn().await, "A: third | Z:");
    seat.exchange(&mut table).await;
    assert_eq!(seat.drawn().await, "A: third | Z:");
    assert_eq!(seat.digest().await, table.room().board.head.digest);
    assert_eq!(seat.problems().await, [""; 0]);
}

#[tokio::test]
async fn what_another_process_queued_and_settled_is_told() {
    let mut table = Table::new().await;
    let mut window = table.seat().await;
    window.connect(&mut table).await;
    let mut command = table.seat_on(&window.root()).await;
    command.drawn().await;
    let at = window.engine.content(window.board).await.unwrap().seq;
    window.told();
    command.add("A", "from outside").await;
    window.engine.catch_up().await.unwrap();
    let told = window.told();
    assert_eq!((told.len(), told[0].from, &*told[0].cards[0].title), (1, at, "from outside"));
    assert_eq!(window.drawn().await, "A: first from outside | Z:");

    // Both go on at once: no line is given twice, and each tells what the other did.
    let last = column(&mut command.engine, command.board, "Z").await;
    window.add("Z", "inside").await;
    let told = command.edit(add(last, "second")).await.patch;
    let Patch::Board { patch, .. } = told else { panic!("{told:?}") };
    let mut titles: Vec<&str> = patch.cards.iter().map(|card| &*card.title).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["inside", "second"]);
    window.add("A", "third").await;
    assert_eq!(window.counts().await, (4, 0));
    assert_eq!(window.problems().await, [""; 0]);

    // One of them has the link; the other sees what became of it.
    command.drawn().await;
    window.exchange(&mut table).await;
    assert_eq!(window.counts().await, (0, 0));
    command.told();
    command.engine.catch_up().await.unwrap();
    let told = command.told();
    assert_eq!(told.len(), 1);
    let all = "A: first from outside third | Z: inside second";
    assert_eq!((command.drawn().await, window.drawn().await), (all.to_owned(), all.to_owned()));
    assert_eq!(command.digest().await, table.room().board.head.digest);
    let lines = |seat: &Seat| seat.engine.boards[&seat.board].shared().unwrap().share.last_line;
    assert_eq!((lines(&window), lines(&command)), (4, 4));
    command.add("Z", "after").await;
    assert_eq!(command.problems().await, [""; 0]);
}

#[tokio::test]
async fn history_tells_what_waits_behind_what_was_numbered() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let card = seat.card("first").await;
    seat.edit(Edit::RenameCard { card, title: "second".to_owned() }).await;
    let told = seat.engine.history(seat.board, card).await.unwrap();
    let renamed = HistoryWhat::Renamed { from: "first".to_owned(), to: "second".to_owned() };
    let told: Vec<HistoryWhat> = told.into_iter().map(|it| it.what).collect();
    assert_eq!(told, [renamed.clone(), HistoryWhat::Created]);
    seat.exchange(&mut table).await;
    let told = seat.engine.history(seat.board, card).await.unwrap();
    assert_eq!(told[0].what, renamed);
}

#[tokio::test]
async fn a_server_whose_clock_is_ahead_stamps_no_later_than_those_who_wait_for_it() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let connection = seat.engine.store.connection();
    let share = store::sharing::share_of(connection, seat.board).await.unwrap().unwrap();
    let ahead = 7 * 24 * 60 * 60 * 1000;
    store::sharing::welcomed(connection, share.server, "ada", ahead).await.unwrap();
    let before = crate::engine::wall_ms();
    // What was heard of the clock counts for boards that are in memory, too.
    seat.add("A", "later").await;
    let held = seat.engine.held(seat.board).await.unwrap();
    let stamp = held.shared().unwrap().board.outbox().next().unwrap().change.stamp;
    assert!(stamp.ms >= before + ahead.unsigned_abs(), "{} {before}", stamp.ms);
}
