//! Places: by neighbour, and always exactly one.

use crate::support::check;
use expect_test::expect;

#[test]
fn p1_a_card_stands_in_one_place() {
    check("Todo: a b | Doing:", "move a to Doing", expect!["Todo: b | Doing: a"]);
    check("Todo: a b | Doing: c", "move a to Doing first", expect!["Todo: b | Doing: a c"]);
    check("Todo: a b | Doing: c d", "move a to Doing after c", expect!["Todo: b | Doing: c a d"]);
    check("Todo: a b c", "move a to Todo last; move c to Todo first", expect!["Todo: c b a"]);
    // Two people move one card: it is where the later put it, once.
    check(
        "Todo: a | Doing: | Done:",
        "move a to Doing; unseen move a to Done",
        expect!["Todo: | Doing: | Done: a"],
    );
    check(
        "Todo: a | Doing: | Done:",
        "move a to Doing; unseen early move a to Done",
        expect!["Todo: | Doing: a | Done:"],
    );
}

#[test]
fn p2_the_nearest_neighbour_that_is_still_there_counts() {
    check("Todo: a b c | Doing: d", "move d to Todo after b a", expect!["Todo: a b d c | Doing:"]);
    check(
        "Todo: a b c | Doing: d e",
        "move b to Doing; move d to Todo after b a",
        expect!["Todo: a d c | Doing: e b"],
    );
    // One who did not see that the neighbour left has aimed behind it.
    check(
        "Todo: a b c | Doing: d",
        "unseen move b to Doing; move d to Todo after b a",
        expect!["Todo: a d c | Doing: b"],
    );
    // An archived neighbour, and one in the trash, are still there.
    check(
        "Todo: a [b archived] c | Doing: d",
        "move d to Todo after b",
        expect!["Todo: a [b archived] d c | Doing:"],
    );
    check(
        "Todo: a b c | Doing: d",
        "delete b; move d to Todo after b a; undelete b",
        expect!["Todo: a b d c | Doing:"],
    );
}

#[test]
fn p3_without_a_neighbour_the_place_is_the_end() {
    check(
        "Todo: a b c | Doing: d e",
        "move b to Doing; move d to Todo after b",
        expect!["Todo: a c d | Doing: e b"],
    );
    check(
        "Todo: a b c | Doing: d",
        "move d to Todo after nobody",
        expect!["Todo: a b c d | Doing:"],
    );
}

#[test]
fn p4_several_cards_keep_the_order_in_which_they_are_named() {
    check(
        "Todo: a b c d | Doing: e f",
        "move d a c to Doing after e",
        expect!["Todo: b | Doing: e d a c f"],
    );
    check("Todo: a b c d", "move d a to Todo after b", expect!["Todo: b d a c"]);
    check("Todo: a b | Doing: c", "move a c a to Doing first", expect!["Todo: b | Doing: a c"]);
    check("Todo: a", "add b c d to Todo first; add e to Todo after b", expect!["Todo: b e c d a"]);
}

#[test]
fn p5_what_moves_is_no_neighbour_of_its_own() {
    check(
        "Todo: a b c d",
        "move b c to Todo after c b a",
        expect![[r#"
        Todo: a b c d
        move b c to Todo after c b a → nothing written"#]],
    );
    check("Todo: a b c d", "move b to Todo after b d", expect!["Todo: a c d b"]);
}

#[test]
fn p6_a_move_to_where_it_stands_writes_nothing() {
    check(
        "Todo: a b c",
        "move b to Todo after a",
        expect![[r#"
        Todo: a b c
        move b to Todo after a → nothing written"#]],
    );
    check(
        "Todo: a b c",
        "move a b to Todo first",
        expect![[r#"
        Todo: a b c
        move a b to Todo first → nothing written"#]],
    );
    check(
        "Todo: a b c",
        "move c to Todo last",
        expect![[r#"
        Todo: a b c
        move c to Todo last → nothing written"#]],
    );
    check(
        "Todo: a | Doing: | Done:",
        "move column Doing after Todo",
        expect![[r#"
        Todo: a | Doing: | Done:
        move column Doing after Todo → nothing written"#]],
    );
    check(
        "Todo: a",
        "checklist a L; items L s t; move item t to L last",
        expect![[r#"
        Todo: a(items:0/2)
        move item t to L last → nothing written"#]],
    );
    check(
        "Todo: a",
        "checklist a L; checklist a M; move checklist M after L",
        expect![[r#"
        Todo: a
        move checklist M after L → nothing written"#]],
    );
    // What is out of sight between them does not count.
    check(
        "Todo: a [x archived] b",
        "move b to Todo after a",
        expect![[r#"
        Todo: a [x archived] b
        move b to Todo after a → nothing written"#]],
    );
}

#[test]
fn p7_columns_checklists_and_items_have_places_too() {
    check(
        "Todo: a | Doing: | Done:",
        "move column Done first",
        expect!["Done: | Todo: a | Doing:"],
    );
    check(
        "Todo: a | Doing: | Done:",
        "move column Todo after Doing",
        expect!["Doing: | Todo: a | Done:"],
    );
    check(
        "Todo: | Doing:",
        "column New after Todo; column First first",
        expect!["First: | Todo: | New: | Doing:"],
    );
    // Behind an archived column is behind it.
    check(
        "Todo: | [Old archived]: | Doing:",
        "column New after Old",
        expect!["Todo: | [Old archived]: | New: | Doing:"],
    );
    check(
        "Todo: a b",
        "checklist a L; items L s t; check s; checklist b M; move item s to M first",
        expect!["Todo: a(items:0/1) b(items:1/1)"],
    );
}

#[test]
fn p8_a_place_in_a_column_that_is_gone_is_refused() {
    check(
        "Todo: a | Doing:",
        "delete column Doing to trash; move a to Doing",
        expect![[r#"
        Todo: a | trash: Doing/
        move a to Doing → refused: the column is in the archive or the trash: restore it first"#]],
    );
    check(
        "Todo: a | [Old archived]:",
        "move a to Old; add b to Old",
        expect![[r#"
        Todo: a | [Old archived]:
        move a to Old → refused: the column is in the archive or the trash: restore it first
        add b to Old → refused: the column is in the archive or the trash: restore it first"#]],
    );
    check(
        "Todo: a",
        "move a to Nowhere; move nobody to Todo; move a nobody to Todo",
        expect![[r#"
            Todo: a
            move a to Nowhere → refused: there is no such column on this board
            move nobody to Todo → refused: there is no such card on this board
            move a nobody to Todo → refused: there is no such card on this board"#]],
    );
}
