//! What a run is told, and what it found: all that its report is made of.

use crate::{
    clock::Clock,
    forgetful::{Counts, Forgetful},
    hearing::Heard,
    history::History,
    load::Load,
    measure::Machine,
    reading::{Board, Numbers, Reading, Readings},
    server::Place,
    watcher::Watched,
};
use anyhow::Result;
use clap::ValueEnum;
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What the server's folder lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "camelCase")]
pub enum DiskKind {
    /// The machine's: its fsync is the real one, and nothing can be taken from it
    Real,
    /// One in memory, through FUSE: its power can be cut, and it can be full
    Forgetful,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    pub scenario: &'static str,
    pub seed: u64,
    /// Of founding.
    pub rounds: Vec<Round>,
    pub agents: u32,
    /// Of the storm: for how long, how many writes a second of all agents, and on how many boards.
    pub seconds: f64,
    pub rate: f64,
    pub boards: u32,
    #[serde(skip)]
    pub server: PathBuf,
    /// The program `holdfast`, where there is one.
    #[serde(skip)]
    pub replica: Option<PathBuf>,
    /// A folder of its own, where the server's data lies too.
    #[serde(skip)]
    pub out: PathBuf,
    pub mutant: Option<String>,
    pub disk: DiskKind,
    /// Why it is the machine's, where it might have been the other.
    pub real_because: String,
}

/// So many creates, spread evenly over so long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Round {
    pub creates: u32,
    pub seconds: f64,
}

impl Settings {
    pub fn place(&self) -> Place {
        let (program, folder) = (self.server.clone(), self.out.join("server"));
        Place { program, folder, mutant: self.mutant.clone(), wall: None }
    }

    /// The disk that forgets, below the server's folder.
    pub fn mount(&self) -> Result<Option<Forgetful>> {
        let is_forgetful = self.disk == DiskKind::Forgetful;
        is_forgetful.then(|| Forgetful::mount(&self.place().folder)).transpose()
    }

    pub fn journal(&self) -> PathBuf {
        self.out.join("journal.jsonl")
    }

    pub fn log(&self) -> PathBuf {
        self.out.join("server.log")
    }
}

/// A look at all read paths of a board, or at some, and what was acknowledged by then.
pub struct Looked {
    pub when: String,
    /// Whatever was acknowledged until then must be there.
    pub by_us: u64,
    /// The last look decides over what is lost.
    pub last: bool,
    pub board: Arc<Board>,
    pub readings: Vec<Reading>,
    pub numbers: BTreeMap<String, Numbers>,
}

impl Looked {
    pub fn new(when: &str, by_us: u64, board: &Arc<Board>, found: Readings) -> Looked {
        let (Readings { readings, numbers }, when) = (found, when.to_owned());
        Looked { when, by_us, last: false, board: board.clone(), readings, numbers }
    }
}

/// A question that the server must answer in one way.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    pub asked: String,
    /// Why the answer is wrong; `None` where it is right.
    pub fault: Option<String>,
}

pub struct Run {
    pub settings: Arc<Settings>,
    pub version: String,
    pub machine: Machine,
    pub memory_kib: u64,
    pub history: History,
    pub looked: Vec<Looked>,
    pub watched: Vec<Watched>,
    /// What those heard who listened, where somebody did.
    pub heard: Option<Heard>,
    pub questions: Vec<Question>,
    /// What `holdfast-server check` found at the end.
    pub check: Result<Vec<String>, String>,
    /// How often each fault happened that had to.
    pub fired: BTreeMap<&'static str, usize>,
    /// Of the load.
    pub load: Option<Load>,
    /// Why no wall clock could jump, where none could.
    pub no_wall_because: String,
    /// What the disk that forgets did, where there was one.
    pub disk: Option<Counts>,
    pub took_us: u64,
    /// Of that, for reading and comparing all paths once the faults were over.
    pub compared_us: u64,
    pub began: String,
}

/// When a run began, by the wall clock, and the clock that counts from there.
pub fn begin() -> (String, Clock) {
    (jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), Clock::start())
}
