//! Leaving a shared board: what goes on here alone is what showed, and what was left is not lost.

use super::table::*;
use crate::{detaching::Original, link::ServerBoard, protocol::*};
use domain::{edit::Edit, id::*, record::Standing};
use store::{Stack, account::Role, boards, sharing};
use sync::sharing::{Promise, open};

const LEAVE: Original = Original::Retires;

/// All things of a board as they show, and the sum over their registers.
async fn shows(seat: &mut Seat, board: BoardId) -> (String, u128) {
    let shown = seat.engine.held(board).await.unwrap().board().clone();
    let mut things: Vec<String> =
        shown.entities().map(|(id, thing)| format!("{id} {thing:?}")).collect();
    things.sort_unstable();
    (things.join("\n"), shown.digest())
}

async fn ids(seat: &mut Seat) -> Vec<BoardId> {
    seat.engine.records().await.unwrap().into_iter().map(|record| record.id).collect()
}

async fn is_gone(seat: &mut Seat, board: BoardId) -> bool {
    seat.engine.held(board).await.is_err_and(|failure| failure.code == FailureCode::NotFound)
}

/// A server takes the board over as it takes any.
async fn can_be_shared(seat: &mut Seat, board: BoardId) {
    let held = seat.engine.held(board).await.unwrap();
    let (head, person) = (held.numbered().head, held.me);
    let log = boards::read_after(seat.engine.store.connection(), board, 0, u32::MAX).await.unwrap();
    assert!(log.iter().all(|numbered| numbered.change.board == board));
    let digest = head.digest.to_be_bytes();
    let opened =
        open(&Promise { board, head: head.position, digest, person }, log, NOW_MS).unwrap();
    assert_eq!(opened.board.head.digest, head.digest);
}

/// The seat draws and edits another board from now on.
fn turn_to(seat: &mut Seat, board: BoardId) -> BoardId {
    std::mem::replace(&mut seat.board, board)
}

#[tokio::test]
async fn the_copy_is_the_board_as_it_showed_with_all_that_waited() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    let card = seat.card("first").await;
    seat.edit(Edit::AddComment { card, text: "why *not*".to_owned() }).await;
    seat.edit(Edit::RenameCard { card, title: "renamed".to_owned() }).await;
    seat.add("Z", "offline").await;
    let (original, before) = (seat.board, shows(&mut seat, table.board).await);
    let history = seat.engine.history(original, card).await.unwrap();
    seat.told();

    let copy = seat.engine.detach(original, LEAVE).await.unwrap();
    assert_ne!(copy, original);
    assert_eq!(shows(&mut seat, copy).await, before);
    let held = seat.engine.held(copy).await.unwrap();
    assert!(held.shared().is_none(), "nobody else numbers it");
    assert_eq!((held.numbered().head.digest, held.me), (before.1, table.me));
    assert_eq!(seat.engine.history(copy, card).await.unwrap(), history);
    assert_eq!(seat.problems().await, [""; 0]);
    can_be_shared(&mut seat, copy).await;

    // Of the original nothing shows, and nothing is lost.
    assert_eq!(ids(&mut seat).await, [copy]);
    assert!(is_gone(&mut seat, original).await);
    let found = seat.engine.search("offline").await.unwrap();
    assert_eq!(found.iter().map(|it| it.board).collect::<Vec<_>>(), [copy]);
    assert_eq!(seat.engine.standings().await.unwrap(), []);
    assert_eq!(seat.counts().await, (3, 0), "its outbox stays");
    let told: Vec<_> = seat.told().into_iter().map(|it| (it.board.id, it.board.standing)).collect();
    assert_eq!(told, [(original, Standing::Deleted), (copy, Standing::Live)]);

    // The steps of undo went over, and the copy is written to like any board.
    turn_to(&mut seat, copy);
    for _ in 0..2 {
        let undone = seat.engine.step(Stack::Undo).await.unwrap();
        assert_eq!((undone.board, undone.kept), (Some(copy), 0));
    }
    assert_eq!(seat.drawn().await, "A: first | Z:");
    seat.add("A", "alone").await;
    seat.engine.empty_trash().await.unwrap();
    assert_eq!(seat.problems().await, [""; 0]);
    can_be_shared(&mut seat, copy).await;

    let root = seat.root();
    drop(seat);
    let (mut engine, _) = start(&root).await;
    assert_eq!(engine.records().await.unwrap().len(), 1);
    assert_eq!(engine.check().await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn detaching_again_makes_nothing_more() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let original = seat.board;
    let copy = seat.engine.detach(original, LEAVE).await.unwrap();
    assert_eq!(seat.engine.detach(original, LEAVE).await.unwrap(), copy);
    assert_eq!(seat.engine.detach(copy, LEAVE).await.unwrap(), copy);
    assert_eq!(ids(&mut seat).await, [copy]);
    let own = seat.engine.create_board("Own", None, &[]).await.unwrap().board;
    let failure = seat.engine.detach(own, LEAVE).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::Refused);
}

