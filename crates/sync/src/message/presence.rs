//! Who is here, since version 2: what a person has open, and what is told of it. It is never part of a log, and
//! nobody writes it down.

use domain::id::*;
use minicbor::{Decode, Encode};

/// What somebody has before them: a board, and maybe a card of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Looking {
    #[n(0)]
    pub board: BoardId,
    /// They type in the card that is open.
    #[n(1)]
    pub editing: bool,
    #[n(2)]
    pub card: Option<CardId>,
}

/// Somebody who has a board open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Present {
    /// Tells two devices of one person apart: another for each connection.
    #[n(0)]
    pub session: u64,
    /// Of the board's people.
    #[n(1)]
    pub person: PersonId,
    #[n(2)]
    pub editing: bool,
    #[n(3)]
    pub card: Option<CardId>,
}
