//! The log of a board, for programs that go on from a number: what was changed, by whom, and of which things.

use super::{
    fields::{Asked, Field, Holds, optional},
    paging::{self, LIMIT},
    problem::Problem,
    records::{self, Thing},
};
use crate::{ServerError, Shared};
use axum::http::StatusCode;
use domain::{change::Numbered, id::*};
use serde::Serialize;
use std::collections::BTreeMap;
use store::{Connection, rooms};

pub const SINCE: Field = optional("since", Holds::Position, "Those behind this number; 0 for all.");
pub const PARAMETERS: &[Field] = &[SINCE, LIMIT];

/// How much of a log is read at once.
const CHANGES_AT_ONCE: usize = 1_000;
const BYTES_AT_ONCE: usize = 4 * 1024 * 1024;

/// A change, without what it wrote: whoever wants to know looks at the thing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeShown {
    /// 1, 2, 3 … without gaps.
    pub number: u64,
    /// Those of one act have the same.
    pub group: GroupId,
    pub author: PersonId,
    /// By the author's clock.
    pub made_ms: u64,
    pub verb: String,
    pub things: Vec<Touched>,
}

/// A thing, and which of its fields were written.
#[derive(Debug, Serialize)]
pub struct Touched {
    pub kind: String,
    pub id: EntityId,
    pub fields: Vec<String>,
}

impl ChangeShown {
    pub fn of(numbered: &Numbered) -> ChangeShown {
        let change = &numbered.change;
        let mut things: Vec<Touched> = Vec::new();
        let mut at = BTreeMap::new();
        for write in &change.writes {
            let position = *at.entry(write.entity).or_insert(things.len());
            if position == things.len() {
                let is_board = write.entity == EntityId::BOARD;
                let id = if is_board { EntityId(change.board.0) } else { write.entity };
                let kind = write.kind.name().to_owned();
                things.push(Touched { kind, id, fields: Vec::new() });
            }
            let field = write.slot.field.name();
            let fields = &mut things[position].fields;
            if !fields.iter().any(|known| known == field) {
                fields.push(field.to_owned());
            }
        }
        ChangeShown {
            number: numbered.seq,
            group: change.group.id,
            author: change.author,
            made_ms: change.wall_ms,
            verb: change.intent.clone(),
            things,
        }
    }
}

/// What is told of a change, as JSON.
pub fn change_shown(numbered: &Numbered) -> Result<Vec<u8>, ServerError> {
    records::json(&ChangeShown::of(numbered))
}

/// A stretch of a log.
pub struct Changes {
    pub part: Vec<ChangeShown>,
    /// The number of the last change of all.
    pub head: u64,
    /// All that are behind where it was asked from.
    pub total: u64,
    /// Where the next page begins, if there is one.
    pub next: Option<u64>,
}

/// What was asked for of a board's log, up to where it ends now.
pub async fn read(shared: &Shared, board: BoardId, asked: &Asked) -> Result<Changes, ServerError> {
    let since = asked.get::<u64>("since")?.unwrap_or(0);
    let limit = paging::limit(asked)?;
    let mut reader = shared.reader().await?;
    let head = begins(&mut reader, board, since).await?;
    drop(reader);
    let mut part: Vec<ChangeShown> = Vec::new();
    let mut at = since;
    while at < head && part.len() < limit {
        let count = CHANGES_AT_ONCE.min(limit - part.len());
        // What is numbered stays as it is, so others may read in between.
        let mut reader = shared.reader().await?;
        let read = rooms::read_on(&mut reader, board, at, count, BYTES_AT_ONCE).await?;
        let changes = read.map(|stretch| stretch.changes).unwrap_or_default();
        let Some(last) = changes.last() else { break };
        at = last.seq;
        part.extend(changes.iter().filter(|it| it.seq <= head).map(ChangeShown::of));
    }
    let next = part.last().map(|last| last.number).filter(|last| *last < head);
    Ok(Changes { part, head, total: head.saturating_sub(since), next })
}

/// Where the log ends; an error where it cannot be gone on from a number.
pub async fn begins(
    reader: &mut Connection,
    board: BoardId,
    since: u64,
) -> Result<u64, ServerError> {
    let head =
        rooms::head(reader, board).await?.ok_or(ServerError::NotFound(Thing::Board.noun()))?;
    let head = head.position.seq;
    let floor = rooms::floor(reader, board, head).await?;
    if since > head || since < floor {
        let words = "The log of this board has no such number. Read the board again.";
        let problem = Problem::new(StatusCode::CONFLICT, "notInLog", words);
        return Err(problem.about("since").into());
    }
    Ok(head)
}
