//! Our own format, there and back, and the two formats for people.

mod fixture;

use domain::text::When;
use fixture::*;
use formats::{
    BadFile, Wanted,
    csv::write_csv,
    holdfast::write_json,
    markdown::write_markdown,
    preview::{Format, ImportNote},
};
use std::sync::atomic::AtomicBool;

#[test]
fn what_was_written_reads_back_equal() {
    for file in [FULL, ODD, ABRIDGED, OWN] {
        let board = good(file).board;
        let written = write_json(&board);
        let read = good(&written);
        assert_eq!(read.format, Format::Holdfast);
        assert_eq!(read.board, board);
        assert!(read.left_out.is_empty() && read.notes.is_empty());
        assert_eq!(write_json(&read.board), written);
        assert!(written.ends_with("}\n"));
    }
}

#[test]
fn what_does_not_come_along_is_named() {
    let read = good(OWN);
    assert_eq!(
        left_out(&read),
        "1 board.columns[].cards[].dates.start\n\
         1 board.columns[].cards[].mood\n\
         1 board.weather\n\
         1 written_by\n"
    );
    let dangling = |path: &str| ImportNote::Dangling { path: path.to_owned(), count: 1 };
    assert_eq!(
        read.notes,
        [
            dangling("board.columns[].cards[].comments[].author"),
            dangling("board.columns[].cards[].labels[]"),
        ]
    );
    let card = card(&read, "=1+1");
    assert_eq!(card.dates.start, None);
    let zone = "Europe/Berlin".to_owned();
    assert_eq!(card.dates.due, Some(When::Instant { ms: 1_770_000_000_000, zone }));
    assert_eq!(column(&read, "Now").limit, Some(3));
    assert!(column(&read, "Now").collapsed && column(&read, "Later").archived);
    assert!(read.board.people[0].me);
}

#[test]
fn a_newer_version_is_refused_in_words() {
    let newer = OWN.replace(r#""version": 1"#, r#""version": 2"#);
    assert_eq!(bad(&newer), BadFile::Newer { version: 2 });
    assert!(bad(&newer).to_string().contains("written by a newer Holdfast"));
}

#[test]
fn the_format_asked_for_must_be_that_of_the_file() {
    let read = |text: &str, wanted| {
        formats::read(text.as_bytes(), "file.json", wanted, &AtomicBool::new(false))
    };
    assert!(read(FULL, Wanted::Trello).is_ok());
    assert!(read(OWN, Wanted::Holdfast).is_ok());
    assert!(matches!(read(FULL, Wanted::Holdfast), Err(BadFile::OtherFormat { .. })));
    assert!(matches!(read(OWN, Wanted::Trello), Err(BadFile::OtherFormat { .. })));
}

#[test]
fn the_table_has_a_row_for_each_card() {
    let table = write_csv(&good(OWN).board);
    assert_eq!(
        table,
        "column,title,description,labels,people,start,due,done,priority,archived,checklists,comments,created,id\n\
         Now,'=1+1,\"# Big\r\nsmall\",bug,Somebody else,,2026-02-02T02:40:00Z,yes,urgent,yes,Steps: [x] one; [ ] two,1,,k1\n"
    );
    let rows = write_csv(&good(ODD).board);
    assert_eq!(::csv::Reader::from_reader(rows.as_bytes()).records().count(), 11);
}

#[test]
fn the_text_keeps_each_card_in_its_place() {
    assert_eq!(
        write_markdown(&good(OWN).board),
        "# Own\n\
         \n\
         ## Now\n\
         \n\
         At most 3 cards.\n\
         \n\
         - [x] \\=1+1 (archived)\n\
         \n\
         \x20 # Big\n\
         \x20 small\n\
         \n\
         \x20 - Labels: bug\n\
         \x20 - People: Somebody else\n\
         \x20 - Due: 2026-02-02T02:40:00Z\n\
         \x20 - Priority: urgent\n\
         \x20 - Steps\n\
         \x20   - [x] one\n\
         \x20   - [ ] two\n\
         \x20 - Link: site <https://example.org/>\n\
         \x20 - Comment by somebody, 2026-02-02T02:40:00Z\n\
         \n\
         \x20   > hm\n\
         \n\
         \n\
         ## Later (archived)\n"
    );
}
