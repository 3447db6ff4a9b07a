//! The command `holdfast-load`: starts a real server on a new folder and measures how fast it writes and lists, with
//! the floor of the disk beside it. All of it is bounded: so many seconds, so many connections. What was
//! acknowledged is looked for in the list afterwards; a figure whose cards are not there is none.

mod creates;
mod fsync;
mod lists;
mod pushes;
mod report;
mod server;
mod wire;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use report::Report;
use server::Server;
use std::{path::PathBuf, process::ExitCode, time::Duration};

#[derive(Debug, Parser)]
#[command(name = "holdfast-load", version)]
struct Arguments {
    /// The program `holdfast-server`; the one beside this program where none is given
    #[arg(long, value_name = "PATH")]
    server: Option<PathBuf>,
    /// Where the server's folder is made, and gone again afterwards
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    folder: PathBuf,
    /// How long each round of writes takes
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// What is measured
    #[arg(long, value_delimiter = ',', default_value = "creates,grown,changes,list")]
    only: Vec<Part>,
    /// How many connections create cards at once, one round after the other
    #[arg(long, value_delimiter = ',', default_value = "1,10,50,500",
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    connections: Vec<u32>,
    /// How many cards the large board has, on which 50 connections create more
    #[arg(long, default_value_t = 80_000, value_parser = clap::value_parser!(u32).range(1_000..=400_000))]
    grown: u32,
    /// Where the figures go, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Creates over REST, on a new board for each number of connections
    Creates,
    /// Creates over REST on a board that is large already
    Grown,
    /// Changes over WebSockets
    Changes,
    /// The list of 10,000 cards
    List,
}

/// One thread: what is left of the machine is the server's.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match measure(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::say_why_not(&error);
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: Arguments) -> Result<()> {
    let program = match &arguments.server {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("holdfast-server"),
    };
    let folder = tempfile::tempdir_in(&arguments.folder)?;
    let mut report = Report::default();
    fsync::measure(folder.path(), &mut report)?;
    let server = Server::start(&program, folder.path()).await?;
    let time = Duration::from_secs(arguments.seconds);
    if arguments.only.contains(&Part::Creates) {
        for connections in &arguments.connections {
            creates::measure(&server, *connections, 0, time, &mut report).await?;
        }
    }
    if arguments.only.contains(&Part::Grown) {
        creates::measure(&server, 50, arguments.grown, time, &mut report).await?;
    }
    if arguments.only.contains(&Part::Changes) {
        for changes in [1, 100] {
            pushes::measure(&server, changes, time, &mut report).await?;
        }
    }
    if arguments.only.contains(&Part::List) {
        lists::measure(&server, &mut report).await?;
    }
    server.stop().await?;
    if let Some(file) = arguments.json {
        std::fs::write(file, report.json()?)?;
    }
    Ok(())
}
