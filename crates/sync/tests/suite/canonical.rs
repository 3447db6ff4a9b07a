//! Canonical stamps, by hand: each of the closing rules on stamps.

use crate::support::{pen::*, room::*, *};
use domain::{
    shared::Former,
    stamp::{COUNTER_MAX, Rank},
};
use sync::{canonical::AHEAD_MS_MAX, message::Answer};

/// A room with one numbered title of card 7, by replica 1 at noon.
fn titled() -> Room {
    let mut room = Room::new();
    assert_eq!(room.stamp_of(Pen::new(1).sign(vec![title(7, "first")])), stamp(NOON, 0, 1));
    room
}

fn seeing(room: &Room, number: u8) -> Pen {
    Pen { base: room.head(), ..Pen::new(number) }
}

#[test]
fn a_clock_that_is_right_or_late_or_little_ahead_is_believed() {
    for off in [0, -5 * i64::try_from(MINUTE).unwrap(), -i64::try_from(YEAR).unwrap(), 60_000] {
        let ms = NOON.saturating_add_signed(off);
        let own = titled().stamp_of(Pen::new(2).sign_at(ms, vec![title(7, "own")]));
        assert_eq!(own, stamp(ms, 0, 2), "{off} ms off, of what its author had not seen");
    }
}

#[test]
pub fn a_clock_far_ahead_gets_the_servers_tick() {
    for off in [61 * SECOND, AHEAD_MS_MAX + 1, YEAR] {
        let mut room = titled();
        let mut pen = Pen::new(2);
        let tick = room.stamp_of(pen.sign_at(NOON + off, vec![title(8, "ahead")]));
        assert_eq!(tick, stamp(NOON, 1, 2), "just above the newest, at the server's time");
        room.now_ms += MINUTE;
        let tick = room.stamp_of(pen.sign_at(NOON + off + 2 * MINUTE, vec![title(8, "ahead")]));
        assert_eq!(tick, stamp(NOON + MINUTE, 0, 2), "the server's time, when that has gone on");
    }
}

#[test]
pub fn what_an_author_had_seen_is_beaten_by_just_as_much_as_it_takes() {
    for late in [1, 5 * MINUTE, YEAR] {
        let mut room = titled();
        let offer = seeing(&room, 2).sign_at(NOON - late, vec![title(7, "second")]);
        assert_eq!(room.stamp_of(offer), stamp(NOON, 1, 2), "{late} ms late");
        assert_eq!(room.text(7), "second");
    }
}

/// Stamps of one moment are told apart by their replicas.
#[test]
fn of_one_moment_only_the_lesser_replica_is_lifted() {
    let stamped = |number| {
        let mut room = titled();
        let offer = seeing(&room, number).sign(vec![title(7, "second")]);
        room.stamp_of(offer)
    };
    assert_eq!(stamped(2), stamp(NOON, 0, 2));
    assert_eq!(stamped(0), stamp(NOON, 1, 0));
}

#[test]
fn what_an_author_had_not_seen_is_not_beaten_by_a_late_clock() {
    let mut room = titled();
    let offer = Pen::new(2).sign_at(NOON - 5 * MINUTE, vec![title(7, "late")]);
    assert_eq!(room.stamp_of(offer), stamp(NOON - 5 * MINUTE, 0, 2));
    assert_eq!(room.text(7), "first");
}

#[test]
fn only_the_registers_that_are_written_lift_a_stamp() {
    let mut room = titled();
    let offer = seeing(&room, 2).sign_at(NOON - YEAR, vec![title(8, "another card")]);
    assert_eq!(room.stamp_of(offer), stamp(NOON - YEAR, 0, 2));
}

#[test]
pub fn a_base_of_another_log_counts_as_unseen() {
    for base in [
        Position { chain: Hash([9; 16]), ..titled().head() },
        Position { seq: 5, ..titled().head() },
    ] {
        let mut room = titled();
        let mut pen = Pen { base, ..Pen::new(2) };
        let own = room.stamp_of(pen.sign_at(NOON - YEAR, vec![title(7, "late")]));
        assert_eq!(own, stamp(NOON - YEAR, 0, 2));
    }
}

