//! What the tests stand on: pens that sign, a room that accepts as a server's writer does, and a desk that follows it.

pub mod desk;
pub mod pen;
pub mod room;
pub mod sample;

pub use domain::{
    change::{Hash, Position, Write},
    id::*,
    key::OrderKey,
    register::{Field, Kind},
    stamp::{ChangeId, Stamp},
    value::Value,
};
pub use uuid::Uuid;

/// An hour in November 2026.
pub const NOON: u64 = 1_795_348_800_000;
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const YEAR: u64 = 365 * 24 * 60 * MINUTE;

pub fn board() -> BoardId {
    BoardId(Uuid::from_bytes([0xb0; 16]))
}

pub fn epoch() -> ReplicaId {
    ReplicaId(Uuid::from_bytes([0xe0; 16]))
}

pub fn replica(number: u8) -> ReplicaId {
    ReplicaId(Uuid::from_bytes([number; 16]))
}

pub fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_bytes([number; 16]))
}

pub fn thing(number: u8) -> EntityId {
    EntityId(Uuid::from_bytes([number; 16]))
}

pub fn start() -> Position {
    Position { epoch: epoch(), seq: 0, chain: Hash::default() }
}

pub fn stamp(ms: u64, counter: u32, number: u8) -> Stamp {
    Stamp { ms, counter, replica: replica(number) }
}

pub fn write(kind: Kind, entity: EntityId, field: Field, value: Value) -> Write {
    Write { kind, entity, slot: field.into(), value, replaces: None, seen: None }
}

/// A card's title.
pub fn title(card: u8, text: &str) -> Write {
    write(Kind::CARD, thing(card), Field::TITLE, Value::text(text))
}

/// A card's place in a column.
pub fn place(card: u8, column: u8, key: u8) -> Write {
    let key = OrderKey::from_bytes(&[key, 128]).unwrap();
    write(Kind::CARD, thing(card), Field::PLACE, Value::spot(thing(column), &key))
}

pub fn weakly(write: Write, replaces: ChangeId) -> Write {
    Write { replaces: Some(replaces), ..write }
}
