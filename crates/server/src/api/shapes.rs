//! What answers look like, for the description of the API. The tests look at every answer that they get with it.

use serde_json::{Value, json};

/// A record and its fields, all of which are always there.
pub struct Shape {
    pub name: &'static str,
    pub fields: &'static [(&'static str, Is, &'static str)],
}

/// What a field of an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    Id,
    IdOrNull,
    Ids,
    Text,
    TextOrNull,
    Texts,
    Flag,
    Number,
    NumberOrNull,
    Time,
    TimeOrNull,
    ColourOrNull,
    PriorityOrNull,
    Standing,
    Role,
    Dates,
    ListOf(&'static str),
}

const KEY: &str = "Sorts as `(key, id)`; lowercase hexadecimal.";
const STANDING: &str = "Where it stands in its life.";

type Fields<const N: usize> = [(&'static str, Is, &'static str); N];

const WEBHOOK: Fields<9> = [
    ("id", Is::Id, ""),
    ("url", Is::Text, ""),
    (
        "madeBy",
        Is::Id,
        "The person who made it, or let it go on since: it is delivered for as long as they manage the board.",
    ),
    ("madeMs", Is::Time, ""),
    ("delivered", Is::Number, "Every change up to this number was taken, from when it was made."),
    ("failures", Is::Number, "Tries in a row that failed."),
    ("nextMs", Is::TimeOrNull, "When it is tried again, where a try failed."),
    (
        "paused",
        Is::TextOrNull,
        "Why nothing is sent: asked, gone, failing, notAllowed or restored; null where it is.",
    ),
    ("pausedMs", Is::TimeOrNull, "Since when."),
];

const NEW_WEBHOOK: Fields<10> = {
    let [a, b, c, d, e, f, g, h, i] = WEBHOOK;
    [
        a,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        ("secret", Is::Text, "What it is signed with. It is shown this once."),
    ]
};

pub const SHAPES: [Shape; 15] = [
    Shape {
        name: "Board",
        fields: &[
            ("id", Is::Id, ""),
            ("title", Is::Text, ""),
            ("colour", Is::ColourOrNull, ""),
            ("standing", Is::Standing, STANDING),
            ("person", Is::Id, "Who one is on it."),
            ("role", Is::Role, "What one may do on it."),
        ],
    },
    Shape {
        name: "Column",
        fields: &[
            ("id", Is::Id, ""),
            ("title", Is::Text, ""),
            ("colour", Is::ColourOrNull, ""),
            ("key", Is::Text, KEY),
            ("collapsed", Is::Flag, "Whether whoever asks has it folded."),
            ("limit", Is::NumberOrNull, "More live cards than this are marked, not refused."),
            ("standing", Is::Standing, STANDING),
        ],
    },
    Shape {
        name: "Card",
        fields: &[
            ("id", Is::Id, ""),
            ("title", Is::Text, ""),
            ("column", Is::Id, "The column that it stands in."),
            ("recovered", Is::Flag, "Its column is gone, and it shows in \"Recovered\"."),
            ("key", Is::Text, KEY),
            ("standing", Is::Standing, "A card of an archived column is archived with it."),
            ("labels", Is::Ids, ""),
            ("people", Is::Ids, "Whom it is assigned to."),
            ("dates", Is::Dates, ""),
            ("done", Is::Flag, ""),
            ("priority", Is::PriorityOrNull, ""),
            ("cover", Is::ColourOrNull, ""),
            ("description", Is::Text, "Markdown."),
            (
                "descriptionVersion",
                Is::Text,
                "Names this description; \"\" where there never was one.",
            ),
            ("items", Is::Number, "How many items its checklists have."),
            ("itemsDone", Is::Number, "How many of them are done."),
            ("comments", Is::Number, "How many."),
            ("attachments", Is::Number, "How many."),
            ("createdMs", Is::TimeOrNull, "When it was made, where that is known."),
            ("placedMs", Is::Time, "When it was put where it is."),
        ],
    },
    Shape {
        name: "Label",
        fields: &[
            ("id", Is::Id, ""),
            ("name", Is::Text, "May be empty."),
            ("colour", Is::ColourOrNull, ""),
        ],
    },
    Shape {
        name: "Person",
        fields: &[
            ("id", Is::Id, ""),
            ("name", Is::Text, ""),
            ("me", Is::Flag, "Whether it is whoever asks."),
        ],
    },
    Shape {
        name: "Checklist",
        fields: &[
            ("id", Is::Id, ""),
            ("title", Is::Text, ""),
            ("items", Is::ListOf("Item"), "In the order in which they stand."),
        ],
    },
    Shape {
        name: "Item",
        fields: &[("id", Is::Id, ""), ("title", Is::Text, ""), ("done", Is::Flag, "")],
    },
    Shape {
        name: "Comment",
        fields: &[
            ("id", Is::Id, ""),
            ("author", Is::IdOrNull, "The person who wrote it, where that is known."),
            ("text", Is::Text, "Markdown."),
            ("createdMs", Is::TimeOrNull, ""),
            ("changed", Is::Flag, "Whether it was written over."),
        ],
    },
    Shape {
        name: "Change",
        fields: &[
            ("number", Is::Number, "1, 2, 3 … without gaps, for each board."),
            ("group", Is::Id, "The changes of one act have the same."),
            ("author", Is::Id, "The person who made it."),
            ("madeMs", Is::Time, "By the author's clock."),
            ("verb", Is::Text, "What was done."),
            ("things", Is::ListOf("Touched"), "What was written."),
        ],
    },
    Shape {
        name: "Touched",
        fields: &[
            ("kind", Is::Text, "board, column, card, label, person, checklist, item, comment, …"),
            ("id", Is::Id, ""),
            ("fields", Is::Texts, "Which of its fields."),
        ],
    },
    Shape {
        name: "BulkAnswer",
        fields: &[("results", Is::ListOf("Result"), "One for each operation, in their order.")],
    },
    Shape {
        name: "Result",
        fields: &[("op", Is::Text, "The operation."), ("id", Is::Id, "What it made or changed.")],
    },
    Shape { name: "Webhook", fields: &WEBHOOK },
    Shape { name: "NewWebhook", fields: &NEW_WEBHOOK },
    Shape {
        name: "Delivery",
        fields: &[
            ("number", Is::NumberOrNull, "Of the change; null for a ping."),
            ("attempt", Is::Number, "1, 2, 3 … of this number."),
            ("atMs", Is::Time, "When it began."),
            ("durationMs", Is::Number, "How long it took."),
            ("status", Is::NumberOrNull, "Of the answer; null where there was none."),
            (
                "error",
                Is::TextOrNull,
                "null where it was taken, else status, gone, redirect, noAddress, refusedAddress, notConnected, tls, \
                 tooSlow or noAnswer.",
            ),
        ],
    },
];

