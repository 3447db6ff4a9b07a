//! What is on disk is enough: after a power cut all can be taken back, and the tables for reading can
//! go at any time.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const FULL: &str = include_str!("../../formats/tests/fixtures/full.json");
const ODD: &str = include_str!("../../formats/tests/fixtures/odd.json");

/// All boards as they are written out, by title.
fn exports(desk: &Desk) -> BTreeMap<String, [String; 3]> {
    let boards = desk.json(["board", "list"]);
    let ids = boards.as_array().unwrap().iter().map(|board| text(&board["id"]));
    ids.map(|id| {
        let texts = ["json", "csv", "markdown"]
            .map(|format| desk.run(["export", &id, "--format", format]).done());
        (id, texts)
    })
    .collect()
}

fn import(desk: &Desk, name: &str, content: &str) -> String {
    let file = desk.file(name, content);
    text(&desk.json(["import", file.to_str().unwrap()])["board"]["id"])
}

/// Twenty edits of many kinds, on two boards. One title is written three times: each undo has to find
/// what the undo before it wrote back.
fn twenty_edits(calling: &mut Calling, own: &str, imported: &str) {
    let content = calling.ask(&json!({ "ask": "board", "board": imported }))["content"].take();
    let column = |at: usize| content["columns"][at]["id"].clone();
    let (first, last) = (&content["cards"][0]["id"], &content["cards"][1]["id"]);
    let label = &content["labels"][0]["id"];
    let on = |calling: &mut Calling, edit: Value| calling.edit(imported, &edit);
    let foot = json!({ "at": "last" });
    let made = on(
        calling,
        json!({ "verb": "addCards", "column": column(0), "place": foot, "titles": ["one", "two"] }),
    );
    let one = &made["created"][0];
    for edit in [
        json!({ "verb": "renameBoard", "title": "Another name" }),
        json!({ "verb": "renameCard", "card": first, "title": "Another title" }),
        json!({ "verb": "describeCard", "card": first, "text": "Other *words*" }),
        json!({ "verb": "moveCards", "cards": [last], "column": column(1), "place": { "at": "first" } }),
        json!({ "verb": "labelCard", "card": one, "label": label, "on": true }),
        json!({ "verb": "dateCard", "card": one, "dates": { "start": null, "due": { "kind": "day", "day": "2026-12-24" } } }),
        json!({ "verb": "renameCard", "card": first, "title": "A third title" }),
        json!({ "verb": "renameCard", "card": first, "title": "Another title" }),
        json!({ "verb": "coverCard", "card": last, "colour": "teal" }),
        json!({ "verb": "addChecklist", "card": one, "title": "Steps" }),
        json!({ "verb": "addComment", "card": first, "text": "hm" }),
        json!({ "verb": "duplicateCard", "card": first }),
        json!({ "verb": "archiveCards", "cards": [one] }),
        json!({ "verb": "deleteCards", "cards": [last] }),
        json!({ "verb": "deleteLabel", "label": label }),
        json!({ "verb": "limitColumn", "column": column(0), "limit": 7 }),
        json!({ "verb": "deleteColumn", "column": column(0), "cards": { "to": "column", "column": column(1) } }),
    ] {
        let edited = on(calling, edit.clone());
        assert_eq!(edited["unchanged"], false, "{edit}");
    }
    let content = calling.ask(&json!({ "ask": "board", "board": own }))["content"].take();
    let column = &content["columns"][0]["id"];
    calling.edit(
        own,
        &json!({ "verb": "addCards", "column": column, "place": foot, "titles": ["x"] }),
    );
    calling.edit(own, &json!({ "verb": "archiveColumn", "column": column }));
}

