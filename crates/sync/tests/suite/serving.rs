//! Where a session on a board starts: what a replica says of itself, against what the log is.

use crate::support::{pen::*, room::*, *};
use sync::{
    message::{Follow, LOCATOR_MAX},
    serving::{LOG_INSTEAD_OF_SNAPSHOT_MAX, Start, located, start as start_at},
};

/// Nine numbered changes.
fn room() -> Room {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    for number in 0..9 {
        room.take(vec![pen.sign(vec![title(7, &number.to_string())])]);
    }
    room
}

fn follow(locator: Vec<Position>) -> Follow {
    Follow { board: board(), locator, whole: false }
}

fn started(room: &Room, floor: u64, follow: &Follow) -> Start {
    start_at(follow, room.head(), floor, |seq| room.chain_at(seq).filter(|_| seq >= floor))
}

/// Of another log.
fn strange(seq: u64) -> Position {
    Position { seq, chain: Hash([9; 16]), ..start() }
}

#[test]
fn a_replica_at_the_head_or_behind_it_goes_on_from_there() {
    let room = room();
    for seq in [9, 4, 1, 0] {
        let named = follow(vec![room.position(seq), room.position(seq.saturating_sub(1))]);
        assert_eq!(started(&room, 0, &named), Start::From(room.position(seq)));
    }
}

#[test]
fn an_epoch_alone_parts_no_logs() {
    let room = room();
    let named = follow(vec![Position { epoch: replica(9), ..room.position(4) }]);
    assert_eq!(started(&room, 0, &named), Start::From(room.position(4)), "with the log's epoch");
}

#[test]
pub fn where_logs_part_the_newest_common_position_is_named() {
    let room = room();
    let named = follow(vec![strange(8), strange(7), room.position(6), room.position(4)]);
    assert_eq!(started(&room, 0, &named), Start::Diverged(room.position(6)));
}

#[test]
fn a_replica_ahead_of_a_log_that_was_rolled_back_diverges() {
    let room = room();
    let named = follow(vec![strange(12), room.position(9)]);
    assert_eq!(started(&room, 0, &named), Start::Diverged(room.position(9)));
}

#[test]
fn logs_without_anything_in_common_but_their_beginning_part_there() {
    let room = room();
    let named = follow(vec![strange(5), start()]);
    assert_eq!(started(&room, 0, &named), Start::Diverged(start()));
}

#[test]
fn logs_without_anything_in_common_need_a_snapshot() {
    let named = follow(vec![strange(5), strange(4)]);
    assert_eq!(started(&room(), 0, &named), Start::Snapshot(None));
}

#[test]
fn what_is_behind_the_floor_needs_a_snapshot() {
    let room = room();
    assert_eq!(started(&room, 5, &follow(vec![room.position(5)])), Start::From(room.position(5)));
    // Its chain is not known any more, but for that of the beginning.
    assert_eq!(started(&room, 5, &follow(vec![room.position(4)])), Start::Snapshot(None));
    let beginning = follow(vec![strange(4), start()]);
    assert_eq!(started(&room, 5, &beginning), Start::Snapshot(Some(start())));
}

#[test]
fn whoever_asks_for_the_whole_board_gets_a_snapshot() {
    let room = room();
    let whole = Follow { whole: true, ..follow(vec![room.position(9)]) };
    assert_eq!(started(&room, 0, &whole), Start::Snapshot(Some(room.position(9))));
    let nothing = Follow { whole: true, ..follow(Vec::new()) };
    assert_eq!(started(&room, 0, &nothing), Start::Snapshot(None));
}

#[test]
fn a_replica_with_nothing_reads_a_short_log_and_no_long_one() {
    let room = room();
    let nothing = follow(Vec::new());
    assert_eq!(started(&room, 0, &nothing), Start::From(start()));
    assert_eq!(started(&room, 5, &nothing), Start::Snapshot(None), "it is not whole");
    let head = |seq| Position { seq, ..strange(0) };
    let at = |seq| start_at(&nothing, head(seq), 0, |_| None);
    assert_eq!(at(LOG_INSTEAD_OF_SNAPSHOT_MAX), Start::From(Position { seq: 0, ..start() }));
    assert_eq!(at(LOG_INSTEAD_OF_SNAPSHOT_MAX + 1), Start::Snapshot(None));
}

#[test]
fn no_more_positions_are_looked_up_than_a_locator_may_name() {
    let room = room();
    let mut locator: Vec<Position> = (100..).take(LOCATOR_MAX).map(strange).collect();
    locator.push(room.position(9));
    let long = follow(locator);
    assert_eq!(located(&long).len(), LOCATOR_MAX);
    assert_eq!(started(&room, 0, &long), Start::Snapshot(None));
}
