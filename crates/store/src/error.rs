//! What the disk can do to us, by what a person can do about it.

use crate::FolderKind;
use domain::change::Malformed;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the disk is full")]
    DiskFull,
    #[error("the folder or the disk cannot be written")]
    ReadOnly,
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    #[error(
        "the database was written by a newer Holdfast (schema {found}, this one knows {known})"
    )]
    Newer { found: i64, known: i64 },
    #[error("it holds the boards of {found}, and is not opened as that of {wanted}")]
    OtherKind { found: FolderKind, wanted: FolderKind },
    #[error("another window or program works on this folder")]
    Locked,
    #[error("the database is busy: another program has held it for too long")]
    Busy,
    #[error("this build carries SQLite {0}, which can lose committed writes")]
    OldSqlite(String),
    #[error("a change cannot be stored: {0}")]
    Malformed(#[from] Malformed),
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// A row that our own schema says cannot be.
    pub(crate) fn corrupt(what: &str) -> StoreError {
        StoreError::Corrupt(what.to_owned())
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> StoreError {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                StoreError::ReadOnly
            }
            _ => StoreError::Other(error.to_string()),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        if let sqlx::Error::Io(error) = error {
            return error.into();
        }
        // All connections that read are taken.
        if let sqlx::Error::PoolTimedOut = error {
            return StoreError::Busy;
        }
        let code = error
            .as_database_error()
            .and_then(|error| error.code())
            .and_then(|code| code.parse::<u32>().ok());
        // The low byte is the primary result code, whatever the extended one says.
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => StoreError::Busy,
            Some(8) => StoreError::ReadOnly,
            Some(11 | 26) => StoreError::Corrupt(error.to_string()),
            Some(13) => StoreError::DiskFull,
            _ => StoreError::Other(error.to_string()),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(error: sqlx::migrate::MigrateError) -> StoreError {
        match error {
            sqlx::migrate::MigrateError::Execute(error)
            | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
            error => StoreError::Other(error.to_string()),
        }
    }
}
