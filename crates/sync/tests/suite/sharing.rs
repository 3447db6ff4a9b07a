//! A log that is handed over: staged in order, checked against what was promised, and taken over with the stamps of
//! bad clocks mended.

use crate::support::{pen::*, room::*, *};
use domain::{change::Numbered, stamp::COUNTER_MAX};
use sync::{
    acceptance::{End, Outcome},
    message::NumberedBytes,
    sharing::{BadLog, Opened, Promise, next, open},
};

/// A room whose server believed every clock, as a board of one's own does.
fn room(times: &[u64]) -> Room {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    for (number, ms) in times.iter().enumerate() {
        room.now_ms = *ms;
        room.stamp_of(pen.sign_at(*ms, vec![title(7, &number.to_string())]));
    }
    room
}

fn promise(room: &Room) -> Promise {
    let digest = room.board.head.digest.to_be_bytes();
    Promise { board: board(), head: room.head(), digest, person: person(1) }
}

fn opened(room: &Room, now_ms: u64) -> Opened {
    open(&promise(room), room.log.clone(), now_ms).unwrap()
}

fn follows(log: &[Numbered]) {
    let mut before = start();
    for numbered in log {
        assert!(numbered.follows(before), "number {}", numbered.seq);
        before = numbered.position();
    }
}

#[test]
fn a_log_that_is_as_promised_is_taken_over_as_it_is() {
    let room = room(&[NOON, NOON + SECOND, NOON + MINUTE]);
    let Opened { board, log, answered, ends } = opened(&room, NOON);
    assert_eq!(log, room.log);
    assert_eq!(board.head, room.board.head);
    let last = room.at(3);
    let latest = Some(last.cstamp.into());
    let end = End { rseq: 3, hash: last.hash, latest };
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), [(replica(2), end)]);
    let answers: Vec<Outcome> = answered.iter().map(|it| it.answer).collect();
    assert_eq!(answers[2], Outcome::Accepted(3, last.cstamp));
    assert!(answered.iter().all(|it| room.answered[&it.id] == *it));
}

#[test]
fn a_log_goes_on_under_the_epoch_that_was_promised() {
    let room = room(&[NOON, NOON + SECOND]);
    let head = Position { epoch: replica(9), ..room.head() };
    let promise = Promise { head, ..promise(&room) };
    assert_eq!(open(&promise, room.log.clone(), NOON).unwrap().board.head.position, head);
}

#[test]
fn an_empty_board_can_be_shared() {
    let room = Room::new();
    assert_eq!(opened(&room, NOON).board.head, room.board.head);
}

#[test]
fn a_log_with_a_gap_or_a_broken_chain_is_bad() {
    let room = room(&[NOON, NOON + SECOND, NOON + MINUTE]);
    let bad = |but: fn(&mut Vec<Numbered>)| {
        let mut log = room.log.clone();
        but(&mut log);
        open(&promise(&room), log, NOON).err()
    };
    assert_eq!(bad(|log| drop(log.remove(1))), Some(BadLog::Chain));
    assert_eq!(bad(|log| log.swap(0, 1)), Some(BadLog::Chain));
    assert_eq!(bad(|log| log[1].cstamp.ms += 1), Some(BadLog::Chain), "a stamp that is not hashed");
    assert_eq!(bad(|log| log[1].chain = Hash([9; 16])), Some(BadLog::Chain));
    let another_body = |log: &mut Vec<Numbered>| log[1].body = log[0].body.clone();
    assert_eq!(bad(another_body), Some(BadLog::Chain), "a body that is not hashed");
}

#[test]
fn a_log_that_ends_elsewhere_or_adds_up_to_another_board_is_bad() {
    let room = room(&[NOON, NOON + SECOND, NOON + MINUTE]);
    let mut short = room.log.clone();
    short.pop();
    assert_eq!(open(&promise(&room), short, NOON).err(), Some(BadLog::Head));
    let head = Position { chain: Hash([9; 16]), ..room.head() };
    let other = Promise { head, ..promise(&room) };
    assert_eq!(open(&other, room.log.clone(), NOON).err(), Some(BadLog::Head));
    let other = Promise { digest: [9; 16], ..promise(&room) };
    assert_eq!(open(&other, room.log.clone(), NOON).err(), Some(BadLog::Digest));
}

