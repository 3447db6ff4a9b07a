//! How a command ends: its exit code, and the words for what went wrong.

use server::{ServeError, ServerError};
use std::process::ExitCode;
use store::StoreError;

/// Why a command was not carried out, or what it found.
#[derive(Debug)]
pub struct Errand {
    exit: u8,
    code: &'static str,
    message: String,
}

impl Errand {
    /// Refused or failed.
    pub fn failed(code: &'static str, message: &str) -> Errand {
        Errand { exit: 1, code, message: message.to_owned() }
    }

    /// Typed wrongly.
    pub fn usage(message: &str) -> Errand {
        Errand { exit: 2, code: "usage", message: message.to_owned() }
    }

    /// `check` found so many problems, and has told them.
    pub fn problems(count: usize) -> Errand {
        Errand { exit: 3, code: "problems", message: format!("{count} problems were found") }
    }

    /// Says it on stderr; the exit code comes back.
    #[expect(clippy::print_stderr, reason = "the one place where the command says what went wrong")]
    pub fn tell(&self, json: bool) -> ExitCode {
        if json {
            eprintln!("{}", serde_json::json!({ "code": self.code, "message": self.message }));
        } else {
            eprintln!("holdfast-server: {}", self.message);
        }
        ExitCode::from(self.exit)
    }
}

impl From<StoreError> for Errand {
    fn from(error: StoreError) -> Errand {
        let code = match &error {
            StoreError::DiskFull => "diskFull",
            StoreError::ReadOnly => "readOnly",
            StoreError::Corrupt(_) => "databaseCorrupt",
            StoreError::Newer { .. } => "newerDatabase",
            StoreError::OtherKind { .. } => "otherKind",
            StoreError::Locked => "alreadyOpen",
            StoreError::Busy => "busy",
            StoreError::OldSqlite(_) | StoreError::Malformed(_) | StoreError::Other(_) => "storage",
        };
        Errand::failed(code, &error.to_string())
    }
}

impl From<ServerError> for Errand {
    fn from(error: ServerError) -> Errand {
        Errand::failed(error.code(), &error.to_string())
    }
}

impl From<ServeError> for Errand {
    fn from(error: ServeError) -> Errand {
        match error {
            ServeError::Folder { folder, source } => {
                let errand = Errand::from(source);
                Errand { message: format!("{folder}: {}", errand.message), ..errand }
            }
            ServeError::SetUp(error) => error.into(),
            ServeError::Listen { .. } => Errand::failed("listen", &error.to_string()),
            ServeError::Tls(_) => Errand::failed("tls", &error.to_string()),
            ServeError::Serve(_) | ServeError::Metrics(_) | ServeError::Writer(_) => {
                Errand::failed("failed", &error.to_string())
            }
        }
    }
}
