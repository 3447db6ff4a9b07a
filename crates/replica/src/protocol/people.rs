//! Servers, the people on a shared board, and what a server did not accept.

use super::{BoardStatus, HistoryWhat, KeptEdits, LinkState};
use domain::id::*;
use serde::{Deserialize, Serialize};
use store::account;
use sync::message::Obstacle;
use ts_rs::TS;

/// All that is told of sharing without being asked: whoever shows it never has to look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Sharing {
    /// Those that somebody signed in at, whether or not they still are.
    pub servers: Vec<ServerStatus>,
    pub boards: Vec<BoardStatus>,
    /// What lies deleted with edits that somebody made who had not seen that: theirs or those of others.
    pub kept: Vec<KeptEdits>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerStatus {
    /// Scheme, host and port.
    pub url: String,
    /// Who signs in there.
    pub account: String,
    pub link: LinkState,
    /// It is reached, and takes no changes just now.
    pub trouble: Option<ServerTrouble>,
    /// No keyring took the token: it lies in a file that only its owner can read.
    pub token_in_file: bool,
}

/// Why a server that is reached takes no changes just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ServerTrouble {
    /// It has more to do than it takes on.
    Busy,
    DiskFull,
    /// Its folder or its disk cannot be written.
    ReadOnly,
    /// It cannot save, for what its log says.
    Other,
}

impl From<Option<Obstacle>> for ServerTrouble {
    fn from(why: Option<Obstacle>) -> ServerTrouble {
        match why {
            None => ServerTrouble::Busy,
            Some(Obstacle::DiskFull) => ServerTrouble::DiskFull,
            Some(Obstacle::ReadOnly) => ServerTrouble::ReadOnly,
            Some(Obstacle::Other) => ServerTrouble::Other,
        }
    }
}

/// What a member may do on a board, each with all that those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum MemberRole {
    Viewer,
    Commenter,
    Editor,
    Admin,
    Owner,
}

impl From<account::Role> for MemberRole {
    fn from(role: account::Role) -> MemberRole {
        match role {
            account::Role::Viewer => MemberRole::Viewer,
            account::Role::Commenter => MemberRole::Commenter,
            account::Role::Editor => MemberRole::Editor,
            account::Role::Admin => MemberRole::Admin,
            account::Role::Owner => MemberRole::Owner,
        }
    }
}

/// A board of the account on a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferedBoard {
    pub id: BoardId,
    pub title: String,
    pub role: MemberRole,
    /// It is on this computer already.
    pub here: bool,
}

/// Somebody on a shared board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BoardMember {
    /// Names the account on the server.
    pub account: String,
    pub name: String,
    pub role: MemberRole,
    /// The account is closed.
    pub disabled: bool,
    /// Who is signed in here.
    pub me: bool,
}

/// A link that makes members, without what opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    pub id: String,
    pub role: MemberRole,
    pub uses_left: u32,
    pub expires_ms: i64,
}

/// What an invitation promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Invited {
    /// The server's address.
    pub server: String,
    pub title: String,
    pub role: MemberRole,
    /// Who invites.
    pub made_by: String,
    pub expires_ms: i64,
    /// Who is signed in there from this computer.
    pub signed_in: Option<String>,
}

/// An account that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NewAccount {
    pub name: String,
    pub password: Password,
}

/// It goes to a server and nowhere else: no log shows it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// An act in the tray: it was refused for good, and nothing of what it said is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RefusedAct {
    /// Names it in [`super::Request::DiscardRefused`].
    pub act: ActId,
    /// Its verb, as in [`domain::edit::Edit`].
    pub verb: String,
    /// What a person calls the thing that it was about.
    pub about: String,
    /// What it did, where that can be told in words.
    pub what: Vec<HistoryWhat>,
    /// All that was typed in it.
    pub texts: Vec<String>,
    /// `forbidden`, `malformed`, `tooLarge`.
    pub why: String,
    /// When it was made, and when it was refused.
    pub made_ms: i64,
    pub refused_ms: i64,
}
