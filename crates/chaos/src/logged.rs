//! A board's log by SQL of our own, as it lay on the disk: what each change did, and so what a listener has to be told
//! of it. What a body means is read from the documents (docs/protocol.md, docs/compatibility.md), not from the code.

use crate::{act::Id, reading::Numbers};
use anyhow::{Context, Result, ensure};
use minicbor::{Decoder, data::Type};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const LOG: &str = "select seq, body from log where board_id = ? order by seq";
/// What the earlier server's paths call cards and comments.
const NUMBERS: &str = "select thing_id, number from thing_number where board_id = ?";
const NUMBER: &str = "select number from board_number where board_id = ?";

/// The keys of a body.
const WRITES: u8 = 11;

/// A change of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub number: u64,
    /// In the order in which they were first written to.
    pub things: Vec<Thing>,
}

/// A thing that a change wrote to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    pub kind: String,
    pub id: Id,
    pub fields: Vec<String>,
    /// What a listener on the earlier server's path is told, and by which number it is called there.
    pub event: Option<(&'static str, u64)>,
    /// Of a comment whose card the log did not know by then: replicas may send what is newer first, after a backup was
    /// put back. It belongs to no ticket yet, and may be told of or not.
    pub early: bool,
}

/// One register that was written.
struct Write {
    kind: String,
    entity: Uuid,
    field: String,
    /// Of those that hold one.
    flag: Option<bool>,
    thing: Option<Uuid>,
}

pub async fn read(connection: &mut SqliteConnection, board: &Id) -> Result<Vec<Logged>> {
    let board = board.parse::<Uuid>()?;
    let bytes = board.as_bytes().as_slice();
    let numbers: Vec<(Vec<u8>, i64)> =
        sqlx::query_as(NUMBERS).bind(bytes).fetch_all(&mut *connection).await?;
    let mut called = BTreeMap::new();
    for (id, number) in numbers {
        called.insert(Uuid::from_slice(&id)?, u64::try_from(number)?);
    }
    let number: i64 = sqlx::query_scalar(NUMBER).bind(bytes).fetch_one(&mut *connection).await?;
    // The board itself is called by zeros in its own log.
    called.insert(Uuid::nil(), u64::try_from(number)?);
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(LOG).bind(bytes).fetch_all(connection).await?;
    let mut known = BTreeSet::new();
    let logged = rows.iter().map(|(number, body)| {
        let writes = writes(body)?;
        known.extend(writes.iter().filter(|it| it.kind == "card").map(|it| it.entity));
        let things = things(&writes, board, &called, &known);
        Ok(Logged { number: u64::try_from(*number)?, things })
    });
    logged.collect()
}

/// By which changes each card was made and put where it is.
pub fn numbers(log: &[Logged]) -> BTreeMap<Id, Numbers> {
    let mut numbers = BTreeMap::new();
    for Logged { number, things } in log {
        let placed = |thing: &&Thing| thing.fields.iter().any(|field| field == "place");
        for thing in things.iter().filter(|thing| thing.kind == "card").filter(placed) {
            let (made, placed) = (*number, *number);
            numbers.entry(thing.id.clone()).or_insert(Numbers { made, placed }).placed = *number;
        }
    }
    numbers
}

/// What a body writes: `{…, 11: [[kind, entity, field, element, value, …], …]}`.
fn writes(body: &[u8]) -> Result<Vec<Write>> {
    let mut decoder = Decoder::new(body);
    let keys = decoder.map()?.context("a length that is not said")?;
    for _ in 0..keys {
        if decoder.u8()? != WRITES {
            decoder.skip()?;
            continue;
        }
        let count = decoder.array()?.context("a length that is not said")?;
        return (0..count).map(|_| write(&mut decoder)).collect();
    }
    anyhow::bail!("a change without writes")
}

fn write(decoder: &mut Decoder) -> Result<Write> {
    let parts = decoder.array()?.context("a length that is not said")?;
    ensure!(parts >= 6, "a write has {parts} parts");
    let kind = decoder.str()?.to_owned();
    let entity = Uuid::from_slice(decoder.bytes()?)?;
    let field = decoder.str()?.to_owned();
    decoder.skip()?;
    let mut value = Decoder::new(decoder.bytes()?);
    let (mut flag, mut thing) = (None, None);
    match value.datatype()? {
        Type::Bool => flag = Some(value.bool()?),
        Type::Bytes => thing = Uuid::from_slice(value.bytes()?).ok(),
        _ => {}
    }
    for _ in 5..parts {
        decoder.skip()?;
    }
    Ok(Write { kind, entity, field, flag, thing })
}

fn things(
    writes: &[Write],
    board: Uuid,
    called: &BTreeMap<Uuid, u64>,
    known: &BTreeSet<Uuid>,
) -> Vec<Thing> {
    let mut order: Vec<Uuid> = Vec::new();
    for write in writes {
        if !order.contains(&write.entity) {
            order.push(write.entity);
        }
    }
    let thing = |entity: Uuid| {
        let of_it: Vec<&Write> = writes.iter().filter(|write| write.entity == entity).collect();
        let kind = of_it.first().map(|write| write.kind.clone()).unwrap_or_default();
        let mut fields: Vec<String> = Vec::new();
        for write in &of_it {
            if !fields.contains(&write.field) {
                fields.push(write.field.clone());
            }
        }
        let named = if ["board", "column"].contains(&kind.as_str()) { Uuid::nil() } else { entity };
        let event = event(&kind, &of_it).zip(called.get(&named).copied());
        let id = if entity.is_nil() { board } else { entity };
        let on = of_it.iter().find(|write| write.field == "card").and_then(|write| write.thing);
        let early = kind == "comment" && on.is_some_and(|card| !known.contains(&card));
        Thing { kind, id: id.to_string(), fields, event, early }
    };
    let mut things: Vec<Thing> = order.into_iter().map(thing).collect();
    // The board and its columns are one thing to whoever follows tickets.
    let mut told = false;
    for thing in &mut things {
        let of_board = thing.event.is_some_and(|(event, _)| event == BOARD_UPDATED);
        if of_board && std::mem::replace(&mut told, true) {
            thing.event = None;
        }
    }
    things
}

const BOARD_UPDATED: &str = "board_updated";

/// By the words of docs/compatibility.md.
fn event(kind: &str, writes: &[&Write]) -> Option<&'static str> {
    let wrote = |field: &str| writes.iter().any(|write| write.field == field);
    let set = |field: &str, to: bool| {
        writes.iter().any(|write| write.field == field && write.flag == Some(to))
    };
    match kind {
        "card" if wrote("purged") || set("deleted", true) || set("archived", true) => {
            Some("ticket_deleted")
        }
        "card" if wrote("created") || set("deleted", false) || set("archived", false) => {
            Some("ticket_created")
        }
        "card" if set("assignee", true) => Some("ticket_claimed"),
        "card" if wrote("place") => Some("ticket_moved"),
        "card" => Some("ticket_updated"),
        "comment" if wrote("deleted") || wrote("purged") => Some("comment_deleted"),
        "comment" if wrote("created") => Some("comment_added"),
        "comment" => Some("comment_updated"),
        "board" | "column" => Some(BOARD_UPDATED),
        _ => None,
    }
}
