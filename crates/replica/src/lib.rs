//! A desktop without its window: requests go in, replies come out, and patches come up unasked.

pub mod desk;
pub mod folder;
pub mod protocol;

mod announcing;
mod carrying;
mod detaching;
mod ending;
mod engine;
mod example;
mod failure;
mod files;
mod hearing;
mod history;
mod kept;
mod link;
mod making;
mod merging;
mod people;
mod permission;
mod reading_on;
mod reads;
mod resuming;
mod servers;
mod sharing;
mod status;
mod steps;
mod storing;
mod tray;
mod versions;
mod waiting;
mod whole;
mod writing;

pub use desk::{Desk, DeskOptions, FileSource, Page};
pub use link::ServerFailure;
pub use status::{SignedIn, Synced};
pub use whole::write_whole;

#[cfg(test)]
mod generated;
#[cfg(test)]
mod tests;
