//! Archive, trash and "Recovered": no card is ever nowhere.

use crate::support::{check, dice, drawing::all, laws::full_digest, words::perform};
use domain::register::Kind;
use expect_test::expect;

#[test]
fn l1_an_archived_card_keeps_its_place() {
    check("Todo: a b c", "archive a b", expect!["Todo: [a archived] [b archived] c"]);
    check("Todo: a b c", "archive b; restore b", expect!["Todo: a b c"]);
    check(
        "Todo: a b c | Doing:",
        "archive b; move b to Doing",
        expect!["Todo: a c | Doing: [b archived]"],
    );
}

#[test]
fn l2_a_card_in_the_trash_comes_back_to_its_place() {
    check("Todo: a b c", "delete b", expect!["Todo: a c | trash: b"]);
    check("Todo: a b c", "delete b a; undelete a; undelete b", expect!["Todo: a b c"]);
    check("Todo: a [b archived] c", "delete b; undelete b", expect!["Todo: a [b archived] c"]);
}

#[test]
fn l3_an_edit_of_what_is_deleted_is_kept_and_shows_when_it_comes_back() {
    check(
        "Todo: a b | Doing:",
        "delete a; rename a z; move z to Doing; undelete z",
        expect!["Todo: b | Doing: z"],
    );
    check("Todo: a b", "delete a; unseen rename a z; undelete z", expect!["Todo: z b"]);
}

