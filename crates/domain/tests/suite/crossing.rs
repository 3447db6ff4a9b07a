//! What crossed a delete: who acted without having seen it, on something that nobody sees any more.

use crate::support::{
    check,
    drawing::{all, title},
    words::perform,
    world::World,
};
use domain::{
    crossing::{Placed, crossings},
    register::Kind,
};
use expect_test::{Expect, expect};

/// Draws the board, does what the words say, and tells what crossed: `thing: deleted by 2, kept rename of 1`. What
/// stands behind `then` begins with a board that everybody has seen.
fn crossed(picture: &str, words: &str, expected: Expect) {
    let mut world = World::drawn(picture);
    for words in words.split(" then ") {
        perform(&mut world, words);
    }
    let changes: Vec<Placed<'_>> =
        world.log.iter().map(|it| Placed { change: &it.change, seq: Some(it.seq) }).collect();
    let mut told = String::new();
    for card in all(&world.board, &Kind::CARD) {
        for crossing in crossings(&world.board, card.into(), &changes) {
            let by = crossing.delete.replica.bytes()[0];
            let kept = crossing.kept.iter();
            let kept: Vec<String> =
                kept.map(|it| format!("{} of {}", it.intent, it.replica.bytes()[0])).collect();
            let thing = title(&world.board, crossing.thing);
            told.push_str(&format!("{thing}: deleted by {by}, kept {}\n", kept.join(", ")));
        }
    }
    expected.assert_eq(&told);
}

#[test]
fn l12_what_was_done_to_a_card_without_seeing_that_it_was_deleted_crossed_that() {
    crossed(
        "Todo: a b",
        "rename a z; comment z hello; unseen delete a",
        expect![[r#"
            z: deleted by 2, kept renameCard of 1, addComment of 1
        "#]],
    );
    crossed(
        "Todo: a b",
        "delete a; unseen checklist a list",
        expect![[r#"
            a: deleted by 1, kept addChecklist of 2
        "#]],
    );
}

#[test]
fn l12_who_saw_the_other_crossed_nothing() {
    crossed("Todo: a b", "rename a z; delete z", expect![""]);
    crossed("Todo: a b", "delete a; rename a z", expect![""]);
    crossed("Todo: a b", "rename b z; unseen delete a", expect![""]);
    // Whoever deletes it too leaves nothing to find, and what came back lies nowhere.
    crossed("Todo: a b", "delete a; unseen delete a", expect![""]);
    crossed("Todo: a b", "rename a z; unseen delete a; undelete z", expect![""]);
}

#[test]
fn l12_an_item_of_a_deleted_checklist_and_a_card_in_a_deleted_column_crossed_that_too() {
    crossed(
        "Todo: a",
        "checklist a list then items list one; unseen delete checklist list",
        expect![[r#"
            list: deleted by 2, kept addItems of 1
        "#]],
    );
    crossed(
        "Todo: a",
        "checklist a list then rename a z; unseen delete checklist list",
        expect![""],
    );
    crossed(
        "Todo: a | Doing: b",
        "move a to Doing; unseen delete column Doing to trash",
        expect![[r#"
            Doing: deleted by 2, kept moveCards of 1
        "#]],
    );
}

#[test]
fn l13_a_checklist_comes_back_with_its_items() {
    check(
        "Todo: a",
        "checklist a list; items list one two; delete checklist list; undelete checklist list",
        expect!["Todo: a(items:0/2)"],
    );
    check(
        "Todo: a",
        "checklist a list; undelete checklist list",
        expect![[r#"
            Todo: a
            undelete checklist list → nothing written"#]],
    );
}