pub fn schema_of(shape: &Shape) -> Value {
    let fields = shape.fields.iter().map(|(name, is, says)| {
        let mut schema = is.schema();
        if !says.is_empty() {
            schema["description"] = json!(says);
        }
        ((*name).to_owned(), schema)
    });
    let names: Vec<&str> = shape.fields.iter().map(|it| it.0).collect();
    json!({
        "type": "object", "additionalProperties": false, "required": names,
        "properties": fields.collect::<serde_json::Map<String, Value>>(),
    })
}

pub fn named(shape: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{shape}") })
}

pub fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

pub fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

impl Is {
    fn schema(self) -> Value {
        let time =
            || json!({ "type": "integer", "description": "Milliseconds since 1970, in UTC." });
        match self {
            Is::Id => id(),
            Is::IdOrNull => or_null(id()),
            Is::Ids => json!({ "type": "array", "items": id() }),
            Is::Text => json!({ "type": "string" }),
            Is::TextOrNull => or_null(json!({ "type": "string" })),
            Is::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Is::Flag => json!({ "type": "boolean" }),
            Is::Number => json!({ "type": "integer", "minimum": 0 }),
            Is::NumberOrNull => or_null(json!({ "type": "integer", "minimum": 0 })),
            Is::Time => time(),
            Is::TimeOrNull => or_null(time()),
            Is::ColourOrNull => or_null(named("Colour")),
            Is::PriorityOrNull => or_null(named("Priority")),
            Is::Standing => json!({ "type": "string", "enum": ["live", "archived", "deleted"] }),
            Is::Role => {
                let roles = ["owner", "admin", "editor", "commenter", "viewer"];
                json!({ "type": "string", "enum": roles })
            }
            Is::Dates => named("Dates"),
            Is::ListOf(shape) => json!({ "type": "array", "items": named(shape) }),
        }
    }

    /// In words, for the page.
    pub fn words(self) -> String {
        match self {
            Is::Id => "id".to_owned(),
            Is::IdOrNull => "id or null".to_owned(),
            Is::Ids => "list of ids".to_owned(),
            Is::Text => "text".to_owned(),
            Is::TextOrNull => "text or null".to_owned(),
            Is::Texts => "list of texts".to_owned(),
            Is::Flag => "flag".to_owned(),
            Is::Number => "number".to_owned(),
            Is::NumberOrNull => "number or null".to_owned(),
            Is::Time => "milliseconds".to_owned(),
            Is::TimeOrNull => "milliseconds or null".to_owned(),
            Is::ColourOrNull => "colour or null".to_owned(),
            Is::PriorityOrNull => "priority or null".to_owned(),
            Is::Standing => "live, archived or deleted".to_owned(),
            Is::Role => "role".to_owned(),
            Is::Dates => "dates".to_owned(),
            Is::ListOf(shape) => format!("list of {shape}"),
        }
    }
}
