//! Time as the board knows it: hybrid logical clock stamps, and the ranks by which writes are
//! compared (Kulkarni et al., "Logical Physical Clocks", 2014; the closing rules of the design).

use crate::{id::ReplicaId, mutants::is_left_out};
use minicbor::{Decode, Encode};

/// The counter carries into the milliseconds beyond this.
pub const COUNTER_MAX: u32 = 0xffff;

/// When somebody acted: taken once, at the act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Stamp {
    /// Milliseconds since 1970, never behind what the board has seen.
    #[n(0)]
    pub ms: u64,
    /// Tells acts of one millisecond apart; at most [`COUNTER_MAX`].
    #[n(1)]
    pub counter: u32,
    #[n(2)]
    pub replica: ReplicaId,
}

/// The latest moment that a board knows: of the canonical stamps in it, and nothing else, so that
/// it falls back to the wall clock once a bad clock is mended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Latest {
    pub ms: u64,
    pub counter: u32,
}

impl From<Stamp> for Latest {
    fn from(stamp: Stamp) -> Latest {
        Latest { ms: stamp.ms, counter: stamp.counter }
    }
}

impl Latest {
    /// The next stamp: at the wall clock, or just above what is known where the clock is behind.
    pub fn tick(self, wall_ms: u64, replica: ReplicaId) -> Stamp {
        let (ms, counter) = if wall_ms > self.ms {
            (wall_ms, 0)
        } else if self.counter < COUNTER_MAX {
            (self.ms, self.counter + 1)
        } else if is_left_out("a full counter begins again") {
            (self.ms, 0)
        } else {
            (self.ms + 1, 0)
        };
        Stamp { ms, counter, replica }
    }

    pub fn see(&mut self, stamp: Stamp) {
        *self = (*self).max(stamp.into());
    }
}

/// The name of a change: the replica that made it, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ChangeId {
    #[n(0)]
    pub replica: ReplicaId,
    #[n(1)]
    pub rseq: u64,
}

/// What decides which of two writes to one register stands: the greater one. It ends with the
/// change's id and a change writes a register once, so that there are no ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Rank {
    #[n(0)]
    pub stamp: Stamp,
    /// 0 for a write that somebody aimed at. A weak write has the stamp of the write that it
    /// replaces and one more than its minor.
    #[n(1)]
    pub minor: u32,
    #[n(2)]
    pub change: ChangeId,
}

impl Rank {
    /// Directly above `replaced`, and below every other write that is above it.
    pub fn just_above(replaced: &Rank, change: ChangeId) -> Rank {
        Rank { stamp: replaced.stamp, minor: replaced.minor.saturating_add(1), change }
    }

    /// Only the change's id tells which of the two is greater.
    pub(crate) fn ties(&self, other: &Rank) -> bool {
        (self.stamp, self.minor) == (other.stamp, other.minor)
    }
}
