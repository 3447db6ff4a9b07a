//! The laws of the sync, one by one: what a server accepts and how it stamps, where a session starts, what a replica
//! does with what it hears, who may do what, and what is done about peers that do not keep to it. The storm beside
//! this puts them all together.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

mod acceptance;
#[cfg(feature = "mutants")]
mod broken_builds;
mod canonical;
mod catching_up;
mod frames;
mod gathering;
mod hostile;
mod matrix;
mod permission;
mod pushing;
mod resuming;
mod serving;
mod sharing;
mod snapshot_cuts;
mod snapshots;