#[tokio::test]
async fn a_board_that_is_kept_goes_on_beside_its_copy() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    seat.add("Z", "waits").await;
    let (original, before) = (seat.board, shows(&mut seat, table.board).await);
    let copy = seat.engine.detach(original, Original::Stays).await.unwrap();
    assert_eq!(
        (shows(&mut seat, original).await, shows(&mut seat, copy).await),
        (before.clone(), before)
    );
    assert_eq!(ids(&mut seat).await.len(), 2);
    seat.add("A", "shared").await;
    turn_to(&mut seat, copy);
    seat.add("A", "alone").await;
    assert_eq!(seat.drawn().await, "A: first alone | Z: waits");
    turn_to(&mut seat, original);
    seat.connect(&mut table).await;
    assert_eq!(
        (seat.drawn().await, seat.counts().await),
        ("A: first shared | Z: waits".to_owned(), (0, 0))
    );
    assert_eq!(seat.digest().await, table.room().board.head.digest);
    // What was taken back last was done on the copy.
    assert_eq!(seat.engine.step(Stack::Undo).await.unwrap().board, Some(copy));
    assert_eq!(seat.engine.step(Stack::Undo).await.unwrap().board, Some(original));
    assert_eq!(seat.problems().await, [""; 0]);
}

#[tokio::test]
async fn it_is_there_for_every_role_and_for_whoever_lost_the_board() {
    let roles = [Role::Viewer, Role::Commenter, Role::Editor, Role::Admin, Role::Owner];
    for role in roles.map(Some).into_iter().chain([None]) {
        let mut table = Table::new().await;
        let mut seat = table.seat().await;
        seat.connect(&mut table).await;
        seat.disconnect().await;
        seat.add("A", "mine").await;
        let (original, connection) = (seat.board, seat.engine.store.connection());
        sharing::put_role(connection, original, role).await.unwrap();
        let before = shows(&mut seat, original).await;
        let copy = seat.engine.detach(original, LEAVE).await.unwrap();
        assert_eq!(shows(&mut seat, copy).await, before, "{role:?}");
        turn_to(&mut seat, copy);
        seat.add("A", "goes on").await;
        assert_eq!(seat.drawn().await, "A: first mine goes on | Z:");
        assert_eq!(seat.problems().await, [""; 0]);
    }
}

#[tokio::test]
async fn what_began_with_a_snapshot_gets_a_log_that_says_what_its_registers_hold() {
    let mut table = Table::new().await;
    let mut early = table.seat().await;
    early.connect(&mut table).await;
    let card = early.card("first").await;
    early.edit(Edit::RenameCard { card, title: "second".to_owned() }).await;
    early.exchange(&mut table).await;
    let head = table.room().head().seq;
    table.room().floor = head;
    let mut late = table.seat().await;
    late.connect(&mut table).await;
    let share = sharing::share_of(late.engine.store.connection(), late.board).await.unwrap();
    assert_eq!(share.unwrap().floor, head);
    early.add("Z", "in the log").await;
    early.exchange(&mut table).await;
    late.exchange(&mut table).await;
    late.disconnect().await;
    late.edit(Edit::RenameCard { card, title: "third".to_owned() }).await;

    let before = shows(&mut late, table.board).await;
    let copy = late.engine.detach(table.board, LEAVE).await.unwrap();
    assert_eq!(shows(&mut late, copy).await, before);
    assert_eq!(late.problems().await, [""; 0]);
    can_be_shared(&mut late, copy).await;
    let told = late.engine.history(copy, card).await.unwrap();
    let told: Vec<HistoryWhat> = told.into_iter().map(|it| it.what).collect();
    let renamed = HistoryWhat::Renamed { from: "second".to_owned(), to: "third".to_owned() };
    assert_eq!(told, [renamed, HistoryWhat::Created]);
    turn_to(&mut late, copy);
    late.add("A", "on").await;
    assert_eq!(late.drawn().await, "A: third on | Z: in the log");
    assert_eq!(late.problems().await, [""; 0]);
}

