//! What the two ends say to each other, as `docs/protocol.md` tells it byte by byte. Every message is one CBOR
//! item: an array of the message's number and an array of its fields. Fields that a newer version adds stand
//! behind those known here, and are skipped.

mod numbered;
mod obstacle;
mod presence;
mod resuming;

pub use numbered::NumberedBytes;
pub use obstacle::Obstacle;
pub use presence::{Looking, Present};
pub use resuming::{IMPRINT_BYTES, IMPRINTS_MAX, Imprint, Resume, Resumed, list_hash};

use domain::{
    board::{Board, Entity},
    change::Position,
    id::*,
    register::{Kind, Register},
    shared::Former,
    stamp::{ChangeId, Stamp},
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use numbered::{decode_changes, decode_locator, decode_present};

/// The versions of the protocol that this program speaks.
pub const PROTOCOL_MIN: u32 = 1;
pub const PROTOCOL_MAX: u32 = 3;
/// Who is here is said and told since this version.
pub const PRESENCE_SINCE: u32 = 2;
/// Since this version a replica says where it stands on all of its boards at once, and the list comes where it asks.
pub const RESUME_SINCE: u32 = 3;
/// At most so many are listed as being here.
pub const PRESENT_MAX: usize = 250;
/// The changes of one message are at most so many.
pub const MESSAGE_CHANGES_MAX: usize = 1_000;
/// A message is closed when its changes have so many bytes; one change may be longer.
pub const MESSAGE_BYTES: usize = 1024 * 1024;
/// A locator names at most so many positions.
pub const LOCATOR_MAX: usize = 64;
/// A board has at most so many members.
pub const MEMBERS_MAX: usize = 1_000;
pub use domain::change::{ACT_BYTES_MAX, ACT_PARTS_MAX};

/// What may be done on a board, each with all that those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    #[n(0)]
    Viewer,
    #[n(1)]
    Commenter,
    #[n(2)]
    Editor,
    #[n(3)]
    Admin,
    #[n(4)]
    Owner,
}

