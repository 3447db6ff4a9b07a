//! Passwords: argon2id, two at a time, away from the threads that answer.

use crate::ServerError;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::sync::Arc;
use tokio::sync::{OnceCell, Semaphore};

pub const CHARACTERS_MIN: usize = 10;
/// More is no password but an attack.
pub const BYTES_MAX: usize = 1024;
/// Each takes some 20 MB and tens of milliseconds.
const AT_ONCE: usize = 2;
/// More than these are not kept waiting.
const WAITING_MAX: usize = 64;

/// Hashes and verifies; clones share their limit.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// What the password of an unknown name is compared with, so that it takes as long.
    dummy: Arc<OnceCell<String>>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            dummy: Arc::default(),
        }
    }
}

impl Passwords {
    /// The PHC string of a password that is good enough.
    pub async fn hash(&self, password: String) -> Result<String, ServerError> {
        if password.chars().count() < CHARACTERS_MIN {
            return Err(ServerError::WeakPassword);
        }
        if password.len() > BYTES_MAX {
            return Err(ServerError::bad_request("The password is too long."));
        }
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether the password is the one of this PHC string. Without one it takes as long, and is not.
    pub async fn verify(&self, password: String, phc: Option<&str>) -> Result<bool, ServerError> {
        if password.len() > BYTES_MAX {
            return Ok(false);
        }
        let known = phc.is_some();
        let phc = match phc {
            Some(phc) => phc.to_owned(),
            None => self.dummy().await?.clone(),
        };
        let matches = self.in_turn(move || matches(&password, &phc)).await??;
        Ok(known && matches)
    }

    /// Makes what an unknown name is compared with; at the start, so that no first try takes longer.
    pub async fn dummy(&self) -> Result<&String, ServerError> {
        let make = async || self.in_turn(|| hash("nobody's password")).await?;
        self.dummy.get_or_try_init(make).await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServerError> {
        let _waits = self.waiting.try_acquire().map_err(|_| ServerError::Busy)?;
        // It goes with the work: a request that is given up does not make room for another.
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| ServerError::Ending)?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        worked.await.map_err(|error| ServerError::Failed(error.to_string()))
    }
}

fn hash(password: &str) -> Result<String, ServerError> {
    let hashed: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
    hashed.map(|phc| phc.to_string()).map_err(|error| ServerError::Failed(error.to_string()))
}

fn matches(password: &str, phc: &str) -> Result<bool, ServerError> {
    let phc = PasswordHash::new(phc)
        .map_err(|error| ServerError::Failed(format!("a stored password: {error}")))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &phc).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_itself_alone_and_an_unknown_name_none() {
        let passwords = Passwords::default();
        let phc = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$"), "{phc}");
        assert!(passwords.verify("correct horse".to_owned(), Some(&phc)).await.unwrap());
        assert!(!passwords.verify("correct horsf".to_owned(), Some(&phc)).await.unwrap());
        assert!(!passwords.verify("nobody's password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_short_or_endless_password_is_refused() {
        let passwords = Passwords::default();
        let short = passwords.hash("ninechars".to_owned()).await;
        assert!(matches!(short, Err(ServerError::WeakPassword)));
        let long = passwords.hash("x".repeat(BYTES_MAX + 1)).await;
        assert!(matches!(long, Err(ServerError::BadRequest { .. })));
    }
}
