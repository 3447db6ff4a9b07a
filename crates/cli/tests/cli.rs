//! The commands: what they print, how they end, and how names are understood.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::*;
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

const NOWHERE: &str = "0198c0de-0000-7000-8000-000000000000";

#[test]
fn boards_are_created_listed_and_shown() {
    let desk = Desk::new();
    assert_eq!(desk.json(["board", "list"]), json!([]));
    assert_eq!(desk.run(["board", "list"]).done(), "");
    let made = desk.json(["board", "create", "Garden", "--column", "To do", "--column", "Done"]);
    assert_eq!(keys(&made), "id");
    let id = text(&made["id"]);
    desk.add("Garden", "To do", "dig");
    let list = desk.json(["board", "list"]);
    assert_eq!(
        list,
        json!([{ "id": id, "title": "Garden", "archived": false, "cards": 1, "archived_cards": 0 }])
    );
    assert_eq!(desk.run(["board", "list"]).done(), format!("{id}       1  Garden\n"));
    let printed = desk.run(["board", "create", "Plain"]).done();
    assert_eq!(printed.trim_end().len(), id.len());

    let shown = desk.json(["board", "show", "Garden"]);
    assert_eq!(keys(&shown), "board columns digest");
    assert_eq!(shown["board"], json!({ "id": id, "title": "Garden", "archived": false }));
    assert_eq!(keys(&shown["columns"][0]), "archived cards id limit title");
    assert_eq!(
        keys(&shown["columns"][0]["cards"][0]),
        "archived attachments checklists comments cover description done due id items items_done \
         labels people priority start title"
    );
    assert_eq!(draw(&shown), "To do: dig | Done:");
    let card = text(&shown["columns"][0]["cards"][0]["id"]);
    let plain = desk.run(["board", "show", &id]).done();
    assert_eq!(plain, format!("Garden\n\nTo do\n  {card}  dig\n\nDone\n"));
}

#[test]
fn archived_things_are_marked_and_never_missing() {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    let (card, _) = (desk.add(&board, "A", "a"), desk.add(&board, "A", "b"));
    desk.add(&board, "Z", "z");
    let shown = desk.json(["board", "show", &board]);
    let mut calling = desk.call();
    calling.edit(&board, &json!({ "verb": "archiveCards", "cards": [card] }));
    let column = &shown["columns"][1]["id"];
    calling.edit(&board, &json!({ "verb": "archiveColumn", "column": column }));
    assert_eq!(desk.drawn(&board), "A: [a] b | [Z]: z");
    let list = desk.json(["board", "list"]);
    assert_eq!((&list[0]["cards"], &list[0]["archived"]), (&json!(3), &json!(false)));
    calling.edit(&board, &json!({ "verb": "archiveBoard" }));
    assert_eq!(desk.json(["board", "list"])[0]["archived"], true);
    assert!(desk.run(["board", "list"]).done().ends_with("B (archived)\n"));
    assert!(desk.run(["board", "show", "B"]).done().contains("a (archived)\n"));
}

#[test]
fn cards_are_added_and_moved() {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    let added = desk.json(["card", "add", "B", "--column", "A", "a"]);
    assert_eq!(keys(&added), "board column id");
    assert_eq!(added["board"], board);
    let printed = desk.run(["card", "add", "B", "--column", "A", "b"]).done();
    assert_eq!(printed.trim_end().len(), board.len());
    desk.add("B", "A", "c");
    let check = |arguments: &[&str], expected: &str| {
        let moved = desk.json(["card", "move"].iter().chain(arguments));
        assert_eq!(keys(&moved), "board column id moved");
        assert_eq!(desk.drawn("B"), expected, "{arguments:?}");
    };
    check(&["c", "--column", "Z"], "A: a b | Z: c");
    check(&["a", "--column", "Z", "--first"], "A: b | Z: a c");
    check(&["b", "--column", "Z", "--after", "a"], "A: | Z: a b c");
    check(&["a", "--column", "Z", "--last"], "A: | Z: b c a");
    check(&[&text(&added["id"]), "--column", "A"], "A: a | Z: b c");
    assert_eq!(desk.run(["card", "move", "b", "--column", "A"]).done(), "");
    assert_eq!(desk.drawn("B"), "A: a b | Z: c");
}

