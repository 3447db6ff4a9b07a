//! What a server says: taken in whole or not at all, and only then told.

use super::table::*;
use crate::protocol::{HistoryWhat, KeptKind};
use domain::edit::Edit;
use store::{Stack, boards, sharing};
use sync::{
    following::Broken,
    message::{BoardNews, Changes, NumberedBytes, Role},
};

/// Two replicas that saw all that the server has.
async fn two() -> (Table, Seat, Seat) {
    let mut table = Table::new().await;
    let mut one = table.seat().await;
    let mut other = table.seat().await;
    one.connect(&mut table).await;
    other.connect(&mut table).await;
    (table, one, other)
}

async fn agree(table: &mut Table, seats: [&mut Seat; 2]) {
    let [one, other] = seats;
    one.exchange(table).await;
    other.exchange(table).await;
    one.exchange(table).await;
    assert_eq!(one.drawn().await, other.drawn().await);
    let digest = table.room().board.head.digest;
    assert_eq!((one.digest().await, other.digest().await), (digest, digest));
    assert_eq!((one.counts().await.0, other.counts().await.0), (0, 0));
    assert_eq!((one.problems().await, other.problems().await), (vec![], vec![]));
}

#[tokio::test]
async fn changes_go_from_one_to_the_other_and_are_told_without_gaps() {
    let (mut table, mut one, mut other) = two().await;
    one.add("A", "mine").await;
    let mut at = other.engine.content(other.board).await.unwrap().seq;
    other.told();
    for title in ["a", "b", "c", "d", "e"] {
        one.add("Z", title).await;
    }
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(other.drawn().await, "A: first mine | Z: a b c d e");
    let told = other.told();
    assert!(told.len() > 1, "it came in several pieces");
    for patch in &told {
        assert_eq!(patch.from, at);
        at = patch.to;
    }
    assert_eq!(other.engine.content(other.board).await.unwrap().seq, at);
    let share = sharing::share_of(other.engine.store.connection(), other.board).await.unwrap();
    assert_eq!(share.unwrap().known_seq, table.room().head().seq);
}

#[tokio::test]
async fn both_renamed_one_card_offline_and_the_later_act_stands() {
    let (mut table, mut one, mut other) = two().await;
    one.disconnect().await;
    let card = one.card("first").await;
    other.edit(Edit::RenameCard { card, title: "theirs".to_owned() }).await;
    agree_alone(&mut table, &mut other).await;
    one.edit(Edit::RenameCard { card, title: "ours".to_owned() }).await;
    assert_eq!(one.drawn().await, "A: ours | Z:");
    one.connect(&mut table).await;
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(one.drawn().await, "A: ours | Z:");
    // Theirs is gone from the register: undoing it would undo ours.
    let undone = other.engine.step(Stack::Undo).await.unwrap();
    assert_eq!((undone.restored, undone.kept), (0, 1));
}

async fn agree_alone(table: &mut Table, seat: &mut Seat) {
    seat.exchange(table).await;
    assert_eq!(seat.counts().await, (0, 0));
}

#[tokio::test]
async fn what_is_refused_lies_in_the_tray_and_shows_no_longer() {
    let (mut table, mut one, mut other) = two().await;
    let me = table.me;
    table.room().members.insert(me, Role::Viewer);
    let created = one.add("A", "not mine").await.created[0];
    let card = one.card("first").await;
    one.edit(Edit::RenameCard { card, title: "other".to_owned() }).await;
    one.edit(Edit::AddColumn { title: "N".to_owned(), place: domain::edit::Place::Last }).await;
    assert_eq!(one.drawn().await, "A: other not mine | Z: | N:");
    one.told();
    one.exchange(&mut table).await;
    assert_eq!((one.counts().await, one.drawn().await), ((0, 3), "A: first | Z:".to_owned()));
    let told = one.told();
    assert!(told.iter().any(|patch| patch.dropped.contains(&created)), "{told:?}");
    assert!(one.engine.search("mine").await.unwrap().is_empty());
    let tray = sharing::tray(one.engine.store.connection(), one.board).await.unwrap();
    assert!(tray.iter().all(|row| row.why == "forbidden"));
    assert_eq!(one.problems().await, [""; 0]);
    // It stands in nobody's way.
    table.room().members.insert(me, Role::Editor);
    one.add("Z", "mine").await;
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(other.drawn().await, "A: first | Z: mine");
    assert_eq!(one.counts().await, (0, 3));
}

