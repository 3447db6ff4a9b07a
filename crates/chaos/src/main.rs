//! The command `holdfast-chaos`: starts a real server, has agents write to it, harms it, and measures whether what
//! was acknowledged is in every list. It knows the server from outside alone: its command line, its HTTP, and its
//! tables.

mod act;
mod agent;
mod arguments;
mod busy;
mod clock;
mod compare;
mod contested;
mod disk;
mod expected;
mod faults;
mod flood;
mod forgetful;
mod founding;
mod hearing;
mod history;
mod joining;
mod journal;
mod judge;
mod lean;
mod listening;
mod load;
mod logged;
mod measure;
mod mutants;
mod offline;
mod questions;
mod reading;
mod relay;
mod replica;
mod report;
mod restoring;
mod run;
mod saving;
mod server;
mod side_by_side;
mod stage;
mod storm;
mod stream;
mod tickets;
mod tongue;
mod wall;
mod watcher;
mod wire;

use anyhow::Result;
use arguments::{Arguments, Verb};
use clap::Parser;
use judge::{Colour, judge};
use report::Report;
use server::StaysDown;
use std::{process::ExitCode, sync::Arc};

#[tokio::main]
async fn main() -> ExitCode {
    let carried_out = match Arguments::parse().verb {
        Verb::Run(run) => one(run).await,
        Verb::Mutants(place) => all_mutants(place).await,
    };
    match carried_out {
        Ok(Colour::Green) => ExitCode::SUCCESS,
        Ok(Colour::Red) => ExitCode::from(1),
        Ok(Colour::Inconclusive) => ExitCode::from(2),
        Err(error) if error.is::<StaysDown>() => {
            say(&format!("red: {error:#}"));
            ExitCode::from(1)
        }
        Err(error) => {
            say_why_not(&error);
            ExitCode::from(2)
        }
    }
}

async fn one(arguments: arguments::RunArguments) -> Result<Colour> {
    let settings = Arc::new(arguments.settings()?);
    let run = match settings.scenario {
        "storm" => storm::run(settings).await?,
        "load" => load::run(settings).await?,
        _ => founding::run(settings).await?,
    };
    let judgement = judge(&run);
    let report = Report::of(&run, &judgement);
    report.write()?;
    say(&report.words());
    Ok(judgement.colour)
}

async fn all_mutants(place: arguments::PlaceArguments) -> Result<Colour> {
    let (server, seed) = (place.server()?, u64::from(rand::random::<u32>()));
    let out = place.out.unwrap_or_else(|| format!("chaos-mutants-{seed}").into());
    mutants::try_all(server, out, seed, say).await
}

#[expect(clippy::print_stdout, reason = "the answer of the command")]
fn say(words: &str) {
    println!("{words}");
}

#[expect(
    clippy::print_stderr,
    reason = "the one place where the command says why nothing was shown"
)]
fn say_why_not(error: &anyhow::Error) {
    eprintln!("holdfast-chaos: inconclusive: {error:#}");
}
