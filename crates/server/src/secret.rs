//! Secrets that are handed out once: the server keeps their hashes alone.

use crate::ServerError;
use std::fmt;
use store::account::SecretHash;

/// What a secret opens. It stands before it, so that a person, and a scanner for leaked secrets, can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// A device that is signed in.
    SignIn,
    /// A program.
    Api,
    Invitation,
    SetUp,
}

impl SecretKind {
    const ALL: [SecretKind; 4] =
        [SecretKind::SignIn, SecretKind::Api, SecretKind::Invitation, SecretKind::SetUp];

    fn prefix(self) -> &'static str {
        match self {
            SecretKind::SignIn => "hfs_",
            SecretKind::Api => "hfa_",
            SecretKind::Invitation => "hfi_",
            SecretKind::SetUp => "hfu_",
        }
    }

    /// Links are pasted by people: 128 bits are enough for what is counted and expires.
    fn bytes(self) -> usize {
        match self {
            SecretKind::SignIn | SecretKind::Api => 32,
            SecretKind::Invitation | SecretKind::SetUp => 16,
        }
    }
}

/// A secret in its written form.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    kind: SecretKind,
    words: String,
}

impl Secret {
    pub fn fresh(kind: SecretKind) -> Result<Secret, ServerError> {
        let mut bits = vec![0_u8; kind.bytes()];
        getrandom::fill(&mut bits).map_err(|error| ServerError::Failed(error.to_string()))?;
        let hex: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Secret { kind, words: format!("{}{hex}", kind.prefix()) })
    }

    /// What somebody sent; `None` where it cannot be one of ours. A whole link will do.
    pub fn read(sent: &str) -> Option<Secret> {
        let words = sent.rsplit('#').next()?.trim();
        let kind = SecretKind::ALL.into_iter().find(|kind| words.starts_with(kind.prefix()))?;
        let hex = &words[kind.prefix().len()..];
        let well_formed = hex.len() == kind.bytes() * 2
            && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        well_formed.then(|| Secret { kind, words: words.to_owned() })
    }

    /// As [`Secret::read`], where only one kind opens.
    pub fn read_kind(sent: &str, kind: SecretKind) -> Option<Secret> {
        Secret::read(sent).filter(|secret| secret.kind == kind)
    }

    pub fn kind(&self) -> SecretKind {
        self.kind
    }

    pub fn words(&self) -> &str {
        &self.words
    }

    /// What is stored and looked up. The secret is long and random, so a fast hash without salt is enough.
    pub fn hash(&self) -> SecretHash {
        SecretHash(*blake3::hash(self.words.as_bytes()).as_bytes())
    }
}

impl fmt::Debug for Secret {
    /// Never the secret itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", self.kind.prefix())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_new_each_time_and_read_alone_or_in_its_link() {
        for kind in SecretKind::ALL {
            let secret = Secret::fresh(kind).unwrap();
            assert_ne!(secret, Secret::fresh(kind).unwrap());
            assert_eq!(Secret::read(secret.words()), Some(secret.clone()));
            let link = format!(" https://boards.example/join#{}\n", secret.words());
            assert_eq!(Secret::read_kind(&link, kind), Some(secret.clone()));
            assert!(!format!("{secret:?}").contains(secret.words()));
        }
    }

    #[test]
    fn what_cannot_be_a_secret_is_none() {
        let secret = Secret::fresh(SecretKind::SetUp).unwrap();
        let short = &secret.words()[..secret.words().len() - 1];
        let long = format!("{}0", secret.words());
        let other = secret.words().replace("hfu_", "hfi_");
        for sent in ["", "hfu_", "#", short, &long, &secret.words().to_uppercase(), "hfx_00"] {
            assert_eq!(Secret::read(sent), None, "{sent}");
        }
        assert_eq!(Secret::read_kind(&other, SecretKind::SetUp), None);
    }
}
