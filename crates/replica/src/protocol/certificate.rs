//! A server's certificate that nobody vouches for.

use serde::{Deserialize, Serialize};
use std::fmt;
use ts_rs::TS;

/// What a person compares before they trust a server. Nothing was told to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Untrusted {
    /// The SHA-256 of the certificate that it shows, as `3A:F0:…`.
    pub fingerprint: String,
    /// That of the one which was trusted, where there is one.
    pub trusted: Option<String>,
    pub why: WhyUntrusted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum WhyUntrusted {
    /// Nobody whom this computer knows signed it.
    Unknown,
    /// It ended, or did not begin yet.
    OutOfDate,
    /// It is made out to another name.
    OtherName,
    /// It is another one than was trusted.
    Changed,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Untrusted { fingerprint, trusted, why } = self;
        f.write_str(match why {
            WhyUntrusted::Unknown => {
                "the server's certificate is signed by nobody that this computer knows"
            }
            WhyUntrusted::OutOfDate => "the server's certificate is out of date",
            WhyUntrusted::OtherName => "the server's certificate is made out to another name",
            WhyUntrusted::Changed => {
                "the server shows another certificate than the one that is trusted, and was told \
                 nothing"
            }
        })?;
        write!(f, ". Its fingerprint is {fingerprint}")?;
        if let Some(trusted) = trusted {
            write!(f, "; the trusted one's is {trusted}")?;
        }
        f.write_str(
            ". Compare it with the one that the server's operator gives you, and sign in to trust it",
        )
    }
}
