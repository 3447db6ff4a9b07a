//! Registers: the state is a function of the set of changes (I5).

use crate::support::{laws::*, storm, wild};
use domain::{board::*, change::*, register::*, stamp::*, value::Value};
use proptest::{collection::vec, prelude::*, strategy::ValueTree};

proptest! {
    #![proptest_config(storm(1_500))]

    #[test]
    fn r2_order_repetition_and_batching_of_changes_do_not_matter(
        log in wild::log(1..14),
        arrivals in vec(any::<usize>(), 0..40),
    ) {
        let epoch = log[0].epoch;
        let fold = |log: &[Numbered]| {
            let board = fold(wild::BOARD, epoch, log);
            assert_eq!(board.head.digest, full_digest(&board), "the digest kept is the sum");
            seen(&board, wild::ME)
        };
        let straight = fold(&log);
        prop_assert!(same_whatever_the_order(registers_of(&log), &log, &arrivals));
        let mut shuffled: Vec<Numbered> =
            arrivals.iter().map(|at| log[at % log.len()].clone()).collect();
        shuffled.extend(log.iter().rev().cloned());
        prop_assert_eq!(&straight, &fold(&shuffled));
    }

    #[test]
    fn r1_a_register_holds_its_greatest_write(log in wild::log(1..14)) {
        let board = fold(wild::BOARD, log[0].epoch, &log);
        prop_assert_eq!(registers(&board), oracle(&log));
    }

    #[test]
    fn r3_the_digest_is_the_sum_over_the_registers_after_every_change(log in wild::log(1..14)) {
        let mut board = Board::new(wild::BOARD, log[0].epoch);
        for change in log.iter().chain(&*log) {
            board.absorb(change);
            prop_assert_eq!(board.head.digest, full_digest(&board));
        }
    }

    #[test]
    fn r8_a_board_read_from_its_registers_is_the_board_that_was_folded(log in wild::log(1..14)) {
        let board = fold(wild::BOARD, log[0].epoch, &log);
        let entities = board.entities();
        let entities = entities.map(|(id, it)| {
            (id, Entity::from_registers(it.kind.clone(), it.registers().to_vec()))
        });
        let read = Board::from_entities(board.id, board.head, entities.collect::<Vec<_>>());
        prop_assert_eq!(seen(&board, wild::ME), seen(&read, wild::ME));
    }

    #[test]
    fn r10_what_a_change_touched_is_what_it_changed(log in wild::log(1..14)) {
        let mut board = Board::new(wild::BOARD, log[0].epoch);
        for change in log.iter().chain(&*log) {
            let before = registers(&board);
            let touched = board.absorb(change);
            for (id, held) in registers(&board) {
                prop_assert!(touched.contains(&id) || before.get(&id) == Some(&held));
            }
        }
    }
}

fn registers_of(log: &[Numbered]) -> impl Fn(&[Numbered]) -> Registers {
    let epoch = log[0].epoch;
    move |log| registers(&fold(wild::BOARD, epoch, log))
}

#[test]
fn r5_of_two_kinds_the_lesser_holds_whichever_came_first() {
    proptest!(storm(256), |(log in wild::log(2..6))| {
        let board = fold(wild::BOARD, log[0].epoch, &log);
        for (id, entity) in board.entities() {
            let writes = log.iter().flat_map(Numbered::ranked_writes).map(|(write, _)| write);
            let least = writes.filter(|it| it.entity == id).map(|it| it.kind.clone()).min();
            prop_assert_eq!(Some(&entity.kind), least.as_ref());
        }
    });
}

#[test]
fn r6_what_a_newer_version_wrote_is_kept_byte_for_byte() {
    proptest!(storm(256), |(log in wild::log(1..4), bytes in vec(any::<u8>(), 0..12))| {
        for change in log.iter() {
            prop_assert_eq!(&read(&change.body).unwrap(), &change.change);
            let (body, hash) = sign(&read(&change.body).unwrap()).unwrap();
            prop_assert_eq!((&body, hash), (&change.body, change.hash));
        }
        if let Some(value) = Value::from_bytes(&bytes) {
            prop_assert_eq!(value.bytes(), &bytes[..]);
        }
    });
}

#[test]
fn r6_a_field_behind_the_known_ones_of_a_change_or_a_write_is_skipped() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let log = wild::log(1..2).new_tree(&mut runner).unwrap().current();
    let body = &log[0].body;
    // A map of twelve entries becomes one of thirteen.
    assert_eq!(body[0], 0xac);
    let mut newer = body.to_vec();
    newer[0] = 0xad;
    newer.extend([0x18, 99, 0x63, b'n', b'e', b'w']);
    assert_eq!(read(&newer).unwrap(), log[0].change);

    let write = minicbor::to_vec(&log[0].change.writes[0]).unwrap();
    assert_eq!(write[0], 0x86);
    let mut newer = write.clone();
    newer[0] = 0x87;
    newer.push(0xf5);
    assert_eq!(minicbor::decode::<Write>(&newer).unwrap(), log[0].change.writes[0]);
}

/// The rank of the change with this number.
fn at(ms: u64) -> Rank {
    let replica = super::support::world::replica(1);
    let stamp = Stamp { ms, counter: 0, replica };
    Rank { stamp, minor: 0, change: ChangeId { replica, rseq: ms } }
}

/// What this version does not understand counts with all its bytes.
#[test]
pub fn r3_the_digest_is_over_the_bytes_that_were_signed() {
    let digest = |bytes: &[u8]| {
        let later = Field::from_name("later").unwrap();
        let write = wild::said(later, Value::from_bytes(bytes).unwrap());
        let mut board = Board::new(wild::BOARD, super::support::world::replica(9));
        board.write_all([(&write, at(1))]);
        board.head.digest
    };
    // Seven, and seven written longer than it must be.
    assert_ne!(digest(&[0x07]), digest(&[0x18, 0x07]));
    assert_ne!(digest(&[0x07]), digest(&[0x08]));
}

#[test]
pub fn r7_what_was_purged_stays_so_whatever_arrives_before_or_behind_it() {
    let purge = (wild::said(Field::PURGED, Value::flag(true)), at(1));
    let title = (wild::said(Field::TITLE, Value::text("again")), at(2));
    for both in [[&purge, &title], [&title, &purge]] {
        let mut board = Board::new(wild::BOARD, super::support::world::replica(9));
        board.write_all(both.map(|(write, rank)| (write, *rank)));
        let held = board.entity(purge.0.entity).unwrap().registers();
        assert_eq!(held.iter().map(|it| &it.slot.field).collect::<Vec<_>>(), [&Field::PURGED]);
    }
}

#[test]
fn r7_what_was_purged_has_nothing_else_for_ever() {
    proptest!(storm(256), |(log in wild::log(1..14))| {
        let mut board = Board::new(wild::BOARD, log[0].epoch);
        let mut purged = std::collections::BTreeSet::new();
        for change in log.iter() {
            board.absorb(change);
            purged.extend(board.entities().filter(|it| it.1.purged()).map(|it| it.0));
            for id in &purged {
                let held = board.entity(*id).unwrap().registers();
                prop_assert!(held.iter().all(|it| it.slot == Field::PURGED.into()));
                prop_assert!(!held.is_empty());
            }
        }
    });
}