#[tokio::test]
async fn a_server_that_was_set_back_gets_again_what_it_lost() {
    let (mut table, mut one, mut other) = two().await;
    let earlier = table.authority.clone();
    one.add("A", "kept").await;
    other.add("Z", "theirs").await;
    agree(&mut table, [&mut one, &mut other]).await;
    table.authority = earlier;
    for seat in [&mut one, &mut other] {
        seat.disconnect().await;
        seat.connect(&mut table).await;
    }
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(one.drawn().await, "A: first kept | Z: theirs");
}

#[tokio::test]
async fn a_snapshot_is_taken_up_where_it_was_cut_and_what_waits_stays() {
    let mut table = Table::new().await;
    let mut one = table.seat().await;
    one.connect(&mut table).await;
    for title in ["a", "b", "c"] {
        one.add("Z", title).await;
    }
    one.exchange(&mut table).await;
    let head = table.room().head().seq;
    table.room().floor = head;
    // It learned of the board while the log was whole, and made something of it.
    let mut late = table.seat().await;
    let offer = table.offered(&late).await;
    late.told();
    let BoardNews::Snapshot(of) = offer.clone() else { panic!("{offer:?}") };
    assert!(of.parts > 1, "it comes in parts");
    late.try_hear(offer.clone()).await.unwrap();
    let part = table.part(&of, 0);
    late.try_hear(part).await.unwrap();
    // The process ends there, and another one goes on.
    let root = late.root();
    drop(late);
    let mut late = table.seat_on(&root).await;
    let asked = late.try_hear(offer).await.unwrap();
    let wanted = asked.iter().filter_map(|it| match it {
        sync::message::FromClient::Part(wanted) => Some(wanted.part),
        _ => None,
    });
    assert_eq!(wanted.collect::<Vec<_>>(), [1]);
    late.connect(&mut table).await;
    assert_eq!(late.drawn().await, "A: first | Z: a b c");
    assert!(late.told().iter().any(|patch| patch.from == patch.to), "it says to read again");
    late.add("A", "late").await;
    agree(&mut table, [&mut late, &mut one]).await;
    let connection = late.engine.store.connection();
    let share = sharing::share_of(connection, late.board).await.unwrap().unwrap();
    assert_eq!(share.floor, head);
    assert!(boards::position(connection, late.board, head).await.unwrap().is_none());
    let locator = late.engine.locator(late.board).await.unwrap();
    let last = locator.last().unwrap();
    assert_eq!((last.seq, last.chain), (head, table.room().chain_at(head).unwrap()));
}

#[tokio::test]
async fn a_copied_folder_takes_a_new_name_and_loses_nothing() {
    let (mut table, mut one, _) = two().await;
    one.disconnect().await;
    one.engine.backup(store::Reason::Asked).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let backups = std::fs::read_dir(one.engine.folder().backups()).unwrap();
    let backup = backups.map(|it| it.unwrap().path()).next().unwrap();
    std::fs::copy(backup, copy.path().join("holdfast.db")).unwrap();
    let mut copied = table.seat_on(copy.path()).await;
    one.add("A", "original").await;
    copied.add("Z", "copy").await;
    let card = copied.card("first").await;
    copied.edit(Edit::RenameCard { card, title: "1st".to_owned() }).await;
    one.connect(&mut table).await;
    copied.connect(&mut table).await;
    agree(&mut table, [&mut one, &mut copied]).await;
    assert_eq!(one.drawn().await, "A: 1st original | Z: copy");
    // Undo finds what was signed anew.
    let undone = copied.engine.step(Stack::Undo).await.unwrap();
    assert_eq!((undone.restored, undone.kept), (1, 0));
    agree(&mut table, [&mut copied, &mut one]).await;
    assert_eq!(one.drawn().await, "A: first original | Z: copy");
}

