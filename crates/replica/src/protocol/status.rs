//! How shared boards stand with their servers.

use super::{MemberRole, Untrusted};
use domain::id::*;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A shared board, and how far it and its server agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardStatus {
    pub id: BoardId,
    pub title: String,
    /// The server's address.
    pub server: String,
    pub epoch: ReplicaId,
    /// The number of the last change that is here.
    pub cursor: u64,
    /// The number of the server's last change, as last heard.
    pub head: u64,
    /// Over what was numbered, in hex: where cursors are equal, digests are.
    pub digest: String,
    /// How many changes wait for the server.
    pub waiting: u32,
    /// When the oldest of them was made, in milliseconds since 1970.
    pub waiting_since_ms: Option<i64>,
    /// How many changes were not accepted.
    pub refused: u32,
    /// What the account may do on it, as last heard.
    pub role: MemberRole,
    /// The server does not have all of it yet: others cannot be invited.
    pub handing_over: bool,
    /// The account lost the board: what is here stays.
    pub gone: bool,
    pub link: LinkState,
}

/// How the connection to a server stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum LinkState {
    /// This process does not connect.
    #[default]
    Off,
    /// Another process on the folder holds the connection.
    Elsewhere,
    Connecting,
    Online,
    /// It is tried again by and by.
    Offline {
        problem: String,
    },
    /// Nobody is signed in there, or no longer.
    SignedOut,
    /// It shows a certificate that nobody vouches for, or another one than was trusted. It was told nothing; signing in
    /// again shows what to compare.
    Untrusted {
        certificate: Untrusted,
    },
    /// The token lies in a keyring that is locked or away.
    KeyringClosed {
        problem: String,
    },
    /// This program and the server have no version in common. Work goes on here.
    TooOld {
        message: String,
    },
}
