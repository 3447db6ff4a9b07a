//! The log: numbers, chains and limits.

use crate::support::{dice, drawing::draw, laws::*, storm, world::*};
use domain::{
    change::*,
    document::*,
    id::*,
    log::Act,
    log::record,
    register::{Field, Kind},
    value::Value,
};
use proptest::{collection::vec, prelude::*};

proptest! {
    #![proptest_config(storm(100))]

    #[test]
    fn n1_numbers_run_without_gaps_and_the_chain_verifies(
        turns in vec((any::<bool>(), any::<dice::Throw>()), 1..30),
    ) {
        let mut world = dice::furnished();
        for (theirs, throw) in turns {
            let Some(edit) = dice::edit(&world, throw, true) else { continue };
            let _refused =
                if theirs { world.foreign(2, &edit).is_err() } else { world.edit(&edit).is_err() };
        }
        prop_assert!(log_holds(&world.log));
        for number in [1, 2] {
            let own: Vec<&Numbered> =
                world.log.iter().filter(|it| it.change.replica == replica(number)).collect();
            let mut before = Hash::default();
            for (rseq, change) in (1..).zip(own) {
                prop_assert_eq!((change.change.rseq, change.change.prev), (rseq, before));
                before = change.hash;
            }
        }
        let last = world.log.last().unwrap();
        let position = Position { epoch: last.epoch, seq: last.seq, chain: last.chain };
        prop_assert_eq!(world.board.head.position, position);
        let again = fold(world.board.id, replica(9), &world.log);
        prop_assert_eq!(seen(&again, world.me), seen(&world.board, world.me));
    }
}

fn large(cards: usize, text_bytes: usize, comments: usize) -> BoardDocument {
    let comment = CommentDocument { text: "c".repeat(text_bytes), ..CommentDocument::default() };
    let card = CardDocument {
        title: "card".to_owned(),
        description: "d".repeat(text_bytes),
        comments: vec![comment; comments],
        ..CardDocument::default()
    };
    BoardDocument {
        title: "Board".to_owned(),
        columns: vec![ColumnDocument {
            title: "Todo".to_owned(),
            archived: true,
            cards: vec![card; cards],
            ..ColumnDocument::default()
        }],
        ..BoardDocument::default()
    }
}

#[test]
fn n2_an_act_larger_than_a_change_is_several_under_one_group() {
    for (cards, text_bytes, comments) in
        [(9, domain::text::TEXT_BYTES_MAX, 1), (8_000, 3, 1), (700, 2_000, 1)]
    {
        let world = World::imported(&large(cards, text_bytes, comments));
        let parts = world.log.len();
        assert!(parts > 1);
        assert!(log_holds(&world.log));
        let group = world.log[0].change.group.id;
        for (part, numbered) in (0..).zip(&world.log) {
            let expected = Group { id: group, part, parts: u32::try_from(parts).unwrap() };
            assert_eq!(numbered.change.group, expected);
            assert!(numbered.body.len() <= CHANGE_BYTES_MAX);
            assert!(numbered.change.writes.len() <= CHANGE_WRITES_MAX);
            assert_eq!(read(&numbered.body).unwrap(), numbered.change);
        }
        assert!(draw(&world.board, world.me).starts_with("[Todo archived]"), "the cards rest");
    }
}

#[test]
fn n3_a_comment_that_was_imported_in_parts_is_not_marked_as_changed() {
    let world = World::imported(&large(700, 2_000, 3));
    let cards = crate::support::drawing::all(&world.board, &Kind::CARD).into_iter();
    for id in cards {
        let card = world.board.entity(id).unwrap();
        let detail = domain::view::card_detail(&world.board, id.into(), card);
        assert!(detail.comments.iter().all(|it| !it.changed));
    }
}

fn write(entity: u128, value: Value) -> Write {
    Write {
        kind: Kind::CARD,
        entity: EntityId(uuid::Uuid::from_u128(entity)),
        slot: Field::TITLE.into(),
        value,
        replaces: None,
        seen: None,
    }
}

#[test]
fn n4_a_change_over_a_limit_is_malformed() {
    let base = World::drawn("Todo: a").log[0].change.clone();
    let with = |writes: Vec<Write>| sign(&Change { writes, ..base.clone() }).err();
    let small = Value::flag(true);
    assert_eq!(with(vec![write(1, small.clone()), write(2, small.clone())]), None);
    let twice = vec![write(1, small.clone()), write(1, Value::null())];
    assert_eq!(with(twice), Some(Malformed::WrittenTwice));
    let many = (0..=20_000).map(|entity| write(entity, small.clone())).collect();
    assert_eq!(with(many), Some(Malformed::TooManyWrites));
    let long = Value::text(&"x".repeat(VALUE_BYTES_MAX));
    assert_eq!(with(vec![write(1, long)]), Some(Malformed::ValueTooLong));
    let text = Value::text(&"x".repeat(VALUE_BYTES_MAX - 5));
    let texts = (0..5).map(|entity| write(entity, text.clone())).collect();
    assert_eq!(with(texts), Some(Malformed::TooLong));
    assert_eq!(read(&vec![0; CHANGE_BYTES_MAX + 1]), Err(Malformed::TooLong));
}

#[test]
fn n5_bytes_that_are_no_change_are_unreadable_and_nothing_panics() {
    let body = World::drawn("Todo: a").log[2].body.clone();
    proptest!(storm(256), |(at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>())| {
        let mut bytes = body.to_vec();
        let length = bytes.len();
        bytes[at % length] = byte;
        if let Ok(change) = read(&bytes) {
            prop_assert!(sign(&change).is_ok());
        }
        prop_assert_eq!(read(&body[..cut % length]), Err(Malformed::Unreadable));
    });
    proptest!(storm(256), |(bytes in vec(any::<u8>(), 0..200))| {
        prop_assert!(read(&bytes).is_err());
        // A value's readers take what they understand, and nothing panics on the rest.
        if let Some(value) = Value::from_bytes(&bytes) {
            let read = (value.as_text().is_some(), value.as_spot().is_some(), value.as_dates().is_some());
            prop_assert!(!(read.0 && read.1));
            let _understood = (value.as_created(), value.as_id(), value.as_number(), value.as_key());
        }
    });
}

#[test]
fn n6_a_weak_write_that_names_a_change_which_does_not_hold_the_register_is_void() {
    let mut world = World::drawn("Todo: a");
    let card = crate::support::drawing::all(&world.board, &Kind::CARD)[0];
    let wrong = world.log[0].change.id();
    let before = registers(&world.board);
    let mut void = write(0, Value::text("weak"));
    (void.entity, void.replaces) = (card, Some(wrong));
    let mut fresh = world.fresh();
    let act = Act { author: world.me, intent: "weak", group: GroupId(fresh.uuid()), id: None };
    let recorded =
        record(&mut world.board, &mut world.signer, &act, vec![void], &mut fresh).unwrap();
    assert_eq!(recorded.changes[0].weak_ranks, vec![None]);
    assert_eq!(recorded.touched, vec![]);
    assert_eq!(registers(&world.board), before);
}
