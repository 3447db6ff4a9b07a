//! Cards that go to another board.

use crate::support::{
    dice,
    drawing::draw,
    laws::{every_live_card_shows_once, exported, registers},
    storm,
    world::{NOON_MS, World},
};
use domain::{
    document::{BoardDocument, CardDocument},
    edit::{CardsGo, Edit, Place},
    fresh::Fresh,
    id::*,
    resolve::{Carried, Carry, Refusal},
    text::Colour,
    view,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

struct Way {
    copy: bool,
    column: Option<ColumnId>,
    place: Place,
}

const MOVED: Way = Way { copy: false, column: None, place: Place::Last };
const COPIED: Way = Way { copy: true, ..MOVED };

fn carry(from: &World, to: &World, cards: &[CardId], way: &Way) -> Result<Carried, Refusal> {
    let Way { copy, column, place } = way;
    let (copy, column) = (*copy, *column);
    let carry = Carry { from: &from.board, by: from.me, cards, copy, column, place };
    carry.resolve(&to.board, to.me, &mut Fresh::new([3; 32], NOON_MS + 90_000))
}

fn carried(from: &World, to: &mut World, cards: &[CardId], way: &Way) -> Vec<CardId> {
    let Carried { writes, created, .. } = carry(from, to, cards, way).unwrap();
    to.write("carryCards", writes);
    created.into_iter().map(CardId::from).collect()
}

/// A card as its document says, with names in the place of ids.
fn told(world: &World, card: CardId) -> CardDocument {
    let document = exported(world);
    let names = names(&document, world.me);
    let name = |id: &String| names[id].clone();
    let mut cards = document.columns.into_iter().flat_map(|column| column.cards);
    let mut told = cards.find(|it| it.id == card.to_string()).unwrap();
    told.id.clear();
    told.archived = false;
    for list in [&mut told.labels, &mut told.people] {
        *list = list.iter().map(name).collect();
        list.sort();
    }
    for list in &mut told.checklists {
        list.id.clear();
        list.items.iter_mut().for_each(|item| item.id.clear());
    }
    for comment in &mut told.comments {
        comment.id.clear();
        comment.author = comment.author.as_ref().map(name);
    }
    // Those of one moment stand in the order of their ids.
    told.comments.sort_by_key(|it| (it.created_ms, it.text.clone()));
    told.attachments.iter_mut().for_each(|link| link.id.clear());
    told.attachments.sort_by_key(|link| (link.name.clone(), link.url.clone()));
    told
}

fn names(document: &BoardDocument, me: PersonId) -> BTreeMap<String, String> {
    let label = |name: &str, colour: &Option<Colour>| match name {
        "" => format!("{colour:?}"),
        name => name.to_owned(),
    };
    let labels = document.labels.iter().map(|it| (it.id.clone(), label(&it.name, &it.colour)));
    let people = document.people.iter().map(|it| match it.id == me.to_string() {
        true => (it.id.clone(), "whoever it is".to_owned()),
        false => (it.id.clone(), it.name.clone()),
    });
    labels.chain(people).collect()
}

fn not_in_the_trash(world: &World) -> Vec<CardId> {
    let content = view::content(&world.board, world.me);
    let cards = content.cards.iter();
    let live = cards.filter(|it| it.standing != domain::record::Standing::Deleted);
    live.map(|card| card.id).collect()
}

proptest! {
    #![proptest_config(storm(200))]

    #[test]
    fn x1_a_card_says_on_the_other_board_what_it_said(throws in dice::throws(1..40), others in dice::throws(0..12)) {
        let (mut from, mut to) = (dice::furnished(), World::new());
        to.column("Inbox");
        for (world, throws) in [(&mut from, throws), (&mut to, others)] {
            for throw in throws {
                let Some(edit) = dice::edit(world, throw, false) else { continue };
                // Refused ones write nothing.
                world.edit(&edit).ok();
            }
        }
        prop_assume!(carry(&from, &to, &[], &MOVED).is_ok(), "a board that is there, with a column");
        let cards = not_in_the_trash(&from);
        let before = (registers(&from.board), without_trash(&to));
        let twins = carried(&from, &mut to, &cards, &MOVED);
        prop_assert_eq!(twins.len(), cards.len());
        for (card, twin) in cards.iter().zip(&twins) {
            prop_assert_eq!(told(&from, *card), told(&to, *twin));
        }
        prop_assert_eq!(every_live_card_shows_once(&to.board, to.me), Ok(()));
        prop_assert_eq!(before.0, registers(&from.board), "the board that they left was written to");
        if !cards.is_empty() {
            to.undo();
        }
        prop_assert_eq!(before.1, without_trash(&to), "something else changed on the other board");
    }
}

/// What the carried cards became lies in the trash after an undo, with the labels and people made for them.
fn without_trash(world: &World) -> String {
    let all = draw(&world.board, world.me);
    let parts = all.split(" | ").filter(|part| !part.starts_with("trash:"));
    parts.collect::<Vec<_>>().join(" | ")
}

fn two_boards() -> (World, World) {
    let mut to = World::new();
    to.column("Inbox");
    (World::drawn("Todo: a b c | Doing: d"), to)
}

fn card(world: &World, title: &str) -> CardId {
    let content = view::content(&world.board, world.me);
    content.cards.iter().find(|card| card.title == title).unwrap().id
}

#[test]
fn x1_a_copy_is_made_now_and_has_no_comments() {
    let (mut from, mut to) = two_boards();
    let card = card(&from, "a");
    from.edit(&Edit::AddComment { card, text: "Well".to_owned() }).unwrap();
    let copy = carried(&from, &mut to, &[card], &COPIED)[0];
    let copied = told(&to, copy);
    assert!(copied.comments.is_empty());
    assert_eq!(copied.created_ms, Some(i64::try_from(NOON_MS).unwrap() + 90_000));
}

#[test]
fn x2_labels_and_people_of_the_same_name_are_the_same_and_others_are_made_once() {
    let (mut from, mut to) = two_boards();
    let label = |name: &str, colour: &str| Edit::AddLabel {
        name: name.to_owned(),
        colour: Some(Colour(colour.to_owned())),
    };
    let person = |name: &str| Edit::AddPerson { name: name.to_owned() };
    let theirs = to.edit(&label("Bug", "orange")).unwrap()[0];
    let ann = to.edit(&person("Ann")).unwrap()[0];
    let cards = [card(&from, "a"), card(&from, "b")];
    let labels = [label("Bug", "red"), label("", "red"), label("", "blue")]
        .map(|edit| LabelId::from(from.edit(&edit).unwrap()[0]));
    let people =
        [person("Ann"), person("Bob")].map(|edit| PersonId::from(from.edit(&edit).unwrap()[0]));
    for card in cards {
        for label in labels {
            from.edit(&Edit::LabelCard { card, label, on: true }).unwrap();
        }
        for person in people.into_iter().chain([from.me]) {
            from.edit(&Edit::AssignCard { card, person, on: true }).unwrap();
        }
    }
    from.edit(&Edit::DeleteLabel { label: labels[2] }).unwrap();
    carried(&from, &mut to, &cards, &MOVED);
    let content = view::content(&to.board, to.me);
    let names: Vec<_> = content.labels.iter().map(|label| label.name.as_str()).collect();
    assert_eq!(names, ["Bug", ""], "one that was deleted goes nowhere");
    let people: Vec<_> = content.people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(people, ["me", "Ann", "Bob"]);
    for card in &content.cards {
        assert!(card.labels.contains(&theirs.into()) && card.labels.len() == 2);
        assert!(card.people.contains(&ann.into()) && card.people.contains(&to.me));
        assert_eq!(card.people.len(), 3);
    }
}

#[test]
fn x3_cards_go_to_the_place_that_was_named_each_once_and_in_order() {
    let (from, mut to) = two_boards();
    let inbox = to.column("Later");
    let there = to.cards(inbox, &["x", "y"])[0];
    let [a, b, d] = ["a", "b", "d"].map(|title| card(&from, title));
    let place = Place::After { neighbours: vec![there.into()] };
    carried(&from, &mut to, &[d, a, d], &Way { column: Some(inbox), place, ..MOVED });
    carried(&from, &mut to, &[b], &MOVED);
    assert_eq!(draw(&to.board, to.me), "Inbox: b | Later: x d a y");
}

#[test]
fn x3_cards_go_nowhere_where_there_is_no_live_column_or_no_board() {
    let (mut from, mut to) = two_boards();
    let a = card(&from, "a");
    let inbox = view::content(&to.board, to.me).columns[0].id;
    let at = |column| Way { column: Some(column), ..MOVED };
    let gone = |what| Some(Refusal::Gone { what });
    to.edit(&Edit::ArchiveColumn { column: inbox }).unwrap();
    assert_eq!(carry(&from, &to, &[a], &at(inbox)).err(), gone("column"));
    let none = Some(Refusal::NoColumn);
    assert_eq!(carry(&from, &to, &[a], &MOVED).err(), none);
    to.edit(&Edit::DeleteColumn { column: inbox, cards: CardsGo::Trash }).unwrap();
    assert_eq!(carry(&from, &to, &[a], &MOVED).err(), none);
    to.column("New");
    assert!(carry(&from, &to, &[a], &MOVED).is_ok());
    from.edit(&Edit::DeleteCards { cards: vec![a] }).unwrap();
    assert_eq!(carry(&from, &to, &[a], &MOVED).err(), gone("card"));
    let unknown = Some(Refusal::NotFound { what: "card" });
    assert_eq!(carry(&to, &from, &[a], &MOVED).err(), unknown);
    to.edit(&Edit::ArchiveBoard).unwrap();
    assert_eq!(carry(&from, &to, &[card(&from, "b")], &MOVED).err(), gone("board"));
}
