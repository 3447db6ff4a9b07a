//! What a role does not allow is refused here already, and what the server refused is told with all that it said.

use super::table::*;
use crate::protocol::*;
use domain::edit::Edit;
use store::{Stack, account::Role, sharing};

/// The server said that the account has this role from now on, or lost the board.
async fn given(seat: &mut Seat, role: Option<Role>) {
    let connection = seat.engine.store.connection();
    sharing::put_role(connection, seat.board, role).await.unwrap();
    seat.engine.boards.remove(&seat.board);
}

async fn refused(seat: &mut Seat, edit: Edit) -> String {
    let failure = seat.engine.edit(seat.board, &edit).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused);
    failure.message
}

#[tokio::test]
async fn what_the_role_does_not_allow_is_refused_before_it_is_written() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let card = seat.card("first").await;
    let first = column(&mut seat.engine, seat.board, "A").await;
    let comment = Edit::AddComment { card, text: "seen".to_owned() };
    let rename = Edit::RenameCard { card, title: "other".to_owned() };

    given(&mut seat, Some(Role::Viewer)).await;
    for edit in [rename.clone(), comment.clone(), add(first, "more"), Edit::DeleteBoard] {
        assert!(refused(&mut seat, edit).await.contains("look at this board"));
    }
    // What only they see is theirs.
    seat.edit(Edit::CollapseColumn { column: first, collapsed: true }).await;
    assert_eq!(seat.counts().await, (1, 0));

    given(&mut seat, Some(Role::Commenter)).await;
    seat.edit(comment).await;
    assert!(refused(&mut seat, rename.clone()).await.contains("comment on this board"));

    given(&mut seat, Some(Role::Editor)).await;
    seat.edit(rename).await;
    assert!(refused(&mut seat, Edit::DeleteBoard).await.contains("admins and owners"));

    given(&mut seat, None).await;
    assert!(refused(&mut seat, add(first, "more")).await.contains("no longer a member"));
    assert_eq!((seat.drawn().await, seat.counts().await), ("A: other | Z:".to_owned(), (3, 0)));
    assert_eq!(seat.problems().await, [""; 0]);
}

#[tokio::test]
async fn a_step_that_the_role_no_longer_allows_does_not_stand_before_those_below_it() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let first = column(&mut seat.engine, seat.board, "A").await;
    seat.edit(Edit::CollapseColumn { column: first, collapsed: true }).await;
    seat.add("Z", "second").await;
    given(&mut seat, Some(Role::Viewer)).await;
    let failure = seat.engine.step(Stack::Undo).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused);
    let undone = seat.engine.step(Stack::Undo).await.unwrap();
    assert_eq!((undone.verb.as_deref(), undone.restored), (Some("collapseColumn"), 1));
    assert_eq!(seat.drawn().await, "A: first | Z: second");
}

#[tokio::test]
async fn whoever_comes_to_a_board_takes_the_name_of_their_account_once() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    for account in ["ada", "somebody else"] {
        seat.engine.introduce(seat.board, account).await.unwrap();
    }
    let content = seat.engine.content(seat.board).await.unwrap();
    let names: Vec<&str> = content.people.iter().map(|person| &*person.name).collect();
    assert_eq!((names, seat.counts().await), (vec!["ada"], (1, 0)));
    assert_eq!(seat.engine.undo_state().await.unwrap().undo, None);
}

#[tokio::test]
async fn the_tray_tells_what_was_refused_with_all_that_was_typed_until_it_is_discarded() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let me = table.me;
    table.room().members.insert(me, sync::message::Role::Viewer);
    let (card, last) = (seat.card("first").await, column(&mut seat.engine, seat.board, "Z").await);
    seat.edit(Edit::RenameCard { card, title: "renamed".to_owned() }).await;
    let place = domain::edit::Place::Last;
    seat.edit(Edit::MoveCards { cards: vec![card], column: last, place }).await;
    seat.edit(Edit::DescribeCard { card, text: "an hour of words".to_owned(), seen: None }).await;
    seat.add("A", "never there").await;
    seat.exchange(&mut table).await;
    let tray = seat.engine.tray(seat.board).await.unwrap();
    let told: Vec<(&str, &str, &[HistoryWhat], Vec<&str>)> = tray
        .iter()
        .map(|act| {
            let texts = act.texts.iter().map(|text| &**text).collect();
            (&*act.verb, &*act.about, &*act.what, texts)
        })
        .collect();
    let renamed = [HistoryWhat::Renamed { from: "first".to_owned(), to: "renamed".to_owned() }];
    let moved = [HistoryWhat::Moved { from: "A".to_owned(), to: "Z".to_owned() }];
    assert_eq!(
        told,
        [
            ("renameCard", "first", &renamed[..], vec!["renamed"]),
            ("moveCards", "first", &moved, vec![]),
            ("describeCard", "first", &[HistoryWhat::Described], vec!["an hour of words"]),
            ("addCards", "never there", &[], vec!["never there"]),
        ]
    );
    let own = seat.engine.create_board("Mine", None, &["In".to_owned()]).await.unwrap().board;
    for act in [&tray[2], &tray[3]] {
        seat.engine.copy_refused(seat.board, act.act, own).await.unwrap();
    }
    let cards = seat.engine.content(own).await.unwrap().cards;
    let copies: Vec<(&str, bool)> =
        cards.iter().map(|card| (&*card.title, card.described)).collect();
    assert_eq!(copies, [("first", true), ("never there", false)]);
    given(&mut seat, Some(Role::Viewer)).await;
    let failure = seat.engine.copy_refused(seat.board, tray[3].act, seat.board).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused, "the role on that board does not allow it");
    assert_eq!(seat.engine.tray(seat.board).await.unwrap(), tray, "copies take nothing away");
    let exported = seat.engine.export(seat.board, ExportFormat::Refused).await.unwrap();
    let Reply::Text { name, text } = exported else { panic!("no text") };
    assert_eq!(name, "B.not-accepted.json");
    assert_eq!(serde_json::from_str::<Vec<RefusedAct>>(&text).unwrap(), tray);
    for act in tray {
        assert_eq!(act.why, "forbidden");
        seat.engine.discard_refused(seat.board, act.act).await.unwrap();
    }
    assert_eq!(
        (seat.engine.tray(seat.board).await.unwrap(), seat.counts().await),
        (vec![], (0, 0))
    );
    assert_eq!(seat.problems().await, [""; 0]);
}
