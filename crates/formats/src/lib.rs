//! Other products' files in and out, and our own. [`read`] takes the bytes of any file that we know
//! and gives a [`BoardDocument`](domain::document::BoardDocument) with a report of what it left
//! behind; the writers take such a document and give text. No disk, no window.

mod bad_file;
pub mod csv;
pub mod holdfast;
mod identity;
pub mod markdown;
mod plain;
pub mod preview;
mod read;
mod reading;
mod source;
mod trello;
mod unread;
mod walk;

pub use bad_file::BadFile;
pub use read::{Wanted, read};
pub use source::{DEPTH_MAX, FILE_BYTES_MAX, check_size};
