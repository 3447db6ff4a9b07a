//! The harness's own record of what was sent and what was answered. Each line is on disk before the agent goes
//! on, and what is expected of the server is read back from the file, so that it rests on nothing in memory.

use crate::act::{Card, Id, Intent};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::mpsc,
    thread,
};
use tokio::sync::oneshot;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "camelCase")]
pub enum Line {
    /// It is about to be sent, for the first time or again.
    Sent(Sent),
    Answered(Answered),
    /// Nobody knows whether it was done.
    Unknown(Unknown),
    /// Something was done to the server.
    Fault(Fault),
    /// The server is what a backup says.
    Restored(Restored),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub at_us: u64,
    #[serde(flatten)]
    pub intent: Intent,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    pub at_us: u64,
    pub key: String,
    pub status: u16,
    /// Of the card, where the answer showed one.
    pub card: Option<Id>,
    /// Of the change, where the answer was the first to this key.
    pub number: Option<u64>,
    /// The server said that it had answered this before.
    pub replayed: bool,
    /// Why, where it was refused.
    pub code: Option<String>,
    /// Of a card, over the earlier server's paths.
    #[serde(default)]
    pub ticket: Option<u64>,
}

impl Answered {
    pub fn is_acknowledged(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unknown {
    pub at_us: u64,
    pub key: String,
    pub why: String,
    /// What was answered, if anything was.
    pub status: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    pub at_us: u64,
    /// Until it was over.
    pub until_us: u64,
    pub name: String,
}

/// Nobody wrote meanwhile, but replicas that had no server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    pub at_us: u64,
    /// What the backup has, by SQL, of each board.
    pub boards: BTreeMap<Id, Kept>,
}

/// What a board has by SQL, all of it in the form of cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    pub cards: Vec<Card>,
    /// Each with its text for a title, and the card that it is on for a column.
    pub comments: Vec<Card>,
    /// Each card that somebody has, with their name for a title.
    pub claims: Vec<Card>,
}

impl Restored {
    pub fn board(&self, id: &Id) -> Kept {
        self.boards.get(id).cloned().unwrap_or_default()
    }
}

/// A line, and whoever waits until it is on disk; or only that.
type Waiting = (Option<Line>, Option<oneshot::Sender<()>>);

/// Where lines are handed in; clones write to the same file.
#[derive(Clone)]
pub struct Journal {
    lines: mpsc::Sender<Waiting>,
}

/// The thread that writes, for whoever ends it.
pub struct Writing(thread::JoinHandle<Result<()>>);

impl Journal {
    pub fn create(path: &Path) -> Result<(Journal, Writing)> {
        let file = File::create_new(path).with_context(|| format!("{}", path.display()))?;
        let (lines, waiting) = mpsc::channel();
        let thread = thread::spawn(move || write(file, &waiting));
        Ok((Journal { lines }, Writing(thread)))
    }

    /// Comes back when the line is on disk.
    pub async fn write(&self, line: Line) -> Result<()> {
        self.wait_with(Some(line)).await
    }

    /// Nobody waits for the disk; [`Journal::is_on_disk`] does, once, for all lines.
    pub fn note(&self, line: Line) -> Result<()> {
        self.lines.send((Some(line), None)).ok().context("the journal ended")
    }

    /// Comes back when all lines before are.
    pub async fn is_on_disk(&self) -> Result<()> {
        self.wait_with(None).await
    }

    async fn wait_with(&self, line: Option<Line>) -> Result<()> {
        let (written, on_disk) = oneshot::channel();
        self.lines.send((line, Some(written))).ok().context("the journal ended")?;
        on_disk.await.context("the journal could not be written")
    }
}

impl Writing {
    /// Waits for the last line. All journals are dropped by then.
    pub fn finish(self) -> Result<()> {
        self.0.join().ok().context("the journal's thread fell over")?
    }
}

/// One fsync for all lines that somebody waits for.
fn write(mut file: File, waiting: &mpsc::Receiver<Waiting>) -> Result<()> {
    while let Ok(first) = waiting.recv() {
        let batch: Vec<Waiting> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let mut bytes = Vec::new();
        for line in batch.iter().filter_map(|(line, _)| line.as_ref()) {
            serde_json::to_writer(&mut bytes, line)?;
            bytes.push(b'\n');
        }
        file.write_all(&bytes)?;
        let waiting: Vec<_> = batch.into_iter().filter_map(|(_, written)| written).collect();
        if !waiting.is_empty() {
            file.sync_data()?;
        }
        for written in waiting {
            // Whoever wrote it may have been stopped.
            written.send(()).ok();
        }
    }
    Ok(file.sync_data()?)
}

pub fn read(path: &Path) -> Result<Vec<Line>> {
    let file = File::open(path).with_context(|| format!("{}", path.display()))?;
    BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}
