//! Why something was not done.

use super::{Backup, Untrusted};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a request was not carried out; nothing was changed. The window has words for each code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    pub code: FailureCode,
    /// A sentence for a person, and for a log: it names no card's text.
    pub message: String,
    /// For [`FailureCode::DatabaseCorrupt`]: the newest good backup comes first.
    pub backups: Vec<Backup>,
    /// For the failures of a start: where the data lies.
    pub folder: Option<String>,
    /// For [`FailureCode::Untrusted`]: what to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub certificate: Option<Box<Untrusted>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FailureCode {
    /// It was there, but is no more; or never was.
    NotFound,
    /// The edit makes no sense as it stands: an empty title, a bad date, ….
    Refused,
    /// Over a limit that the message names.
    TooLarge,
    /// The file cannot be imported; the message says why.
    BadFile,
    /// The disk is full. What was saved before stands.
    DiskFull,
    /// The folder or the disk cannot be written.
    ReadOnly,
    /// The database was written by a newer Holdfast.
    NewerDatabase,
    /// The database is damaged; nothing was changed in it.
    DatabaseCorrupt,
    /// Another window works on this folder.
    AlreadyOpen,
    /// Anything else of the disk or the database.
    Storage,
    /// The request itself could not be read.
    BadRequest,
    /// A server cannot be reached.
    Unreachable,
    /// Nobody is signed in at the server, or no longer.
    SignedOut,
    /// A server shows a certificate that nobody vouches for; it was told nothing.
    Untrusted,
    /// The token for a server lies in a keyring that is locked or away.
    Keyring,
    /// A server said no; the message says why.
    ServerSaidNo,
}
