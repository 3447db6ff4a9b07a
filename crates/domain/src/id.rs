//! Names for things: uuids with a type each, so that a card's id can never stand where a column's belongs.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use ts_rs::TS;
use uuid::Uuid;

/// Why a text is no id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an id: ids look like 0198c0de-0000-7000-8000-000000000000")]
pub struct NoId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(transparent)]
        #[ts(type = "string")]
        pub struct $name(pub Uuid);

        impl $name {
            /// The sixteen bytes, most significant first, as stored and hashed.
            pub fn bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                encoder: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                encoder.bytes(self.bytes())?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(
                decoder: &mut minicbor::Decoder<'b>,
                _: &mut C,
            ) -> Result<Self, minicbor::decode::Error> {
                Uuid::from_slice(decoder.bytes()?)
                    .map($name)
                    .map_err(|_| minicbor::decode::Error::message("an id has sixteen bytes"))
            }
        }

        impl FromStr for $name {
            type Err = NoId;
            fn from_str(text: &str) -> Result<Self, NoId> {
                Uuid::parse_str(text).map($name).map_err(|_| NoId)
            }
        }
    )+};
}

ids! {
    /// A board; also the entity that carries the board's own registers.
    BoardId,
    ColumnId,
    CardId,
    LabelId,
    PersonId,
    ChecklistId,
    ItemId,
    CommentId,
    AttachmentId,
    /// Any thing on a board, where its kind does not matter.
    EntityId,
    /// One database file on one machine.
    ReplicaId,
    /// Made when a person acted; survives renumbering.
    ActId,
    /// What belongs together: one step of undo, accepted or refused as a whole.
    GroupId,
}

macro_rules! entities {
    ($($name:ident),+) => {$(
        impl From<$name> for EntityId {
            fn from(id: $name) -> EntityId {
                EntityId(id.0)
            }
        }
        impl From<EntityId> for $name {
            fn from(id: EntityId) -> $name {
                $name(id.0)
            }
        }
    )+};
}

entities!(ColumnId, CardId, LabelId, PersonId, ChecklistId, ItemId, CommentId, AttachmentId);

impl EntityId {
    /// The board itself, as an entity that carries the board's own registers. It is the same on
    /// every board, so that a detached copy has the digest of its original.
    pub const BOARD: EntityId = EntityId(Uuid::nil());
}
