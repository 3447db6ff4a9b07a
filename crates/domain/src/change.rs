//! Changes: an edit resolved and signed, a fact. What a replica signs is kept and hashed byte for byte;
//! whoever numbers it adds the number, the epoch, the canonical stamp and the chain.

use crate::{
    id::*,
    register::{Field, Kind, Slot, decode_element},
    stamp::{ChangeId, Rank, Stamp},
    text::TEXT_BYTES_MAX,
    value::Value,
};
use minicbor::{Decode, Decoder, Encode, Encoder};
use std::sync::Arc;

/// A signed change is at most this long.
pub const CHANGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A change writes at most so many registers.
pub const CHANGE_WRITES_MAX: usize = 20_000;
/// The changes of one act on a shared board have at most so many bytes together.
pub const ACT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// And there are at most so many of them.
pub const ACT_PARTS_MAX: u32 = 256;
/// A value is a text and a few bytes around it at most.
pub const VALUE_BYTES_MAX: usize = TEXT_BYTES_MAX + 1024;

/// A write names at most so many versions that were seen.
pub const SEEN_MAX: usize = 64;

/// The first half of a BLAKE3 hash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hash(pub [u8; 16]);

impl Hash {
    pub fn of(parts: &[&[u8]]) -> Hash {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part);
        }
        let mut half = [0; 16];
        half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Hash(half)
    }
}

/// A place in a board's log: its epoch, the number, and the hash over the log up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Position {
    #[n(0)]
    pub epoch: ReplicaId,
    #[n(1)]
    pub seq: u64,
    #[n(2)]
    pub chain: Hash,
}

/// What a change belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Group {
    #[n(0)]
    pub id: GroupId,
    /// Counts from 0.
    #[n(1)]
    pub part: u32,
    #[n(2)]
    pub parts: u32,
}

/// One register written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub kind: Kind,
    pub entity: EntityId,
    pub slot: Slot,
    pub value: Value,
    /// Makes it a weak write, one that nobody aimed at: it ranks directly above the named change's
    /// write to this register, and below every other that is above that.
    pub replaces: Option<ChangeId>,
    /// Of a description: the versions that its author had before them; none where it was empty. Absent
    /// where what [`Change::base`] shows is all that is known of it.
    pub seen: Option<Vec<ChangeId>>,
}

/// One act of a person, atomic.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Change {
    #[n(0)]
    pub board: BoardId,
    #[n(1)]
    pub replica: ReplicaId,
    /// 1, 2, 3 … for each board and replica: the key under which a repeat is known.
    #[n(2)]
    pub rseq: u64,
    /// The hash of the same replica's change before this one on the board; zero for the first.
    #[n(3)]
    pub prev: Hash,
    #[n(4)]
    pub act: ActId,
    #[n(5)]
    pub stamp: Stamp,
    /// What the person was looking at.
    #[n(6)]
    pub base: Position,
    #[n(7)]
    pub author: PersonId,
    /// The author's clock, for display alone.
    #[n(8)]
    pub wall_ms: u64,
    /// The verb, for history and undo: as in [`crate::edit::Edit`], or `undo`, `redo`, `import`.
    #[n(9)]
    pub intent: String,
    #[n(10)]
    pub group: Group,
    #[n(11)]
    pub writes: Vec<Write>,
}

impl Change {
    pub fn id(&self) -> ChangeId {
        ChangeId { replica: self.replica, rseq: self.rseq }
    }
}

/// A change with its number: what the log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered {
    pub change: Change,
    /// What was signed, byte for byte.
    pub body: Arc<[u8]>,
    pub hash: Hash,
    /// 1 … n without gaps, for each board.
    pub seq: u64,
    pub epoch: ReplicaId,
    /// The canonical stamp.
    pub cstamp: Stamp,
    /// For each weak write, in their order, the rank that it was given; `None` where it names a
    /// change that did not write the register, which makes the write void.
    pub weak_ranks: Vec<Option<Rank>>,
    pub chain: Hash,
}

impl Numbered {
    /// Whether it stands where it says: directly behind `before`, with the hash of what was signed.
    pub fn follows(&self, before: Position) -> bool {
        self.seq == before.seq + 1
            && self.hash == Hash::of(&[&self.body])
            && self.chain == chain(before.chain, self.hash, self.cstamp, &self.weak_ranks)
    }

    pub fn position(&self) -> Position {
        Position { epoch: self.epoch, seq: self.seq, chain: self.chain }
    }

    /// The writes with their ranks; void ones are left out.
    pub fn ranked_writes(&self) -> impl Iterator<Item = (&Write, Rank)> {
        let mut weak = self.weak_ranks.iter().copied();
        let aimed = Rank { stamp: self.cstamp, minor: 0, change: self.change.id() };
        self.change.writes.iter().filter_map(move |write| match write.replaces {
            None => Some((write, aimed)),
            Some(_) => weak.next().flatten().map(|rank| (write, rank)),
        })
    }
}

