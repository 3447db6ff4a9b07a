//! The tokens of signed-in servers: in the keyring of the person's session where there is one that is open, else in a file
//! in the data folder that its owner alone can read. No backup carries either.
//!
//! The file says for each server where its token is, and is always right: what a keyring holds counts only where the
//! file says so. So there are never two tokens that both count, whatever is cut in between.

use super::{
    LinkError,
    keyring::{self, Closed, Name},
};
use crate::protocol::Failure;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const FILE: &str = "tokens.json";

/// By the servers' names.
type Tokens = BTreeMap<String, Kept>;

/// Where a token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Here(String),
    Keyring { keyring: Standing },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Standing {
    Holds,
    /// What it holds counts for nothing any more, and goes when it is open again.
    Abandoned,
}

const IN_KEYRING: Kept = Kept::Keyring { keyring: Standing::Holds };
const ABANDONED: Kept = Kept::Keyring { keyring: Standing::Abandoned };

/// `None` where nobody is signed in.
pub(crate) async fn token(folder: &Path, server: &str) -> Result<Option<String>, LinkError> {
    match read(folder)?.remove(server) {
        None | Some(ABANDONED) => Ok(None),
        Some(Kept::Here(token)) => Ok(Some(token)),
        Some(IN_KEYRING) => Ok(keyring::read(&Name::new(folder, server)).await?),
    }
}

/// Whether the token lies in the file, because no keyring took it.
pub(crate) fn in_file(folder: &Path, server: &str) -> bool {
    read(folder).is_ok_and(|tokens| matches!(tokens.get(server), Some(Kept::Here(_))))
}

pub(crate) async fn keep(folder: &Path, server: &str, token: &str) -> Result<(), LinkError> {
    let turn = Turn::take(folder).await?;
    let kept = match keyring::write(&Name::new(folder, server), token).await {
        Ok(()) => IN_KEYRING,
        Err(Closed::None | Closed::Locked | Closed::Silent) => Kept::Here(token.to_owned()),
    };
    turn.set(server, Some(kept))
}

/// This token opens nothing any more; one that was kept since stays. Whether it was the one kept.
pub(crate) async fn forget(folder: &Path, server: &str, token: &str) -> Result<bool, LinkError> {
    let turn = Turn::take(folder).await?;
    let name = Name::new(folder, server);
    let left = match read(folder)?.remove(server) {
        Some(Kept::Here(kept)) if kept == token => None,
        Some(IN_KEYRING) if keyring::read(&name).await?.as_deref() == Some(token) => {
            keyring::remove(&name).await.err().map(|_| ABANDONED)
        }
        None | Some(_) => return Ok(false),
    };
    turn.set(server, left)?;
    Ok(true)
}

/// Whatever token is kept counts for nothing any more, also where the keyring that has it cannot be asked.
pub(crate) async fn abandon(folder: &Path, server: &str) -> Result<(), LinkError> {
    let turn = Turn::take(folder).await?;
    let left = match read(folder)?.remove(server) {
        None | Some(Kept::Here(_)) => None,
        Some(Kept::Keyring { .. }) => Some(ABANDONED),
    };
    turn.set(server, left)
}

/// Moves what lies in the file to the keyring, and clears away what was abandoned there, where there is one by now.
/// Whether something lies elsewhere now.
pub(crate) async fn settle(folder: &Path, server: &str) -> Result<bool, LinkError> {
    if matches!(read(folder)?.get(server), None | Some(&IN_KEYRING)) {
        return Ok(false);
    }
    let turn = Turn::take(folder).await?;
    let name = Name::new(folder, server);
    let (asked, left) = match read(folder)?.remove(server) {
        Some(Kept::Here(token)) => (keyring::write(&name, &token).await, Some(IN_KEYRING)),
        Some(ABANDONED) => (keyring::remove(&name).await, None),
        None | Some(IN_KEYRING) => return Ok(false),
    };
    if asked.is_ok() {
        turn.set(server, left)?;
    }
    Ok(asked.is_ok())
}

fn read(folder: &Path) -> Result<Tokens, LinkError> {
    let read = match fs::read(folder.join(FILE)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Tokens::new()),
        Err(error) => Err(error),
    };
    read.map_err(of_file)
}

fn of_file(error: io::Error) -> LinkError {
    Failure::of_writing(&error, "The file of tokens").into()
}

/// One process after the other changes what is kept.
struct Turn {
    folder: PathBuf,
    _lock: File,
}

impl Turn {
    async fn take(folder: &Path) -> Result<Turn, LinkError> {
        let folder = folder.to_owned();
        // Whoever has it may wait for a keyring.
        let taken = tokio::task::spawn_blocking(move || {
            let lock = private(&folder.join("tokens.lock"), false)?;
            lock.lock()?;
            Ok(Turn { folder, _lock: lock })
        });
        taken.await.map_err(io::Error::other).and_then(|taken| taken).map_err(of_file)
    }

    fn set(&self, server: &str, kept: Option<Kept>) -> Result<(), LinkError> {
        let mut tokens = read(&self.folder)?;
        match kept {
            Some(kept) => tokens.insert(server.to_owned(), kept),
            None => tokens.remove(server),
        };
        self.write(&tokens).map_err(of_file)
    }

    /// The former file stands until the new one is on disk.
    fn write(&self, tokens: &Tokens) -> io::Result<()> {
        let part = self.folder.join(".tokens.json.part");
        let mut file = private(&part, true)?;
        file.write_all(serde_json::to_string_pretty(tokens)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(part, self.folder.join(FILE))
    }
}

fn private(path: &Path, empty: bool) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(empty).write(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn tokens_are_kept_for_their_owner_alone_and_forgotten_one_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        assert_eq!(token(folder, "https://a").await.unwrap(), None);
        keep(folder, "https://a", "one").await.unwrap();
        keep(folder, "https://b", "two").await.unwrap();
        keep(folder, "https://a", "three").await.unwrap();
        let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(in_file(folder, "https://a"));
        assert!(forget(folder, "https://b", "two").await.unwrap());
        assert!(!forget(folder, "https://a", "one").await.unwrap(), "of a session before");
        assert_eq!(token(folder, "https://a").await.unwrap().as_deref(), Some("three"));
        assert_eq!(token(folder, "https://b").await.unwrap(), None);
        abandon(folder, "https://a").await.unwrap();
        assert_eq!(token(folder, "https://a").await.unwrap(), None);
        assert!(!folder.join(".tokens.json.part").exists());
    }

    #[tokio::test]
    async fn a_token_in_a_keyring_that_is_closed_is_not_a_session_that_ended() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let kept = r#"{ "https://a": { "keyring": "holds" } }"#;
        fs::write(folder.join(FILE), kept).unwrap();
        let closed = LinkError::Keyring(Closed::None).to_string();
        assert_eq!(token(folder, "https://a").await.unwrap_err().to_string(), closed);
        assert_eq!(forget(folder, "https://a", "one").await.unwrap_err().to_string(), closed);
        assert!(!in_file(folder, "https://a"));
        // Whoever signs out is signed out, and nothing comes back when it opens.
        abandon(folder, "https://a").await.unwrap();
        assert_eq!(token(folder, "https://a").await.unwrap(), None);
        assert!(!settle(folder, "https://a").await.unwrap());
        assert_eq!(read(folder).unwrap()["https://a"], ABANDONED);
        // Whoever signs in meanwhile has a token that counts.
        keep(folder, "https://a", "two").await.unwrap();
        assert_eq!(token(folder, "https://a").await.unwrap().as_deref(), Some("two"));
    }
}
