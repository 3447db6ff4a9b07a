//! Documents: what is exported comes back the same.

use crate::support::{check, dice, laws::*, storm, words::perform, world::*};
use domain::{
    change::*,
    document::*,
    export::export,
    fresh::Fresh,
    id::*,
    import::import,
    register::{Field, Kind},
};
use expect_test::expect;
use proptest::prelude::*;

proptest! {
    #![proptest_config(storm(300))]

    #[test]
    fn d1_an_export_that_is_imported_exports_the_same(throws in dice::throws(0..40)) {
        let mut world = dice::furnished();
        for throw in throws {
            let Some(edit) = dice::edit(&world, throw, true) else { continue };
            let _refused = world.edit(&edit).is_err();
        }
        // A board that was forgotten whole has no reader any more.
        prop_assume!(!world.board.entity(EntityId::BOARD).unwrap().purged());
        let document = exported(&world);
        let again = World::imported(&document);
        prop_assert_eq!(again.board.id, world.board.id);
        prop_assert_eq!(&exported(&again), &document);
        prop_assert_eq!(document.counts(), exported(&again).counts());
    }
}

#[test]
fn d1_a_board_with_a_recovered_card_and_a_gone_author_exports_the_same_again() {
    let mut world = dice::furnished();
    perform(
        &mut world,
        "unseen move a to Doing; delete column Doing to trash; undelete a; delete person ann",
    );
    let document = exported(&world);
    assert_eq!(exported(&World::imported(&document)), document);
}

#[test]
fn d2_an_archived_column_of_a_document_rests_with_its_cards() {
    let mut document = BoardDocument { title: "Board".to_owned(), ..BoardDocument::default() };
    document.columns = vec![ColumnDocument {
        title: "Old".to_owned(),
        archived: true,
        cards: vec![CardDocument { title: "a".to_owned(), ..CardDocument::default() }],
        ..ColumnDocument::default()
    }];
    let world = World::imported(&document);
    expect!["[Old archived]: a"].assert_eq(&crate::support::drawing::draw(&world.board, world.me));
}

#[test]
fn d3_ids_are_kept_where_the_folder_has_no_such_board_else_all_are_new() {
    let world = dice::furnished();
    let document = exported(&world);
    let mut fresh = Fresh::new([3; 32], NOON_MS);
    let kept = import(&document, "test", |_| true, &mut fresh);
    assert_eq!(kept.board, world.board.id);
    let copied = import(&document, "test", |_| false, &mut fresh);
    assert_ne!(copied.board, world.board.id);
    let old: Vec<EntityId> = world.board.entities().map(|it| it.0).collect();
    let new = copied.writes.iter().filter(|it| it.entity != EntityId::BOARD);
    assert!(new.clone().all(|it| !old.contains(&it.entity)));
    let sources = new.filter(|it| it.slot.field == Field::SOURCE);
    assert!(sources.count() > 10, "the file's ids are noted");
}

#[test]
fn d4_two_things_of_a_document_with_one_id_become_two() {
    let id = uuid::Uuid::from_u128(77).to_string();
    let card = |title: &str| CardDocument {
        id: id.clone(),
        title: title.to_owned(),
        ..CardDocument::default()
    };
    let document = BoardDocument {
        id: uuid::Uuid::from_u128(1).to_string(),
        title: "Board".to_owned(),
        columns: vec![ColumnDocument {
            id: id.clone(),
            title: "Todo".to_owned(),
            cards: vec![card("a"), card("b")],
            ..ColumnDocument::default()
        }],
        ..BoardDocument::default()
    };
    let world = World::imported(&document);
    expect!["Todo: a b"].assert_eq(&crate::support::drawing::draw(&world.board, world.me));
}

#[test]
fn d5_a_text_over_the_limit_is_cut_at_a_character_and_counted() {
    let long = "ü".repeat(domain::text::TEXT_BYTES_MAX);
    let document = BoardDocument {
        title: "ü".repeat(domain::text::TITLE_BYTES_MAX),
        columns: vec![ColumnDocument {
            cards: vec![CardDocument { description: long, ..CardDocument::default() }],
            ..ColumnDocument::default()
        }],
        ..BoardDocument::default()
    };
    let mut fresh = Fresh::new([3; 32], NOON_MS);
    assert_eq!(import(&document, "test", |_| true, &mut fresh).texts_cut, 2);
    let world = World::imported(&document);
    let export = export(&world.board, world.me);
    assert_eq!(export.title.len(), domain::text::TITLE_BYTES_MAX);
    assert_eq!(export.columns[0].cards[0].description.len(), domain::text::TEXT_BYTES_MAX);
}

#[test]
fn d6_a_document_without_its_reader_gets_one() {
    let document = BoardDocument { title: "Board".to_owned(), ..BoardDocument::default() };
    let world = World::imported(&document);
    let people: Vec<_> = world.board.loose(&Kind::PERSON).collect();
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].1.text(Field::TITLE), domain::import::ME);
    assert_eq!(EntityId::from(world.me), people[0].0);
}

#[test]
fn d7_the_trash_is_not_exported_and_the_archive_is_marked() {
    check(
        "Todo: a [b archived] | [Old archived]: c | trash: d",
        "",
        expect!["Todo: a [b archived] | [Old archived]: c | trash: d"],
    );
    let world = World::drawn("Todo: a [b archived] | [Old archived]: c | trash: d");
    let export = exported(&world);
    let drawn: Vec<String> = export
        .columns
        .iter()
        .flat_map(|column| {
            let name = format!("{}{}", column.title, if column.archived { "*" } else { "" });
            let card = move |it: &CardDocument| {
                format!("{name}/{}{}", it.title, if it.archived { "*" } else { "" })
            };
            column.cards.iter().map(card)
        })
        .collect();
    expect!["Todo/a Todo/b* Old*/c"].assert_eq(&drawn.join(" "));
}

#[test]
fn d8_what_is_signed_reads_back_equal() {
    let world = dice::furnished();
    for numbered in &world.log {
        assert_eq!(read(&numbered.body).unwrap(), numbered.change);
        assert_eq!(sign(&numbered.change).unwrap(), (numbered.body.clone(), numbered.hash));
    }
}
