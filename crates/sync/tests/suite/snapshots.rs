//! A snapshot arrives part by part, survives a connection, and is installed whole or not at all. It never takes anything
//! out of the outbox.

use crate::support::{desk::*, pen::*, room::*, *};
use sync::{
    acceptance::Offer,
    following::{Broken, Following},
    message::*,
    rows::Row,
};

/// Five cards on a server.
fn room() -> Room {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    for card in 10..15 {
        room.take(vec![pen.sign(vec![title(card, "there")])]);
    }
    room
}

fn wanted(at: Position, part: u32) -> Vec<FromClient> {
    vec![FromClient::Part(PartWanted { board: board(), at, part })]
}

#[test]
pub fn a_snapshot_is_asked_for_part_by_part_and_installed_with_the_last() {
    let (room, mut desk) = (room(), Desk::new(5));
    desk.act(vec![title(30, "mine")]);
    let (offer, parts) = room.snapshot(None);
    let outcome = desk.hear(BoardNews::Snapshot(offer));
    assert_eq!(told(&outcome.rows), ["stage"]);
    assert_eq!(outcome.say, wanted(room.head(), 0));
    let outcome = desk.hear(BoardNews::Part(parts[0].clone()));
    assert_eq!(told(&outcome.rows), ["stage part"]);
    assert_eq!(outcome.say, wanted(room.head(), 1));
    assert_eq!(desk.title(10), "", "nothing shows before the end");
    assert!(!desk.following.is_verified());
    let outcome = desk.hear(BoardNews::Part(parts[1].clone()));
    assert_eq!(told(&outcome.rows), ["unstage", "unlog", "all things", "head", "floor"]);
    assert!(matches!(outcome.rows[4], Row::Floor(5)));
    assert_eq!(desk.shared.numbered().head, room.board.head);
    assert_eq!((desk.title(10), desk.title(30)), ("there", "mine"));
    assert_eq!(desk.waits().len(), 1);
    assert!(desk.following.is_verified());
}

#[test]
fn a_part_that_was_not_asked_for_is_thrown_away() {
    let (room, mut desk) = (room(), Desk::new(5));
    let (offer, parts) = room.snapshot(None);
    assert!(desk.hear(BoardNews::Part(parts[0].clone())).rows.is_empty(), "of no snapshot");
    desk.hear(BoardNews::Snapshot(offer));
    assert!(desk.hear(BoardNews::Part(parts[1].clone())).rows.is_empty(), "not the next one");
    let other = Part { at: Position { seq: 4, ..parts[0].at }, ..parts[0].clone() };
    assert!(desk.hear(BoardNews::Part(other)).rows.is_empty(), "of another snapshot");
    desk.hear(BoardNews::Part(parts[0].clone()));
    assert!(desk.hear(BoardNews::Part(parts[0].clone())).rows.is_empty(), "twice");
    desk.hear(BoardNews::Part(parts[1].clone()));
    assert_eq!(desk.shared.numbered().head, room.board.head);
}

#[test]
fn a_snapshot_goes_on_where_the_connection_or_the_process_ended() {
    let (room, mut desk) = (room(), Desk::new(5));
    let (offer, parts) = room.snapshot(None);
    desk.hear(BoardNews::Snapshot(offer.clone()));
    desk.hear(BoardNews::Part(parts[0].clone()));
    desk.reconnect();
    let outcome = desk.hear(BoardNews::Snapshot(offer.clone()));
    assert_eq!((told(&outcome.rows), outcome.say), (vec![], wanted(room.head(), 1)));

    desk.following = Following::new(board(), Some((offer.clone(), 1)));
    desk.following.follow(Vec::new());
    let outcome = desk.hear(BoardNews::Snapshot(offer));
    assert_eq!((told(&outcome.rows), outcome.say), (vec![], wanted(room.head(), 1)));
    desk.hear(BoardNews::Part(parts[1].clone()));
    assert_eq!(desk.shared.numbered().head, room.board.head);
}

#[test]
fn another_snapshot_begins_anew() {
    let (mut room, mut desk) = (room(), Desk::new(5));
    let (offer, parts) = room.snapshot(None);
    desk.hear(BoardNews::Snapshot(offer));
    desk.hear(BoardNews::Part(parts[0].clone()));
    room.take(vec![Pen::new(3).sign(vec![title(20, "newer")])]);
    let (offer, parts) = room.snapshot(None);
    let outcome = desk.hear(BoardNews::Snapshot(offer));
    assert_eq!((told(&outcome.rows), outcome.say), (vec!["stage"], wanted(room.head(), 0)));
    for part in parts {
        desk.hear(BoardNews::Part(part));
    }
    assert_eq!((desk.title(20), desk.shared.numbered().head), ("newer", room.board.head));
}

#[test]
fn a_snapshot_with_another_digest_count_or_thing_is_an_error() {
    let room = room();
    let broken = |but: fn(&mut SnapshotOffer, &mut Vec<Part>)| {
        let (mut offer, mut parts) = room.snapshot(None);
        but(&mut offer, &mut parts);
        let mut desk = Desk::new(5);
        desk.hear(BoardNews::Snapshot(offer));
        desk.hear(BoardNews::Part(parts[0].clone()));
        let error = desk.try_hear(BoardNews::Part(parts[1].clone())).err();
        assert_eq!(desk.shared.numbered().head.position, start(), "nothing is installed");
        error
    };
    let bad = Some(Broken::Snapshot);
    assert_eq!(broken(|offer, _| offer.digest = [9; 16]), bad);
    assert_eq!(broken(|offer, _| offer.things += 1), bad);
    assert_eq!(broken(|_, parts| parts[1].things = parts[0].things.clone()), bad, "things twice");
    assert_eq!(broken(|_, parts| parts[1].things = vec![0x80].into()), bad, "things missing");
    assert_eq!(broken(|_, parts| parts[1].things = vec![0xff].into()), bad, "no things");
}

