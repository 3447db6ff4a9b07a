//! Stamps: what was seen is beaten, whatever the clocks say; what nobody aimed at undoes nothing (I9).

use crate::support::{dice, laws::*, storm, wild, words::arrive, world::*};
use domain::{
    board::Board,
    change::*,
    edit::{CardsGo, Edit, Place},
    fresh::Fresh,
    id::*,
    key::OrderKey,
    log::{Act, record},
    register::{Field, Kind},
    resolve::resolve,
    stamp::*,
    value::Value,
    view::spot,
};
use proptest::{collection::vec, prelude::*, sample::select};
use std::collections::BTreeMap;

const YEAR_MS: i64 = 365 * 24 * 3_600 * 1_000;

/// How far a clock is off.
fn clocks() -> impl Strategy<Value = i64> {
    select(vec![-YEAR_MS, -300_000, 0, 61_000, YEAR_MS])
}

fn wall(off: i64, tick: u64) -> u64 {
    (NOON_MS + tick).saturating_add_signed(off)
}

proptest! {
    #![proptest_config(storm(200))]

    #[test]
    fn s1_an_edit_beats_what_its_author_saw_whatever_the_clocks(
        edits in vec((any::<dice::Throw>(), 0..4u8, clocks()), 1..40),
    ) {
        let mut world = dice::furnished();
        for (tick, (throw, device, off)) in (0..).zip(edits) {
            world.now_ms = wall(off, tick);
            let Some(edit) = dice::edit(&world, throw, false) else { continue };
            let (known, before) = (world.log.len(), world.board.head.latest);
            // Each device has a clock of its own, which jumps.
            let done = world.foreign(10 + device, &edit);
            if done.is_err() {
                continue;
            }
            for change in &world.log[known..] {
                let stamp = change.change.stamp;
                let moment = Latest { ms: stamp.ms, counter: stamp.counter };
                prop_assert!(moment > before);
                for (write, rank) in change.ranked_writes() {
                    let held = world.board.winner(write.entity, &write.slot).unwrap();
                    prop_assert_eq!(&held.value, &write.value);
                    prop_assert_eq!(held.rank, rank);
                }
            }
        }
        // Nor does it matter in which order others receive it.
        let mut backwards = world.log.clone();
        backwards.reverse();
        let received = fold(world.board.id, replica(9), &backwards);
        prop_assert_eq!(registers(&received), registers(&world.board));
    }

    #[test]
    fn s2_a_weak_write_never_undoes_an_aimed_one_in_any_order_of_arrival(
        scene in scene(),
    ) {
        prop_assert!(aimed_stands(&scene, |write| write));
    }
}

#[test]
fn s3_the_latest_moment_falls_back_to_the_wall_clock_only_past_what_the_board_holds() {
    let ahead = Stamp { ms: 2_000, counter: 0, replica: replica(1) };
    let mut latest = Latest::default();
    latest.see(ahead);
    assert!(latest.tick(1_000, replica(2)) > ahead, "a slow clock is lifted above what is there");
    assert_eq!(latest.tick(3_000, replica(2)).ms, 3_000, "a right clock is taken as it is");
    let full = Latest { ms: 2_000, counter: COUNTER_MAX };
    let next = full.tick(1_000, replica(2));
    assert_eq!((next.ms, next.counter), (2_001, 0), "the counter carries into the milliseconds");
}

#[test]
fn s4_ranks_have_no_ties() {
    let stamp = Stamp { ms: 1, counter: 0, replica: replica(1) };
    let change = |rseq| ChangeId { replica: replica(1), rseq };
    let aimed = Rank { stamp, minor: 0, change: change(1) };
    let (one, other) = (Rank::just_above(&aimed, change(2)), Rank::just_above(&aimed, change(3)));
    let next = Rank { stamp: Stamp { counter: 1, ..stamp }, minor: 0, change: change(0) };
    assert!(aimed < one && one < other && other < next);
}

#[test]
pub fn s4_of_two_that_differ_in_nothing_else_the_change_decides_in_any_order() {
    let change = |number| ChangeId { replica: replica(number), rseq: 1 };
    let stamp = Stamp { ms: 1, counter: 0, replica: replica(1) };
    let aimed = Rank { stamp, minor: 0, change: change(1) };
    let both = [2, 3].map(|number| {
        let value = Value::text(&number.to_string());
        (wild::said(Field::TITLE, value), Rank::just_above(&aimed, change(number)))
    });
    let fold = |order: [usize; 2]| {
        let mut board = Board::new(wild::BOARD, replica(9));
        board.write_all(order.map(|at| (&both[at].0, both[at].1)));
        board.head.digest
    };
    assert_eq!(fold([0, 1]), fold([1, 0]));
}

#[test]
fn r4_a_weak_write_ranks_directly_above_the_one_that_it_names() {
    let mut world = World::drawn("Todo: a");
    let id = crate::support::drawing::all(&world.board, &Kind::CARD)[0];
    let named = world.board.winner(id, &Field::TITLE.into()).unwrap().rank;
    let mut elsewhere = world.clone();
    (elsewhere.signer, elsewhere.now_ms) = (signer(2), wall(YEAR_MS, 0));
    let write = Write {
        kind: Kind::CARD,
        entity: id,
        slot: Field::TITLE.into(),
        value: Value::text("weak"),
        replaces: Some(named.change),
        seen: None,
    };
    let weak = elsewhere.record("weak", vec![write]).changes;
    let text = |world: &World| world.board.entity(id).unwrap().text(Field::TITLE).to_owned();
    assert_eq!(text(&elsewhere), "weak", "it stands over the one that it names");
    assert_eq!(weak[0].weak_ranks, vec![Some(Rank::just_above(&named, weak[0].change.id()))]);
    world.edit(&Edit::RenameCard { card: id.into(), title: "aimed".to_owned() }).unwrap();
    arrive(&mut world, weak[0].clone());
    assert_eq!(text(&world), "aimed", "and gives way to any other, though it came last");
}

