//! Refusals: a refused edit, and one that changes nothing, writes nothing.

use crate::support::{check, dice, storm, world::*};
use domain::{
    edit::{Edit, Place},
    id::*,
    resolve::{EDIT_THINGS_MAX, Refusal},
    text::*,
};
use expect_test::expect;
use proptest::{collection::vec, prelude::*};

const LINK_BYTES_MAX: usize = 8 * 1024;

#[test]
fn e8_an_empty_title_is_refused() {
    check(
        "Todo: a",
        "rename a; column; rename column Todo; rename board; add ___ to Todo",
        expect![[r#"
            Todo: a
            rename a → refused: the title is empty
            column → refused: the title is empty
            rename column Todo → refused: the title is empty
            rename board → refused: the title is empty
            add ___ to Todo → refused: the title is empty"#]],
    );
}

#[test]
fn e9_what_stands_already_is_not_written_again() {
    check(
        "Todo: a [b archived]",
        "rename a a; archive b; restore a; undelete a; unfinish a",
        expect![[r#"
            Todo: a [b archived]
            rename a a → nothing written
            archive b → nothing written
            restore a → nothing written
            undelete a → nothing written
            unfinish a → nothing written"#]],
    );
    check(
        "Todo: a",
        "prioritise a none; cover a none; date a ..; describe a; unlabel a red",
        expect![[r#"
            Todo: a
            prioritise a none → nothing written
            cover a none → nothing written
            date a .. → nothing written
            describe a → nothing written
            unlabel a red → refused: there is no such label on this board"#]],
    );
    check(
        "Todo: a | Doing:",
        "unfold Todo; limit Todo none; colour column Todo none; restore column Todo; undelete column Todo; restore board",
        expect![[r#"
            Todo: a | Doing:
            unfold Todo → nothing written
            limit Todo none → nothing written
            colour column Todo none → nothing written
            restore column Todo → nothing written
            undelete column Todo → nothing written
            restore board → nothing written"#]],
    );
    // An undo leaves the register unset, not absent.
    check(
        "Todo: a",
        "finish a; undo; unfinish a",
        expect![[r#"
        Todo: a
        unfinish a → nothing written"#]],
    );
    check(
        "Todo: a",
        "describe a words; undo; describe a; cover a red; undo; cover a none",
        expect![[r#"
            Todo: a
            describe a → nothing written
            cover a none → nothing written"#]],
    );
}

#[test]
fn e10_a_thing_that_the_board_does_not_know_is_refused() {
    check(
        "Todo: a",
        "rename nobody b; archive nobody; label a nothing; assign a nobody; limit Nowhere 2; \
         checklist nobody L; check nothing; comment nobody hello; change comment nothing x; \
         delete label nothing; unlink nothing; move item nothing to L; move board",
        expect![[r#"
            Todo: a
            rename nobody b → refused: there is no such card on this board
            archive nobody → refused: there is no such card on this board
            label a nothing → refused: there is no such label on this board
            assign a nobody → refused: there is no such person on this board
            limit Nowhere 2 → refused: there is no such column on this board
            checklist nobody L → refused: there is no such card on this board
            check nothing → refused: there is no such item on this board
            comment nobody hello → refused: there is no such card on this board
            change comment nothing x → refused: there is no such comment on this board
            delete label nothing → refused: there is no such label on this board
            unlink nothing → refused: there is no such link on this board
            move item nothing to L → refused: there is no such item on this board
            move board → refused: there is no such place on this board"#]],
    );
    // A column is no card.
    let mut world = World::drawn("Todo: a");
    let column = world.column("Doing");
    let card = CardId(column.0);
    let edit = Edit::RenameCard { card, title: "x".to_owned() };
    assert_eq!(world.edit(&edit), Err(Refusal::NotFound { what: "card" }));
}

#[test]
fn e11_what_is_over_a_limit_is_refused() {
    let mut world = dice::furnished();
    let column = world.column("New");
    let cards = world.cards(column, &["z"]);
    let card = cards[0];
    let long = "x".repeat(TITLE_BYTES_MAX + 1);
    let mut refused = |edit: Edit| {
        let (head, length) = (world.board.head, world.log.len());
        let refusal = world.edit(&edit).unwrap_err();
        assert_eq!((world.board.head, world.log.len()), (head, length));
        refusal
    };
    let title = Refusal::TooLong { what: "title", max: TITLE_BYTES_MAX };
    assert_eq!(refused(Edit::RenameCard { card, title: long.clone() }), title);
    let titles = vec!["x".to_owned(), long];
    assert_eq!(refused(Edit::AddCards { column, place: Place::Last, titles }), title);
    let text = "x".repeat(TEXT_BYTES_MAX + 1);
    let description = Refusal::TooLong { what: "description", max: TEXT_BYTES_MAX };
    assert_eq!(refused(Edit::DescribeCard { card, text: text.clone(), seen: None }), description);
    let comment = Refusal::TooLong { what: "comment", max: TEXT_BYTES_MAX };
    assert_eq!(refused(Edit::AddComment { card, text }), comment);
    let many = Refusal::TooMany { max: EDIT_THINGS_MAX };
    let titles = vec!["x".to_owned(); EDIT_THINGS_MAX + 1];
    assert_eq!(refused(Edit::AddCards { column, place: Place::Last, titles }), many);
    let cards = vec![card; EDIT_THINGS_MAX + 1];
    assert_eq!(refused(Edit::ArchiveCards { cards: cards.clone() }), many);
    assert_eq!(refused(Edit::MoveCards { cards, column, place: Place::Last }), many);
    let url = format!("https://{}", "x".repeat(LINK_BYTES_MAX));
    let link = Refusal::TooLong { what: "link", max: LINK_BYTES_MAX };
    assert_eq!(refused(Edit::AddLink { card, name: String::new(), url }), link);
}

#[test]
fn e12_a_full_pasted_list_and_a_full_text_are_taken() {
    let mut world = World::drawn("Todo: a");
    let column = world.column("New");
    let titles = vec!["x".to_owned(); EDIT_THINGS_MAX];
    let made = world.edit(&Edit::AddCards { column, place: Place::First, titles }).unwrap();
    assert_eq!(made.len(), EDIT_THINGS_MAX);
    let below = world.board.below(column.into(), &domain::register::Kind::CARD).map(|it| it.0);
    assert!(below.eq(made.iter().copied()), "in the order in which they were pasted");
    let card = made[0].into();
    let text = "ü".repeat(TEXT_BYTES_MAX / 2);
    world.edit(&Edit::DescribeCard { card, text, seen: None }).unwrap();
    let title = "x".repeat(TITLE_BYTES_MAX);
    world.edit(&Edit::RenameCard { card, title }).unwrap();
    world.undo();
    world.undo();
    world.undo();
    assert!(domain::view::content(&world.board, world.me).cards.len() == 1);
}

proptest! {
    #![proptest_config(storm(300))]

    #[test]
    fn e13_an_edit_done_again_writes_nothing_more(throws in dice::throws(1..25)) {
        let mut world = dice::furnished();
        for throw in throws {
            let Some(edit) = dice::edit(&world, throw, true) else { continue };
            // What makes things makes more of them; a move names a place that others may leave.
            let verb = edit.verb();
            let repeats = !verb.starts_with("add") && !verb.starts_with("move")
                && !verb.starts_with("duplicate");
            if world.edit(&edit).is_ok() && repeats {
                let head = world.board.head;
                let _refused = world.edit(&edit).is_err();
                prop_assert_eq!(world.board.head, head, "{:?}", edit);
            }
        }
    }

    #[test]
    fn e14_titles_are_one_line_without_control_characters(typed in vec(any::<char>(), 0..12)) {
        let typed: String = typed.into_iter().collect();
        let title = title_from(&typed);
        prop_assert!(!title.chars().any(char::is_control));
        prop_assert_eq!(title.trim(), &title);
        prop_assert_eq!(title_from(&title), title.clone());
        prop_assert!(cut(&title, 5).len() <= 5);
    }
}

#[test]
fn e15_whoever_uses_the_board_stays_on_it() {
    let mut world = World::new();
    let me = world.me;
    let before = world.board.head;
    assert_eq!(world.edit(&Edit::DeletePerson { person: me }), Err(Refusal::Oneself));
    assert_eq!(world.board.head, before);
}
