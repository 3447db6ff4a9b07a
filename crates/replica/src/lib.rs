//! A desktop without its window: requests go in, replies come out, and patches come up unasked.

pub mod desk;
pub mod folder;
pub mod protocol;

mod engine;
mod example;
mod failure;
mod files;
mod history;
mod making;
mod reads;
mod steps;
mod whole;
mod writing;

pub use desk::{Desk, DeskOptions, FileSource};
pub use whole::write_whole;

#[cfg(test)]
mod generated;
