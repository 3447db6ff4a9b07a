//! How the paths of the earlier server are spoken, on which cards are tickets with whole numbers. Who writes there
//! asks the API for the id that a card or comment has everywhere else, by what it alone says.

use crate::{
    act::{Act, Card, Id, Intent, Road, Standing},
    reading::{Board, Of, Reading, Shows},
    tongue,
    wire::{Answer, Asked, Wire},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A write on its road; `None` where this server never knew such a thing.
pub fn write(intent: &Intent) -> Option<Asked> {
    let Road::Tickets { board, ticket, column } = &intent.road else { return None };
    let path = |below: &str| Some(format!("/api/tickets/{}{below}", (*ticket)?));
    let asked = match &intent.act {
        Act::Create { title, .. } => {
            let body = json!({ "board_id": board, "title": title, "column": column });
            tongue::post("/api/tickets/".to_owned(), body)
        }
        Act::Rename { title, .. } => {
            Asked { method: "PUT", ..tongue::post(path("")?, json!({ "title": title })) }
        }
        Act::Move { .. } => tongue::post(path("/move")?, json!({ "column": column })),
        Act::Delete { .. } => Asked { method: "DELETE", ..Asked::get(path("")?) },
        Act::Claim { by, .. } => Asked {
            body: None,
            ..tongue::post(path(&format!("/claim?agent_id={by}"))?, Value::Null)
        },
        Act::Comment { text, .. } => {
            let body = json!({ "ticket_id": (*ticket)?, "text": text, "author": "harness" });
            tongue::post("/api/comments/".to_owned(), body)
        }
        Act::Archive { .. } | Act::Restore { .. } => return None,
    };
    Some(asked)
}

/// The numbers of boards, by their names.
pub async fn boards(wire: &mut Wire) -> Result<BTreeMap<String, u64>> {
    let boards = tongue::array(&wire.ask(&Asked::get("/api/boards/".to_owned())).await?)?;
    let named = boards.iter().map(|board| {
        let name = board["name"].as_str().context("a board without a name")?;
        Ok((name.to_owned(), board["id"].as_u64().context("a board without a number")?))
    });
    named.collect()
}

/// The id of what a ticket's agent has just made: `None` where it is not there, though it was answered.
pub async fn id_of_made(wire: &mut Wire, intent: &Intent) -> Result<Option<Id>> {
    let (asked, field, said) = match &intent.act {
        Act::Create { title, .. } => {
            let word = title.split(' ').nth(1).context("a title of one word")?;
            (tongue::search(&intent.board, word, ""), "title", title)
        }
        Act::Comment { card, text } => (tongue::comments(&intent.board, card), "text", text),
        _ => return Ok(None),
    };
    let answer = wire.ask(&asked).await?;
    // A server that is full or ends says nothing of what is there.
    ensure!(answer.status < 429, "it was answered {}", answer.status);
    let found = tongue::array(&answer)?;
    let found = found.iter().find(|one| one[field].as_str() == Some(said));
    found.map(tongue::id).transpose()
}

/// A ticket's or comment's number.
pub fn number(answer: &Answer) -> Option<u64> {
    serde_json::from_slice::<Value>(&answer.bytes).ok()?["id"].as_u64()
}

/// All tickets of a board, and who has claimed which. `by_title` says which card is meant.
pub async fn read(
    wire: &mut Wire,
    board: &Board,
    by_title: &BTreeMap<&str, &Id>,
) -> (Reading, Reading) {
    let mut cards = Reading::new("tickets", Shows::Cards);
    let mut claims = Reading::new("claims, by tickets", Shows::Cards);
    claims.of = Of::Claims;
    let read = async {
        let path = format!("/api/tickets/?board_id={}", board.number);
        let answer = wire.ask(&Asked::get(path)).await?;
        let tickets = tongue::array(&answer)?;
        tongue::total(&answer, tickets.len())?;
        anyhow::Ok(tickets)
    };
    let tickets = read.await.unwrap_or_else(|error| {
        cards.fault(error);
        Vec::new()
    });
    for ticket in &tickets {
        let title = ticket["title"].as_str().unwrap_or_default().to_owned();
        let column = tongue::COLUMNS.iter().position(|name| ticket["current_column"] == **name);
        let column = column.and_then(|at| board.columns.get(at)).cloned().unwrap_or_default();
        let unknown = || format!("ticket {}", ticket["id"]);
        let id = by_title.get(title.as_str()).map_or_else(unknown, |id| (*id).clone());
        if let Some(by) = ticket["assignee"].as_str() {
            let (id, title) = (id.clone(), by.to_owned());
            claims.cards.push(said(id, title, Id::new()));
        }
        cards.cards.push(said(id, title, column));
    }
    (cards, claims)
}

/// What is said of or on a card, in the form of one.
pub fn said(id: Id, title: String, column: Id) -> Card {
    Card { id, title, column, key: String::new(), standing: Standing::Live }
}