/// Somebody aims at cards, and somebody who did not see it moves them without aiming: by emptying a
/// deleted column, or by giving a crowded column new keys.
#[derive(Clone, Debug)]
pub struct Scene {
    aims: Vec<dice::Throw>,
    aimer_off: i64,
    other_off: i64,
    evacuates: bool,
    aimed_first: bool,
}

pub fn scene() -> impl Strategy<Value = Scene> {
    let aims = dice::throws(1..8);
    (aims, clocks(), clocks(), any::<bool>(), any::<bool>()).prop_map(
        |(aims, aimer_off, other_off, evacuates, aimed_first)| Scene {
            aims,
            aimer_off,
            other_off,
            evacuates,
            aimed_first,
        },
    )
}

/// The checker of I9's last part. `signed` may spoil what the second person's replica writes.
pub fn aimed_stands(scene: &Scene, signed: impl Fn(Write) -> Write) -> bool {
    let mut world = crowded();
    let (todo, doing) = (column(&world, "Todo"), column(&world, "Doing"));
    let mut aimer = world.clone();
    aimer.now_ms = wall(scene.aimer_off, 1);
    for throw in &scene.aims {
        let cards = crate::support::drawing::all(&aimer.board, &Kind::CARD);
        let card = cards[usize::from(throw[0]) % cards.len()].into();
        let place = if throw[1] % 2 == 0 { Place::First } else { Place::Last };
        let column = if throw[2] % 2 == 0 { todo } else { doing };
        aimer.foreign(20, &Edit::MoveCards { cards: vec![card], column, place }).unwrap();
    }
    let aimed = aimer.log[world.log.len()..].to_vec();
    let unaimed = without_seeing(&world, scene, todo, doing, signed);
    let (first, then) = if scene.aimed_first { (&aimed, &unaimed) } else { (&unaimed, &aimed) };
    for change in first.iter().chain(then) {
        arrive(&mut world, change.clone());
    }
    // What the aimer wrote last, where it aimed at all: its own new keys are its own business.
    let writes = || aimed.iter().flat_map(|it| &it.change.writes);
    let aimed_at = |id: EntityId| writes().any(|it| it.entity == id && it.replaces.is_none());
    let last: BTreeMap<EntityId, &Value> =
        writes().filter(|it| aimed_at(it.entity)).map(|it| (it.entity, &it.value)).collect();
    last.iter().all(|(id, value)| {
        world.board.entity(*id).and_then(|it| it.value(Field::PLACE)) == Some(*value)
    })
}

/// What the second person's replica signs.
fn without_seeing(
    world: &World,
    scene: &Scene,
    todo: ColumnId,
    doing: ColumnId,
    signed: impl Fn(Write) -> Write,
) -> Vec<Numbered> {
    let mut other = world.clone();
    let mut fresh = Fresh::new([5; 32], wall(scene.other_off, 2));
    let edit = if scene.evacuates {
        Edit::DeleteColumn { column: todo, cards: CardsGo::Column { column: doing } }
    } else {
        let titles = vec!["new".to_owned()];
        let neighbours = vec![other.board.below(todo.into(), &Kind::CARD).next().unwrap().0];
        Edit::AddCards { column: todo, place: Place::After { neighbours }, titles }
    };
    let writes = resolve(&other.board, other.me, &edit, &mut fresh).unwrap().writes;
    assert!(writes.iter().any(|write| write.replaces.is_some()), "the scene has weak writes");
    let writes = writes.into_iter().map(signed).collect();
    let mut signer = signer(21);
    let act = Act { author: other.me, intent: "other", group: GroupId(fresh.uuid()), id: None };
    record(&mut other.board, &mut signer, &act, writes, &mut fresh).unwrap().changes
}

/// "Todo" has a gap behind its first card that has no room left.
fn crowded() -> World {
    let mut world = World::drawn("Todo: a b c d e | Doing: f");
    let todo = column(&world, "Todo");
    let cards: Vec<EntityId> = world.board.below(todo.into(), &Kind::CARD).map(|it| it.0).collect();
    let key = OrderKey::from_bytes(&[127, 128]).unwrap();
    let write = |card: &EntityId| Write {
        kind: Kind::CARD,
        entity: *card,
        slot: Field::PLACE.into(),
        value: Value::spot(todo.into(), &key),
        replaces: None,
        seen: None,
    };
    let writes = cards.iter().map(write).collect();
    world.write("crowd", writes);
    assert!(cards.iter().all(|id| spot(world.board.entity(*id).unwrap()).unwrap().key == key));
    world
}

pub fn column(world: &World, title: &str) -> ColumnId {
    let mut columns = world.board.below(EntityId::BOARD, &Kind::COLUMN);
    columns.find(|(_, it, _)| it.text(Field::TITLE) == title).unwrap().0.into()
}

#[test]
fn s5_the_log_of_a_world_with_bad_clocks_holds() {
    let mut world = World::drawn("Todo: a b");
    for off in [YEAR_MS, -YEAR_MS, 61_000, 0] {
        world.now_ms = wall(off, 5);
        let column = column(&world, "Todo");
        world.cards(column, &["c"]);
    }
    assert!(log_holds(&world.log));
}
