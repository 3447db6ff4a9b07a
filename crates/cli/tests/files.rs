//! Files in and out of the program.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::*;
use serde_json::{Value, json};
use std::{fs, path::Path};

const FULL: &str = include_str!("../../formats/tests/fixtures/full.json");
const ODD: &str = include_str!("../../formats/tests/fixtures/odd.json");
const OWN: &str = include_str!("../../formats/tests/fixtures/own.json");

fn import(desk: &Desk, content: &str, more: &[&str]) -> Value {
    let file = desk.file("import.json", content);
    desk.json(["import", file.to_str().unwrap()].iter().chain(more))
}

/// Everything that the program keeps, as text: rows of what is true, and the names of the backups.
fn kept(desk: &Desk) -> Vec<String> {
    let mut rows = database::read(
        &desk.data(),
        "select hex(body) from log union all select hex(registers) from entity
         union all select verb from undo_entry order by 1",
    );
    rows.push(desk.run(["backup", "list"]).done());
    rows
}

#[test]
fn an_import_says_what_came_and_what_did_not() {
    let desk = Desk::new();
    let told = import(&desk, FULL, &[]);
    assert_eq!(
        keys(&told),
        "archived_cards attachments board cards checklist_items checklists columns comments format \
         labels left_out notes people title"
    );
    assert_eq!((&told["format"], &told["title"]), (&json!("trello"), &json!("Garden")));
    assert_eq!(keys(&told["board"]), "id title");
    for left in told["left_out"].as_array().unwrap() {
        assert_eq!(keys(left), "count path");
    }
    let shown = desk.json(["board", "show", "Garden"]);
    let columns = shown["columns"].as_array().unwrap();
    let cards = columns.iter().flat_map(|column| column["cards"].as_array().unwrap());
    let sum = |key: &str| cards.clone().map(|card| card[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!(told["columns"], columns.len());
    assert_eq!(told["cards"], cards.clone().count());
    assert_eq!(told["archived_cards"], cards.clone().filter(|it| it["archived"] == true).count());
    for (told_key, key) in [
        ("checklists", "checklists"),
        ("checklist_items", "items"),
        ("comments", "comments"),
        ("attachments", "attachments"),
    ] {
        assert_eq!(told[told_key], sum(key), "{key}");
    }
    let file = desk.file("again.json", FULL);
    let plain = desk.run(["import".as_ref(), file.as_os_str()]).done();
    assert!(plain.starts_with("Imported \"Garden\"\n"), "{plain}");
    assert!(plain.contains("Does not come along:\n") && plain.contains(" checklist items\n"));
    assert!(plain.contains("only the link comes along"), "{plain}");
}

#[test]
fn an_import_is_one_step_of_undo() {
    let desk = Desk::new();
    desk.board("Before", &["A"]);
    import(&desk, FULL, &[]);
    let exported = desk.export("Garden");
    assert_eq!(desk.json(["undo"])["verb"], "import");
    assert_eq!(desk.json(["board", "list"]).as_array().unwrap().len(), 1);
    assert_eq!(desk.json(["redo"])["verb"], "import");
    assert_eq!(desk.export("Garden"), exported);
    assert_eq!(desk.problems(), [""; 0]);
}

#[test]
fn a_dry_run_changes_nothing() {
    let desk = Desk::new();
    desk.board("Before", &["A"]);
    let before = kept(&desk);
    let told = import(&desk, FULL, &["--dry-run"]);
    assert_eq!(told["board"], Value::Null);
    let file = desk.file("again.json", FULL);
    let plain = desk.run(["import".as_ref(), file.as_os_str(), "--dry-run".as_ref()]).done();
    assert!(plain.starts_with("Would import \"Garden\"\n"), "{plain}");
    assert_eq!(kept(&desk), before);
    let mut really = import(&desk, FULL, &[]);
    really["board"].take();
    assert_eq!(really, told);
}

#[test]
fn a_bad_file_is_refused_in_words_and_changes_nothing() {
    let desk = Desk::new();
    desk.board("Before", &["A"]);
    let before = kept(&desk);
    let deep = "[".repeat(100_000);
    let twice = FULL.replacen("5f0000000000000000000011", "5f0000000000000000000010", 1);
    let newer = OWN.replace(r#""version": 1"#, r#""version": 2"#);
    let cut = &FULL[..FULL.len() / 2];
    for (content, format, says) in [
        ("", "auto", "empty"),
        ("not json at all", "auto", "not JSON"),
        (cut, "auto", "cut short"),
        ("{\"hello\": 1}", "auto", "not a Trello or Holdfast export"),
        ("[]", "auto", "not a Trello or Holdfast export"),
        (&deep, "auto", "nests deeper"),
        (&twice, "auto", "the same id"),
        (&newer, "auto", "newer Holdfast"),
        (OWN, "trello", "choose the other format"),
        (FULL, "holdfast", "choose the other format"),
    ] {
        let file = desk.file("bad.json", content);
        let arguments = ["import", file.to_str().unwrap(), "--format", format];
        let (code, message) = desk.run(arguments.iter().chain([&"--json"])).refused(1);
        assert_eq!(code, "badFile", "{message}");
        assert!(message.contains(says), "{says}: {message}");
    }
    let binary = desk.file("bad.json", [0x50, 0x4b, 0x03, 0x04, 0xff, 0xfe]);
    desk.run(["import".as_ref(), binary.as_os_str(), "--json".as_ref()]).refused(1);
    desk.run(["import".as_ref(), desk.data().as_os_str(), "--json".as_ref()]).refused(1);
    assert_eq!(kept(&desk), before);
    assert_eq!(desk.problems(), [""; 0]);
}

#[test]
fn two_hundred_megabytes_of_junk_are_refused_unread() {
    let desk = Desk::new();
    desk.board("Before", &["A"]);
    let junk = desk.path("junk.json");
    fs::File::create(&junk).unwrap().set_len(200 << 20).unwrap();
    let (code, message) = desk.run(["import", junk.to_str().unwrap(), "--json"]).refused(1);
    assert!(["tooLarge", "badFile"].contains(&&*code), "{code}");
    assert!(message.contains("200 MiB") && message.contains("limit"), "{message}");
}

#[test]
fn an_export_imported_into_an_empty_folder_exports_the_same_bytes() {
    for content in [FULL, ODD, OWN] {
        let (desk, empty) = (Desk::new(), Desk::new());
        let id = text(&import(&desk, content, &[])["board"]["id"]);
        let rich = enriched(&desk, &id);
        let file = desk.path("out.json");
        let told = desk.json(["export", &id, "-o", file.to_str().unwrap()]);
        assert_eq!(keys(&told), "bytes file");
        let exported = fs::read_to_string(&file).unwrap();
        assert_eq!(told["bytes"], exported.len());
        assert_eq!(desk.export(&id), exported);
        assert!(exported.contains(&rich));

        let told = empty.json(["import", file.to_str().unwrap()]);
        assert_eq!((&told["left_out"], &told["notes"]), (&json!([]), &json!([])));
        assert_eq!(told["board"]["id"], id, "ids are kept in an empty folder");
        assert_eq!(empty.export(&id), exported);
        for format in ["csv", "markdown"] {
            let written = |desk: &Desk| desk.run(["export", &id, "--format", format]).done();
            assert_eq!(written(&desk), written(&empty));
        }
        // Beside itself it gets ids of its own.
        let beside = desk.json(["import", file.to_str().unwrap()]);
        assert_ne!(beside["board"]["id"], id);
        assert_eq!(desk.export(&id), exported);
    }
}

/// Makes something of all that a file cannot bring; a text that must be in the export.
fn enriched(desk: &Desk, board: &str) -> String {
    let mut calling = desk.call();
    let content = calling.ask(&json!({ "ask": "board", "board": board }))["content"].take();
    let column = &content["columns"][0]["id"];
    let titles = ["Grüße 漢字 👍 \u{202e}", "line\u{2028}break"];
    let place = json!({ "at": "first" });
    let made = calling.edit(
        board,
        &json!({ "verb": "addCards", "column": column, "place": place, "titles": titles }),
    );
    let card = &made["created"][0];
    for edit in [
        json!({ "verb": "describeCard", "card": card, "text": "# Own words\n\n\ttab \"quoted\" \\ \u{1}" }),
        json!({ "verb": "dateCard", "card": card, "dates": {
            "start": { "kind": "day", "day": "2026-02-28" },
            "due": { "kind": "instant", "ms": 1_790_000_000_123_i64, "zone": "Asia/Tokyo" } } }),
        json!({ "verb": "addComment", "card": card, "text": "first\r\nsecond" }),
        json!({ "verb": "addLink", "card": card, "name": "", "url": "https://example.org/?a=1&b=2" }),
        json!({ "verb": "collapseColumn", "column": column, "collapsed": true }),
        json!({ "verb": "deleteCards", "cards": [made["created"][1]] }),
    ] {
        calling.edit(board, &edit);
    }
    calling.end();
    "# Own words".to_owned()
}

#[test]
fn a_cell_that_a_spreadsheet_would_obey_is_guarded() {
    let desk = Desk::new();
    let board = desk.board("B", &["=col"]);
    for title in ["=1+1", "+1", "-1", "@sum", "plain", "say \"=\""] {
        desk.run(["card", "add", &board, "--column", "=col", "--", title]).done();
    }
    let table = desk.run(["export", "B", "--format", "csv"]).done();
    let rows: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(rows.len(), 6);
    for (row, begins) in
        rows.iter().zip(["'=1+1", "'+1", "'-1", "'@sum", "plain", "\"say \"\"=\"\"\""])
    {
        assert!(row.starts_with(&format!("'=col,{begins},")), "{row}");
    }
    let text = desk.run(["export", "B", "--format", "markdown"]).done();
    assert!(text.starts_with("# B\n"), "{text}");
}

#[test]
fn an_export_that_cannot_be_written_leaves_what_was_there() {
    let desk = Desk::new();
    desk.board("B", &["A"]);
    let nowhere = desk.path("nowhere").join("out.json");
    let (code, _) = desk.run(["export", "B", "-o", nowhere.to_str().unwrap(), "--json"]).refused(1);
    assert_eq!(code, "cannotWrite");
    let file = desk.file("out.json", "before");
    desk.run(["export", "B", "-o", file.to_str().unwrap()]).done();
    assert!(fs::read_to_string(&file).unwrap().starts_with('{'));
    let beside: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().collect();
    assert_eq!(beside.len(), 2, "nothing half-written stays: {beside:?}");
}

fn newest(desk: &Desk) -> Value {
    desk.json(["backup", "list"])[0].take()
}

#[test]
fn a_restore_from_a_name_or_a_file_keeps_what_it_replaces() {
    let desk = Desk::new();
    let board = desk.board("B", &["A"]);
    desk.add(&board, "A", "old");
    let made = desk.json(["backup"]);
    assert_eq!(keys(&made), "boards bytes cards madeMs name reason");
    assert_eq!(
        (&made["boards"], &made["cards"], &made["reason"]),
        (&json!(1), &json!(1), &json!("asked"))
    );
    let name = text(&made["name"]);
    let list = desk.run(["backup", "list"]).done();
    assert!(list.starts_with(&format!("{name}  1 board, 1 card, ")), "{list}");
    let away = desk.path("away.db");
    fs::copy(desk.data().join("backups").join(&name), &away).unwrap();

    desk.add(&board, "A", "new");
    assert_eq!(desk.json(["restore", &name]), json!({ "boards": 1 }));
    assert_eq!(desk.drawn(&board), "A: old");
    let replaced = newest(&desk);
    assert_eq!((&replaced["reason"], &replaced["cards"]), (&json!("restore"), &json!(2)));
    assert_eq!(desk.problems(), [""; 0]);

    // What was replaced comes back the same way, and the replica signs under another id.
    let ids = |data: &Path| database::read(data, "select hex(replica_id) from replica");
    let before = ids(&desk.data());
    desk.run(["restore", &text(&replaced["name"])]).done();
    assert_ne!(ids(&desk.data()), before);
    assert_eq!(desk.drawn(&board), "A: old new");
    desk.add(&board, "A", "newer");
    assert_eq!(desk.problems(), [""; 0]);

    let plain = desk.run(["restore".as_ref(), away.as_os_str()]).done();
    assert!(plain.contains("Restored: 1 board."), "{plain}");
    assert_eq!(desk.drawn(&board), "A: old");
    assert_eq!(newest(&desk)["cards"], 3);
    assert_eq!(desk.problems(), [""; 0]);
}

#[test]
fn a_file_that_is_no_backup_is_not_restored() {
    let desk = Desk::new();
    let board = desk.board("B", &["A"]);
    desk.add(&board, "A", "a");
    let name = text(&desk.json(["backup"])["name"]);
    let good = fs::read(desk.data().join("backups").join(name)).unwrap();
    let before = kept(&desk);
    let half = desk.file("half.db", &good[..good.len() / 2]);
    let garbage = desk.file("garbage.db", [0x5a; 8192]);
    let empty = desk.file("empty.db", "");
    for file in [half, garbage, empty, desk.path("missing.db")] {
        desk.run(["restore".as_ref(), file.as_os_str(), "--json".as_ref()]).refused(1);
        assert_eq!(desk.drawn(&board), "A: a", "{}", file.display());
    }
    assert_eq!(kept(&desk), before);
}