/// What this folder made above the common position is not in the log that the snapshot is of, or it is and was told to
/// nobody: it is offered again either way.
#[test]
fn own_changes_above_the_common_position_wait_again() {
    let mut room = room();
    let mut desk = Desk::new(5);
    desk.hear(BoardNews::Changes(room.changes(0)));
    let common = room.head();
    let mut lost = room.clone();
    for text in ["one", "two"] {
        desk.now_ms += SECOND;
        let waiting = desk.act(vec![title(30, text)]).remove(0);
        let (change, body, hash) = (waiting.change.clone(), waiting.body.clone(), waiting.hash);
        lost.take(vec![Offer { change, body, hash, former: None }]);
        let from = desk.shared.numbered().head.position.seq;
        desk.hear(BoardNews::Changes(lost.changes(from)));
    }
    desk.act(vec![title(30, "three")]);
    room.take(vec![Pen::new(3).sign(vec![title(20, "newer")])]);
    desk.reconnect();
    let (offer, parts) = room.snapshot(Some(common));
    desk.hear(BoardNews::Snapshot(offer));
    for part in parts {
        desk.hear(BoardNews::Part(part));
    }
    let rseqs: Vec<u64> = desk.waits().iter().map(|id| id.rseq).collect();
    assert_eq!(rseqs, [1, 2, 3], "the older before the newer");
    let formers: Vec<bool> = desk.shared.outbox().map(|it| it.former.is_some()).collect();
    assert_eq!(formers, [true, true, false]);
    assert_eq!((desk.title(30), desk.title(20)), ("three", "newer"));
}

/// A snapshot was asked for at the common position, and before it came the stream brought what had been pushed.
#[test]
fn what_was_numbered_while_a_snapshot_was_on_its_way_is_pushed_again_on_the_same_connection() {
    let (mut room, mut desk) = (room(), Desk::new(5));
    desk.hear(BoardNews::Changes(room.changes(0)));
    let common = room.head();
    let waiting = desk.act(vec![title(30, "mine")]).remove(0);
    let (change, body, hash) = (waiting.change.clone(), waiting.body.clone(), waiting.hash);
    let id = change.id();
    desk.push().unwrap();
    let answers = room.take(vec![Offer { change, body, hash, former: None }]);
    desk.hear(BoardNews::Answers(vec![(id, answers[0])]));
    desk.hear(BoardNews::Changes(room.changes(common.seq)));
    assert!(desk.waits().is_empty());
    let (offer, parts) = room.snapshot(Some(common));
    desk.hear(BoardNews::Snapshot(offer));
    for part in parts {
        desk.hear(BoardNews::Part(part));
    }
    assert_eq!(desk.waits(), [id], "the snapshot may be without it");
    let push = desk.push().expect("it waits, and there is a connection");
    assert_eq!(push.changes.len(), 1);
    desk.hear(BoardNews::Answers(vec![(id, answers[0])]));
    assert_eq!((desk.waits(), desk.title(30)), (vec![], "mine"));
}

#[test]
fn what_a_snapshot_covers_is_kept_with_its_number_and_leaves_the_outbox() {
    let (mut room, mut desk) = (room(), Desk::new(5));
    let waiting = desk.act(vec![title(30, "mine")]).remove(0);
    let (change, body, hash) = (waiting.change.clone(), waiting.body.clone(), waiting.hash);
    let answered = room.take(vec![Offer { change, body, hash, former: None }]);
    desk.push();
    let id = waiting.change.id();
    let (offer, parts) = room.snapshot(None);
    desk.hear(BoardNews::Snapshot(offer));
    desk.hear(BoardNews::Answers(vec![(id, answered[0])]));
    assert_eq!(desk.waits(), [id], "a mark alone settles nothing");
    desk.hear(BoardNews::Part(parts[0].clone()));
    assert_eq!(desk.waits(), [id], "nor does half a snapshot");
    let outcome = desk.hear(BoardNews::Part(parts[1].clone()));
    let kept = outcome.rows.iter().any(|row| {
        matches!(row, Row::Keep { seq: 6, waiting, .. }
        if waiting.change.id() == id)
    });
    assert!(kept, "{:?}", told(&outcome.rows));
    assert_eq!((desk.waits(), desk.title(30)), (vec![], "mine"));

    // Should the server forget that too, it is offered again.
    desk.reconnect();
    let (offer, parts) = self::room().snapshot(None);
    desk.hear(BoardNews::Snapshot(offer));
    for part in parts {
        desk.hear(BoardNews::Part(part));
    }
    assert_eq!((desk.waits(), desk.title(30)), (vec![id], "mine"));
    assert!(desk.past.kept.is_empty());
}

#[test]
fn a_snapshot_of_the_same_board_twice_is_cut_alike() {
    let room = room();
    assert_eq!(parts(&room.board), parts(&room.board.clone()));
    let things: Vec<Thing> = minicbor::decode(&parts(&room.board)[0]).unwrap();
    assert!(things.windows(2).all(|pair| pair[0].id < pair[1].id), "in the order of their ids");
    let empty = Room::new();
    assert_eq!(parts(&empty.board), [vec![0x80]], "one part, though there is nothing");
}