#[test]
fn a_base_counts_whatever_its_epoch_is_called() {
    let mut room = titled();
    let mut pen = Pen { base: Position { epoch: replica(9), ..room.head() }, ..Pen::new(2) };
    let lifted = room.stamp_of(pen.sign_at(NOON - YEAR, vec![title(7, "second")]));
    assert_eq!(lifted, stamp(NOON, 1, 2), "a restored server goes on with the same log");
}

#[test]
pub fn a_devices_later_act_beats_its_earlier_whatever_its_clock_says() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    room.stamp_of(pen.sign_with(vec![title(7, "first")], |it| it.stamp.counter = 7));
    let later = room.stamp_of(pen.sign_at(NOON - YEAR, vec![title(8, "second")]));
    assert_eq!(later, stamp(NOON, 8, 2));
    let third = room.stamp_of(pen.sign_at(NOON - 1, vec![title(9, "third")]));
    assert_eq!(third, stamp(NOON, 9, 2));
}

/// A write beside the one that has to be lifted keeps losing to what somebody did to it meanwhile.
#[test]
pub fn a_lift_goes_no_further_than_it_must() {
    let (mut room, mut pen) = (titled(), Pen::new(2));
    room.stamp_of(pen.sign_at(NOON + SECOND, vec![title(8, "device's first")]));
    room.stamp_of(Pen::new(3).sign_at(NOON + MINUTE, vec![title(9, "another's")]));
    let lifted =
        room.stamp_of(pen.sign_at(NOON - MINUTE, vec![title(8, "next"), title(9, "next")]));
    assert_eq!(lifted, stamp(NOON + SECOND, 1, 2));
    assert_eq!((room.text(8), room.text(9)), ("next", "another's"));
}

/// Compared with what the server gave it, not with what the device had said.
#[test]
fn a_mended_clock_is_believed_again() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let corrected = room.stamp_of(pen.sign_at(NOON + YEAR, vec![title(7, "ahead")]));
    assert_eq!(corrected, stamp(NOON, 0, 2));
    let mended = room.stamp_of(pen.sign_at(NOON + SECOND, vec![title(7, "mended")]));
    assert_eq!(mended, stamp(NOON + SECOND, 0, 2));
    assert_eq!(room.text(7), "mended");
}

#[test]
pub fn a_full_counter_carries_into_the_milliseconds() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    room.stamp_of(pen.sign_with(vec![title(7, "full")], |it| it.stamp.counter = COUNTER_MAX));
    let carried = room.stamp_of(pen.sign(vec![title(7, "next")]));
    assert_eq!(carried, stamp(NOON + 1, 0, 2));
}

#[test]
pub fn a_server_clock_that_steps_back_stops_nothing() {
    let mut room = titled();
    room.now_ms = NOON - YEAR;
    let right = room.stamp_of(Pen::new(2).sign_at(NOON, vec![title(8, "right")]));
    assert_eq!(right, stamp(NOON, 0, 2), "it is not over 60 s ahead of the newest less 60 s");
    let next = room.stamp_of(Pen::new(3).sign_at(NOON + SECOND, vec![title(8, "next")]));
    assert_eq!(next, stamp(NOON, 1, 3), "ahead of that is the newest, ticked");
}

#[test]
pub fn a_weak_write_ranks_directly_above_the_one_that_it_replaces() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let placed = pen.sign(vec![place(7, 1, 10)]);
    let first = room.stamp_of(placed.clone());
    let mut other = seeing(&room, 3);
    other.ms += SECOND;
    let rekeyed = other.sign(vec![weakly(place(7, 1, 20), placed.change.id()), title(8, "aimed")]);
    room.stamp_of(rekeyed.clone());
    let rank = Rank { stamp: first, minor: 1, change: rekeyed.change.id() };
    assert_eq!(room.at(2).weak_ranks, [Some(rank)]);
    // A move that somebody aimed, without having seen the new key, stands above it.
    let mut mover = Pen { ms: NOON + 1, ..Pen::new(4) };
    room.stamp_of(mover.sign(vec![place(7, 2, 30)]));
    let spot = room.board.entity(thing(7)).unwrap().value(Field::PLACE).unwrap().as_spot();
    assert_eq!(spot.unwrap().parent, thing(2));
}

