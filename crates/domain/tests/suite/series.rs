//! Several edits as one act.

use crate::support::{
    dice,
    drawing::draw,
    laws::registers,
    storm,
    world::{NOON_MS, World},
};
use domain::{
    edit::{Edit, Place},
    fresh::Fresh,
    register::{Field, Kind},
    resolve::{Refusal, Series, resolve},
    value::Value,
    versions,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn fresh() -> Fresh {
    Fresh::new([5; 32], NOON_MS + 60_000)
}

proptest! {
    #![proptest_config(storm(400))]

    #[test]
    fn e16_edits_in_a_row_as_one_act_come_to_what_they_come_to_one_by_one(throws in dice::throws(1..25)) {
        let mut one_by_one = dice::furnished();
        let mut at_once = one_by_one.clone();
        let mut edits = Vec::new();
        let mut chance = fresh();
        for throw in throws {
            let Some(edit) = dice::edit(&one_by_one, throw, false) else { continue };
            // Putting a card back into a column that the same act put away is the one thing that needs two.
            if matches!(edit, Edit::RestoreCards { .. }) {
                continue;
            }
            let resolved = resolve(&one_by_one.board, one_by_one.me, &edit, &mut chance);
            if let Ok(resolved) = &resolved {
                one_by_one.record(edit.verb(), resolved.writes.clone());
            }
            edits.push((edit, resolved.map(|resolved| resolved.created)));
        }
        let before = (registers(&at_once.board), at_once.board.head, draw(&at_once.board, at_once.me));
        let mut chance = fresh();
        let mut series = Series::begin(&mut at_once.board, at_once.me, &mut chance);
        for (edit, created) in edits {
            prop_assert_eq!(series.edit(&edit), created);
        }
        let writes = series.end();
        let after = (registers(&at_once.board), at_once.board.head, draw(&at_once.board, at_once.me));
        prop_assert_eq!(before, after, "nothing was signed");
        let once: BTreeSet<_> = writes.iter().map(|write| (write.entity, &write.slot)).collect();
        prop_assert_eq!(once.len(), writes.len(), "a register is written twice");
        at_once.record("bulk", writes);
        prop_assert_eq!(draw(&at_once.board, at_once.me), draw(&one_by_one.board, one_by_one.me));
    }
}

#[test]
fn e16_a_series_that_is_dropped_leaves_the_board_as_it_was() {
    let mut world = World::new();
    let column = world.column("Todo");
    world.cards(column, &["a", "b"]);
    let before = (registers(&world.board), world.board.head, draw(&world.board, world.me));
    let mut chance = fresh();
    let mut series = Series::begin(&mut world.board, world.me, &mut chance);
    let titles = vec!["c".to_owned()];
    let made = series.edit(&Edit::AddCards { column, place: Place::First, titles }).unwrap();
    let card = made[0].into();
    series.edit(&Edit::RenameCard { card, title: "d".to_owned() }).unwrap();
    let blank = series.edit(&Edit::RenameCard { card, title: " ".to_owned() });
    assert_eq!(blank, Err(Refusal::Empty { what: "title" }));
    assert_eq!(draw(series.board(), series.me()), "Todo: d a b");
    assert_eq!(series.verb(), "addCards");
    drop(series);
    assert_eq!(before, (registers(&world.board), world.board.head, draw(&world.board, world.me)));
}

#[test]
fn t1_a_description_that_one_act_writes_twice_names_what_stood_before_the_act() {
    let mut world = World::new();
    let column = world.column("Todo");
    let card = world.cards(column, &["a"])[0];
    let describe = |text: &str| Edit::DescribeCard { card, text: text.to_owned(), seen: None };
    world.edit(&describe("before")).unwrap();
    let stood =
        versions::seen(&Kind::CARD, &Field::TEXT.into(), world.board.entity(card.into()).unwrap());
    let mut chance = fresh();
    let mut series = Series::begin(&mut world.board, world.me, &mut chance);
    series.edit(&describe("once")).unwrap();
    series.edit(&describe("twice")).unwrap();
    let writes = series.end();
    let [write] = &writes[..] else { panic!("{writes:?}") };
    assert_eq!((&write.value, &write.seen), (&Value::text("twice"), &stood));
    assert_eq!(stood.unwrap().len(), 1);
}
