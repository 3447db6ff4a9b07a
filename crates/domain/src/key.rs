//! Order keys: byte strings between their neighbours (Evan Wallace, "Realtime editing of ordered
//! sequences", 2017; through `loro_fractional_index`). They are always sorted with the id behind
//! them, so that equal keys are harmless.

use loro_fractional_index::FractionalIndex;
use rand::RngCore;
use std::fmt;

/// Keys that would be longer are not made: their neighbourhood gets new ones instead.
pub const KEY_BYTES_MAX: usize = 128;
/// Every key ends in this byte, which is what arithmetic between keys leans on.
const TERMINATOR: u8 = 128;
/// A new key is moved within its gap by so many random halvings, so that two replicas seldom make
/// the same one: 65,536 keys for a byte or two. The library's own jitter ends keys in random bytes,
/// and its arithmetic panics on some of those.
const HALVINGS: u32 = 16;
/// Longer runs go without: they come from files and pasted lists.
const JITTERED_RUN_MAX: usize = 64;

/// A place among siblings: 1 to [`KEY_BYTES_MAX`] bytes, compared as bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(Box<[u8]>);

impl OrderKey {
    /// Takes a key from outside; `None` where its form or length is not ours.
    pub fn from_bytes(bytes: &[u8]) -> Option<OrderKey> {
        let formed = bytes.len() <= KEY_BYTES_MAX && bytes.last() == Some(&TERMINATOR);
        formed.then(|| OrderKey(bytes.into()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lowercase hex: sorts as the bytes do.
    pub fn hex(&self) -> String {
        use fmt::Write;
        self.0.iter().fold(String::with_capacity(self.0.len() * 2), |mut hex, byte| {
            // Writing into a string has no way to fail.
            write!(hex, "{byte:02x}").ok();
            hex
        })
    }

    fn index(&self) -> FractionalIndex {
        FractionalIndex::from_bytes(self.0.to_vec())
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrderKey({})", self.hex())
    }
}

/// `count` keys in order, strictly between the two. `None` where there is no room: the bounds are
/// equal or reversed, or a key would be longer than `bytes_max`.
pub fn keys_between(
    lower: Option<&OrderKey>,
    upper: Option<&OrderKey>,
    count: usize,
    bytes_max: usize,
    rng: &mut impl RngCore,
) -> Option<Vec<OrderKey>> {
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower >= upper
    {
        return None;
    }
    let (low, high) = (lower.map(OrderKey::index), upper.map(OrderKey::index));
    let mut keys = evenly(low.as_ref(), high.as_ref(), count)?;
    if count <= JITTERED_RUN_MAX {
        for at in 0..count {
            let below = at.checked_sub(1).and_then(|at| keys.get(at)).or(low.as_ref());
            let above = keys.get(at + 1).or(high.as_ref());
            keys[at] = jittered(below, keys[at].clone(), above, rng)?;
        }
    }
    let keys: Vec<OrderKey> = keys.iter().map(|key| OrderKey(key.as_bytes().into())).collect();
    ordered(lower, upper, &keys, bytes_max).then_some(keys)
}

/// A random key near `key`, between its neighbours.
fn jittered(
    below: Option<&FractionalIndex>,
    key: FractionalIndex,
    above: Option<&FractionalIndex>,
    rng: &mut impl RngCore,
) -> Option<FractionalIndex> {
    let (mut below, mut key, mut above) = (below.cloned(), key, above.cloned());
    let chance = rng.next_u32();
    for bit in 0..HALVINGS {
        if chance >> bit & 1 == 0 {
            above = Some(key);
        } else {
            below = Some(key);
        }
        key = FractionalIndex::new(below.as_ref(), above.as_ref())?;
    }
    Some(key)
}

/// As `FractionalIndex::generate_n_evenly`, which panics where a gap turns out too narrow.
fn evenly(
    lower: Option<&FractionalIndex>,
    upper: Option<&FractionalIndex>,
    count: usize,
) -> Option<Vec<FractionalIndex>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let middle = FractionalIndex::new(lower, upper)?;
    let before = count / 2;
    let mut keys = evenly(lower, Some(&middle), before)?;
    keys.push(middle.clone());
    keys.extend(evenly(Some(&middle), upper, count - before - 1)?);
    Some(keys)
}

fn ordered(
    lower: Option<&OrderKey>,
    upper: Option<&OrderKey>,
    keys: &[OrderKey],
    bytes_max: usize,
) -> bool {
    let all: Vec<&OrderKey> = lower.into_iter().chain(keys).chain(upper).collect();
    all.windows(2).all(|pair| pair[0] < pair[1]) && keys.iter().all(|key| key.0.len() <= bytes_max)
}
