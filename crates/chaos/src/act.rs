//! What an agent can want of a board, and what is expected of the board once it was acknowledged.

use serde::{Deserialize, Serialize};

pub type Id = String;

/// One write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "camelCase")]
pub enum Act {
    /// At the end of the column.
    Create {
        column: Id,
        title: String,
    },
    Rename {
        card: Id,
        title: String,
    },
    /// To the end of the column, or to its beginning.
    Move {
        card: Id,
        column: Id,
        first: bool,
    },
    Archive {
        card: Id,
    },
    Restore {
        card: Id,
    },
    Delete {
        card: Id,
    },
    Comment {
        card: Id,
        text: String,
    },
    /// Of all who claim a card exactly one gets it.
    Claim {
        card: Id,
        by: String,
    },
}

/// Over which paths a write goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Road {
    #[default]
    Api,
    /// Those of the earlier server: by the numbers of the board and of the card, and by the name of the column.
    Tickets { board: u64, ticket: Option<u64>, column: Option<String> },
}

/// A write that somebody means to make, before it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Under which it is repeated until its outcome is known.
    pub key: String,
    pub agent: u32,
    /// Which part of the run it belongs to.
    pub phase: Phase,
    pub board: Id,
    #[serde(flatten)]
    pub act: Act,
    #[serde(default)]
    pub road: Road,
    /// When it was to be sent, whatever came between.
    pub due_us: u64,
    /// Others write to the same card at the same time.
    #[serde(default)]
    pub contested: bool,
}

impl Act {
    /// The card that it writes to; `None` where it makes one.
    pub fn card(&self) -> Option<&Id> {
        match self {
            Act::Create { .. } => None,
            Act::Rename { card, .. }
            | Act::Move { card, .. }
            | Act::Archive { card }
            | Act::Restore { card }
            | Act::Delete { card }
            | Act::Comment { card, .. }
            | Act::Claim { card, .. } => Some(card),
        }
    }

    /// Where a card stands then, if that changes.
    pub fn leads_to(&self) -> Option<Standing> {
        match self {
            Act::Archive { .. } => Some(Standing::Archived),
            Act::Restore { .. } => Some(Standing::Live),
            Act::Delete { .. } => Some(Standing::Deleted),
            Act::Create { .. }
            | Act::Rename { .. }
            | Act::Move { .. }
            | Act::Comment { .. }
            | Act::Claim { .. } => None,
        }
    }
}

impl Intent {
    pub fn is_create(&self) -> bool {
        matches!(self.act, Act::Create { .. })
    }

    /// By somebody who need not reach the server.
    pub fn is_on_replica(&self) -> bool {
        self.phase == Phase::Offline
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// At a fixed rate, in which round: what latencies are measured on.
    Paced(usize),
    /// Others, who write to the same board meanwhile.
    Others(usize),
    /// As fast as it goes, until the server is killed.
    Edge,
    /// Under faults.
    Storm,
    /// At twice the rate that the server can take.
    Load,
    /// On a replica, which need not reach the server.
    Offline,
}

impl Phase {
    /// Whether its writes were due at fixed times, so that latencies can be measured on it.
    pub fn is_at_a_rate(self) -> bool {
        matches!(self, Phase::Paced(_) | Phase::Storm | Phase::Load)
    }
}

/// Where a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    Live,
    Archived,
    Deleted,
}

impl Standing {
    pub fn from_name(name: &str) -> Option<Standing> {
        match name {
            "live" => Some(Standing::Live),
            "archived" => Some(Standing::Archived),
            "deleted" => Some(Standing::Deleted),
            _ => None,
        }
    }
}

/// A card as somebody shows it, or as it is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    pub id: Id,
    pub title: String,
    pub column: Id,
    /// Sorts the cards of a column, then by id; lowercase hex. Nothing is expected of it but that.
    pub key: String,
    pub standing: Standing,
}
