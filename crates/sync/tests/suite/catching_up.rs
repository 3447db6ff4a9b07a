//! A replica takes in what a server numbered: in order, once, and checked.

use crate::support::{desk::*, pen::*, room::*, *};
use proptest::prelude::*;
use sync::{
    following::{Broken, Mismatch, locator_seqs},
    message::*,
    rows::Row,
};

/// A room with so many titles of card 7.
fn room(changes: u32) -> (Room, Pen) {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    for number in 0..changes {
        pen.ms += SECOND;
        room.take(vec![pen.sign(vec![title(7, &number.to_string())])]);
    }
    (room, pen)
}

fn caught_up(room: &Room) -> Desk {
    let mut desk = Desk::new(5);
    desk.hear(BoardNews::Changes(room.changes(0)));
    assert_eq!(desk.shared.numbered().head, room.board.head);
    desk
}

#[test]
fn changes_behind_our_position_are_taken_with_it() {
    let (room, _) = room(3);
    let mut desk = Desk::new(5);
    assert!(!desk.following.is_verified());
    let outcome = desk.hear(BoardNews::Changes(room.changes(0)));
    assert_eq!(told(&outcome.rows), ["log", "log", "log", "things", "head"]);
    assert_eq!(outcome.touched, [thing(7)]);
    assert_eq!((desk.title(7), outcome.mismatch), ("2", None));
    assert!(desk.following.is_verified());
}

#[test]
fn changes_of_an_earlier_question_are_thrown_away() {
    let (room, _) = room(3);
    let mut desk = caught_up(&room);
    desk.reconnect();
    for from in [0, 1, 2] {
        let outcome = desk.hear(BoardNews::Changes(room.changes(from)));
        assert!(outcome.rows.is_empty() && outcome.touched.is_empty());
    }
    let (other, _) = self::room(4);
    let ahead = Changes { from: other.position(4), ..other.changes(4) };
    assert!(desk.hear(BoardNews::Changes(ahead)).rows.is_empty());
    assert!(!desk.following.is_verified());
    assert_eq!(desk.shared.numbered().head, room.board.head);
    assert!(desk.hear(BoardNews::Changes(room.changes(3))).rows.is_empty(), "nothing new");
    assert!(desk.following.is_verified());
}

#[test]
fn changes_that_do_not_follow_one_another_are_an_error() {
    let (room, _) = room(3);
    let broken = |but: fn(&mut Vec<NumberedBytes>)| {
        let mut changes = room.changes(0);
        but(&mut changes.changes);
        Desk::new(5).try_hear(BoardNews::Changes(changes)).err()
    };
    assert_eq!(broken(|all| drop(all.remove(1))), Some(Broken::Chain), "a gap");
    assert_eq!(broken(|all| all.swap(0, 1)), Some(Broken::Chain));
    assert_eq!(broken(|all| all[2].0.chain = Hash([9; 16])), Some(Broken::Chain));
    assert_eq!(broken(|all| all[2].0.cstamp.ms += 1), Some(Broken::Chain));
    assert_eq!(broken(|all| all[0].0.hash = Hash([9; 16])), Some(Broken::Chain));
}

#[test]
fn changes_of_another_board_are_an_error() {
    let mut room = Room::new();
    let elsewhere = BoardId(Uuid::from_bytes([9; 16]));
    let offer = Pen::new(2).sign_with(vec![title(7, "a")], |it| it.board = elsewhere);
    room.board.id = elsewhere;
    room.take(vec![offer]);
    let news = BoardNews::Changes(room.changes(0));
    assert_eq!(Desk::new(5).try_hear(news).err(), Some(Broken::Chain));
}

#[test]
fn another_epoch_on_the_same_log_is_gone_along_with() {
    let (mut room, mut pen) = room(2);
    let mut desk = caught_up(&room);
    desk.reconnect();
    room.board.head.position.epoch = replica(9);
    let outcome = desk.hear(BoardNews::Changes(room.changes(2)));
    assert_eq!(told(&outcome.rows), ["things", "head"]);
    assert_eq!(desk.shared.numbered().head.position, room.head());
    room.take(vec![pen.sign(vec![title(7, "on")])]);
    desk.hear(BoardNews::Changes(room.changes(2)));
    assert_eq!((desk.title(7), desk.shared.numbered().head), ("on", room.board.head));
}

#[test]
pub fn a_digest_that_differs_heals_once_and_is_then_reported() {
    let (room, _) = room(2);
    let mut desk = Desk::new(5);
    let wrong = Changes { digest: Some([9; 16]), ..room.changes(0) };
    let outcome = desk.hear(BoardNews::Changes(wrong));
    let ours = room.board.head.digest;
    let theirs = u128::from_be_bytes([9; 16]);
    let mismatch = Mismatch { at: room.head(), ours, theirs, heals: true };
    assert_eq!(outcome.mismatch, Some(mismatch));
    let whole = Follow { board: board(), locator: vec![room.head()], whole: true };
    assert_eq!(outcome.say, [FromClient::Follow(whole)]);

    desk.reconnect();
    let again = Changes { digest: Some([9; 16]), ..room.changes(2) };
    let outcome = desk.hear(BoardNews::Changes(again));
    assert_eq!(outcome.mismatch, Some(Mismatch { heals: false, ..mismatch }));
    assert_eq!(outcome.say, [], "a second snapshot would not help");
}

