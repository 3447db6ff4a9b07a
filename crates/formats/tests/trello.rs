//! What a Trello file becomes. The counts beside each fixture were counted by hand.

mod fixture;

use domain::{
    document::DocumentCounts,
    text::{Colour, When},
};
use fixture::*;
use formats::preview::{Format, ImportNote};

fn colour(name: &str) -> Option<Colour> {
    Some(Colour(name.to_owned()))
}

fn dangling(path: &str, count: u32) -> ImportNote {
    ImportNote::Dangling { path: path.to_owned(), count }
}

#[test]
fn a_full_export_keeps_its_order_and_its_counts() {
    let read = good(FULL);
    assert_eq!(read.format, Format::Trello);
    assert_eq!(read.board.title, "Garden");
    assert_eq!(
        drawn(&read),
        "To do: [Buy a second wheelbarrow]\n\
         Doing: Mend the fence | Plant the  beans\n\
         [Old ideas]: An open card in a closed list\n"
    );
    let counts = DocumentCounts {
        columns: 3,
        cards: 4,
        archived_cards: 1,
        labels: 5,
        checklists: 2,
        checklist_items: 2,
        comments: 2,
        people: 3,
        attachments: 2,
    };
    assert_eq!(read.counts, counts);
    assert_eq!(read.notes, [ImportNote::LinksOnly { attachments: 1 }]);
    assert_eq!(column(&read, "Doing").limit, Some(2));
    assert_eq!(column(&read, "To do").limit, None);
}

#[test]
fn a_full_card_keeps_what_stands_on_it() {
    let read = good(FULL);
    let card = card(&read, "Plant the  beans");
    assert_eq!(card.description, "Along the **south** wall\n\n- 12 poles");
    // date -u -d 2026-04-20T08:00:00Z +%s, and 2026-05-01T12:30:00Z
    let instant = |ms| Some(When::Instant { ms, zone: String::new() });
    assert_eq!(card.dates.start, instant(1_776_672_000_000));
    assert_eq!(card.dates.due, instant(1_777_638_600_000));
    assert!(card.done);
    assert_eq!(card.cover, colour("lime"));
    // printf %d 0x5f00000a
    assert_eq!(card.created_ms, Some(1_593_835_530_000));
    assert_eq!(card.labels, ["5f0000000000000000000010", "5f0000000000000000000011"]);
    assert_eq!(card.people, ["5f0000000000000000000030", "5f0000000000000000000031"]);
    let checklists: Vec<_> = card.checklists.iter().map(|list| list.title.as_str()).collect();
    assert_eq!(checklists, ["Tools", "Second by its place"]);
    let items: Vec<_> =
        card.checklists[0].items.iter().map(|item| (item.title.as_str(), item.done)).collect();
    assert_eq!(items, [("Spade", true), ("String", false)]);
    let links: Vec<_> = card.attachments.iter().map(|link| link.name.as_str()).collect();
    assert_eq!(links, ["Seed list", "https://example.org/beans"]);
}

#[test]
fn comments_are_oldest_first_and_keep_authors_who_left() {
    let read = good(FULL);
    let comments = &card(&read, "Plant the  beans").comments;
    let texts: Vec<_> = comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(texts, ["Which beans?", "I left the team, my words stay"]);
    assert_eq!(comments[1].author.as_deref(), Some("5f0000000000000000000039"));
    let people: Vec<_> = read.board.people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(people, ["Gardener One", "gardener2", "Former Gardener"]);
}

#[test]
fn label_colours_may_be_null_or_unknown() {
    let read = good(FULL);
    let labels: Vec<_> =
        read.board.labels.iter().map(|label| (label.name.as_str(), label.colour.clone())).collect();
    assert_eq!(
        labels,
        [
            ("Urgent", colour("red_dark")),
            ("", colour("sky_light")),
            ("Colourless", None),
            ("Odd", colour("grey")),
            // A name of a newer Trello is kept and drawn grey.
            ("New", colour("magenta")),
        ]
    );
}

