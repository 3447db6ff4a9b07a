//! The server's end of the sync: real processes, real sockets, real SQLite. The peers speak the protocol by
//! hand, so that they can break it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, its helpers too")]

mod checked;
mod durable;
mod full;
mod hostile;
mod live;
#[path = "../../../store/tests/fixture/namespace.rs"]
mod namespace;
mod paced;
mod peer;
mod presence;
mod replica;
mod restored;
mod resuming;
mod rights;
#[allow(dead_code, reason = "the other tests of the server use the rest of it")]
#[path = "../suite/running/mod.rs"]
mod running;
mod sharing;
mod slow;
mod snapshots;
mod stage;
