//! The command `holdfast-server`: serves boards, and looks after the accounts and the data behind them.

mod command;

use clap::Parser;
use command::{Arguments, Errand};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if json && error.use_stderr() => {
            let first = error.to_string().lines().next().unwrap_or_default().to_owned();
            return Errand::usage(first.trim_start_matches("error: ")).tell(true);
        }
        // Help and the version are no errors; what it says is written for people.
        Err(error) => error.exit(),
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "info".into()))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    match command::carry_out(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(errand) => errand.tell(json),
    }
}
