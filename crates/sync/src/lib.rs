//! How a board is kept the same on many machines: the messages, what the server takes and how it numbers
//! it, and what a replica does with what it is told. Pure: rows are handed in, rows come out, and whoever
//! calls stores them in one transaction.

pub mod frame;
pub mod message;
pub mod resuming;

// The server's end.
pub mod acceptance;
pub mod canonical;
mod known;
pub mod permission;
pub mod serving;
pub mod sharing;

// The replica's end.
pub mod detaching;
pub mod following;
pub mod rows;
