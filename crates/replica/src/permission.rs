//! Who may edit a shared board here: judged as its server will, on what would be written. What could only come
//! back from there is not begun.

use crate::protocol::{Failure, FailureCode};
use domain::{
    change::{Change, Group, Hash, Write},
    id::*,
    stamp::Stamp,
};
use store::{HeldBoard, account};
use sync::{acceptance::Member, message::Role, permission};
use uuid::Uuid;

/// The writes again, where the board's server would take them.
pub(crate) fn allowed(
    held: &HeldBoard,
    intent: &str,
    writes: Vec<Write>,
) -> Result<Vec<Write>, Failure> {
    let Some(shared) = held.shared() else { return Ok(writes) };
    // Whoever lost a board keeps what is here, as somebody who looks at it.
    let role = if shared.share.gone { Role::Viewer } else { role(shared.share.role) };
    let member = Member { person: held.me, role };
    let replica = ReplicaId(Uuid::nil());
    let act = Change {
        board: held.id(),
        replica,
        rseq: 0,
        prev: Hash::default(),
        act: ActId(Uuid::nil()),
        stamp: Stamp { ms: 0, counter: 0, replica },
        base: held.numbered().head.position,
        author: held.me,
        wall_ms: 0,
        intent: intent.to_owned(),
        group: Group { id: GroupId(Uuid::nil()), part: 0, parts: 1 },
        writes,
    };
    if permission::may(held.board(), member, std::iter::once(&act)) {
        return Ok(act.writes);
    }
    Err(Failure::new(FailureCode::Refused, why(shared.share.gone, role)))
}

fn why(gone: bool, role: Role) -> &'static str {
    match role {
        _ if gone => "You are no longer a member of this board. What is here stays as it is.",
        Role::Viewer => {
            "You may look at this board, but not change it. An owner or admin of it can let you."
        }
        Role::Commenter => {
            "You may comment on this board, but not change it. An owner or admin of it can let you."
        }
        Role::Editor => "On this board only admins and owners may do that.",
        Role::Admin | Role::Owner => "On this board only its owner, or who wrote it, may do that.",
    }
}

fn role(role: account::Role) -> Role {
    match role {
        account::Role::Viewer => Role::Viewer,
        account::Role::Commenter => Role::Commenter,
        account::Role::Editor => Role::Editor,
        account::Role::Admin => Role::Admin,
        account::Role::Owner => Role::Owner,
    }
}