#[test]
fn i14_after_an_import_twenty_edits_and_a_kill_twenty_one_undos_give_the_export_before() {
    let desk = Desk::new();
    let own = desk.board("Own", &["A", "B"]);
    for title in ["a", "b", "c"] {
        desk.add(&own, "A", title);
    }
    import(&desk, "odd.json", ODD);
    let before = exports(&desk);

    let imported = import(&desk, "full.json", FULL);
    let with_import = exports(&desk);
    let mut calling = desk.call();
    twenty_edits(&mut calling, &own, &imported);
    calling.kill();
    let edited = exports(&desk);
    assert_eq!(edited.len(), before.len() + 1);

    let mut calling = desk.call();
    for undo in 0..21 {
        if undo == 20 {
            assert_eq!(exports(&desk), with_import);
        }
        let undone = calling.ask(&json!({ "ask": "undo" }))["undone"].take();
        assert!(undone["verb"].is_string() && undone["kept"] == 0, "{undo}: {undone}");
    }
    calling.kill();
    assert_eq!(exports(&desk), before);
    assert_eq!(desk.problems(), [""; 0]);

    let mut calling = desk.call();
    for redo in 0..21 {
        let redone = calling.ask(&json!({ "ask": "redo" }))["undone"].take();
        assert!(redone["verb"].is_string() && redone["kept"] == 0, "{redo}: {redone}");
    }
    calling.kill();
    assert_eq!(exports(&desk), edited);
    assert_eq!(desk.problems(), [""; 0]);
}

/// All that a person can look at.
fn looked_at(desk: &Desk) -> Vec<Value> {
    let mut calling = desk.call();
    let mut overview = calling.ask(&json!({ "ask": "open" }));
    overview["overview"]["folder"].take();
    let boards: Vec<String> = overview["overview"]["boards"]
        .as_array()
        .unwrap()
        .iter()
        .map(|board| text(&board["id"]))
        .collect();
    let mut seen = vec![overview];
    for words in ["beans", "card", "hm", "Another", "wall", "twelve or words", "st"] {
        seen.push(calling.ask(&json!({ "ask": "search", "words": words })));
    }
    for ask in ["archive", "trash"] {
        seen.push(calling.ask(&json!({ "ask": ask, "board": null })));
    }
    for board in &boards {
        let content = calling.ask(&json!({ "ask": "board", "board": board }));
        for card in content["content"]["cards"].as_array().unwrap().iter().take(3) {
            let id = &card["id"];
            seen.push(calling.ask(&json!({ "ask": "history", "board": board, "card": id })));
        }
        seen.push(content);
    }
    calling.end();
    seen.extend(boards.iter().map(|board| desk.json(["board", "show", board])));
    seen.push(desk.json(["board", "list"]));
    seen
}

#[test]
fn emptying_the_tables_for_reading_changes_nothing_that_can_be_seen() {
    let desk = Desk::new();
    let own = desk.board("Own", &["A", "B"]);
    desk.add(&own, "A", "a card");
    desk.add(&own, "B", "a card for the archive");
    import(&desk, "odd.json", ODD);
    let imported = import(&desk, "full.json", FULL);
    let mut calling = desk.call();
    twenty_edits(&mut calling, &own, &imported);
    calling.end();
    let (before, exported) = (looked_at(&desk), exports(&desk));
    let is_empty = |answer: &Value| answer["items"].as_array().is_some_and(Vec::is_empty);
    assert!(!before.iter().any(is_empty), "the archive and the trash hold something");
    let finds = |answer: &&Value| answer["found"].as_array().is_some_and(|it| !it.is_empty());
    assert!(before.iter().filter(finds).count() >= 3, "searching finds something");

    let each = [
        ["delete from board"].as_slice(),
        &["delete from board_column"],
        &["delete from card"],
        &["delete from card_text"],
        &["delete from card_change"],
        &["delete from text_version"],
        &["delete from reading"],
        &[
            "delete from board",
            "delete from board_column",
            "delete from card",
            "delete from card_text",
            "delete from card_change",
            "delete from text_version",
            "delete from reading",
        ],
    ];
    for statements in each {
        for statement in statements {
            assert!(database::write(&desk.data(), statement) > 0, "{statement}");
        }
        assert_eq!(looked_at(&desk), before, "{statements:?}");
        assert_eq!(exports(&desk), exported, "{statements:?}");
        assert_eq!(desk.problems(), [""; 0], "{statements:?}");
    }
}