#[test]
fn what_was_left_out_is_counted_from_the_file() {
    assert_eq!(
        left_out(&good(FULL)),
        "1 actions[]\n\
         1 actions[].data.dateLastEdited\n\
         1 cards[].attachments[]\n\
         1 cards[].attachments[].bytes\n\
         1 cards[].attachments[].fileName\n\
         1 cards[].attachments[].mimeType\n\
         2 cards[].attachments[].pos\n\
         1 cards[].cover.brightness\n\
         1 cards[].cover.size\n\
         3 cards[].customFieldItems[]\n\
         1 cards[].dueReminder\n\
         1 cards[].idShort\n\
         1 cards[].shortLink\n\
         1 checklists[].checkItems[].due\n\
         1 checklists[].checkItems[].idMember\n\
         2 customFields[]\n\
         1 desc\n\
         1 labelNames\n\
         1 labels[].color\n\
         1 labels[].uses\n\
         1 lists[].subscribed\n\
         1 members[].avatarUrl\n\
         2 members[].initials\n\
         1 members[].username\n\
         1 memberships[]\n\
         1 prefs\n\
         1 shortLink\n\
         1 url\n"
    );
}

#[test]
fn odd_shapes_cost_no_card() {
    let read = good(ODD);
    // The name is null, so the file's own name stands in.
    assert_eq!(read.board.title, "file");
    assert!(read.board.archived);
    assert_eq!(
        drawn(&read),
        "First: Top | Equal places keep the order of the file | Second of two | Bottom\n\
         Second, it has the same place: It has no id | Untitled | \
         A day without a time in two lines | Untitled\n\
         Third, its place is a text: A number for an id\n\
         [Untitled]:\n\
         Without a list: Its list is not in the file | [It has no list]\n"
    );
    assert_eq!(column(&read, "Third, its place is a text").limit, Some(4));
    assert_eq!(column(&read, "Second, it has the same place").limit, Some(2));
    assert_eq!(column(&read, "First").limit, None);
    let counts = DocumentCounts {
        columns: 5,
        cards: 11,
        archived_cards: 1,
        labels: 3,
        checklists: 2,
        checklist_items: 3,
        comments: 2,
        people: 2,
        attachments: 0,
    };
    assert_eq!(read.counts, counts);
}

#[test]
fn references_to_what_is_not_there_are_counted() {
    assert_eq!(
        good(ODD).notes,
        [
            dangling("actions[].data.card.id", 1),
            dangling("actions[].idMemberCreator", 2),
            dangling("cards[].idChecklists[]", 1),
            dangling("cards[].idLabels[]", 1),
            dangling("cards[].idMembers[]", 1),
            dangling("checklists[].idCard", 1),
            ImportNote::Homeless { cards: 2 },
        ]
    );
}

#[test]
fn values_that_cannot_be_used_are_left_out_by_name() {
    assert_eq!(
        left_out(&good(ODD)),
        "1 actions[]\n\
         1 cards[].due\n\
         1 cards[].idLabels\n\
         3 cards[].name[]\n\
         1 cards[].somethingNew\n\
         1 cards[].start\n\
         1 checklists[].checkItems[].state\n\
         1 lists[]\n\
         1 lists[].softLimit\n"
    );
}

#[test]
fn ids_that_are_no_hex_have_no_creation_time() {
    let read = good(ODD);
    let cards = read.board.columns.iter().flat_map(|column| &column.cards);
    assert!(cards.into_iter().all(|card| card.created_ms.is_none()));
}

#[test]
fn a_day_without_a_time_stays_a_day() {
    let read = good(ODD);
    let dates = &card(&read, "A day without a time in two lines").dates;
    assert_eq!(dates.due, Some(When::Day { day: "2026-02-28".to_owned() }));
}

#[test]
fn things_without_ids_or_with_one_twice_get_their_own() {
    let read = good(ODD);
    let card = card(&read, "Equal places keep the order of the file");
    // The very same comment twice is one comment.
    assert_eq!(card.comments.len(), 1);
    let items: Vec<_> = read
        .board
        .columns
        .iter()
        .flat_map(|column| &column.cards)
        .flat_map(|card| &card.checklists)
        .flat_map(|checklist| &checklist.items)
        .map(|item| (item.id.as_str(), item.done))
        .collect();
    assert_eq!(items, [("i1", false), ("item 2", false), ("item 3", true)]);
}

