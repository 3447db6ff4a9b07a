//! Undo: it writes back what still holds what the edit wrote, and nothing else (I14).

use crate::support::{check, dice, laws::*, storm, world::*};
use domain::id::*;
use expect_test::expect;
use proptest::{collection::vec, prelude::*};

/// As many edits as the throws come to.
fn edited(world: &mut World, throws: &[dice::Throw]) {
    for throw in throws {
        let Some(edit) = dice::edit(world, *throw, false) else { continue };
        let _refused = world.edit(&edit).is_err();
    }
}

proptest! {
    #![proptest_config(storm(300))]

    #[test]
    fn u1_undoing_everything_gives_the_first_export_and_redoing_everything_the_last(
        throws in dice::throws(1..40),
    ) {
        let mut world = dice::furnished();
        let first = exported(&world);
        edited(&mut world, &throws);
        let last = exported(&world);
        let steps = world.steps.undo.len();
        for _ in 0..2 {
            let mut undone = 0;
            while let Some(kept) = world.undo() {
                undone += 1;
                prop_assert_eq!(kept, vec![], "nobody else was here");
            }
            prop_assert_eq!(undone, steps);
            prop_assert_eq!(&exported(&world), &first);
            let mut redone = 0;
            while let Some(kept) = world.redo() {
                redone += 1;
                prop_assert_eq!(kept, vec![], "nobody else was here");
            }
            prop_assert_eq!(redone, steps);
            prop_assert_eq!(&exported(&world), &last);
        }
        prop_assert!(log_holds(&world.log));
    }

    #[test]
    fn u2_undo_touches_only_what_still_holds_what_the_edit_wrote(
        turns in vec((0..6u8, any::<dice::Throw>()), 1..40),
    ) {
        prop_assert_eq!(keeps_off_what_is_not_its_own(&turns, true), Ok(()));
    }

    #[test]
    fn u3_undoing_everything_leaves_what_others_wrote(
        turns in vec((any::<bool>(), any::<dice::Throw>()), 1..30),
    ) {
        let mut world = dice::furnished();
        for (theirs, throw) in turns {
            let Some(edit) = dice::edit(&world, throw, false) else { continue };
            let _refused =
                if theirs { world.foreign(2, &edit).is_err() } else { world.edit(&edit).is_err() };
        }
        let held = registers(&world.board);
        while world.undo().is_some() {}
        let after = registers(&world.board);
        for (id, (_, registers)) in held {
            for register in registers {
                if register.winner().replica == replica(2) {
                    prop_assert!(after[&id].1.contains(&register));
                }
            }
        }
    }
}

/// The checker of I14: own edits, others' edits, undo and redo in any interleaving. A broken undo
/// ignores what it expects.
pub fn keeps_off_what_is_not_its_own(
    turns: &[(u8, dice::Throw)],
    looks: bool,
) -> Result<(), String> {
    let mut world = dice::furnished();
    for (turn, throw) in turns {
        let undo = *turn == 4;
        if *turn < 4 {
            let Some(edit) = dice::edit(&world, *throw, true) else { continue };
            let _refused = if *turn < 2 {
                world.edit(&edit).is_err()
            } else {
                world.foreign(2, &edit).is_err()
            };
            continue;
        }
        let stack = if undo { &world.steps.undo } else { &world.steps.redo };
        let Some(step) = stack.last().cloned() else { continue };
        let before = world.board.clone();
        if looks {
            if undo {
                world.undo()
            } else {
                world.redo()
            };
        } else {
            let holder = |it: &domain::undo::Inverse| {
                before.winner(it.entity, &it.slot).map(|held| held.winner())
            };
            let blind = step.iter().cloned().map(|mut it| {
                it.expects = holder(&it);
                it
            });
            let plan = domain::undo::plan(&world.board, &blind.collect::<Vec<_>>());
            world.record("undo", plan.writes);
            world.steps.take(undo);
        }
        wrote_only_what_was_held(&before, &world.board, &step)?;
    }
    Ok(())
}