#[test]
fn undo_and_redo_work_across_processes() {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    desk.add("B", "A", "a");
    desk.run(["card", "move", "a", "--column", "Z"]).done();
    let undone = desk.json(["undo"]);
    assert_eq!(
        undone,
        json!({ "verb": "moveCards", "board": board, "restored": 1, "kept": 0, "kept_titles": [] })
    );
    assert_eq!(desk.drawn("B"), "A: a | Z:");
    assert_eq!(desk.run(["undo"]).done(), "Undid: add cards.\n");
    assert_eq!(desk.drawn("B"), "A: | Z:");
    assert_eq!(desk.json(["redo"])["verb"], "addCards");
    assert_eq!(desk.run(["redo"]).done(), "Did again: move cards.\n");
    assert_eq!(desk.drawn("B"), "A: | Z: a");
    let (code, message) = desk.run(["redo", "--json"]).refused(1);
    assert_eq!((&*code, &*message), ("nothing", "There is nothing to do again."));
    for _ in 0..3 {
        desk.run(["undo"]).done();
    }
    assert_eq!(desk.run(["undo", "--json"]).refused(1).0, "nothing");
    assert_eq!(desk.json(["board", "list"]), json!([]));
}

#[test]
fn names_that_nothing_or_several_things_have_are_refused() {
    let desk = Desk::new();
    let (one, _) = (desk.board("Twin", &["A", "A", "Z"]), desk.board("Twin", &["A"]));
    let other = desk.board("Other", &["A"]);
    for (arguments, exit, code, says) in [
        (["board", "show", "Nothing"].as_slice(), 1, "notFound", "no board \"Nothing\""),
        (&["board", "show", NOWHERE], 1, "notFound", NOWHERE),
        (&["board", "show", "Twin"], 2, "ambiguous", &one),
        (&["export", "Twin"], 2, "ambiguous", "2 boards"),
        (&["card", "add", &one, "--column", "A", "x"], 2, "ambiguous", "2 columns"),
        (&["card", "add", &one, "--column", "B", "x"], 1, "notFound", "no column"),
        (&["card", "move", "x", "--column", "Z"], 1, "notFound", "no card"),
        (&["card", "add", &one, "--column", "Z", " "], 1, "refused", "empty"),
        (&["board", "create", ""], 1, "refused", "title"),
        (&["import", "/nonexistent/file.json"], 1, "badFile", "cannot be read"),
        (&["restore", "holdfast-nothing.db"], 1, "notFound", "backup"),
    ] {
        let ended = desk.run(arguments.iter().chain([&"--json"]));
        let (told, message) = ended.refused(exit);
        assert_eq!(told, code, "{arguments:?}: {message}");
        assert!(message.contains(says), "{arguments:?}: {message}");
        let plain = desk.run(arguments);
        assert_eq!((plain.code, &*plain.out), (exit, ""), "{arguments:?}");
        assert_eq!(plain.err, format!("holdfast: {message}\n"));
    }
    let (card, _) = (desk.add(&one, "Z", "x"), desk.add(&other, "A", "x"));
    let (code, message) = desk.run(["card", "move", "x", "--column", "Z", "--json"]).refused(2);
    assert!(code == "ambiguous" && message.contains(&card), "{message}");
    desk.run(["card", "move", &card, "--column", "Z", "--first"]).done();
    assert_eq!(desk.drawn(&one), "A: | A: | Z: x");
}

#[test]
fn wrong_usage_ends_with_two() {
    let desk = Desk::new();
    for arguments in [
        ["dance"].as_slice(),
        &[],
        &["board"],
        &["import"],
        &["card", "add", "B", "title"],
        &["card", "move", "a", "--column", "A", "--first", "--last"],
        &["export", "B", "--format", "pdf"],
        &["import", "f", "--format", "jira"],
        &["check", "--fast"],
    ] {
        let plain = desk.run(arguments);
        assert_eq!((plain.code, &*plain.out), (2, ""), "{arguments:?}");
        assert!(plain.err.contains("--help") || plain.err.contains("Usage"), "{}", plain.err);
        let (code, message) = desk.run(arguments.iter().chain([&"--json"])).refused(2);
        assert!(code == "usage" && !message.is_empty(), "{arguments:?}: {message}");
    }
    assert!(!desk.data().exists(), "wrong usage makes no folder");
    assert!(desk.run(["--help"]).done().contains("Usage: holdfast"));
    assert!(desk.run(["--version"]).done().starts_with("holdfast "));
}

