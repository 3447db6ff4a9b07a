//! Boards that are shared: with which server, what waits for it, and what it answered. What is saved is decided
//! elsewhere; triggers refuse to let a change of this folder be lost between two tables.

mod fingerprint;
mod outbox;
mod retired;
mod servers;
mod shares;
mod staging;
mod standings;

pub use fingerprint::*;
pub use outbox::*;
pub use retired::*;
pub use servers::*;
pub use shares::*;
pub use staging::*;
pub use standings::*;