#[test]
fn a_digest_elsewhere_than_at_the_head_is_not_compared() {
    let (room, _) = room(3);
    let mut desk = Desk::new(5);
    let mut changes = Changes { digest: Some([9; 16]), ..room.changes(0) };
    changes.changes.pop();
    assert_eq!(desk.hear(BoardNews::Changes(changes)).mismatch, None);
    let none = Changes { digest: None, ..room.changes(2) };
    assert_eq!(desk.hear(BoardNews::Changes(none)).mismatch, None);
}

#[test]
pub fn whose_id_another_machine_signs_with_takes_a_fresh_one() {
    let (room, _) = room(1);
    let mut desk = Desk::new(2);
    let outcome = desk.hear(BoardNews::Changes(room.changes(0)));
    let renamed =
        outcome.rows.iter().any(|row| matches!(row, Row::Replica(id) if *id == replica(0xf0)));
    assert!(renamed, "{:?}", told(&outcome.rows));
}

/// The server numbered three changes of this folder, forgot the last two with a backup, and went on.
fn diverged() -> (Room, Desk) {
    let (mut room, mut pen) = room(1);
    let mut desk = caught_up(&room);
    let mut backup = None;
    for text in ["own 1", "own 2", "own 3"] {
        desk.now_ms += SECOND;
        let waiting = desk.act(vec![title(8, text)]);
        room.now_ms += SECOND;
        let (change, body, hash) = (&waiting[0].change, &waiting[0].body, waiting[0].hash);
        let (change, body) = (change.clone(), body.clone());
        room.take(vec![sync::acceptance::Offer { change, body, hash, former: None }]);
        let from = desk.shared.numbered().head.position.seq;
        desk.hear(BoardNews::Changes(room.changes(from)));
        backup = backup.or(Some(room.clone()));
    }
    assert_eq!((desk.waits(), desk.title(8)), (vec![], "own 3"));
    let mut backup = backup.unwrap();
    backup.board.head.position.epoch = replica(9);
    backup.take(vec![pen.sign(vec![title(7, "after the restore")])]);
    (backup, desk)
}

#[test]
pub fn what_a_rolled_back_server_forgot_waits_again_with_its_number_and_former_stamp() {
    let (room, mut desk) = diverged();
    desk.reconnect();
    desk.hear(BoardNews::Diverged(room.position(2)));
    let outcome = desk.hear(BoardNews::Changes(room.changes(2)));
    let rows = ["queue", "queue", "unlog", "all things", "head", "log", "things", "head"];
    assert_eq!(told(&outcome.rows), rows);
    let number = |rseq| ChangeId { replica: replica(5), rseq };
    assert_eq!(desk.waits(), [number(2), number(3)], "in the order in which they were made");
    let formers: Vec<u64> =
        desk.shared.outbox().map(|it| it.former.as_ref().unwrap().cstamp.ms).collect();
    assert_eq!(formers, [NOON + 2 * SECOND, NOON + 3 * SECOND]);
    assert_eq!((desk.title(8), desk.title(7)), ("own 3", "after the restore"));
    assert_eq!(desk.shared.numbered().head, room.board.head);
}

#[test]
fn without_its_beginning_a_log_is_not_taken_back_but_fetched_whole() {
    let (room, mut desk) = diverged();
    desk.reconnect();
    desk.past.floor = 1;
    desk.hear(BoardNews::Diverged(room.position(2)));
    let outcome = desk.hear(BoardNews::Changes(room.changes(2)));
    assert!(outcome.rows.is_empty());
    let whole = Follow { board: board(), locator: vec![room.position(2)], whole: true };
    assert_eq!(outcome.say, [FromClient::Follow(whole)]);
}

#[test]
fn a_replica_names_its_position_and_then_further_and_further_back() {
    assert_eq!(locator_seqs(0, 0), []);
    assert_eq!(locator_seqs(1, 0), [1, 0]);
    assert_eq!(locator_seqs(10, 0), [10, 9, 8, 6, 2, 0]);
    assert_eq!(locator_seqs(10, 7), [10, 9, 8, 7]);
    assert_eq!(locator_seqs(7, 7), [7]);
    let long = locator_seqs(u64::MAX, 0);
    assert_eq!(long.len(), LOCATOR_MAX);
    assert_eq!(long.last(), Some(&0));
}

proptest! {
    /// As long as each goes on from the one before; what does not is dropped.
    #[test]
    fn any_cut_of_the_log_into_messages_ends_at_the_same_head(
        count in 1..12u32,
        cuts in prop::collection::vec((0..12u64, 1..5usize), 0..40),
    ) {
        let (room, _) = room(count);
        let mut desk = Desk::new(5);
        for (from, length) in cuts {
            let mut changes = room.changes(from.min(u64::from(count)));
            changes.changes.truncate(length);
            desk.hear(BoardNews::Changes(changes));
        }
        let at = desk.shared.numbered().head.position;
        prop_assert_eq!(at, room.position(at.seq));
        desk.hear(BoardNews::Changes(room.changes(at.seq)));
        prop_assert_eq!(desk.shared.numbered().head, room.board.head);
        prop_assert_eq!(desk.past.log.len(), room.log.len());
    }
}
