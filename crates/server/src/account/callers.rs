//! Who asks, by what they hold.

use crate::{Secret, SecretKind, ServerError, Shared, now_ms};
use store::account::{self, AccountId, ApiToken, SignIn, SignInId};

/// A device that nobody used for so long is signed out.
pub const UNUSED_MS_MAX: i64 = 90 * DAY_MS;
/// How old the note of the last use may be before it is written anew.
const NOTED_EVERY_MS: i64 = 10 * 60 * 1000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What a token for a program opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Look at what the account may see.
    Read,
    /// Change what the account may change.
    Write,
    /// The server's own numbers; an operator's alone.
    Metrics,
}

impl Scope {
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Metrics];

    pub fn name(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Metrics => "metrics",
        }
    }

    pub fn from_name(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub enum Caller {
    /// A person at a device.
    Device(SignIn),
    /// A program, for a person.
    Program(ApiToken),
    /// Whoever asks on this machine, where the server lets them.
    Anybody,
}

/// What somebody is called who did not say who they are.
pub const ANYBODY: &str = "anybody here";

impl Caller {
    /// Who a token belongs to now. Those who stay connected ask again when [`Shared::access`] counts up.
    pub async fn find(shared: &Shared, sent: &str) -> Result<Caller, ServerError> {
        let secret = Secret::read(sent).ok_or(ServerError::NotSignedIn)?;
        let mut reader = shared.readers.take().await?;
        let now = now_ms();
        let caller = match secret.kind() {
            SecretKind::SignIn => {
                let found =
                    account::signed_in(&mut reader, secret.hash(), now - UNUSED_MS_MAX).await?;
                found.map(Caller::Device)
            }
            SecretKind::Api => {
                account::open_api_token(&mut reader, secret.hash(), now).await?.map(Caller::Program)
            }
            SecretKind::Invitation | SecretKind::SetUp => None,
        };
        drop(reader);
        if let Some(Caller::Device(sign_in)) = &caller
            && now - sign_in.last_used_ms > NOTED_EVERY_MS
        {
            note_use(shared, sign_in.id, now);
        }
        caller.ok_or(ServerError::NotSignedIn)
    }

    pub fn account(&self) -> AccountId {
        match self {
            Caller::Device(sign_in) => sign_in.account,
            Caller::Program(token) => token.account,
            Caller::Anybody => AccountId::ANYBODY,
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Caller::Device(sign_in) => &sign_in.name,
            Caller::Program(token) => &token.name,
            Caller::Anybody => ANYBODY,
        }
    }

    pub fn is_operator(&self) -> bool {
        match self {
            Caller::Device(sign_in) => sign_in.operator,
            Caller::Program(token) => token.operator,
            Caller::Anybody => false,
        }
    }

    /// When what they hold ends by itself, in milliseconds since 1970; `None` where nobody said.
    pub fn ends_ms(&self) -> Option<i64> {
        match self {
            Caller::Device(_) | Caller::Anybody => None,
            Caller::Program(token) => Some(token.expires_ms),
        }
    }

    /// A person may what their role says; a program what its token was given besides.
    pub fn has(&self, scope: Scope) -> bool {
        match (self, scope) {
            (Caller::Device(_) | Caller::Anybody, Scope::Read | Scope::Write) => true,
            (Caller::Anybody, Scope::Metrics) => false,
            (Caller::Device(sign_in), Scope::Metrics) => sign_in.operator,
            (Caller::Program(token), scope) => {
                let named = token.scopes.split(' ').any(|name| name == scope.name());
                named && (scope != Scope::Metrics || token.operator)
            }
        }
    }
}

/// Nobody waits for it, and where the writer has too much to do it is left to the next request.
fn note_use(shared: &Shared, id: SignInId, now_ms: i64) {
    let writer = shared.writer.clone();
    tokio::spawn(async move {
        let noted = writer.write(move |connection| {
            Box::pin(async move { Ok(account::used_sign_in(connection, id, now_ms).await?) })
        });
        if let Err(error) = noted.await {
            tracing::debug!(%error, "the last use of a token was not noted");
        }
    });
}