#[test]
pub fn stamps_ahead_of_now_come_to_stand_behind_what_is_not_in_their_order() {
    let far = NOON + YEAR;
    let room = room(&[NOON - MINUTE, NOON + SECOND, far, far + SECOND, far + YEAR]);
    let Opened { board, log, answered, ends } = opened(&room, NOON);
    let stamps: Vec<Stamp> = log.iter().map(|it| it.cstamp).collect();
    let near = |counter| stamp(NOON + SECOND, counter, 2);
    assert_eq!(stamps, [stamp(NOON - MINUTE, 0, 2), near(0), near(1), near(2), near(3)]);
    follows(&log);
    assert_eq!(board.head.position, log[4].position());
    assert_eq!((board.head.position.epoch, board.head.latest), (epoch(), near(3).into()));
    assert_eq!(answered[4].answer, Outcome::Accepted(5, near(3)));
    assert_eq!(ends[&replica(2)].latest, Some(near(3).into()));
    assert_eq!(board.entity(thing(7)).unwrap().text(Field::TITLE), "4", "the same wins");
    assert!(log.iter().zip(&room.log).all(|(new, old)| new.body == old.body), "as it was signed");
}

/// The chain that a sharer knows is no longer the log's: it hears so, as from a rolled back server.
#[test]
fn mapped_stamps_change_the_chain_from_the_first_of_them_on() {
    let room = room(&[NOON, NOON + YEAR, NOON + YEAR + SECOND]);
    let log = opened(&room, NOON).log;
    assert_eq!(log[0].chain, room.at(1).chain);
    assert_ne!(log[1].chain, room.at(2).chain);
}

#[test]
fn as_many_stamps_as_were_different_stay_different() {
    let far = NOON + YEAR;
    let mut room = Room::new();
    let mut pens: Vec<Pen> = (2..8).map(Pen::new).collect();
    room.now_ms = far + MINUTE;
    for counter in [0, 1, COUNTER_MAX] {
        for pen in &mut pens {
            let ahead = pen.sign_with(vec![title(pen.hand, "x")], |it| {
                it.stamp.ms = far;
                it.stamp.counter = counter;
            });
            room.stamp_of(ahead);
        }
    }
    let log = opened(&room, NOON).log;
    let mut order: Vec<usize> = (0..log.len()).collect();
    order.sort_by_key(|at| room.log[*at].cstamp);
    let mapped: Vec<Stamp> = order.iter().map(|at| log[*at].cstamp).collect();
    assert!(mapped.windows(2).all(|pair| pair[0] < pair[1]), "{mapped:?}");
    assert!(mapped.iter().all(|it| it.ms <= NOON + AHEAD && it.counter <= COUNTER_MAX));
}

const AHEAD: u64 = sync::canonical::AHEAD_MS_MAX;

#[test]
fn weak_ranks_are_mapped_with_the_writes_that_they_stand_above() {
    let mut room = Room::new();
    room.now_ms = NOON + YEAR;
    let mut pen = Pen { ms: NOON + YEAR, ..Pen::new(2) };
    let placed = pen.sign(vec![place(7, 1, 10)]);
    let rekeyed = pen.sign(vec![weakly(place(7, 1, 20), placed.change.id())]);
    room.take(vec![placed, rekeyed]);
    let Opened { log, board, .. } = opened(&room, NOON);
    let rank = log[1].weak_ranks[0].unwrap();
    assert_eq!((rank.stamp, rank.minor), (log[0].cstamp, 1));
    assert!(log[0].cstamp.ms <= NOON + AHEAD);
    assert_eq!(board.winner(thing(7), &Field::PLACE.into()).unwrap().rank, rank);
}

#[test]
fn of_what_arrives_only_what_follows_is_staged() {
    let room = room(&[NOON, NOON + SECOND, NOON + MINUTE]);
    let bytes = |from: usize| room.log[from..].iter().cloned().map(NumberedBytes).collect();
    assert_eq!(next(start(), bytes(0)), room.log);
    assert_eq!(next(room.position(1), bytes(0)), room.log[1..], "what is there already is not");
    assert_eq!(next(start(), bytes(1)), [], "nor what does not follow");
    let (mut other, mut pen) = (Room::new(), Pen::new(3));
    other.take(vec![pen.sign(vec![title(7, "x")]), pen.sign(vec![title(7, "y")])]);
    let foreign = other.log.into_iter().map(NumberedBytes).collect();
    assert_eq!(next(room.position(1), foreign), [], "nor that of another log");
}
