//! Order keys: strictly between their neighbours, bounded, whatever is asked of them (I11).

use crate::support::{laws::*, storm, words::arrive, world::*};
use domain::{
    change::Write,
    edit::{Edit, Place},
    fresh::Fresh,
    id::*,
    key::*,
    register::{Field, Kind},
    value::Value,
};
use proptest::{collection::vec, prelude::*, sample::select};

/// Keys as a hostile peer would choose them: of our form, and as awkward as that allows.
fn hostile_key() -> impl Strategy<Value = OrderKey> {
    let awkward = select(vec![0u8, 1, 2, 126, 127, 128, 129, 254, 255]);
    let length = prop_oneof![9 => 0..6usize, 1 => (KEY_BYTES_MAX - 3)..KEY_BYTES_MAX];
    length.prop_flat_map(move |length| vec(awkward.clone(), length)).prop_map(|mut bytes| {
        bytes.push(128);
        OrderKey::from_bytes(&bytes).expect("of our form")
    })
}

fn bound() -> impl Strategy<Value = Option<OrderKey>> {
    proptest::option::weighted(0.8, hostile_key())
}

proptest! {
    #![proptest_config(storm(3_000))]

    #[test]
    fn k1_keys_lie_strictly_between_their_bounds_and_within_the_limit(
        lower in bound(),
        upper in bound(),
        count in prop_oneof![4 => 0..5usize, 1 => 60..200usize],
        bytes_max in select(vec![8, 32, KEY_BYTES_MAX]),
        seed in any::<u8>(),
    ) {
        let mut fresh = Fresh::new([seed; 32], 0);
        let keys = keys_between(lower.as_ref(), upper.as_ref(), count, bytes_max, fresh.rng());
        let reversed = matches!((&lower, &upper), (Some(lower), Some(upper)) if lower >= upper);
        let found = keys.is_some();
        prop_assert!(!(reversed && found), "nothing lies between equal or reversed keys");
        if let Some(keys) = keys {
            prop_assert_eq!(keys.len(), count);
            prop_assert!(keys.iter().all(|key| key.bytes().len() <= bytes_max));
            let all: Vec<&OrderKey> = lower.iter().chain(&keys).chain(&upper).collect();
            prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
            for key in &keys {
                let again = OrderKey::from_bytes(key.bytes());
                prop_assert_eq!(Some(key), again.as_ref());
            }
        }
    }

    #[test]
    fn k4_a_key_of_bad_form_is_not_taken(bytes in vec(any::<u8>(), 0..140)) {
        let formed = bytes.len() <= KEY_BYTES_MAX && bytes.last() == Some(&128);
        prop_assert_eq!(OrderKey::from_bytes(&bytes).is_some(), formed);
        let spot = (EntityId::BOARD, minicbor::bytes::ByteVec::from(bytes));
        let value = Value::from_bytes(&minicbor::to_vec(spot).unwrap()).unwrap();
        prop_assert_eq!(value.as_spot().is_some(), formed);
    }
}

#[test]
fn k2_between_no_bounds_there_is_room_for_any_number_of_short_keys() {
    let mut fresh = Fresh::new([1; 32], 0);
    for count in [1, 100, 10_000, 300_000] {
        assert!(keys_between(None, None, count, KEY_BYTES_MAX / 4, fresh.rng()).is_some());
    }
}

/// Who goes where in each round: the index of the card that moves, and of the card behind which it goes;
/// `None` puts it first.
type Pattern = fn(usize, usize) -> (usize, Option<usize>);

