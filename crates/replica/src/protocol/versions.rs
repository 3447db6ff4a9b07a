//! What a card's description was.

use domain::versions::TextVersion;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A version of a description, without its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionRecord {
    pub version: TextVersion,
    pub ms: i64,
    /// Name of who wrote it.
    pub who: String,
    /// Its beginning, on one line.
    pub excerpt: String,
    pub standing: VersionStanding,
    /// Two that were written apart came together in it, and nobody was asked.
    pub merged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum VersionStanding {
    /// It is what the card shows.
    Shown,
    /// Nobody has decided between it and what the card shows.
    Apart,
    Former,
}
