//! The engine on shared boards, on real folders, with a server in memory.

mod agreement;
mod detaching;
mod hearing;
mod in_the_open;
mod link;
mod merging;
mod people;
mod presence;
mod resuming;
mod served;
mod sharing;
mod snapshots;
mod table;

#[path = "../../../sync/tests/storm/authority.rs"]
#[allow(dead_code, reason = "the storm uses all of it")]
#[allow(clippy::cast_possible_truncation, reason = "small numbers")]
mod authority;
#[path = "../../../sync/tests/storm/disk.rs"]
#[allow(dead_code, reason = "the storm uses all of it")]
mod disk;
