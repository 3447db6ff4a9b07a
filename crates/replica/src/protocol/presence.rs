//! Who else is here, and what they have open. It is told, and never stored.

use domain::id::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a page has open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Looking {
    pub board: BoardId,
    pub card: Option<CardId>,
    /// The person types in the card.
    pub editing: bool,
}

impl From<Looking> for sync::message::Looking {
    fn from(looking: Looking) -> sync::message::Looking {
        let Looking { board, card, editing } = looking;
        sync::message::Looking { board, editing, card }
    }
}

/// Everybody else who has a board open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardHere {
    pub board: BoardId,
    pub people: Vec<PersonHere>,
}

/// Somebody who has a board open, on one device or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PersonHere {
    pub person: PersonId,
    /// The cards that they have open.
    pub cards: Vec<CardId>,
    /// Those of them in which they type.
    pub editing: Vec<CardId>,
}
