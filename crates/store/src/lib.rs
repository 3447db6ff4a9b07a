//! SQLite on a data folder: the logs, the registers, what is the folder's own, and the tables for
//! reading. It loads and saves; what is saved is decided elsewhere.

pub mod account;
pub mod backup;
pub mod boards;
mod check;
pub mod drafts;
mod error;
mod folder;
mod held;
mod late;
mod open;
pub mod reading;
pub mod rooms;
mod rows;
mod savepoint;
pub mod sharing;
pub mod shelf;
pub mod undo;
pub mod versions;
pub mod webhooks;

pub use backup::{BackupFile, Reason};
pub use drafts::DraftRow;
pub use error::StoreError;
pub use folder::{Folder, FolderKind, LinkLock, WindowLock};
pub use held::{HeldBoard, Holding, SharedHolding};
pub use open::{Opening, Reader, Readers, Store};
pub use savepoint::{Savepoint, commit, savepoint};
pub use shelf::{FoundRow, ShelfKindRow, ShelfRow};
pub use undo::{Stack, Step, StepTop};

/// A connection to the database, or a transaction on it.
pub type Connection = sqlx::SqliteConnection;
/// What is written in it is written whole or not at all; dropping it takes it back.
pub type Transaction<'a> = sqlx::Transaction<'a, sqlx::Sqlite>;