/// Why a change was not accepted, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
#[cbor(index_only)]
pub enum Refused {
    /// The role of its author does not allow it, or the author is another.
    #[n(0)]
    #[error("your role on this board does not allow it")]
    Forbidden,
    /// Not as the protocol says.
    #[n(1)]
    #[error("it is not well-formed")]
    Malformed,
    /// The board would grow beyond what a server holds.
    #[n(2)]
    #[error("the board is too large for it")]
    TooLarge,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum FromClient {
    /// Comes first.
    #[n(0)]
    Hello(#[n(0)] Hello),
    #[n(1)]
    Follow(#[n(0)] Follow),
    /// No more of a board.
    #[n(2)]
    Leave(#[n(0)] BoardId),
    #[n(3)]
    Push(#[n(0)] Push),
    /// Asks for a part of a snapshot.
    #[n(4)]
    Part(#[n(0)] PartWanted),
    /// The socket is alive; answered with the same number.
    #[n(5)]
    Ping(#[n(0)] u64),
    /// Asks to become the board's authority; answered with how the share stands.
    #[n(6)]
    Share(#[n(0)] Promise),
    /// The log of a board that is being shared up to the named head, in order; answered with how the share
    /// stands. A copy of the data folder may share the same board with another head at the same time.
    #[n(7)]
    ShareLog(
        #[n(0)] BoardId,
        #[n(1)] Position,
        #[cbor(n(2), decode_with = "decode_changes")] Vec<NumberedBytes>,
    ),
    /// Takes the share of the named head back, if it is not finished; answered with how it stands, which may
    /// be that it is.
    #[n(8)]
    ShareAbandon(#[n(0)] BoardId, #[n(1)] Position),
    /// What the person has open from now on, for those who follow that board too; nothing takes it back.
    #[n(9)]
    Here(#[n(0)] Option<Looking>),
    /// Where this replica stands, once and before all else that is about boards.
    #[n(10)]
    Resume(#[n(0)] Resume),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Hello {
    #[n(0)]
    pub protocol_min: u32,
    #[n(1)]
    pub protocol_max: u32,
    /// Name and version of the program, for the server's log.
    #[n(2)]
    pub app: String,
}

/// Asks for what a board has behind a position, now and from now on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Follow {
    #[n(0)]
    pub board: BoardId,
    /// Where this replica stands, newest first, then further and further back; empty for nothing at all.
    #[cbor(n(1), decode_with = "decode_locator")]
    pub locator: Vec<Position>,
    /// Takes nothing but a snapshot.
    #[n(2)]
    pub whole: bool,
}

/// Changes in the order in which they were made; the changes of one act stand in a row, and may go on in the
/// next push.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Push {
    #[n(0)]
    pub board: BoardId,
    #[cbor(n(1), decode_with = "decode_changes")]
    pub changes: Vec<Pushed>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Pushed {
    /// As it was signed.
    #[n(0)]
    pub body: ByteVec,
    #[n(1)]
    pub former: Option<Former>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PartWanted {
    #[n(0)]
    pub board: BoardId,
    #[n(1)]
    pub at: Position,
    /// Counts from 0.
    #[n(2)]
    pub part: u32,
}

/// What a sharer promises.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Promise {
    #[n(0)]
    pub board: BoardId,
    /// The end of the log.
    #[n(1)]
    pub head: Position,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub digest: [u8; 16],
    /// Who of the board's people the sharer is; they become its owner.
    #[n(3)]
    pub person: PersonId,
}

/// How a share stands at the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Standing {
    /// Up to this number the log is here; the rest is wanted.
    #[n(0)]
    Staged(#[n(0)] u64),
    /// The server is the board's authority, on disk.
    #[n(1)]
    Shared,
    /// It never will be, on disk: the sharer is the authority again.
    #[n(2)]
    Abandoned,
    /// What was staged is not what was promised, and was thrown away.
    #[n(3)]
    Broken,
    /// The server has the board already, and the account is no member of it.
    #[n(4)]
    Taken,
    #[n(5)]
    TooLarge,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum FromServer {
    #[n(0)]
    Welcome(#[n(0)] Welcome),
    /// The boards that the account is a member of: after the welcome, or where a [`Resume`] knows another list, and
    /// whenever that changes.
    #[n(1)]
    Boards(#[n(0)] Vec<BoardSeen>),
    /// Something of one board.
    #[n(2)]
    Board(#[n(0)] BoardId, #[n(1)] BoardNews),
    #[n(3)]
    Pong(#[n(0)] u64),
    /// The last message before the server closes.
    #[n(4)]
    Goodbye(#[n(0)] Goodbye),
    /// Where the server stands too.
    #[n(5)]
    Resumed(#[n(0)] Resumed),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Welcome {
    #[n(0)]
    pub protocol: u32,
    /// Milliseconds since 1970, by the server's clock.
    #[n(1)]
    pub now_ms: u64,
    /// Who is signed in, as a name.
    #[n(2)]
    pub account: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct BoardSeen {
    #[n(0)]
    pub board: BoardId,
    #[n(1)]
    pub role: Role,
    /// Who of the board's people the account is.
    #[n(2)]
    pub person: PersonId,
    #[n(3)]
    pub title: String,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub enum BoardNews {
    /// The newest named position is not in the log; this one is, and the changes behind it follow.
    #[n(0)]
    Diverged(#[n(0)] Position),
    #[n(1)]
    Changes(#[n(0)] Changes),
    /// The board at a position, in parts which are asked for one by one.
    #[n(2)]
    Snapshot(#[n(0)] SnapshotOffer),
    #[n(3)]
    Part(#[n(0)] Part),
    /// What became of a push: one for each, in their order.
    #[n(4)]
    Answers(#[n(0)] Vec<(ChangeId, Answer)>),
    /// The push was not looked at: again after so many milliseconds. A server that cannot save says why.
    #[n(5)]
    Busy(#[n(0)] u32, #[n(1)] Option<Obstacle>),
    /// There is no such board for this account, or no longer.
    #[n(6)]
    Gone,
    /// How the sharing of the board stands.
    #[n(7)]
    Share(#[n(0)] Standing),
    /// All who have the board open now, the asker too.
    #[n(8)]
    Here(#[cbor(n(0), decode_with = "decode_present")] Vec<Present>),
}

/// Changes behind `from`, without gaps.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Changes {
    #[n(0)]
    pub from: Position,
    #[cbor(n(1), decode_with = "decode_changes")]
    pub changes: Vec<NumberedBytes>,
    /// Where the log ended when they were read.
    #[n(2)]
    pub head: u64,
    /// The board's digest there, where these changes reach it.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub digest: Option<[u8; 16]>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct SnapshotOffer {
    #[n(0)]
    pub at: Position,
    #[n(1)]
    pub parts: u32,
    #[n(2)]
    pub things: u64,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub digest: [u8; 16],
    /// The greatest canonical stamp.
    #[n(4)]
    pub latest_ms: u64,
    #[n(5)]
    pub latest_counter: u32,
    /// The newest position that was named and is in the log.
    #[n(6)]
    pub common: Option<Position>,
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Part {
    #[n(0)]
    pub at: Position,
    #[n(1)]
    pub part: u32,
    /// An array of [`Thing`]s.
    #[n(2)]
    pub things: ByteVec,
}

/// One thing of a board in a snapshot.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Thing {
    #[n(0)]
    pub id: EntityId,
    #[n(1)]
    pub kind: Kind,
    #[n(2)]
    pub registers: Vec<Register>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// In the log, on disk.
    #[n(0)]
    Accepted(#[n(0)] u64, #[n(1)] Stamp),
    /// Not in the log, and never will be under this id.
    #[n(1)]
    Refused(#[n(0)] Refused),
    /// Another change has this number, or another came before it: a copied database. What was not accepted
    /// needs a new replica id.
    #[n(2)]
    Fork,
    /// This number of the replica is the next one here.
    #[n(3)]
    Expected(#[n(0)] u64),
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct Goodbye {
    #[n(0)]
    pub code: GoodbyeCode,
    /// A sentence for a person.
    #[n(1)]
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum GoodbyeCode {
    /// Not what the protocol says.
    #[n(0)]
    Protocol,
    /// No version in common.
    #[n(1)]
    Version,
    /// The session ended: signed out, disabled, or the password was changed.
    #[n(2)]
    SignedOut,
    /// The server stops for now.
    #[n(3)]
    Stopping,
    /// The reader does not read.
    #[n(4)]
    TooSlow,
    #[n(5)]
    TooMuch,
}

/// The things of a board in parts of about [`MESSAGE_BYTES`], each an array of [`Thing`]s, in the order of
/// their ids.
pub fn parts(board: &Board) -> Vec<Vec<u8>> {
    let mut all: Vec<(EntityId, &Entity)> = board.entities().collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    let mut parts = Vec::new();
    let (mut things, mut bytes) = (Vec::new(), 0);
    for (id, entity) in all {
        let registers = entity.registers().to_vec();
        bytes += registers.iter().map(|it| it.value.bytes().len() + 80).sum::<usize>();
        things.push(Thing { id, kind: entity.kind.clone(), registers });
        if bytes >= MESSAGE_BYTES {
            parts.push(minicbor::to_vec(&things).unwrap_or_default());
            (things, bytes) = (Vec::new(), 0);
        }
    }
    parts.push(minicbor::to_vec(&things).unwrap_or_default());
    parts
}
