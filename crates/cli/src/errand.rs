//! How a command ends: its exit code, and the words for what went wrong.

use replica::protocol::{Failure, FailureCode};
use std::process::ExitCode;

/// Done, with what the exit code says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// `check` found problems.
    Problems,
}

impl Outcome {
    pub fn code(self) -> ExitCode {
        match self {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Problems => ExitCode::from(3),
        }
    }
}

/// Why a command was not carried out; nothing was changed.
#[derive(Debug)]
pub struct Errand {
    exit: u8,
    code: String,
    message: String,
}

impl Errand {
    /// Refused or failed.
    pub fn failed(code: &str, message: &str) -> Errand {
        Errand { exit: 1, code: code.to_owned(), message: message.to_owned() }
    }

    /// Typed wrongly, or a name that several have.
    pub fn usage(message: &str) -> Errand {
        Errand { exit: 2, code: "usage".to_owned(), message: message.to_owned() }
    }

    pub fn ambiguous(message: &str) -> Errand {
        Errand { exit: 2, code: "ambiguous".to_owned(), message: message.to_owned() }
    }

    /// Says it on stderr; the exit code comes back.
    #[expect(clippy::print_stderr, reason = "the one place where the command says what went wrong")]
    pub fn tell(&self, json: bool) -> ExitCode {
        if json {
            let error = serde_json::json!({ "code": self.code, "message": self.message });
            eprintln!("{}", crate::print::plain_json(&error.to_string()));
        } else {
            eprintln!("holdfast: {}", crate::print::plain(&self.message));
        }
        ExitCode::from(self.exit)
    }
}

impl From<Failure> for Errand {
    fn from(failure: Failure) -> Errand {
        Errand::failed(&code_name(failure.code), &failure.message)
    }
}

/// The code as it crosses to the window.
fn code_name(code: FailureCode) -> String {
    let value = serde_json::to_value(code).ok();
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