#[tokio::test]
async fn a_board_that_was_left_comes_back_with_what_waited_when_it_is_fetched_again() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    seat.disconnect().await;
    seat.add("Z", "waits").await;
    let original = seat.board;
    let copy = seat.engine.detach(original, LEAVE).await.unwrap();
    turn_to(&mut seat, copy);
    seat.add("Z", "alone").await;

    turn_to(&mut seat, original);
    let server = sharing::sign_in(seat.engine.store.connection(), "http://127.0.0.1:2", "ada");
    let server = server.await.unwrap();
    let (role, title) = (Role::Editor, "B".to_owned());
    let fetched = ServerBoard { id: original, title, role, person: table.me };
    seat.engine.clone_board(server, &fetched).await.unwrap();
    seat.following = seat.engine.following(original).await.unwrap();
    assert_eq!(seat.drawn().await, "A: first | Z: waits");
    assert_eq!(ids(&mut seat).await.len(), 2);
    seat.connect(&mut table).await;
    assert_eq!(seat.counts().await, (0, 0));
    assert_eq!(seat.drawn().await, "A: first | Z: waits");
    assert_eq!(seat.digest().await, table.room().board.head.digest);
    let standings = seat.engine.standings().await.unwrap();
    assert_eq!(standings[0].1.server, "http://127.0.0.1:2", "it is that server's now");
    assert_eq!(seat.problems().await, [""; 0]);

    // It can be left again, for another copy.
    let second = seat.engine.detach(original, LEAVE).await.unwrap();
    assert_ne!(second, copy);
    assert_eq!(ids(&mut seat).await.len(), 2);
    assert_eq!(seat.problems().await, [""; 0]);
}

#[tokio::test]
async fn what_is_being_typed_goes_over_to_the_copy() {
    let mut table = Table::new().await;
    let mut seat = table.seat().await;
    seat.connect(&mut table).await;
    let (board, card) = (seat.board, seat.card("first").await);
    let keys = [format!("board/{board}/title"), format!("card/{card}/comment")];
    for key in &keys {
        let (key, text) = (key.clone(), "half a".to_owned());
        let draft =
            Draft { key, board, card: Some(card), column: None, text, base: None, saved_ms: 0 };
        seat.engine.save_draft(draft).await.unwrap();
    }
    while seat.patches.try_recv().is_ok() {}
    let copy = seat.engine.detach(board, LEAVE).await.unwrap();
    let drafts = seat.engine.drafts().await.unwrap();
    let kept: Vec<(String, BoardId)> = drafts.into_iter().map(|it| (it.key, it.board)).collect();
    assert_eq!(kept, [(format!("board/{copy}/title"), copy), (keys[1].clone(), copy)]);
    let mut told = Vec::new();
    while let Ok(patch) = seat.patches.try_recv() {
        if let Patch::Drafts { put, dropped } = patch {
            told.push((put.len(), dropped));
        }
    }
    assert_eq!(told, [(2, vec![keys[0].clone()])]);
    // And what a window types that was not told yet.
    let (key, text) = (format!("board/{board}/title"), "half a thought".to_owned());
    let draft = Draft { key, board, card: None, column: None, text, base: None, saved_ms: 0 };
    seat.engine.save_draft(draft).await.unwrap();
    let drafts = seat.engine.drafts().await.unwrap();
    let typed = drafts.iter().find(|draft| draft.key == format!("board/{copy}/title")).unwrap();
    assert_eq!((typed.board, &*typed.text), (copy, "half a thought"));
}

#[tokio::test]
async fn a_window_is_told_that_a_command_left_its_board() {
    let mut table = Table::new().await;
    let mut window = table.seat().await;
    window.connect(&mut table).await;
    window.drawn().await;
    let mut command = table.seat_on(&window.root()).await;
    let original = window.board;
    let copy = command.engine.detach(original, LEAVE).await.unwrap();
    window.engine.catch_up().await.unwrap();
    let mut reload = false;
    while let Ok(patch) = window.patches.try_recv() {
        reload |= patch == Patch::Reload;
    }
    assert!(reload);
    assert!(is_gone(&mut window, original).await);
    assert_eq!(ids(&mut window).await, [copy]);
    let failure = window.engine.edit(original, &Edit::DeleteBoard).await.unwrap_err();
    assert_eq!(failure.code, FailureCode::NotFound);
}
