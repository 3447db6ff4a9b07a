//! The example board: a real one that shows what a board can do, and is deleted like any other.

use domain::{
    document::*,
    edit::Dates,
    text::{Colour, Priority, When},
};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The board as it would have grown by `now_ms`.
pub(crate) fn document(now_ms: u64) -> BoardDocument {
    BoardDocument {
        title: "Balcony garden".to_owned(),
        colour: Some(Colour("green".to_owned())),
        created_ms: Some(domain::view::signed(now_ms)),
        people: vec![person("me", domain::import::ME, true), person("sam", "Sam", false)],
        labels: vec![
            label("buy", "buy", "orange"),
            label("soil", "soil", "purple"),
            label("sun", "needs sun", "yellow"),
        ],
        columns: vec![
            column("Ideas", None, ideas()),
            column("This week", Some(3), this_week(now_ms)),
            column("Growing", None, growing(now_ms)),
            column("Done", None, done()),
        ],
        ..BoardDocument::default()
    }
}

fn ideas() -> Vec<CardDocument> {
    vec![
        CardDocument {
            description:
                "Drag this card to **This week**: by mouse, by touch, or with `Space`, the \
                          arrow keys and `Space` again. `Ctrl+Z` takes back whatever you try here."
                    .to_owned(),
            ..card("Welcome! Press Enter to open a card")
        },
        CardDocument { labels: ids(&["sun"]), ..card("Strawberries in the hanging basket") },
        CardDocument { labels: ids(&["buy"]), ..card("A rain barrel that fits the corner") },
        card("Ask the neighbours for cuttings"),
    ]
}

fn this_week(now_ms: u64) -> Vec<CardDocument> {
    vec![
        CardDocument {
            labels: ids(&["buy", "soil"]),
            people: ids(&["me"]),
            dates: Dates { start: None, due: Some(day(now_ms + 2 * DAY_MS)) },
            priority: Some(Priority::High),
            checklists: vec![checklist(
                "To get",
                &[("two bags of compost", true), ("drainage pebbles", false), ("twine", false)],
            )],
            ..card("Fetch compost and pebbles")
        },
        CardDocument {
            people: ids(&["sam"]),
            comments: vec![CommentDocument {
                author: Some("sam".to_owned()),
                text: "I can lend you the long drill.".to_owned(),
                created_ms: Some(domain::view::signed(now_ms - DAY_MS)),
                ..CommentDocument::default()
            }],
            ..card("Put up the trellis")
        },
    ]
}

fn growing(now_ms: u64) -> Vec<CardDocument> {
    vec![
        CardDocument {
            labels: ids(&["sun"]),
            description: "Sown in the *blue* pot.\n\n- water every second day\n- turn towards the \
                          light on Sundays"
                .to_owned(),
            dates: Dates { start: Some(day(now_ms - 9 * DAY_MS)), due: None },
            cover: Some(Colour("red".to_owned())),
            ..card("Tomatoes")
        },
        CardDocument { cover: Some(Colour("lime".to_owned())), ..card("Basil and parsley") },
    ]
}

fn done() -> Vec<CardDocument> {
    vec![CardDocument { done: true, ..card("Measure the railing") }]
}

fn card(title: &str) -> CardDocument {
    CardDocument { title: title.to_owned(), ..CardDocument::default() }
}

fn column(title: &str, limit: Option<u32>, cards: Vec<CardDocument>) -> ColumnDocument {
    ColumnDocument { title: title.to_owned(), limit, cards, ..ColumnDocument::default() }
}

fn label(id: &str, name: &str, colour: &str) -> LabelDocument {
    LabelDocument {
        id: id.to_owned(),
        name: name.to_owned(),
        colour: Some(Colour(colour.to_owned())),
    }
}

fn person(id: &str, name: &str, me: bool) -> PersonDocument {
    PersonDocument { id: id.to_owned(), name: name.to_owned(), me }
}

fn checklist(title: &str, items: &[(&str, bool)]) -> ChecklistDocument {
    let items = items.iter().map(|(title, done)| ItemDocument {
        title: (*title).to_owned(),
        done: *done,
        ..ItemDocument::default()
    });
    ChecklistDocument {
        title: title.to_owned(),
        items: items.collect(),
        ..ChecklistDocument::default()
    }
}

fn ids(names: &[&str]) -> Vec<SourceId> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The day of a moment, as UTC counts it: near enough for an example.
fn day(ms: u64) -> When {
    let moment = jiff::Timestamp::from_millisecond(domain::view::signed(ms)).unwrap_or_default();
    When::Day { day: moment.to_zoned(jiff::tz::TimeZone::UTC).date().to_string() }
}
