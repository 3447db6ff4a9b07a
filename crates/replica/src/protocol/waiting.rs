//! What waits for a server, and what was written under something that somebody else had deleted.

use super::HistoryWhat;
use domain::id::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A change that its server has not numbered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WaitingAct {
    pub act: ActId,
    /// Its verb, as in [`domain::edit::Edit`].
    pub verb: String,
    /// What a person calls the thing that it is about.
    pub about: String,
    /// The card that it is about, where there is one that can be opened.
    pub card: Option<CardId>,
    /// How many cards it is about.
    pub cards: u32,
    /// What it did, where that can be told in words.
    pub what: Vec<HistoryWhat>,
    pub made_ms: i64,
}

/// Something lies deleted, and was written to by somebody who had not seen that: what they wrote lies with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptEdits {
    pub board: BoardId,
    pub kind: KeptKind,
    pub id: EntityId,
    pub title: String,
    /// The card that it is, or is on.
    pub card: Option<CardId>,
    /// The act that deleted it: with the number of edits it tells one thing to know from another.
    pub act: ActId,
    /// Who deleted it, and whether that was whoever uses this folder, here or at another computer.
    pub who: String,
    pub by_me: bool,
    pub deleted_ms: i64,
    /// How many edits of whoever uses this folder lie with it.
    pub mine: u32,
    /// And how many of others, and who they are.
    pub others: u32,
    pub other_names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeptKind {
    /// A card was put into it, and shows in "Recovered".
    Column,
    Card,
    Checklist,
    Item,
    Comment,
    Link,
}