/// Reads at most `max` items of an array, however many it promises.
pub fn bounded<'b, C, T: Decode<'b, C>>(
    decoder: &mut Decoder<'b>,
    context: &mut C,
    max: usize,
) -> Result<Vec<T>, minicbor::decode::Error> {
    let items = decoder.array_iter_with(context)?.take(max.saturating_add(1));
    let items = items.collect::<Result<Vec<T>, _>>()?;
    if items.len() > max {
        return Err(minicbor::decode::Error::message("an array has too many items"));
    }
    Ok(items)
}

/// The ranks of weak writes: no more than a change has writes.
pub fn decode_weak_ranks<C>(
    decoder: &mut Decoder,
    context: &mut C,
) -> Result<Vec<Option<Rank>>, minicbor::decode::Error> {
    bounded(decoder, context, CHANGE_WRITES_MAX)
}

/// Why a change cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the change is longer than {CHANGE_BYTES_MAX} bytes")]
    TooLong,
    #[error("the change has more than {CHANGE_WRITES_MAX} writes")]
    TooManyWrites,
    #[error("a value is longer than {VALUE_BYTES_MAX} bytes")]
    ValueTooLong,
    #[error("what was done at once is more than a shared board takes at once")]
    ActTooLarge,
    #[error("the change writes a register twice")]
    WrittenTwice,
    #[error("the change cannot be read")]
    Unreadable,
}

/// Encodes a change as it is signed, and checks it against the limits.
pub fn sign(change: &Change) -> Result<(Arc<[u8]>, Hash), Malformed> {
    check(change)?;
    let body = minicbor::to_vec(change).map_err(|_| Malformed::Unreadable)?;
    if body.len() > CHANGE_BYTES_MAX {
        return Err(Malformed::TooLong);
    }
    let hash = Hash::of(&[&body]);
    Ok((body.into(), hash))
}

/// Reads what was signed.
pub fn read(body: &[u8]) -> Result<Change, Malformed> {
    if body.len() > CHANGE_BYTES_MAX {
        return Err(Malformed::TooLong);
    }
    let change: Change = minicbor::decode(body).map_err(|_| Malformed::Unreadable)?;
    check(&change)?;
    Ok(change)
}

/// The hash over the log up to and with this change.
pub fn chain(before: Hash, hash: Hash, cstamp: Stamp, weak_ranks: &[Option<Rank>]) -> Hash {
    let stamps = minicbor::to_vec((cstamp, weak_ranks)).unwrap_or_default();
    Hash::of(&[&before.0, &hash.0, &stamps])
}

fn check(change: &Change) -> Result<(), Malformed> {
    if change.writes.len() > CHANGE_WRITES_MAX {
        return Err(Malformed::TooManyWrites);
    }
    if change.writes.iter().any(|write| write.value.bytes().len() > VALUE_BYTES_MAX) {
        return Err(Malformed::ValueTooLong);
    }
    let mut registers: Vec<_> =
        change.writes.iter().map(|write| (write.entity, &write.slot)).collect();
    registers.sort_unstable();
    let twice = registers.windows(2).any(|pair| pair[0] == pair[1]);
    if twice { Err(Malformed::WrittenTwice) } else { Ok(()) }
}

impl<C> Encode<C> for Hash {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Hash {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        decoder
            .bytes()?
            .try_into()
            .map(Hash)
            .map_err(|_| minicbor::decode::Error::message("a hash has sixteen bytes"))
    }
}

impl<C> Encode<C> for Write {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder
            .array(if self.seen.is_some() { 7 } else { 6 })?
            .encode_with(&self.kind, context)?
            .encode_with(self.entity, context)?
            .encode_with(&self.slot.field, context)?;
        match &self.slot.element {
            None => encoder.null()?,
            Some(element) => encoder.bytes(element.as_bytes())?,
        };
        encoder.encode_with(&self.value, context)?.encode_with(self.replaces, context)?;
        if let Some(seen) = &self.seen {
            encoder.encode_with(seen, context)?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Write {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        // A newer version may add parts behind these seven.
        let parts = decoder.array()?.unwrap_or(0);
        if parts < 6 {
            return Err(minicbor::decode::Error::message("a write has six parts"));
        }
        let kind = decoder.decode_with(context)?;
        let entity = decoder.decode_with(context)?;
        let field: Field = decoder.decode_with(context)?;
        let element = decode_element(decoder)?;
        let value = decoder.decode_with(context)?;
        let replaces = decoder.decode_with(context)?;
        // An older authority lets anything stand in the seventh place: what is none counts as absent.
        let seen = (parts > 6).then(|| bounded(&mut decoder.probe(), context, SEEN_MAX).ok());
        for _ in 6..parts {
            decoder.skip()?;
        }
        let seen = seen.flatten();
        Ok(Write { kind, entity, slot: Slot { field, element }, value, replaces, seen })
    }
}
