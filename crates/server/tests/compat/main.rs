//! The paths of an earlier server: real processes, real sockets, real SQLite. What is compared are sets of ids, never
//! counts, and the shape of each answer is looked at.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod access;
mod asker;
mod boards;
mod claims;
mod events;
mod founding;
mod numbers;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/paced.rs"]
mod paced;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/peer.rs"]
mod peer;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/replica.rs"]
mod replica;
#[allow(dead_code, reason = "the other tests of the server use the rest of it")]
#[path = "../suite/running/mod.rs"]
mod running;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/stage.rs"]
mod stage;
mod tickets;