/// Moves cards of one column so many times, and looks at the order and at the keys each time.
fn moved(rounds: usize, cards: usize, pattern: Pattern) {
    let mut world = World::new();
    let column = world.column("Todo");
    let titles: Vec<String> = (0..cards).map(|number| format!("c{number}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut order: Vec<EntityId> =
        world.cards(column, &titles).into_iter().map(EntityId::from).collect();
    let mut rekeyed = 0;
    for round in 0..rounds {
        let (mover, behind) = pattern(round, cards);
        let moving = order.remove(mover);
        let (place, at) = match behind.map(|at| at % order.len()) {
            None => (Place::First, 0),
            Some(at) => (Place::After { neighbours: vec![order[at]] }, at + 1),
        };
        order.insert(at, moving);
        let edit = Edit::MoveCards { cards: vec![moving.into()], column, place };
        let before = world.log.len();
        world.foreign(1, &edit).expect("a move");
        let weak = |it: &domain::change::Numbered| it.weak_ranks.len();
        rekeyed += world.log[before..].iter().map(weak).sum::<usize>();
        // Nothing is read from it, and it would only grow.
        world.log.clear();
        let below: Vec<_> = world.board.below(column.into(), &Kind::CARD).collect();
        assert!(below.iter().map(|it| it.0).eq(order.iter().copied()), "round {round}");
        assert!(below.windows(2).all(|pair| pair[0].2 < pair[1].2), "keys differ: round {round}");
        assert!(below.iter().all(|it| it.2.unwrap().bytes().len() <= KEY_BYTES_MAX));
    }
    assert!(rekeyed < rounds * 4, "{rekeyed} weak writes for {rounds} moves");
    assert_eq!(world.board.head.digest, full_digest(&world.board));
}

#[test]
fn k3_ten_thousand_moves_alternate_in_one_gap() {
    // The last two cards take turns at going right behind the first.
    moved(10_000, 8, |_, cards| (cards - 1, Some(0)));
}

#[test]
fn k3_ten_thousand_moves_go_to_the_first_place() {
    moved(10_000, 8, |_, cards| (cards - 1, None));
}

#[test]
fn k3_ten_thousand_moves_go_to_the_last_place() {
    moved(10_000, 8, |_, cards| (0, Some(cards - 2)));
}

#[test]
fn k3_ten_thousand_moves_narrow_a_gap_from_both_sides() {
    // Behind the first, then behind the one put there last, and so on inwards.
    moved(10_000, 8, |round, cards| (cards - 1, Some(usize::from(round % 2 == 1))));
}

#[test]
fn k3_ten_thousand_moves_go_anywhere() {
    moved(10_000, 40, |round, cards| {
        let chance = round.wrapping_mul(2_654_435_761) >> 7;
        (chance % cards, (chance % 11 != 0).then_some(chance / 64))
    });
}

proptest! {
    #![proptest_config(storm(150))]

    #[test]
    fn k5_a_move_arrives_where_it_was_aimed_among_keys_from_outside(
        outside in vec(hostile_key(), 2..40),
        equal in any::<bool>(),
        moves in vec((any::<usize>(), any::<usize>()), 1..12),
    ) {
        let mut world = World::drawn("Todo:");
        let column: ColumnId = world.board.below(EntityId::BOARD, &Kind::COLUMN).next().unwrap().0.into();
        let titles: Vec<String> = (0..outside.len()).map(|number| format!("c{number}")).collect();
        let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
        let cards = world.cards(column, &titles);
        let mut elsewhere = world.clone();
        let key = |at: usize| if equal { &outside[at / 8 * 8] } else { &outside[at] };
        let writes = cards.iter().enumerate().map(|(at, card)| Write {
            kind: Kind::CARD,
            entity: (*card).into(),
            slot: Field::PLACE.into(),
            value: Value::spot(column.into(), key(at)),
            replaces: None,
            seen: None,
        });
        let from_outside = elsewhere.record("outside", writes.collect());
        for change in from_outside.changes {
            arrive(&mut world, change);
        }
        for (mover, behind) in moves {
            let mut order: Vec<EntityId> = world.board.below(column.into(), &Kind::CARD).map(|it| it.0).collect();
            let moving = order.remove(mover % order.len());
            let neighbour = order[behind % order.len()];
            order.insert(behind % order.len() + 1, moving);
            let place = Place::After { neighbours: vec![neighbour] };
            world.edit(&Edit::MoveCards { cards: vec![moving.into()], column, place }).unwrap();
            let now: Vec<EntityId> = world.board.below(column.into(), &Kind::CARD).map(|it| it.0).collect();
            prop_assert_eq!(now, order);
        }
    }
}

#[test]
fn k6_new_keys_of_a_crowded_neighbourhood_are_weak_writes() {
    let mut world = World::drawn("Todo: a b c");
    let column: ColumnId =
        world.board.below(EntityId::BOARD, &Kind::COLUMN).next().unwrap().0.into();
    let cards: Vec<EntityId> =
        world.board.below(column.into(), &Kind::CARD).map(|it| it.0).collect();
    let key = OrderKey::from_bytes(&[128]).unwrap();
    let place = |card: &EntityId| Write {
        kind: Kind::CARD,
        entity: *card,
        slot: Field::PLACE.into(),
        value: Value::spot(column.into(), &key),
        replaces: None,
        seen: None,
    };
    world.write("crowd", cards.iter().map(place).collect());
    let place = Place::After { neighbours: vec![cards[0]] };
    let moving = vec![cards[2].into()];
    world.edit(&Edit::MoveCards { cards: moving, column, place }).unwrap();
    let last = world.log.last().unwrap();
    for write in &last.change.writes {
        assert_eq!(write.replaces.is_none(), write.entity == cards[2], "one write is aimed");
    }
    assert_eq!(last.weak_ranks.len(), 2);
    assert!(last.weak_ranks.iter().all(Option::is_some));
}
