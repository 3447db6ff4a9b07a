//! Each checker is shown a broken build and has to catch it: a green check that cannot fail proves nothing.

use crate::{
    stamps::{aimed_stands, scene},
    support::{dice, laws::*, reader::Reader, wild, words::perform, world::World},
    undoing::keeps_off_what_is_not_its_own,
};
use domain::{
    board::{Board, Entity},
    change::*,
    export::export,
    id::*,
    key::OrderKey,
    register::*,
    view,
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use std::collections::BTreeMap;

/// How many of a hundred draws the checker catches.
fn caught<S: Strategy>(strategy: S, holds: impl Fn(S::Value) -> bool) -> usize {
    let mut runner = TestRunner::deterministic();
    (0..100).filter(|_| !holds(strategy.new_tree(&mut runner).unwrap().current())).count()
}

/// The last that arrives wins.
fn last_arrived(log: &[Numbered]) -> BTreeMap<(EntityId, Slot), Vec<u8>> {
    let writes = log.iter().flat_map(|it| &it.change.writes);
    writes.map(|it| ((it.entity, it.slot.clone()), it.value.bytes().to_vec())).collect()
}

#[test]
fn r2_a_fold_that_takes_the_last_arriving_is_caught() {
    let storm = || (wild::log(2..14), vec(any::<usize>(), 0..40));
    let broken = |(log, arrivals): (wild::Log, Vec<usize>)| {
        same_whatever_the_order(last_arrived, &log, &arrivals)
    };
    assert!(caught(storm(), broken) > 20);
    let right = |(log, arrivals): (wild::Log, Vec<usize>)| {
        let fold = |part: &[Numbered]| registers(&fold(wild::BOARD, log[0].epoch, part));
        same_whatever_the_order(fold, &log, &arrivals)
    };
    assert_eq!(caught(storm(), right), 0);
}

#[test]
fn s2_a_new_key_written_as_an_aimed_move_is_caught() {
    let aimed = |mut write: Write| {
        write.replaces = None;
        write
    };
    assert!(caught(scene(), |scene| aimed_stands(&scene, aimed)) > 20);
    assert_eq!(caught(scene(), |scene| aimed_stands(&scene, |write| write)), 0);
}

#[test]
fn u2_an_undo_that_ignores_what_it_expects_is_caught() {
    // Two people rename and describe the same two cards.
    let throw =
        (23..25u16, 0..2u16, any::<u16>()).prop_map(|(verb, card, text)| [verb, card, 0, text]);
    let turns = || vec((0..6u8, throw.clone()), 30..60);
    let holds = |looks| move |turns: Vec<_>| keeps_off_what_is_not_its_own(&turns, looks).is_ok();
    assert!(caught(turns(), holds(false)) > 20);
    assert_eq!(caught(turns(), holds(true)), 0);
}

#[test]
fn n1_a_log_with_a_gap_a_wrong_chain_or_another_body_is_caught() {
    let log = dice::furnished().log;
    assert!(log_holds(&log));
    let mut gap = log.clone();
    gap.remove(3);
    assert!(!log_holds(&gap));
    let mut stamped = log.clone();
    stamped[3].cstamp.counter += 1;
    assert!(!log_holds(&stamped));
    let mut body = log.clone();
    body[3].body = body[4].body.clone();
    assert!(!log_holds(&body));
}

#[test]
fn v2_a_reader_that_misses_a_patch_differs() {
    let mut world = dice::furnished();
    let reader = Reader::new(view::content(&world.board, world.me));
    perform(&mut world, "rename a z");
    let mut skipped = reader.clone();
    skipped.seq = world.board.head.position.seq;
    assert_ne!(skipped, Reader::new(view::content(&world.board, world.me)));
}

#[test]
fn k1_a_key_that_is_not_between_is_seen() {
    let key = |bytes: &[u8]| OrderKey::from_bytes(bytes).unwrap();
    assert!(key(&[127, 128]) < key(&[128]) && key(&[128]) < key(&[128, 128]));
    let keys = [key(&[128]), key(&[128])];
    assert!(!keys.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn v1_a_card_that_is_left_out_or_shown_twice_is_caught() {
    let World { board, me, .. } = dice::furnished();
    let (content, export) = (view::content(&board, me), export(&board, me));
    assert_eq!(shows_once(&board, &content, &export), Ok(()));
    let mut without = content.clone();
    without.cards.pop();
    assert!(shows_once(&board, &without, &export).is_err());
    let mut twice = content.clone();
    twice.cards.push(twice.cards[0].clone());
    assert!(shows_once(&board, &twice, &export).is_err());
    let mut elsewhere = content.clone();
    elsewhere.cards[0].column = ColumnId(elsewhere.cards[0].id.0);
    assert!(shows_once(&board, &elsewhere, &export).is_err());
    let mut unexported = export;
    unexported.columns[0].cards.pop();
    assert!(shows_once(&board, &content, &unexported).is_err());
}

#[test]
fn r3_a_digest_that_was_not_kept_is_caught() {
    let World { board, .. } = dice::furnished();
    let is_card = |it: &(EntityId, &Entity)| it.1.kind == Kind::CARD;
    let lost = board.entities().find(is_card).unwrap().0;
    let entities = board.entities().map(|(id, it)| {
        let held = it.registers().iter().filter(|it| id != lost || it.slot.field != Field::TITLE);
        (id, Entity::from_registers(it.kind.clone(), held.cloned().collect()))
    });
    let broken = Board::from_entities(board.id, board.head, entities.collect::<Vec<_>>());
    assert_ne!(full_digest(&broken), broken.head.digest);
}
