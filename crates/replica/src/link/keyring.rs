//! The keyring of the person's session, where there is one that is open. Nobody is asked to unlock it, and nothing waits
//! for it longer than [`WITHIN`].

use secret_service::{Collection, EncryptionType, Error, SecretService};
use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// All that one question takes, with connecting.
const WITHIN: Duration = Duration::from_secs(5);
/// One that did not answer is left alone for so long.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// When a keyring last did not answer in time.
static SILENT: Mutex<Option<Instant>> = Mutex::new(None);

/// Why a keyring could not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Closed {
    #[error("there is no keyring here")]
    None,
    #[error("the keyring is locked")]
    Locked,
    #[error("the keyring does not answer")]
    Silent,
}

/// Names a token: two folders on one machine share none, and neither do two servers.
pub(super) struct Name {
    folder: String,
    server: String,
}

impl Name {
    pub fn new(folder: &Path, server: &str) -> Name {
        let folder = std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        Name { folder: folder.to_string_lossy().into_owned(), server: server.to_owned() }
    }

    fn attributes(&self) -> HashMap<&str, &str> {
        HashMap::from([
            ("application", "holdfast"),
            ("folder", &*self.folder),
            ("server", &*self.server),
        ])
    }
}

/// `None` where it holds no token of this name.
pub(super) async fn read(name: &Name) -> Result<Option<String>, Closed> {
    in_time(async {
        let service = connect().await?;
        let found = service.search_items(name.attributes()).await?;
        if let Some(item) = found.unlocked.first() {
            let token = String::from_utf8(item.get_secret().await?);
            return Ok(token.ok());
        }
        if !found.locked.is_empty() {
            return Err(Error::Locked);
        }
        // Some that are locked say nothing of what they hold.
        open(&service).await?;
        Ok(None)
    })
    .await
}

/// Replaces what it held by this name.
pub(super) async fn write(name: &Name, token: &str) -> Result<(), Closed> {
    in_time(async {
        let service = connect().await?;
        let label = format!("Holdfast at {}", name.server);
        let collection = open(&service).await?;
        let attributes = name.attributes();
        collection.create_item(&label, attributes, token.as_bytes(), true, "text/plain").await?;
        Ok(())
    })
    .await
}

/// It holds no token of this name afterwards.
pub(super) async fn remove(name: &Name) -> Result<(), Closed> {
    in_time(async {
        let service = connect().await?;
        let found = service.search_items(name.attributes()).await?;
        if !found.locked.is_empty() {
            return Err(Error::Locked);
        }
        for item in &found.unlocked {
            item.delete().await?;
        }
        open(&service).await?;
        Ok(())
    })
    .await
}

/// What crosses the bus is encrypted: whoever writes it down, writes down no token.
async fn connect<'a>() -> Result<SecretService<'a>, Error> {
    SecretService::connect(EncryptionType::Dh).await
}

/// Where things are kept unless somebody says otherwise. Where it is locked, opening it would ask the person.
async fn open<'a>(service: &'a SecretService<'_>) -> Result<Collection<'a>, Error> {
    let collection = service.get_default_collection().await?;
    collection.ensure_unlocked().await?;
    Ok(collection)
}

async fn in_time<T>(asking: impl Future<Output = Result<T, Error>>) -> Result<T, Closed> {
    // These tests run in a process that has the session of whoever runs them: their keyring is none of ours.
    if cfg!(test) {
        return Err(Closed::None);
    }
    if silent().is_some_and(|since| since.elapsed() < LEFT_ALONE) {
        return Err(Closed::Silent);
    }
    let answered = timeout(WITHIN, asking).await;
    *SILENT.lock().unwrap_or_else(PoisonError::into_inner) = answered.is_err().then(Instant::now);
    match answered {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Error::Locked | Error::Prompt | Error::PromptDisconnected)) => Err(Closed::Locked),
        Ok(Err(error)) => {
            tracing::debug!(%error, "no keyring");
            Err(Closed::None)
        }
        Err(_) => Err(Closed::Silent),
    }
}

fn silent() -> Option<Instant> {
    *SILENT.lock().unwrap_or_else(PoisonError::into_inner)
}
