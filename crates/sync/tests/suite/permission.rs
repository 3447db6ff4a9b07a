//! Who may write what, beyond what the verbs do: what is judged is what is written.

use crate::support::{sample::*, *};
use domain::register::Slot;
use sync::message::Role::{self, *};

/// The least role that may make a change of these writes.
fn least(writes: &[Write]) -> Option<Role> {
    let sample = Sample::new();
    let roles = [Viewer, Commenter, Editor, Admin, Owner];
    roles.into_iter().find(|role| sample.may(*role, writes.to_vec()))
}

fn of(kind: Kind, number: u8, field: Field) -> Write {
    write(kind, thing(number), field, Value::flag(true))
}

fn element(kind: Kind, entity: EntityId, field: Field, element: u8) -> Write {
    let slot = Slot::of(field, thing(element).0);
    Write { kind, entity, slot, value: Value::flag(true), replaces: None, seen: None }
}

const NEW: u8 = 0xee;

fn comment_by(number: u8, author: u8) -> Vec<Write> {
    let field = |field, value| write(Kind::COMMENT, thing(number), field, value);
    vec![
        field(Field::CREATED, Value::created(None, Some(thing(author)))),
        field(Field::CARD, Value::id(thing(CARD))),
        field(Field::AUTHOR, Value::id(thing(author))),
        field(Field::TEXT, Value::text("words")),
    ]
}

#[test]
fn what_a_change_says_that_it_means_does_not_count() {
    let sample = Sample::new();
    let pen = pen::Pen { author: me(), ..pen::Pen::new(2) };
    let mut change = pen.draft(vec![of(Kind::CARD, CARD, Field::DONE)]);
    change.intent = "addComment".to_owned();
    let member = sync::acceptance::Member { person: me(), role: Commenter };
    let act = [change.clone()];
    assert!(!sync::permission::may(&sample.board, member, act.iter()));
}

#[test]
fn nobody_writes_as_somebody_else() {
    let sample = Sample::new();
    let pen = pen::Pen { author: thing(OTHER).into(), ..pen::Pen::new(2) };
    let change = pen.draft(vec![of(Kind::CARD, CARD, Field::DONE)]);
    let member = sync::acceptance::Member { person: me(), role: Owner };
    assert!(!sync::permission::may(&sample.board, member, [change.clone()].iter()));
}

#[test]
fn one_write_that_is_too_much_makes_the_change_too_much() {
    let fold = element(Kind::COLUMN, thing(COLUMN), Field::COLLAPSED, ME);
    assert_eq!(least(std::slice::from_ref(&fold)), Some(Viewer));
    assert_eq!(least(&[fold.clone(), of(Kind::CARD, CARD, Field::DONE)]), Some(Editor));
    assert_eq!(least(&[fold, of(Kind::BOARD, 0, Field::DELETED)]), Some(Owner));
}

#[test]
fn what_each_sees_of_their_own_is_theirs_alone() {
    let board = EntityId::BOARD;
    assert_eq!(least(&[element(Kind::BOARD, board, Field::SIDEBAR, ME)]), Some(Viewer));
    assert_eq!(least(&[element(Kind::BOARD, board, Field::SIDEBAR, OTHER)]), Some(Owner));
    let column = thing(COLUMN);
    assert_eq!(least(&[element(Kind::COLUMN, column, Field::COLLAPSED, OTHER)]), Some(Owner));
    assert_eq!(least(&[of(Kind::COLUMN, COLUMN, Field::COLLAPSED)]), Some(Owner), "of nobody");
}

#[test]
fn forgetting_is_an_admins_and_the_board_itself_an_owners_to_delete() {
    assert_eq!(least(&[of(Kind::CARD, CARD, Field::PURGED)]), Some(Admin));
    assert_eq!(least(&[of(Kind::COMMENT, OWN_COMMENT, Field::PURGED)]), Some(Admin));
    assert_eq!(least(&[of(Kind::BOARD, 0, Field::TITLE)]), Some(Admin));
    assert_eq!(least(&[of(Kind::BOARD, 0, Field::DELETED)]), Some(Owner));
}

#[test]
fn a_comment_is_its_authors() {
    assert_eq!(least(&[of(Kind::COMMENT, OWN_COMMENT, Field::TEXT)]), Some(Commenter));
    assert_eq!(least(&[of(Kind::COMMENT, COMMENT, Field::TEXT)]), Some(Owner));
    assert_eq!(least(&[of(Kind::COMMENT, COMMENT, Field::DELETED)]), Some(Admin));
    assert_eq!(least(&comment_by(NEW, ME)), Some(Commenter));
    assert_eq!(least(&comment_by(NEW, OTHER)), Some(Editor), "a copy of another board's");
}

#[test]
fn the_author_of_a_new_comment_may_stand_in_another_part_of_the_act() {
    let mut writes = comment_by(NEW, ME);
    let text = vec![writes.pop().unwrap()];
    let sample = Sample::new();
    assert!(sample.may_all(Commenter, vec![text.clone(), writes]));
    assert!(!sample.may(Commenter, text), "but it must stand there");
}

#[test]
fn a_name_is_an_editors_to_add_and_an_admins_to_change_but_for_ones_own() {
    assert_eq!(least(&[of(Kind::PERSON, NEW, Field::TITLE)]), Some(Editor));
    assert_eq!(least(&[of(Kind::PERSON, OTHER, Field::TITLE)]), Some(Admin));
    assert_eq!(least(&[of(Kind::PERSON, ME, Field::TITLE)]), Some(Viewer));
}

#[test]
fn what_is_not_known_yet_is_an_editors() {
    let kind = Kind::from_name("hologram").unwrap();
    assert_eq!(least(&[of(kind, NEW, Field::TITLE)]), Some(Editor));
    let field = Field::from_name("depth").unwrap();
    assert_eq!(least(&[of(Kind::CARD, CARD, field.clone())]), Some(Editor));
    assert_eq!(least(&[of(Kind::BOARD, 0, field)]), Some(Admin));
}