#[test]
fn u4_what_was_made_is_deleted_and_comes_back_by_redo() {
    check("Todo: a", "add b c to Todo; undo", expect!["Todo: a | trash: b c"]);
    check("Todo: a", "add b c to Todo; undo; redo", expect!["Todo: a b c"]);
    check("Todo: a", "duplicate a; undo", expect!["Todo: a | trash: a"]);
    check("Todo: a", "column Doing; undo; redo; undo", expect!["Todo: a | trash: Doing/"]);
}

#[test]
fn u5_a_group_is_one_step() {
    check("Todo: a b c | Doing: d", "move a b c to Doing; undo", expect!["Todo: a b c | Doing: d"]);
    check(
        "Todo: a b c | Doing: d",
        "delete column Todo to Doing; undo",
        expect!["Todo: a b c | Doing: d"],
    );
    check(
        "Todo: a b | Doing: d",
        "delete column Todo to trash; undo; redo",
        expect!["Doing: d | trash: a b Todo/"],
    );
}

#[test]
pub fn u6_what_somebody_changed_since_stays_and_is_named() {
    check(
        "Todo: a b | Doing:",
        "archive a b; unseen restore b; unseen archive b; undo",
        expect![[r#"
            Todo: a [b archived] | Doing:
            undo → stays: b"#]],
    );
    check(
        "Todo: a | Doing: | Done:",
        "move a to Doing; unseen move a to Done; undo",
        expect![[r#"
            Todo: | Doing: | Done: a
            undo → stays: a"#]],
    );
    // The other's write came, but lost: there is nothing of theirs to keep.
    check(
        "Todo: a | Doing: | Done:",
        "move a to Doing; unseen early move a to Done; undo",
        expect!["Todo: a | Doing: | Done:"],
    );
}

#[test]
fn u7_an_earlier_step_can_be_undone_behind_a_later_one() {
    check("Todo: a", "rename a b; rename b c; undo; undo", expect!["Todo: a"]);
    check("Todo: a", "rename a b; rename b c; undo; undo; redo; redo", expect!["Todo: c"]);
    check("Todo: a", "rename a b; rename b c; undo; redo; undo; undo", expect!["Todo: a"]);
    check("Todo: a | Doing:", "finish a; undo; finish a; undo; undo", expect!["Todo: a | Doing:"]);
}

#[test]
fn u8_a_new_edit_leaves_nothing_to_do_again() {
    check("Todo: a", "rename a b; undo; rename a c; redo", expect!["Todo: c"]);
}

#[test]
fn u9_emptying_the_trash_cannot_be_undone() {
    check("Todo: a | trash: d", "empty trash; undo", expect!["Todo: a"]);
    check("Todo: a b", "delete b; rename a c; empty trash; undo; undo; undo", expect!["Todo: a"]);
}

#[test]
fn u10_an_imported_board_is_undone_by_deleting_it() {
    let mut world = dice::furnished();
    let document = exported(&world);
    let mut fresh = world.fresh();
    let planned = domain::import::import(&document, "test", |_| true, &mut fresh);
    let mut empty = World::new();
    empty.board = domain::board::Board::new(planned.board, replica(9));
    empty.signer = signer(3);
    empty.log.clear();
    empty.write("import", planned.writes);
    let (before, step) = (registers(&empty.board), empty.steps.undo.last().unwrap().clone());
    assert_eq!(step.len(), 1, "the board alone is deleted");
    empty.undo().unwrap();
    let deleted = empty.board.entity(EntityId::BOARD).unwrap().standing();
    assert_eq!(deleted, domain::record::Standing::Deleted);
    empty.redo().unwrap();
    assert_eq!(exported(&empty), document);
    for (id, (_, held)) in before {
        let after = empty.board.entity(id).unwrap().registers();
        assert!(held.iter().all(|it| after.contains(it)), "nothing else was written");
    }
}

#[test]
fn u11_a_card_that_undo_puts_back_into_an_archived_column_shows_in_recovered() {
    check(
        "Todo: a | [Old archived]: b c",
        "move b to Todo; undo",
        expect!["Todo: a | [Old archived]: c | Recovered: b"],
    );
    check(
        "Todo: a | [Old archived]: b c",
        "restore b; undo",
        expect!["Todo: a | [Old archived]: c | Recovered: b"],
    );
}
