//! Exports of the wild, which stay outside this repository: where `HOLDFAST_SAMPLES` names a
//! folder, every JSON file in it is read and compared with the table below. Each number was counted
//! with the line of jq beside it.
#![allow(clippy::expect_used, reason = "a test may panic")]

mod fixture;

use domain::document::DocumentCounts;
use fixture::read;
use std::{fs, path::Path};

struct Sample {
    file: &'static str,
    title: &'static str,
    counts: DocumentCounts,
    /// Lists with `closed`: jq '[.lists[] | select(.closed == true)] | length'
    archived_columns: usize,
    /// jq '.customFields | length', jq '[.cards[].customFieldItems // [] | .[]] | length'
    custom_fields: [u32; 2],
    /// Actions that are no comments: jq '[.actions // [] | .[] | select(.type != "commentCard")] | length'
    other_actions: u32,
}

const SAMPLES: [Sample; 6] = [
    Sample {
        file: "trello2planka_sample-board-export.json",
        // jq -r .name
        title: "Simple Project Board",
        counts: DocumentCounts {
            columns: 5,          // jq '.lists | length'
            cards: 10,           // jq '.cards | length'
            archived_cards: 1,   // jq '[.cards[] | select(.closed)] | length'
            labels: 8,           // jq '.labels | length'
            checklists: 4,       // jq '.checklists | length'
            checklist_items: 12, // jq '[.checklists[].checkItems[]] | length'
            comments: 4,         // jq '[.actions[] | select(.type == "commentCard")] | length'
            people: 1,           // jq '.members | length' (they wrote all comments)
            attachments: 5,      // jq '[.cards[].attachments[]] | length'
        },
        archived_columns: 1,
        custom_fields: [0, 0],
        other_actions: 27,
    },
    Sample {
        file: "wekan-docs_trello-project100.json",
        title: "Project 100",
        counts: DocumentCounts {
            columns: 3,         // jq '.lists | length'
            cards: 3,           // jq '.cards | length'
            archived_cards: 0,  // jq '[.cards[] | select(.closed)] | length'
            labels: 6,          // jq '.labels | length'
            checklists: 0,      // jq '.checklists | length'
            checklist_items: 0, // jq '[.checklists[].checkItems[]] | length'
            comments: 0,        // jq '[.actions[] | select(.type == "commentCard")] | length'
            people: 1,          // jq '.members | length'
            attachments: 0,     // jq '[.cards[].attachments[]] | length'
        },
        archived_columns: 0,
        custom_fields: [5, 8],
        other_actions: 33,
    },
    Sample {
        file: "trello2beads_board_with_comments.json",
        // jq -r .board.name, here and below
        title: "Test Board with Comments",
        counts: DocumentCounts {
            columns: 2,  // jq '.lists | length'
            cards: 3,    // jq '.cards | length'
            comments: 3, // jq '[.comments[][]] | length'
            people: 3,   // jq '[.comments[][].memberCreator.username] | unique | length'
            ..NONE
        },
        archived_columns: 0,
        custom_fields: [0, 0],
        other_actions: 0,
    },
    Sample {
        file: "trello2beads_board_with_references.json",
        title: "Test Board with Card References",
        counts: DocumentCounts {
            columns: 1,     // jq '.lists | length'
            cards: 3,       // jq '.cards | length'
            comments: 1,    // jq '[.comments[][]] | length'
            people: 1,      // jq '[.comments[][].memberCreator.username] | unique | length'
            attachments: 1, // jq '[.cards[].attachments[]] | length'
            ..NONE
        },
        archived_columns: 0,
        custom_fields: [0, 0],
        other_actions: 0,
    },
    Sample {
        file: "trello2beads_empty_board.json",
        title: "Empty Test Board",
        counts: DocumentCounts {
            columns: 1, // jq '.lists | length'
            ..NONE
        },
        archived_columns: 0,
        custom_fields: [0, 0],
        other_actions: 0,
    },
    Sample {
        file: "trello2beads_simple_board.json",
        title: "Test Todo Board",
        counts: DocumentCounts {
            columns: 3, // jq '.lists | length'
            cards: 10,  // jq '.cards | length'
            ..NONE
        },
        archived_columns: 0,
        custom_fields: [0, 0],
        other_actions: 0,
    },
];

const NONE: DocumentCounts = DocumentCounts {
    columns: 0,
    cards: 0,
    archived_cards: 0,
    labels: 0,
    checklists: 0,
    checklist_items: 0,
    comments: 0,
    people: 0,
    attachments: 0,
};

#[test]
fn exports_of_the_wild_are_read_as_counted() {
    let Some(folder) = std::env::var_os("HOLDFAST_SAMPLES") else {
        println!("samples: skipped (HOLDFAST_SAMPLES is not set)");
        return;
    };
    let mut seen = 0;
    check_folder(Path::new(&folder), &mut seen);
    assert_eq!(seen, SAMPLES.len(), "files in the folder that the table knows");
    println!("samples: {seen} files as counted");
}

/// The folder may keep the files of each product in a folder of their own.
fn check_folder(folder: &Path, seen: &mut usize) {
    for entry in fs::read_dir(folder).expect("the folder of samples can be listed") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() {
            check_folder(&path, seen);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            check_file(&path);
            *seen += 1;
        }
    }
}

fn check_file(path: &Path) {
    let name = path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
    let sample = SAMPLES
        .iter()
        .find(|sample| sample.file == name)
        .unwrap_or_else(|| panic!("{name} is not in the table: count it by hand and add it"));
    let bytes = fs::read(path).expect("the sample can be read");
    let read = read(bytes, name).unwrap_or_else(|bad| panic!("{name}: {bad}"));
    assert_eq!(read.board.title, sample.title, "{name}");
    assert_eq!(read.counts, sample.counts, "{name}");
    let archived = read.board.columns.iter().filter(|column| column.archived).count();
    assert_eq!(archived, sample.archived_columns, "{name}");
    let left = |path: &str| {
        read.left_out.iter().find(|left| left.path == path).map_or(0, |left| left.count)
    };
    let custom_fields = [left("customFields[]"), left("cards[].customFieldItems[]")];
    assert_eq!(custom_fields, sample.custom_fields, "{name}");
    assert_eq!(left("actions[]"), sample.other_actions, "{name}");
}
