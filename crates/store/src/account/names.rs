//! Names of rows, each with a type of its own, and the words that a column may hold.

use crate::StoreError;
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            pub fn fresh() -> $name {
                $name(Uuid::new_v4())
            }

            pub(crate) fn bytes(&self) -> &[u8] {
                self.0.as_bytes()
            }

            pub(crate) fn read(bytes: &[u8]) -> Result<$name, StoreError> {
                crate::rows::uuid(bytes).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<$name, uuid::Error> {
                Uuid::parse_str(text).map($name)
            }
        }
    )+};
}

ids! {
    /// A person who can sign in to this server.
    AccountId,
    /// One device of an account that is signed in.
    SignInId,
    /// A token for a program.
    ApiTokenId,
    InvitationId,
}

impl AccountId {
    /// Whoever asks without a token, where a server lets them. Nobody signs in as it.
    pub const ANYBODY: AccountId = AccountId(Uuid::max());
}

/// BLAKE3 of a secret, which itself is never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

/// What a member may do on a board, the greater the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Viewer,
    Commenter,
    Editor,
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Role; 5] =
        [Role::Viewer, Role::Commenter, Role::Editor, Role::Admin, Role::Owner];

    pub fn name(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Commenter => "commenter",
            Role::Editor => "editor",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    pub(crate) fn read(name: &str) -> Result<Role, StoreError> {
        Role::from_name(name).ok_or_else(|| StoreError::corrupt("a role has no name"))
    }
}