#[test]
fn an_abridged_file_has_labels_checklists_and_comments_too() {
    let read = good(ABRIDGED);
    assert_eq!(read.board.title, "Abridged");
    assert_eq!(read.board.id, "board_short");
    assert_eq!(drawn(&read), "Alpha: Labels and checklists of its own | The same labels\n");
    let counts = DocumentCounts {
        columns: 1,
        cards: 2,
        archived_cards: 0,
        labels: 2,
        checklists: 1,
        checklist_items: 2,
        comments: 2,
        people: 1,
        attachments: 2,
    };
    assert_eq!(read.counts, counts);
    let first = card(&read, "Labels and checklists of its own");
    assert_eq!(first.labels, card(&read, "The same labels").labels);
    let texts: Vec<_> = first.comments.iter().map(|comment| comment.text.as_str()).collect();
    assert_eq!(texts, ["first", "second"]);
    assert_eq!(read.notes, [ImportNote::LinksOnly { attachments: 1 }, dangling("comments", 1)]);
    assert_eq!(
        left_out(&read),
        "1 board.url\n\
         2 cards[].attachments[].bytes\n\
         1 cards[].shortUrl\n\
         1 timestamp\n"
    );
}

#[test]
fn an_empty_board_is_a_board() {
    let read = good(r#"{"lists":[],"cards":[]}"#);
    assert_eq!(read.counts, DocumentCounts::default());
    assert_eq!(read.board.title, "file");
    assert!(read.left_out.is_empty() && read.notes.is_empty());
}

#[test]
fn a_byte_order_mark_and_windows_lines_change_nothing() {
    let windows = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    assert_eq!(good(&windows), good(FULL));
}

/// `count` comments, newest first, as an export holds them.
fn with_comments(count: usize) -> String {
    let actions: Vec<String> = (0..count)
        .rev()
        .map(|n| {
            format!(
                r#"{{"id":"{n:024x}","type":"commentCard","date":"2026-01-01T00:00:00Z","data":{{"text":"{n}","card":{{"id":"c"}}}}}}"#
            )
        })
        .collect();
    format!(
        r#"{{"lists":[{{"id":"l"}}],"cards":[{{"id":"c","idList":"l"}}],"actions":[{}]}}"#,
        actions.join(",")
    )
}

#[test]
fn a_thousand_actions_mean_that_older_ones_are_missing() {
    assert!(good(&with_comments(999)).notes.is_empty());
    let read = good(&with_comments(1_000));
    assert_eq!(read.notes, [ImportNote::ActionsCut { actions: 1_000 }]);
    // All of one instant: the order is that of the file, turned round.
    let comments = &read.board.columns[0].cards[0].comments;
    assert_eq!(comments.len(), 1_000);
    assert!(comments.iter().enumerate().all(|(n, comment)| comment.text == n.to_string()));
}

#[test]
fn long_texts_are_cut_and_counted() {
    let file = |description: usize, title: usize| {
        format!(
            r#"{{"lists":[],"cards":[{{"id":"c","name":"{}","desc":"{}"}}]}}"#,
            "t".repeat(title),
            "ü".repeat(description)
        )
    };
    let half = 512 * 1024;
    let within = good(&file(half, 16 * 1024));
    assert_eq!(within.board.columns[0].cards[0].description.len(), 2 * half);
    assert_eq!(within.notes, [ImportNote::Homeless { cards: 1 }]);
    let over = good(&file(half + 1, 16 * 1024 + 1));
    let card = &over.board.columns[0].cards[0];
    assert_eq!((card.description.len(), card.title.len()), (2 * half, 16 * 1024));
    assert_eq!(over.notes[0], ImportNote::TextsCut { texts: 2 });
}

#[test]
fn more_unknown_fields_than_anybody_reads_are_counted_together() {
    let fields: Vec<String> = (0..2_000).map(|n| format!(r#""f{n}":1"#)).collect();
    let read = good(&format!(r#"{{"lists":[],"cards":[],{}}}"#, fields.join(",")));
    assert_eq!(read.left_out.len(), 501);
    assert_eq!(read.left_out.iter().map(|left| left.count).sum::<u32>(), 2_000);
    assert!(read.left_out.iter().any(|left| left.path == "*" && left.count == 1_500));
}
