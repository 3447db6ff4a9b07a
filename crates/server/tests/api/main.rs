//! `/api/v1`: real processes, real sockets, real SQLite. What is compared are sets of ids, never counts, and the
//! shape of each answer is looked at.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod boards;
mod bulk;
mod client;
mod conditions;
mod crowded;
mod described;
mod descriptions;
mod documented;
mod durable;
mod events;
mod founding;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/paced.rs"]
mod paced;
mod pages;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/peer.rs"]
mod peer;
mod receiver;
mod refused;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/replica.rs"]
mod replica;
mod roles;
#[allow(dead_code, reason = "the other tests of the server use the rest of it")]
#[path = "../suite/running/mod.rs"]
mod running;
#[allow(dead_code, reason = "the tests of the sync use the rest of it")]
#[path = "../sync/stage.rs"]
mod stage;
mod tokens;
mod webhooks;
