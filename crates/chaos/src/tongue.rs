//! How `/api/v1` is spoken: all routes that the harness knows, and what a card looks like there.

use crate::{
    act::{Act, Card, Id, Intent, Standing},
    tickets,
    wire::{Answer, Asked},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use uuid::Uuid;

pub const TOTAL: &str = "x-total-count";
pub const HEAD: &str = "x-holdfast-head";
/// What boards are made with.
pub const COLUMNS: [&str; 5] = ["Not Started", "In Progress", "Blocked", "Ready for QC", "Done"];
pub const HEALTH: &str = "/healthz";
pub const REPLAYED: &str = "idempotency-replayed";

fn board_path(board: &Id, below: &str) -> String {
    format!("/api/v1/boards/{board}{below}")
}

pub fn post(path: String, body: Value) -> Asked {
    Asked { method: "POST", path, body: Some(body), headers: Vec::new() }
}

pub fn make_board(title: &str, columns: &[&str]) -> Asked {
    post("/api/v1/boards".to_owned(), json!({ "title": title, "columns": columns }))
}

pub fn columns(board: &Id) -> Asked {
    Asked::get(board_path(board, "/columns"))
}

/// A write, under its key.
pub fn write(intent: &Intent) -> Asked {
    if let Some(asked) = tickets::write(intent) {
        return asked.with("idempotency-key", &intent.key);
    }
    let card_path =
        |card: &Id, verb: &str| board_path(&intent.board, &format!("/cards/{card}{verb}"));
    let asked = match &intent.act {
        Act::Create { column, title } => {
            let body = json!({ "column": column, "title": title });
            post(board_path(&intent.board, "/cards"), body)
        }
        Act::Rename { card, title } => {
            Asked { method: "PATCH", ..post(card_path(card, ""), json!({ "title": title })) }
        }
        Act::Move { card, column, first } => {
            let place = if *first { "first" } else { "last" };
            post(card_path(card, "/move"), json!({ "column": column, place: true }))
        }
        Act::Archive { card } => post(card_path(card, "/archive"), json!({})),
        Act::Restore { card } => post(card_path(card, "/restore"), json!({})),
        Act::Delete { card } => Asked { method: "DELETE", ..Asked::get(card_path(card, "")) },
        Act::Comment { card, text } => post(card_path(card, "/comments"), json!({ "text": text })),
        Act::Claim { card, by } => {
            // The API has no word for it; whoever claims goes over the earlier server's paths.
            Asked { method: "PATCH", ..post(card_path(card, ""), json!({ "people": [by] })) }
        }
    };
    asked.with("idempotency-key", &intent.key)
}

pub fn comments(board: &Id, card: &Id) -> Asked {
    Asked::get(board_path(board, &format!("/cards/{card}/comments")))
}

pub fn one(board: &Id, card: &Id) -> Asked {
    Asked::get(board_path(board, &format!("/cards/{card}")))
}

/// Cards; `filter` is a query without its mark.
pub fn cards(board: &Id, filter: &str) -> Asked {
    let mark = if filter.is_empty() { "" } else { "?" };
    Asked::get(board_path(board, &format!("/cards{mark}{filter}")))
}

/// `word` is letters and digits.
pub fn search(board: &Id, word: &str, rest: &str) -> Asked {
    Asked::get(board_path(board, &format!("/search?q={word}{rest}")))
}

pub fn changes(board: &Id, rest: &str) -> Asked {
    Asked::get(board_path(board, &format!("/changes?since=0{rest}")))
}

/// From a number on, or from now.
pub fn events(board: &Id, after: Option<u64>) -> Asked {
    let asked = Asked::get(board_path(board, "/events"));
    match after {
        Some(number) => asked.with("last-event-id", &number.to_string()),
        None => asked,
    }
}

/// Where the next page is.
pub fn next(answer: &Answer) -> Option<String> {
    let link = answer.header("link")?;
    let path = link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?;
    Some(path.to_owned())
}

/// A list as it must look: 200, JSON, a bare array.
pub fn array(answer: &Answer) -> Result<Vec<Value>> {
    ensure!(answer.status == 200, "the status is {}, not 200", answer.status);
    let kind = answer.header("content-type").unwrap_or("nothing");
    ensure!(kind == "application/json", "the content is {kind}, not application/json");
    match answer.json()? {
        Value::Array(array) => Ok(array),
        Value::Object(object) => {
            let keys: Vec<&String> = object.keys().collect();
            anyhow::bail!("the list is no bare array but an object with the keys {keys:?}")
        }
        _ => anyhow::bail!("the list is no bare array"),
    }
}

/// What a whole list says of itself.
pub fn total(answer: &Answer, count: usize) -> Result<()> {
    let total = answer.number(TOTAL).context("it does not say how many there are")?;
    ensure!(u64::try_from(count)? == total, "it says {total} and shows {count}");
    Ok(())
}

/// A card as it must look.
pub fn card(value: &Value) -> Result<Card> {
    let text = |name: &str| {
        let text = value[name].as_str();
        text.map(str::to_owned).with_context(|| format!("a card without the text {name:?}"))
    };
    let (id, column, key) = (id(value)?, text("column")?, text("key")?);
    column.parse::<Uuid>().context("a column that is no id")?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    ensure!(!key.is_empty() && key.bytes().all(is_hex), "the key {key:?} is no lowercase hex");
    let standing = text("standing")?;
    let standing = Standing::from_name(&standing)
        .with_context(|| format!("the standing {standing:?} is none"))?;
    Ok(Card { id, title: text("title")?, column, key, standing })
}

/// The id of a record.
pub fn id(value: &Value) -> Result<Id> {
    let id = value["id"].as_str().context("a record without an id")?;
    id.parse::<Uuid>().context("an id that is none")?;
    Ok(id.to_owned())
}

/// A change of the log.
pub struct Change {
    pub number: u64,
    /// The cards that it made, and those that it put somewhere.
    pub made: Vec<Id>,
    pub placed: Vec<Id>,
    /// Each thing that it wrote to: its kind, its id and which fields.
    pub things: Vec<(String, Id, Vec<String>)>,
}

/// A change as it must look.
pub fn change(value: &Value) -> Result<Change> {
    let number = value["number"].as_u64().context("a change without a number")?;
    let things = value["things"].as_array().context("a change without things")?;
    let (mut made, mut placed, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for thing in things {
        let fields = thing["fields"].as_array().context("a thing without fields")?;
        let kind = thing["kind"].as_str().context("a thing without a kind")?;
        let id = id(thing)?;
        let fields = fields.iter().map(|field| field.as_str().map(str::to_owned));
        let fields = fields.collect::<Option<Vec<String>>>().context("a field that is no text")?;
        if kind == "card" {
            let writes = |name: &str| fields.iter().any(|field| field == name);
            made.extend(writes("created").then(|| id.clone()));
            placed.extend(writes("place").then(|| id.clone()));
        }
        told.push((kind.to_owned(), id, fields));
    }
    Ok(Change { number, made, placed, things: told })
}
