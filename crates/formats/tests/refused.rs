//! Files that are no boards: each gets its own words, fast, and none of them a panic.

mod fixture;

use fixture::*;
use formats::{BadFile, FILE_BYTES_MAX, Wanted, check_size};
use std::sync::atomic::AtomicBool;

#[test]
fn a_large_file_is_refused_by_its_size_alone() {
    assert_eq!(check_size(FILE_BYTES_MAX), Ok(()));
    let refused = check_size(200 * 1024 * 1024);
    assert_eq!(refused, Err(BadFile::TooLarge { bytes: 200 * 1024 * 1024 }));
    let words = refused.expect_err("too large").to_string();
    assert!(words.contains("200 MiB") && words.contains("64 MiB"), "{words}");
    // The reader checks again, whoever calls it.
    let junk = vec![b'x'; 65 * 1024 * 1024];
    assert!(matches!(bad(junk), BadFile::TooLarge { .. }));
}

#[test]
fn an_empty_file_is_called_empty() {
    for empty in ["", " \r\n\t", "\u{feff}", "\u{feff}\n"] {
        assert_eq!(bad(empty), BadFile::Empty);
    }
}

#[test]
fn what_is_no_text_says_where() {
    assert_eq!(bad(b"{\"name\":\"\xff\"}"), BadFile::NotText { byte: 10 });
    // A board saved as UTF-16.
    assert!(matches!(bad(b"\xff\xfe{\0}\0"), BadFile::NotText { byte: 1 }));
}

#[test]
fn what_is_no_json_says_where() {
    assert_eq!(bad("<!doctype html>\n<p>"), BadFile::NotJson { line: 1, column: 1 });
    assert_eq!(bad("{\n  \"name\": oops }"), BadFile::NotJson { line: 2, column: 11 });
    assert_eq!(bad("{}\nand more"), BadFile::NotJson { line: 2, column: 1 });
    assert_eq!(bad("]]]]"), BadFile::NotJson { line: 1, column: 1 });
}

#[test]
fn a_file_cut_short_is_called_so_wherever_it_was_cut() {
    let text = FULL.trim_end();
    for end in (1..text.len()).filter(|end| text.is_char_boundary(*end)) {
        assert!(matches!(bad(&text[..end]), BadFile::CutShort { .. }), "cut at {end}");
    }
}

#[test]
fn a_deep_file_is_refused_before_anything_recurses() {
    let bombs = [
        "[".repeat(10_000_000),
        r#"{"a":"#.repeat(5_000_000),
        format!(r#"{{"lists":[],"cards":{}"#, "[".repeat(10_000_000)),
    ];
    for bomb in &bombs {
        assert_eq!(bad(bomb), BadFile::TooDeep { line: 1 });
    }
    let nested = |depth: usize| {
        format!(
            r#"{{"lists":[],"cards":[],"x":{}{}}}"#,
            "[".repeat(depth - 1),
            "]".repeat(depth - 1)
        )
    };
    assert!(read(nested(64), "file.json").is_ok());
    assert_eq!(bad(nested(65)), BadFile::TooDeep { line: 1 });
    // Brackets in a text are no depth, whatever stands before its quotes.
    let text = format!(r#"{{"lists":[],"cards":[],"x":"\\\"{}"}}"#, "[".repeat(1_000));
    assert!(read(text, "file.json").is_ok());
}

#[test]
fn what_is_no_board_is_called_what_it_is() {
    for (file, what) in [
        ("[]", "a JSON array"),
        ("[{\"lists\":[],\"cards\":[]}]", "a JSON array"),
        ("{}", "without lists and cards"),
        ("{\"lists\":[]}", "without a list of cards"),
        ("{\"cards\":[]}", "without lists"),
        ("{\"lists\":{},\"cards\":null}", "without lists and cards"),
        ("\"board\"", "a JSON text"),
        ("17", "a JSON number"),
        ("null", "a single JSON word"),
    ] {
        let words = bad(file).to_string();
        assert!(words.contains(what), "{file}: {words}");
        assert!(words.contains("not a Trello or Holdfast export"), "{words}");
    }
}

#[test]
fn the_same_id_twice_is_refused_by_kind_and_id() {
    let file = |kind: &str| {
        let fields = ["lists", "cards", "labels", "members", "checklists"].map(|field| {
            let things = if field == kind { r#"{"id":"one"},{"id":"one"}"# } else { "" };
            format!(r#""{field}":[{things}]"#)
        });
        format!("{{{}}}", fields.join(","))
    };
    for kind in ["lists", "cards", "labels", "members", "checklists"] {
        let refused = bad(file(kind));
        assert_eq!(refused, BadFile::DuplicateId { kind, id: "one".to_owned() });
        assert!(refused.to_string().starts_with(&format!("Two {kind} in the file")));
    }
    let twice = OWN.replace("\"id\": \"i2\"", "\"id\": \"i1\"");
    assert_eq!(bad(twice), BadFile::DuplicateId { kind: "checklist items", id: "i1".to_owned() });
}

#[test]
fn a_hundred_thousand_cards_are_the_most() {
    let file = |count: usize| {
        let cards: Vec<String> = (0..count).map(|n| format!(r#"{{"id":{n}}}"#)).collect();
        format!(r#"{{"lists":[],"cards":[{}]}}"#, cards.join(","))
    };
    assert_eq!(good(&file(100_000)).counts.cards, 100_000);
    assert_eq!(bad(file(100_001)), BadFile::TooManyCards { most: 100_000 });
}

#[test]
fn a_flood_of_small_things_is_refused() {
    let labels = vec!["{}"; 2_000_001].join(",");
    let refused = bad(format!(r#"{{"lists":[],"cards":[],"labels":[{labels}]}}"#));
    assert_eq!(refused, BadFile::TooManyThings { most: 2_000_000 });
}

#[test]
fn reading_can_be_cancelled() {
    let cancelled = AtomicBool::new(true);
    let read = formats::read(FULL.as_bytes(), "file.json", Wanted::Auto, &cancelled);
    assert_eq!(read, Err(BadFile::Cancelled));
}
