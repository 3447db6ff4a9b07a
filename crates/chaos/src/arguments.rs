//! What can be typed.

use crate::{
    forgetful::Forgetful,
    run::{DiskKind, Round, Settings},
};
use anyhow::{Context, Result, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Drives a real board server from outside, harms it, and measures whether what it acknowledged is in every list.
/// Exits with 0 where it is, 1 where it is not, and 2 where that was not shown.
#[derive(Debug, Parser)]
#[command(name = "holdfast-chaos", version, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// One scenario on one server, and its report
    Run(RunArguments),
    /// Whether broken servers are caught; the program is one that was built with the feature `mutants`
    Mutants(PlaceArguments),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Scenario {
    /// Creates at fixed rates while others create too, then a kill in the middle of more
    Founding,
    /// All kinds of writes on one board and on many, while the server, its links and its replicas are harmed
    Storm,
    /// Twice as many creates as the server can take
    Load,
}

const BOARDS: u32 = 20;
const BOARDS_WHEN_LONG: u32 = 200;
const LONG_MINUTES: f64 = 10.0;

#[derive(Debug, Args)]
pub struct RunArguments {
    #[arg(long, default_value = "founding")]
    pub scenario: Scenario,
    /// Founding: how many creates in how many seconds, one round after the other; others make as many again
    #[arg(long, value_name = "CREATES/SECONDS,…", value_delimiter = ',', value_parser = round,
          default_value = "50/9,500/9,50000/180")]
    pub rounds: Vec<Round>,
    /// Storm and load: how long
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0, value_parser = positive)]
    pub minutes: f64,
    /// Storm: writes a second, of all agents
    #[arg(long, value_name = "WRITES", default_value_t = 60.0, value_parser = positive)]
    pub rate: f64,
    /// Storm and load: how many boards; 20 where nothing is said, and 200 in a storm of ten minutes or more
    #[arg(long, value_name = "COUNT",
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub boards: Option<u32>,
    /// How many write at once; in founding, so many others beside them
    #[arg(long, value_name = "COUNT", default_value_t = 8,
          value_parser = clap::value_parser!(u32).range(1..=64))]
    pub agents: u32,
    /// What chance begins from; a fresh one where none is given
    #[arg(long)]
    pub seed: Option<u64>,
    /// What the server's folder lies on: in founding the machine's own, in a storm the other where it can be mounted
    #[arg(long)]
    pub disk: Option<DiskKind>,
    /// The program `holdfast`, for replicas; the one beside this program where none is given, if it is there
    #[arg(long, value_name = "PATH")]
    pub replica: Option<PathBuf>,
    #[command(flatten)]
    pub place: PlaceArguments,
    /// The broken build that the server is to be, where it was built with the feature `mutants`
    #[arg(long, value_name = "NAME")]
    pub mutant: Option<String>,
}

#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// The program `holdfast-server`; the one beside this program where none is given
    #[arg(long, value_name = "PATH")]
    pub server: Option<PathBuf>,
    /// Where the report, the journal and the server's data go: a folder that is not there yet, or is empty
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.01..=100_000.0).contains(&number) => Ok(number),
        _ => Err("it is a number from 0.01 to 100000".to_owned()),
    }
}

fn round(text: &str) -> Result<Round, String> {
    let (creates, seconds) = text.split_once('/').ok_or("it is as 50/9: creates and seconds")?;
    match creates.parse::<u32>() {
        Ok(creates @ 1..=200_000) => Ok(Round { creates, seconds: positive(seconds)? }),
        _ => Err("the creates are a number from 1 to 200000".to_owned()),
    }
}

impl RunArguments {
    pub fn settings(self) -> Result<Settings> {
        let seed = self.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
        let (scenario, seconds) = match self.scenario {
            Scenario::Founding => ("founding", 0.0),
            Scenario::Storm => ("storm", self.minutes * 60.0),
            Scenario::Load => ("load", self.minutes * 60.0),
        };
        let is_long = scenario == "storm" && self.minutes >= LONG_MINUTES;
        let boards = if is_long { BOARDS_WHEN_LONG } else { BOARDS };
        let server = self.place.server()?;
        let replica = match self.replica {
            Some(replica) => Some(existing(&replica)?),
            None => existing(&std::env::current_exe()?.with_file_name("holdfast")).ok(),
        };
        let out =
            self.place.out.unwrap_or_else(|| PathBuf::from(format!("chaos-{scenario}-{seed}")));
        let out = empty(out)?;
        let (disk, real_because) = match (self.disk, self.scenario) {
            (Some(disk), _) => (disk, "it lay on the machine's own disk, as was asked".to_owned()),
            (None, Scenario::Founding | Scenario::Load) => {
                (DiskKind::Real, "it lay on the machine's own disk (`--disk`)".to_owned())
            }
            (None, Scenario::Storm) => forgetful_if_it_can_be(&out),
        };
        Ok(Settings {
            scenario,
            seed,
            rounds: self.rounds,
            seconds,
            agents: self.agents,
            rate: self.rate,
            boards: self.boards.unwrap_or(boards),
            server,
            replica,
            out,
            mutant: self.mutant,
            disk,
            real_because,
        })
    }
}

impl PlaceArguments {
    pub fn server(&self) -> Result<PathBuf> {
        let server = match &self.server {
            Some(server) => server.clone(),
            None => std::env::current_exe()?.with_file_name("holdfast-server"),
        };
        existing(&server)
    }
}

/// Not every system lets one mount something.
pub fn forgetful_if_it_can_be(out: &Path) -> (DiskKind, String) {
    match Forgetful::mount(&out.join("server")) {
        Ok(_) => (DiskKind::Forgetful, String::new()),
        Err(error) => (DiskKind::Real, format!("{error:#}")),
    }
}

fn existing(program: &Path) -> Result<PathBuf> {
    program.canonicalize().with_context(|| format!("{}", program.display()))
}

/// What an earlier run left must not be taken for what this one found.
pub fn empty(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
    let is_empty = fs::read_dir(&folder)?.next().is_none();
    ensure!(is_empty, "{} is not empty", folder.display());
    Ok(folder.canonicalize()?)
}