#[test]
fn l4_the_cards_of_a_deleted_column_go_to_the_foot_of_another() {
    check(
        "Todo: a [b archived] c | Doing: d",
        "delete column Todo to Doing",
        expect!["Doing: d a [b archived] c | trash: Todo/"],
    );
    check(
        "Todo: a b | Doing: d | trash: t",
        "delete column Todo to Doing; undelete t",
        expect!["Doing: d a b | Recovered: t | trash: Todo/"],
    );
    check(
        "Todo: a b | Doing: d",
        "delete column Todo to Todo; delete column Todo to Nowhere",
        expect![[r#"
            Todo: a b | Doing: d
            delete column Todo to Todo → refused: a column's cards cannot go to the column itself
            delete column Todo to Nowhere → refused: there is no such column on this board"#]],
    );
}

#[test]
fn l5_the_cards_of_a_deleted_column_go_to_the_trash_and_come_back_with_it() {
    check(
        "Todo: a b | Doing: d",
        "delete column Todo to trash",
        expect!["Doing: d | trash: a b Todo/"],
    );
    check(
        "Todo: a b c",
        "delete b; delete column Todo to trash; undelete column Todo",
        expect!["Todo: a c | trash: b"],
    );
    check(
        "Todo: a [b archived]",
        "delete column Todo to trash; undelete column Todo",
        expect!["Todo: a [b archived]"],
    );
    // What was thrown away while the column was there stays thrown away.
    check(
        "Todo: a b",
        "delete column Todo to trash; undelete column Todo; delete b; undelete column Todo",
        expect![[r#"
            Todo: a | trash: b
            undelete column Todo → nothing written"#]],
    );
}

#[test]
fn l6_a_card_moved_elsewhere_meanwhile_stays_there() {
    check(
        "Todo: a b | Doing: | Done:",
        "unseen move a to Done; delete column Todo to Doing",
        expect!["Doing: b | Done: a | trash: Todo/"],
    );
    // Nobody aimed at the card when the column was deleted, whoever was first.
    check(
        "Todo: a b | Doing: | Done:",
        "delete column Todo to Doing; unseen early move a to Done",
        expect!["Doing: b | Done: a | trash: Todo/"],
    );
    check(
        "Todo: a b | Doing: | Done:",
        "delete column Todo to Doing; unseen move a to Done",
        expect!["Doing: b | Done: a | trash: Todo/"],
    );
}

#[test]
pub fn l7_a_card_put_into_a_deleted_column_shows_in_recovered() {
    check(
        "Todo: a b | Doing: c",
        "delete column Doing to trash; unseen move a to Doing",
        expect!["Todo: b | Recovered: a | trash: c Doing/"],
    );
    check(
        "Todo: a b | Doing: c",
        "delete column Doing to Todo; unseen add z to Doing",
        expect!["Todo: a b c | Recovered: z | trash: Doing/"],
    );
    // It is no drop target, but a card can leave it.
    check(
        "Todo: a b | Doing: c",
        "delete column Doing to trash; unseen move a to Doing; move a to Todo",
        expect!["Todo: b a | trash: c Doing/"],
    );
    check(
        "Todo: a | Doing: c",
        "delete column Doing to trash; undelete c",
        expect!["Todo: a | Recovered: c | trash: Doing/"],
    );
    check(
        "Todo: a | Doing: c",
        "delete column Doing to trash; undelete c; undelete column Doing",
        expect!["Todo: a | Doing: c"],
    );
    check(
        "Todo: a | Doing: c",
        "delete column Doing to trash; undelete c; archive c; empty trash; restore c",
        expect!["Todo: a | Recovered: c"],
    );
}

#[test]
fn l8_the_cards_of_an_archived_column_rest_with_it() {
    check(
        "Todo: a | Doing: b [c archived]",
        "archive column Doing",
        expect!["Todo: a | [Doing archived]: b [c archived]"],
    );
    check(
        "Todo: a | Doing: b [c archived]",
        "archive column Doing; restore column Doing",
        expect!["Todo: a | Doing: b [c archived]"],
    );
    check(
        "Todo: a | Doing: b c",
        "archive column Doing; move b to Todo",
        expect!["Todo: a b | [Doing archived]: c"],
    );
}

#[test]
pub fn l9_a_card_put_into_an_archived_column_later_shows_in_recovered() {
    check(
        "Todo: a | Doing: b",
        "archive column Doing; unseen move a to Doing",
        expect!["Todo: | [Doing archived]: b | Recovered: a"],
    );
    check(
        "Todo: a | Doing: b",
        "archive column Doing; unseen early move a to Doing",
        expect!["Todo: | [Doing archived]: b a"],
    );
    check(
        "Todo: a | Doing: b",
        "archive column Doing; unseen move a to Doing; restore column Doing",
        expect!["Todo: | Doing: b a"],
    );
}

#[test]
fn l10_a_card_restored_from_an_archived_column_shows_in_recovered() {
    check(
        "Todo: a | [Old archived]: b [c archived]",
        "restore b c",
        expect!["Todo: a | [Old archived]: | Recovered: b c"],
    );
    check(
        "Todo: a | [Old archived]: b",
        "restore b; restore b",
        expect![[r#"
        Todo: a | [Old archived]: | Recovered: b
        restore b → nothing written"#]],
    );
    check(
        "Todo: a | [Old archived]: b",
        "restore b; move b to Todo",
        expect!["Todo: a b | [Old archived]:"],
    );
}

#[test]
fn l11_the_board_itself_can_be_put_away_and_thrown_away() {
    check("Todo: a", "archive board", expect!["<Board archived> | Todo: a"]);
    check(
        "Todo: a",
        "archive board; restore board; delete board; undelete board",
        expect!["Todo: a"],
    );
    check("Todo: a", "delete board; rename a b", expect!["<Board deleted> | Todo: b"]);
}

#[test]
fn g1_emptying_the_trash_forgets_what_lies_there() {
    check(
        "Todo: a | trash: d",
        "empty trash; undelete d",
        expect![[r#"
        Todo: a
        undelete d → refused: there is no such card on this board"#]],
    );
    check(
        "Todo: a | Doing: b",
        "delete column Doing to trash; empty trash; undelete column Doing",
        expect![[r#"
            Todo: a
            undelete column Doing → refused: there is no such column on this board"#]],
    );
    check(
        "Todo: a",
        "empty trash",
        expect![[r#"
        Todo: a
        empty trash → nothing written"#]],
    );
}

#[test]
fn g2_what_hangs_below_a_forgotten_card_is_forgotten_with_it() {
    let mut world = dice::furnished();
    perform(&mut world, "delete a; empty trash");
    let left = |kind| all(&world.board, kind).len();
    assert_eq!([left(&Kind::CHECKLIST), left(&Kind::ITEM), left(&Kind::COMMENT)], [1, 1, 0]);
    perform(&mut world, "delete checklist More; empty trash");
    let left = |kind| all(&world.board, kind).len();
    assert_eq!([left(&Kind::CHECKLIST), left(&Kind::ITEM)], [0, 0]);
}

#[test]
fn g3_a_card_of_a_forgotten_column_is_not_forgotten() {
    check(
        "Todo: a | Doing: b",
        "delete column Doing to trash; unseen move a to Doing; empty trash",
        expect!["Todo: | Recovered: a"],
    );
}

#[test]
fn g4_a_deleted_board_is_forgotten_whole() {
    let mut world = dice::furnished();
    perform(&mut world, "delete board; empty trash");
    assert!(world.board.entities().all(|it| it.1.purged()));
    assert_eq!(full_digest(&world.board), world.board.head.digest);
}

#[test]
fn g5_what_arrives_for_a_forgotten_thing_is_gone_too() {
    check(
        "Todo: a b",
        "delete b; empty trash; unseen move b to Todo first; unseen rename b z",
        expect!["Todo: a"],
    );
}
