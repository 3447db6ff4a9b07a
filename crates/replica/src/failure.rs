//! From what went wrong in a room below to what a person is told.

use crate::protocol::{Failure, FailureCode};
use domain::resolve::Refusal;
use formats::BadFile;
use std::io::ErrorKind;
use store::StoreError;

impl Failure {
    pub fn new(code: FailureCode, message: impl Into<String>) -> Failure {
        Failure {
            code,
            message: message.into(),
            backups: Vec::new(),
            folder: None,
            certificate: None,
        }
    }

    /// What was to be written was not, and what stood there before stands.
    pub fn of_writing(error: &std::io::Error, what: &str) -> Failure {
        let code = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FailureCode::DiskFull,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => FailureCode::ReadOnly,
            _ => FailureCode::Storage,
        };
        Failure::new(code, format!("{what} could not be written: {error}."))
    }

    pub fn not_found(what: &str) -> Failure {
        Failure::new(FailureCode::NotFound, format!("There is no such {what} any more."))
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let code = match &error {
            StoreError::DiskFull => FailureCode::DiskFull,
            StoreError::ReadOnly => FailureCode::ReadOnly,
            StoreError::Corrupt(_) => FailureCode::DatabaseCorrupt,
            StoreError::Newer { .. } => FailureCode::NewerDatabase,
            StoreError::OtherKind { .. } => FailureCode::Storage,
            StoreError::Locked => FailureCode::AlreadyOpen,
            StoreError::Malformed(_) => FailureCode::TooLarge,
            StoreError::Busy | StoreError::OldSqlite(_) | StoreError::Other(_) => {
                FailureCode::Storage
            }
        };
        tracing::warn!(?code, %error, "storage");
        Failure::new(code, sentence(&error.to_string()))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        let code = match refusal {
            Refusal::NotFound { .. } => FailureCode::NotFound,
            Refusal::TooLong { .. } | Refusal::TooMany { .. } => FailureCode::TooLarge,
            Refusal::Gone { .. }
            | Refusal::Empty { .. }
            | Refusal::BadColour
            | Refusal::BadDate
            | Refusal::StartAfterDue
            | Refusal::BadLink
            | Refusal::Oneself
            | Refusal::IntoItself
            | Refusal::NoColumn => FailureCode::Refused,
        };
        Failure::new(code, sentence(&refusal.to_string()))
    }
}

impl From<BadFile> for Failure {
    fn from(error: BadFile) -> Failure {
        Failure::new(FailureCode::BadFile, error.to_string())
    }
}

pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
