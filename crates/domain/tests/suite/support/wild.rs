//! Changes that no version of ours would make: any kind, any field, any value, stamps from nowhere, weak
//! writes, purges. Whatever arrives numbered has to fold the same everywhere.

use super::world::replica;
use domain::{
    change::*,
    id::*,
    key::OrderKey,
    register::{Field, Kind, Slot},
    stamp::{ChangeId, Rank, Stamp},
    value::Value,
};
use proptest::{collection::vec, prelude::*, sample::select};
use uuid::Uuid;

pub const BOARD: BoardId = BoardId(Uuid::from_u128(0xb0a4d));
pub const ME: PersonId = PersonId(Uuid::from_u128(3));

fn entity() -> impl Strategy<Value = EntityId> {
    (0..7u128).prop_map(|number| EntityId(Uuid::from_u128(number)))
}

fn kind() -> impl Strategy<Value = Kind> {
    let zeta = Kind::from_name("zeta").unwrap();
    select(vec![
        Kind::CARD,
        Kind::CARD,
        Kind::COLUMN,
        Kind::COLUMN,
        Kind::LABEL,
        Kind::PERSON,
        Kind::CHECKLIST,
        Kind::ITEM,
        Kind::COMMENT,
        Kind::BOARD,
        zeta,
    ])
}

fn slot() -> impl Strategy<Value = Slot> {
    let field = select(vec![
        Field::PLACE,
        Field::PLACE,
        Field::CREATED,
        Field::TITLE,
        Field::CARD,
        Field::ARCHIVED,
        Field::DELETED,
        Field::PURGED,
        Field::LABEL,
        Field::ASSIGNEE,
        Field::DATES,
        Field::from_name("later").unwrap(),
    ]);
    (field, proptest::option::weighted(0.3, 0..7u128))
        .prop_map(|(field, element)| Slot { field, element: element.map(Uuid::from_u128) })
}

fn value() -> impl Strategy<Value = Value> {
    let key = vec(select(vec![0u8, 1, 127, 128, 129, 255]), 0..3).prop_map(|mut key| {
        key.push(128);
        OrderKey::from_bytes(&key).unwrap()
    });
    let bad_spot = entity().prop_map(|parent| {
        let bytes = minicbor::to_vec((parent, minicbor::bytes::ByteVec::from(vec![1, 2]))).unwrap();
        Value::from_bytes(&bytes).unwrap()
    });
    prop_oneof![
        4 => (entity(), key).prop_map(|(parent, key)| Value::spot(parent, &key)),
        1 => bad_spot,
        1 => any::<bool>().prop_map(Value::flag),
        1 => "[a-c]{0,2}".prop_map(|text| Value::text(&text)),
        1 => entity().prop_map(Value::id),
        1 => Just(Value::null()),
        1 => (any::<u32>(), any::<u32>())
            .prop_map(|pair| Value::from_bytes(&minicbor::to_vec(pair).unwrap()).unwrap()),
    ]
}

/// What one change may say of a card.
pub fn said(field: Field, value: Value) -> Write {
    let entity = EntityId(Uuid::from_u128(1));
    Write { kind: Kind::CARD, entity, slot: field.into(), value, replaces: None, seen: None }
}

fn stamp() -> impl Strategy<Value = Stamp> {
    (0..6u64, 0..3u32, 0..3u8).prop_map(|(ms, counter, number)| Stamp {
        ms,
        counter,
        replica: replica(number),
    })
}

fn writes() -> impl Strategy<Value = Vec<(Write, Option<Rank>)>> {
    let weak = (stamp(), 0..3u32, 0..3u8, 1..9u64).prop_map(|(stamp, minor, number, rseq)| {
        let change = ChangeId { replica: replica(number), rseq };
        Rank { stamp, minor, change }
    });
    // A weak write may be void: the change that it names did not write the register.
    let weak = proptest::option::weighted(0.25, proptest::option::weighted(0.8, weak));
    let write = (kind(), entity(), slot(), value(), weak);
    vec(write, 1..5).prop_map(|writes| {
        let mut once = std::collections::BTreeSet::new();
        let mut kept = Vec::new();
        for (kind, entity, slot, value, weak) in writes {
            if once.insert((entity, slot.clone())) {
                let nobody = ChangeId { replica: replica(0), rseq: 0 };
                let replaces = weak.map(|rank| rank.map_or(nobody, |rank| rank.change));
                kept.push((
                    Write { kind, entity, slot, value, replaces, seen: None },
                    weak.flatten(),
                ));
            }
        }
        kept
    })
}

/// Tells what was written, and leaves the bytes out.
#[derive(Clone)]
pub struct Log(Vec<Numbered>);

impl std::ops::Deref for Log {
    type Target = [Numbered];
    fn deref(&self) -> &[Numbered] {
        &self.0
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for numbered in &self.0 {
            for (write, rank) in numbered.ranked_writes() {
                let Write { kind, entity, slot, value, .. } = write;
                let (ms, counter, minor) = (rank.stamp.ms, rank.stamp.counter, rank.minor);
                let slot = (&slot.field, slot.element.map(|it| it.as_u128()));
                writeln!(
                    f,
                    "{} {kind:?} {} {slot:?} = {:02x?} at {ms}.{counter}.{minor}",
                    numbered.seq,
                    entity.0.as_u128(),
                    value.bytes()
                )?;
            }
        }
        Ok(())
    }
}

/// A log that somebody numbered: every change once, with its own name.
pub fn log(count: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Log> {
    vec((writes(), stamp(), 0..3u8), count).prop_map(|changes| {
        let mut chain_before = Hash::default();
        let mut log = Vec::new();
        let mut rseqs = [0u64; 3];
        for (seq, (writes, cstamp, number)) in (1..).zip(changes) {
            let rseq = &mut rseqs[usize::from(number)];
            *rseq += 1;
            let change = Change {
                board: BOARD,
                replica: replica(number),
                rseq: *rseq,
                prev: Hash::default(),
                act: ActId(Uuid::from_u128(u128::from(seq))),
                stamp: cstamp,
                base: Position { epoch: replica(9), seq: 0, chain: Hash::default() },
                author: ME,
                wall_ms: 0,
                intent: "wild".to_owned(),
                group: Group { id: GroupId(Uuid::nil()), part: 0, parts: 1 },
                writes: writes.iter().map(|(write, _)| write.clone()).collect(),
            };
            let id = change.id();
            let ranked = |(write, rank): &(Write, Option<Rank>)| {
                // A weak write has a rank of its own change, directly above the one that it names.
                let above = |rank: Rank| Rank::just_above(&rank, id);
                write.replaces.map(|_| rank.map(above))
            };
            let weak_ranks: Vec<Option<Rank>> = writes.iter().filter_map(ranked).collect();
            let (body, hash) = sign(&change).unwrap();
            let chain = chain(chain_before, hash, cstamp, &weak_ranks);
            chain_before = chain;
            let epoch = replica(9);
            log.push(Numbered { change, body, hash, seq, epoch, cstamp, weak_ranks, chain });
        }
        Log(log)
    })
}
