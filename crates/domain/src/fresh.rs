//! Chance and time, handed in: the one source of new ids and of the random ends of order keys.

use crate::id::EntityId;
use rand::{RngCore, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

/// Makes ids that sort in the order in which they were made (uuid version 7: milliseconds, then a
/// counter, then chance). The same seed and times give the same ids.
pub struct Fresh {
    rng: StdRng,
    now_ms: u64,
    made: u16,
}

impl Fresh {
    pub fn new(seed: [u8; 32], now_ms: u64) -> Fresh {
        Fresh { rng: StdRng::from_seed(seed), now_ms, made: 0 }
    }

    pub fn rng(&mut self) -> &mut StdRng {
        &mut self.rng
    }

    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    pub fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 10];
        self.rng.fill_bytes(&mut bytes);
        // Twelve bits count; when they are full the milliseconds go on, as the version allows.
        if self.made > 0x0fff {
            self.made = 0;
            self.now_ms += 1;
        }
        bytes[..2].copy_from_slice(&self.made.to_be_bytes());
        self.made += 1;
        Builder::from_unix_timestamp_millis(self.now_ms, &bytes).into_uuid()
    }

    pub fn entity(&mut self) -> EntityId {
        EntityId(self.uuid())
    }
}
