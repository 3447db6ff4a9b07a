//! What a card carries, and the columns' and the board's own looks.

use crate::support::{check, drawing::draw, words::perform, world::World};
use expect_test::expect;

#[test]
fn r9_the_labels_and_people_of_a_card_are_sets() {
    check(
        "Todo: a",
        "add label red red; add label blue blue; label a red; label a blue; unlabel a red",
        expect!["Todo: a(blue)"],
    );
    check(
        "Todo: a",
        "add person ann; add person bob; assign a ann; assign a bob; unassign a bob",
        expect!["Todo: a(@ann)"],
    );
    check(
        "Todo: a",
        "label a red; assign a nobody; add label red red; label b red",
        expect![[r#"
        Todo: a
        label a red → refused: there is no such label on this board
        assign a nobody → refused: there is no such person on this board
        label b red → refused: there is no such card on this board"#]],
    );
}

#[test]
fn r9_adding_one_label_never_undoes_the_removal_of_another() {
    let mut world = World::drawn("Todo: a");
    perform(&mut world, "add label red red; add label blue blue; label a red");
    perform(&mut world, "unlabel a red; unseen label a blue");
    expect!["Todo: a(blue)"].assert_eq(&draw(&world.board, world.me));
    perform(&mut world, "label a red; unseen unlabel a blue");
    expect!["Todo: a(red)"].assert_eq(&draw(&world.board, world.me));
}

#[test]
fn e1_labels_and_people_can_be_changed_and_deleted() {
    check(
        "Todo: a",
        "add label red red; label a red; change label red pink pink",
        expect!["Todo: a(pink)"],
    );
    check("Todo: a", "add label red red; label a red; delete label red", expect!["Todo: a"]);
    check(
        "Todo: a",
        "add label red red; label a red; delete label red; undo",
        expect!["Todo: a(red)"],
    );
    check(
        "Todo: a",
        "add person ann; assign a ann; rename person ann bob",
        expect!["Todo: a(@bob)"],
    );
    check("Todo: a", "add person ann; assign a ann; delete person ann", expect!["Todo: a"]);
    check(
        "Todo: a",
        "add person; rename person me; add label red RED",
        expect![[r#"
        Todo: a
        add person → refused: the name is empty
        rename person me → refused: the name is empty
        add label red RED → refused: a colour is a name of lowercase letters"#]],
    );
}

#[test]
fn e2_start_and_due_are_one_and_valid_together() {
    check("Todo: a", "date a 2026-11-01..2026-11-28", expect!["Todo: a(2026-11-01..2026-11-28)"]);
    check(
        "Todo: a",
        "date a ..2026-11-28; date a ..; date a ..",
        expect![[r#"
        Todo: a
        date a .. → nothing written"#]],
    );
    check(
        "Todo: a",
        "date a 2026-11-28..2026-11-27; date a 2026-02-29..; date a ..2026-13-01",
        expect![[r#"
            Todo: a
            date a 2026-11-28..2026-11-27 → refused: the start is after the due date
            date a 2026-02-29.. → refused: that is no date
            date a ..2026-13-01 → refused: that is no date"#]],
    );
    check(
        "Todo: a",
        "date a 2024-02-29..; date a 1000@Europe/Oslo..2000@Europe/Oslo",
        expect!["Todo: a(1000@Europe/Oslo..2000@Europe/Oslo)"],
    );
    check(
        "Todo: a",
        "date a 3000@..2000@; date a 2026-11-28..2000@",
        expect![[r#"
        Todo: a(2026-11-28..2000@)
        date a 3000@..2000@ → refused: the start is after the due date"#]],
    );
    // Whoever set them later set both.
    check(
        "Todo: a",
        "date a 2026-11-01..; unseen date a ..2026-11-28",
        expect!["Todo: a(..2026-11-28)"],
    );
}

#[test]
fn e3_a_card_has_a_title_words_and_marks() {
    check(
        "Todo: a",
        "rename a b; describe b words; finish b; prioritise b high; cover b blue",
        expect!["Todo: b(done,described,high,cover:blue)"],
    );
    check(
        "Todo: a",
        "describe a words; finish a; prioritise a low; cover a red; describe a; unfinish a; prioritise a none; cover a none",
        expect!["Todo: a"],
    );
    check("Todo: a", "add b__c ___ _d_ to Todo", expect!["Todo: a b  c d"]);
}

#[test]
fn e4_a_card_has_checklists_with_items() {
    check(
        "Todo: a",
        "checklist a L; items L s t u; check s; check t; uncheck t; rename item u v",
        expect!["Todo: a(items:1/3)"],
    );
    check(
        "Todo: a",
        "checklist a L; items L s t; check s; delete item s",
        expect!["Todo: a(items:0/1)"],
    );
    check(
        "Todo: a",
        "checklist a L; items L s t; rename checklist L M; delete checklist M",
        expect!["Todo: a"],
    );
    check(
        "Todo: a",
        "checklist a L; delete checklist L; items L s; checklist a; items M s",
        expect![[r#"
            Todo: a
            items L s → refused: the checklist is in the archive or the trash: restore it first
            checklist a → refused: the title is empty
            items M s → refused: there is no such checklist on this board"#]],
    );
}

#[test]
fn e5_a_card_has_comments_and_links() {
    check(
        "Todo: a",
        "comment a hello; change comment hello goodbye; comment a two",
        expect!["Todo: a(comments:2)"],
    );
    check(
        "Todo: a",
        "comment a hello; delete comment hello; comment a",
        expect![[r#"
        Todo: a
        comment a → refused: the comment is empty"#]],
    );
    check(
        "Todo: a",
        "link a site HTTPS://example.org; link a mail mailto:someone@example.org",
        expect!["Todo: a(links:2)"],
    );
    check("Todo: a", "link a site https://example.org; unlink site", expect!["Todo: a"]);
    check(
        "Todo: a",
        "link a x javascript:alert(1); link a x file:///etc; link a x https://a b; link a x",
        expect![[r#"
            Todo: a
            link a x javascript:alert(1) → refused: a link begins with http://, https:// or mailto:
            link a x file:///etc → refused: a link begins with http://, https:// or mailto:
            link a x https://a b → refused: a link begins with http://, https:// or mailto:
            link a x → refused: a link begins with http://, https:// or mailto:"#]],
    );
}

#[test]
fn e6_a_copy_stands_right_below_with_all_but_the_comments() {
    check(
        "Todo: a b",
        "add label red red; label a red; date a ..2026-11-28; finish a; describe a words; checklist a L; \
         items L s t; check s; comment a hello; link a site https://example.org; duplicate a",
        expect![
            "Todo: a(red,..2026-11-28,done,described,items:1/2,comments:1,links:1) a(red,..2026-11-28,done,described,items:1/2,links:1) b"
        ],
    );
    check("Todo: a [b archived] c", "duplicate b", expect!["Todo: a [b archived] b c"]);
    check(
        "Todo: a b",
        "checklist a L; items L s t; delete item s; duplicate a; finish a",
        expect!["Todo: a(done,items:0/1) a(items:0/1) b"],
    );
    check(
        "Todo: a | Doing: b",
        "duplicate nobody; delete column Doing to trash; duplicate b",
        expect![[r#"
            Todo: a | trash: b Doing/
            duplicate nobody → refused: there is no such card on this board
            duplicate b → refused: the column is in the archive or the trash: restore it first"#]],
    );
}

#[test]
fn e7_columns_and_the_board_have_looks() {
    check(
        "Todo: a",
        "rename column Todo Later; limit Later 2; colour column Later blue; fold Later",
        expect!["Later folded max 2 blue: a"],
    );
    check(
        "Todo: a",
        "limit Todo 2; limit Todo 0; fold Todo; unfold Todo; unfold Todo",
        expect![[r#"
            Todo: a
            unfold Todo → nothing written"#]],
    );
    check(
        "Todo: a",
        "rename board Plans; colour board teal; colour board none",
        expect!["<Plans> | Todo: a"],
    );
}
