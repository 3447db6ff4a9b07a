//! What `check` finds in a database that something else wrote to.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod program;

use program::*;
use serde_json::Value;
use std::fs;

fn desk() -> Desk {
    let desk = Desk::new();
    let board = desk.board("B", &["A", "Z"]);
    for title in ["one", "two", "three"] {
        desk.add(&board, "A", title);
    }
    desk.run(["card", "move", "one", "--column", "Z"]).done();
    assert_eq!(desk.problems(), [""; 0]);
    desk
}

/// Tampers, and looks at what is found; once what is rebuilt was rebuilt, `left` is still found.
fn check(statement: &'static str, found: &str, left: bool) {
    let desk = desk();
    assert!(database::write(&desk.data(), statement) > 0, "{statement}");
    let problems = desk.problems();
    assert!(problems.iter().any(|problem| problem.contains(found)), "{statement}: {problems:?}");
    assert_eq!(!desk.problems().is_empty(), left, "{statement}");
    let plain = desk.run(["check"]);
    assert_eq!(plain.code, if left { 3 } else { 0 });
    assert_eq!(plain.out == "Everything is as it should be.\n", !left);
}

#[test]
fn a_table_for_reading_that_was_tampered_with_is_rebuilt() {
    for (statement, table) in [
        ("update card set title = 'forged' where title = 'two'", "the table card differed"),
        ("update card set column_id = (select max(column_id) from board_column)", "card differed"),
        ("update board set cards = 7", "the table board differed"),
        ("update board_column set title = 'forged'", "the table board_column differed"),
        ("update card_text set title = 'forged'", "the table card_text differed"),
        ("delete from card_change where seq = (select max(seq) from card_change)", "card_change"),
    ] {
        check(statement, table, false);
    }
}

#[test]
fn a_body_of_the_log_that_was_changed_is_found() {
    let forged = "update log set body = cast(replace(body, 'three', 'thr33') as blob)
                  where instr(body, cast('three' as blob)) > 0";
    check(forged, "is not what was signed", true);
    let hashed = "update log set hash = zeroblob(16) where seq = 2";
    check(hashed, "is not what was signed", true);
    check("update log set stamp_ms = stamp_ms + 1 where seq = 2", "the chain breaks", true);
}

#[test]
fn a_gap_in_the_log_is_found() {
    check("delete from log where seq = 3", "there is a gap before number 4", true);
    let end = "delete from log where seq = (select max(seq) from log)";
    check(end, "the head does not name the end of the log", true);
}

#[test]
fn a_register_that_was_changed_is_found() {
    let forged = "update entity
                  set registers = cast(replace(registers, 'three', 'thr33') as blob)
                  where instr(registers, cast('three' as blob)) > 0";
    check(forged, "things differ from the log", true);
    let gone = "delete from entity
                where rowid = (select max(rowid) from entity where kind = 'card')";
    check(gone, "things differ from the log", true);
    check("update board_head set digest = zeroblob(16)", "the digest is not that of the log", true);
}

#[test]
fn a_damaged_page_is_found() {
    let desk = desk();
    let file = desk.data().join("holdfast.db");
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.len() / 2;
    bytes[at..].fill(0x5a);
    fs::write(&file, &bytes).unwrap();
    let ended = desk.run(["check", "--json"]);
    let told: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &told["ok"]), (3, &Value::Bool(false)), "{told}");
    assert!(!told["problems"].as_array().unwrap().is_empty());
}