#[tokio::test]
async fn a_chain_that_breaks_stores_nothing_and_leaves_the_board_as_it_was() {
    let (mut table, mut one, mut other) = two().await;
    one.add("A", "true").await;
    one.exchange(&mut table).await;
    other.add("Z", "waits").await;
    let drawn = other.drawn().await;
    let from = other.engine.held(other.board).await.unwrap().numbered().head.position;
    let honest = table.room().changes(from, 10);
    let mut forged = honest.changes[0].0.clone();
    forged.chain.0[0] ^= 1;
    let news = Changes { changes: vec![NumberedBytes(forged)], ..honest };
    other.told();
    let error = other.try_hear(BoardNews::Changes(news)).await.unwrap_err();
    assert!(matches!(error, crate::hearing::HearError::Broken(Broken::Chain)), "{error}");
    assert_eq!(other.told(), []);
    assert_eq!(other.drawn().await, drawn);
    assert_eq!(other.problems().await, [""; 0]);
    other.disconnect().await;
    other.connect(&mut table).await;
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(one.drawn().await, "A: first true | Z: waits");
}

#[tokio::test]
async fn a_board_that_the_account_lost_stays_with_what_waits() {
    let (_table, mut one, _) = two().await;
    one.add("A", "waits").await;
    one.try_hear(BoardNews::Gone).await.unwrap();
    let share = sharing::share_of(one.engine.store.connection(), one.board).await.unwrap().unwrap();
    assert!(share.gone);
    assert_eq!((one.drawn().await, one.counts().await), ("A: first waits | Z:".to_owned(), (1, 0)));
}

#[tokio::test]
async fn what_was_typed_under_something_deleted_elsewhere_is_told_until_it_is_back() {
    let (mut table, mut one, mut other) = two().await;
    let card = one.card("first").await;
    assert_eq!(one.engine.kept_edits().await.unwrap(), []);
    one.edit(Edit::RenameCard { card, title: "typed".to_owned() }).await;
    other.edit(Edit::DeleteCards { cards: vec![card] }).await;
    other.exchange(&mut table).await;
    // It waits, and the delete is heard of.
    let changes = table.room().changes(one.at().await, 10);
    one.try_hear(BoardNews::Changes(changes)).await.unwrap();
    assert_eq!(one.counts().await.0, 1);
    let kept = one.engine.kept_edits().await.unwrap();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((kept.id, kept.kind, &*kept.title), (card.into(), KeptKind::Card, "typed"));
    assert_eq!((kept.mine, kept.others, kept.by_me), (1, 0, true));
    let act = kept.act;
    one.disconnect().await;
    one.connect(&mut table).await;
    agree(&mut table, [&mut one, &mut other]).await;
    // Numbered, it is the same thing to tell, at both ends.
    for seat in [&mut one, &mut other] {
        let kept = seat.engine.kept_edits().await.unwrap();
        assert_eq!(kept.iter().map(|it| (it.act, it.mine)).collect::<Vec<_>>(), [(act, 1)]);
    }
    // A start finds it in the log.
    one.engine.kept.clear();
    assert_eq!(one.engine.kept_edits().await.unwrap().len(), 1);
    other.edit(Edit::UndeleteCards { cards: vec![card] }).await;
    assert_eq!(other.engine.kept_edits().await.unwrap(), []);
    agree(&mut table, [&mut one, &mut other]).await;
    assert_eq!(one.engine.kept_edits().await.unwrap(), []);
    assert_eq!(one.drawn().await, "A: typed | Z:");
}

#[tokio::test]
async fn what_waits_is_told_in_its_order_and_with_what_stood_before() {
    let (mut table, mut one, _) = two().await;
    one.disconnect().await;
    let card = one.card("first").await;
    one.edit(Edit::RenameCard { card, title: "second".to_owned() }).await;
    one.edit(Edit::RenameCard { card, title: "third".to_owned() }).await;
    let column = column(&mut one.engine, one.board, "Z").await;
    let place = domain::edit::Place::Last;
    one.edit(Edit::MoveCards { cards: vec![card], column, place }).await;
    let (acts, more) = one.engine.waiting(one.board, 2).await.unwrap();
    assert_eq!(more, 1);
    let said: Vec<_> = acts.iter().map(|it| (&*it.about, it.card, &it.what[..])).collect();
    let moved = HistoryWhat::Moved { from: "A".to_owned(), to: "Z".to_owned() };
    let renamed = HistoryWhat::Renamed { from: "second".to_owned(), to: "third".to_owned() };
    assert_eq!(said, [("third", Some(card), &[moved][..]), ("third", Some(card), &[renamed][..])]);
    one.connect(&mut table).await;
    assert_eq!(one.engine.waiting(one.board, 2).await.unwrap(), (Vec::new(), 0));
}
