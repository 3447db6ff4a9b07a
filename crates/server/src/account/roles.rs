//! Who may do what to whom on a board. Pure: rows in, a decision out.

use store::account::Role;

/// Whether somebody sees the invitations of a board, and gives and takes roles.
pub fn may_manage(actor: Role) -> bool {
    match actor {
        Role::Owner | Role::Admin => true,
        Role::Editor | Role::Commenter | Role::Viewer => false,
    }
}

/// Nobody gives more than they have.
pub fn may_invite(actor: Role, to: Role) -> bool {
    may_manage(actor) && to <= actor
}

/// Nobody changes somebody who stands above them, nor lifts anybody above themselves.
pub fn may_change(actor: Role, from: Role, to: Role) -> bool {
    may_manage(actor) && from <= actor && to <= actor
}

/// Nobody removes somebody who stands above them. Leaving is not asked here: everybody may.
pub fn may_remove(actor: Role, target: Role) -> bool {
    may_manage(actor) && target <= actor
}