#[test]
pub fn a_weak_write_over_another_than_it_names_is_void() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    let first = pen.sign(vec![place(7, 1, 10)]);
    let second = pen.sign(vec![place(7, 2, 10)]);
    room.take(vec![first.clone(), second]);
    let late = Pen::new(3).sign(vec![weakly(place(7, 1, 20), first.change.id())]);
    room.stamp_of(late);
    assert_eq!(room.at(3).weak_ranks, [None]);
    assert_eq!(room.at(3).ranked_writes().count(), 0);
}

#[test]
fn a_weak_write_may_name_what_it_replaces_by_an_earlier_id_of_the_act() {
    let mut room = Room::new();
    let first = Pen::new(2).sign(vec![place(7, 1, 10)]);
    room.take(vec![first.clone()]);
    let act = first.change.act;
    let mut copy = Pen::new(5);
    let again = copy.sign_with(vec![place(7, 1, 10)], |it| it.act = act);
    let rekeyed = copy.sign(vec![weakly(place(7, 1, 20), again.change.id())]);
    room.take(vec![again, rekeyed]);
    assert_eq!(room.at(2).weak_ranks[0].map(|rank| rank.minor), Some(1));
}

#[test]
pub fn a_former_stamp_is_given_again() {
    let mut room = titled();
    let mut pen = seeing(&room, 2);
    let mut offer = pen.sign_at(NOON + YEAR, vec![title(7, "again")]);
    // It was canonical on a replica that has another id now.
    offer.former = Some(Former { cstamp: stamp(NOON - YEAR, 3, 9), weak_ranks: Vec::new() });
    assert_eq!(room.stamp_of(offer), stamp(NOON - YEAR, 3, 2));
    assert_eq!(room.text(7), "first", "what came after it then, comes after it now");
}

#[test]
fn a_former_stamp_is_lifted_above_what_the_same_replica_did_before() {
    let (mut room, mut pen) = (Room::new(), Pen::new(2));
    room.stamp_of(pen.sign(vec![title(7, "first")]));
    let mut offer = pen.sign(vec![title(7, "second")]);
    offer.former = Some(Former { cstamp: stamp(NOON - MINUTE, 0, 2), weak_ranks: Vec::new() });
    assert_eq!(room.stamp_of(offer), stamp(NOON, 1, 2));
}

#[test]
fn a_former_stamp_that_is_ahead_says_nothing() {
    let (mut room, mut pen) = (titled(), Pen::new(2));
    let mut offer = pen.sign_at(NOON - MINUTE, vec![title(7, "own")]);
    offer.former = Some(Former { cstamp: stamp(NOON + YEAR, 0, 2), weak_ranks: Vec::new() });
    assert_eq!(room.stamp_of(offer), stamp(NOON - MINUTE, 0, 2));
}

#[test]
fn former_ranks_of_weak_writes_are_given_again_under_the_new_id() {
    let mut room = Room::new();
    let placed = Pen::new(2).sign(vec![place(7, 1, 10)]);
    let first = room.stamp_of(placed.clone());
    let mut offer = Pen::new(3).sign(vec![weakly(place(7, 1, 20), placed.change.id())]);
    let old = Rank { stamp: first, minor: 4, change: ChangeId { replica: replica(9), rseq: 1 } };
    offer.former = Some(Former { cstamp: stamp(NOON, 5, 3), weak_ranks: vec![Some(old)] });
    let id = offer.change.id();
    assert!(matches!(room.take(vec![offer])[..], [Answer::Accepted(2, _)]));
    assert_eq!(room.at(2).weak_ranks, [Some(Rank { change: id, ..old })]);
}

#[test]
fn former_ranks_that_are_ahead_or_do_not_fit_say_nothing() {
    let placed = Pen::new(2).sign(vec![place(7, 1, 10)]);
    let id = ChangeId { replica: replica(9), rseq: 1 };
    let far = Some(Rank { stamp: stamp(NOON + YEAR, 0, 9), minor: 1, change: id });
    for weak_ranks in [vec![far], vec![far, far], Vec::new()] {
        let mut room = Room::new();
        let first = room.stamp_of(placed.clone());
        let mut offer = Pen::new(3).sign(vec![weakly(place(7, 1, 20), placed.change.id())]);
        offer.former = Some(Former { cstamp: stamp(NOON, 5, 3), weak_ranks });
        let by = offer.change.id();
        room.take(vec![offer]);
        let anew = Rank { stamp: first, minor: 1, change: by };
        assert_eq!(room.at(2).weak_ranks, [Some(anew)]);
    }
}
