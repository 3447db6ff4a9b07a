//! Why a server could not be spoken to.

use super::keyring::Closed;
use crate::{
    hearing::HearError,
    protocol::{Failure, Untrusted, WhyUntrusted},
};
use std::io;
use sync::{following::Broken, frame::BadFrame};

#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    #[error("{0}")]
    Address(String),
    #[error("the server cannot be reached: {0}")]
    Connect(#[from] io::Error),
    #[error("the server does not answer")]
    Silent,
    #[error("the server ended the connection")]
    Closed,
    /// A session is asked for and there is none, or no longer.
    #[error("nobody is signed in there")]
    SignedOut,
    /// The token is in a keyring that cannot be asked.
    #[error("the token for this server lies in this computer's keyring, and {0}")]
    Keyring(#[from] Closed),
    /// The server was told nothing.
    #[error("{0}")]
    Untrusted(Untrusted),
    #[error("this server and this program have no version in common: {0}")]
    Version(String),
    /// It said no, and why.
    #[error("{words}")]
    Refused { code: String, words: String },
    #[error("the server does not speak as the protocol says: {0}")]
    Protocol(String),
    #[error("{0}")]
    Failed(#[from] Failure),
}

impl LinkError {
    pub fn protocol(what: impl std::fmt::Display) -> LinkError {
        LinkError::Protocol(what.to_string())
    }
}

impl From<BadFrame> for LinkError {
    fn from(error: BadFrame) -> LinkError {
        LinkError::protocol(error)
    }
}

impl From<Broken> for LinkError {
    fn from(error: Broken) -> LinkError {
        LinkError::protocol(error)
    }
}

impl From<HearError> for LinkError {
    fn from(error: HearError) -> LinkError {
        match error {
            HearError::Broken(broken) => broken.into(),
            HearError::Failed(failure) => failure.into(),
        }
    }
}

impl From<hyper::Error> for LinkError {
    fn from(error: hyper::Error) -> LinkError {
        LinkError::Connect(io::Error::other(error))
    }
}

/// Why something asked of a server was not done, for a person and for a script.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ServerFailure {
    pub code: String,
    pub message: String,
    /// Where it is the server's certificate that nobody vouches for.
    pub certificate: Option<Untrusted>,
}

impl ServerFailure {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> ServerFailure {
        ServerFailure { code: code.to_owned(), message: message.into(), certificate: None }
    }

    pub(crate) fn untrusted(certificate: Untrusted) -> ServerFailure {
        LinkError::Untrusted(certificate).into()
    }
}

impl From<LinkError> for ServerFailure {
    fn from(error: LinkError) -> ServerFailure {
        let message = crate::failure::sentence(&error.to_string());
        let code = match error {
            LinkError::Address(_) => "address",
            LinkError::SignedOut => "signedOut",
            LinkError::Refused { code, words } => return ServerFailure::new(&code, words),
            LinkError::Keyring(_) => "keyring",
            LinkError::Untrusted(certificate) => {
                let code = match certificate.why {
                    WhyUntrusted::Changed => "certificateChanged",
                    WhyUntrusted::Unknown | WhyUntrusted::OutOfDate | WhyUntrusted::OtherName => {
                        "untrusted"
                    }
                };
                let certificate = Some(certificate);
                return ServerFailure { code: code.to_owned(), message, certificate };
            }
            LinkError::Connect(_) | LinkError::Silent | LinkError::Closed => "unreachable",
            LinkError::Version(_) => "version",
            LinkError::Protocol(_) => "protocol",
            LinkError::Failed(failure) => return failure.into(),
        };
        ServerFailure::new(code, message)
    }
}

impl From<Failure> for ServerFailure {
    fn from(failure: Failure) -> ServerFailure {
        ServerFailure::new("storage", failure.message)
    }
}