#[test]
fn the_flag_beats_the_variable_which_beats_the_default() {
    let desk = Desk::new();
    let (variable, home) = (desk.path("variable"), desk.path("home"));
    let create = |title: &str, flag: bool, with_variable: bool| {
        let mut command = bare();
        if flag {
            command.arg("--data-dir").arg(desk.data());
        }
        if with_variable {
            command.env("HOLDFAST_DATA_DIR", &variable);
        }
        command.env("XDG_DATA_HOME", &home).args(["board", "create", title]);
        ended(&mut command).done();
    };
    let titles = |data: &Path| {
        let list = ended(&mut on(data, ["board", "list", "--json"])).done();
        let list: Value = serde_json::from_str(&list).unwrap();
        list.as_array().unwrap().iter().map(|board| text(&board["title"])).collect::<Vec<_>>()
    };
    create("flag", true, true);
    create("variable", false, true);
    create("default", false, false);
    assert_eq!(titles(&desk.data()), ["flag"]);
    assert_eq!(titles(&variable), ["variable"]);
    assert_eq!(titles(&home.join("holdfast")), ["default"]);
}

#[test]
fn what_a_terminal_would_obey_is_written_out() {
    let desk = Desk::new();
    let hostile = "a\u{202e}b\u{2066}c";
    let board = desk.board(hostile, &[hostile]);
    desk.add(&board, hostile, hostile);
    let told = [
        desk.run(["board", "list"]).done(),
        desk.run(["board", "show", &board]).done(),
        desk.run(["board", "show", "\u{1b}[2J\u{202e}\u{9b}"]).err,
        desk.run(["board", "show", "\u{1b}[2J\u{202e}\u{9b}", "--json"]).err,
        desk.run(["board", "show", &board, "--json"]).done(),
    ];
    for told in &told {
        assert!(!told.contains(['\u{1b}', '\u{202e}', '\u{9b}', '\u{2066}']), "{told:?}");
    }
    let written = "a\\u{202e}b\\u{2066}c";
    assert!(told[0].contains(written) && told[1].matches(written).count() == 3, "{told:?}");
    assert!(told[4].contains("a\\u202eb\\u2066c"), "{}", told[4]);
    assert_eq!(desk.json(["board", "list"])[0]["title"], hostile);
}

#[test]
fn the_folder_is_its_owners_alone() {
    let desk = Desk::new();
    desk.board("B", &["A"]);
    let calling = desk.call();
    desk.add("B", "A", "a");
    desk.run(["backup"]).done();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut folders = vec![desk.data()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                assert_eq!(mode(&entry.path()), 0o600, "{}", entry.path().display());
                files += 1;
            }
        }
    }
    assert!(files >= 4, "the database, its log and shared memory, and a backup: {files}");
    calling.end();
}

#[test]
fn requests_are_answered_line_by_line() {
    let desk = Desk::new();
    let board = desk.board("B", &["A"]);
    let mut calling = desk.call();
    let reply = calling.ask(&json!({ "ask": "board", "board": board }));
    assert_eq!(reply["is"], "board");
    for (request, code) in [
        (json!({ "ask": "dance" }), "badRequest"),
        (json!({ "ask": "board", "board": "no id" }), "badRequest"),
        (json!({ "ask": "board", "board": NOWHERE }), "notFound"),
        (json!({ "ask": "import", "file": 1 }), "notFound"),
        (
            json!({ "ask": "edit", "board": board, "edit": { "verb": "renameBoard", "title": "" } }),
            "refused",
        ),
    ] {
        let answer = calling.answer(&request);
        assert_eq!(keys(&answer), "failed", "{request}: {answer}");
        assert_eq!(keys(&answer["failed"]), "backups code folder message");
        assert_eq!(answer["failed"]["code"], code, "{request}");
    }
    assert_eq!(calling.ask(&json!({ "ask": "undo" }))["is"], "undone");
    calling.end();
}

#[test]
fn a_board_that_was_forgotten_with_the_trash_is_in_no_list() {
    let desk = Desk::new();
    let (kept, gone) = (desk.board("Kept", &["A"]), desk.board("Gone", &["A"]));
    desk.add(&gone, "A", "a");
    let mut calling = desk.call();
    calling.edit(&gone, &json!({ "verb": "deleteBoard" }));
    let trash = json!({ "ask": "trash", "board": null });
    assert_eq!(calling.ask(&trash)["items"].as_array().unwrap().len(), 1);
    calling.ask(&json!({ "ask": "emptyTrash" }));
    assert_eq!(calling.ask(&trash)["items"], json!([]));
    calling.end();
    let listed = desk.json(["board", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(text(&listed[0]["id"]), kept);
    assert_eq!(desk.problems(), [""; 0]);
}
