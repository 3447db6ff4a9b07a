//! The command `holdfast`: boards from a terminal or a script, through the same replica and on the same folder
//! as the window.

mod arguments;
mod boards;
mod calls;
mod errand;
mod folder;
mod leaving;
mod names;
mod print;
mod servers;
mod transfer;
mod waiting;

use arguments::{Arguments, BackupVerb, BoardVerb, CardVerb, Verb};
use clap::Parser;
use errand::{Errand, Outcome};
use replica::{Desk, DeskOptions};
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Help and the version are no errors.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) if json => {
            let first = error.to_string().lines().next().unwrap_or_default().to_owned();
            return Errand::usage(first.trim_start_matches("error: ")).tell(true);
        }
        Err(error) => error.exit(),
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(arguments).await {
        Ok(outcome) => outcome.code(),
        Err(error) => error.tell(json),
    }
}

async fn run(arguments: Arguments) -> Result<Outcome, Errand> {
    let folder = replica::folder::data_folder(arguments.data_dir)
        .map_err(|error| Errand::failed("noFolder", &error.to_string()))?;
    let desk = Desk::open(DeskOptions { folder, window: false }).await;
    let outcome = carry_out(arguments.verb, &desk, arguments.json).await;
    desk.close().await;
    outcome
}

async fn carry_out(verb: Verb, desk: &Desk, json: bool) -> Result<Outcome, Errand> {
    match verb {
        Verb::Board { verb: BoardVerb::List } => boards::list(desk, json).await,
        Verb::Board { verb: BoardVerb::Show { board } } => boards::show(desk, &board, json).await,
        Verb::Board { verb: BoardVerb::Create { title, columns } } => {
            boards::create(desk, title, columns, json).await
        }
        Verb::Import { file, format, dry_run } => {
            transfer::import(desk, &file, format, dry_run, json).await
        }
        Verb::Export { board, output, format } => {
            transfer::export(desk, &board, output, format, json).await
        }
        Verb::Card { verb: CardVerb::Add { board, column, title } } => {
            boards::add_card(desk, &board, &column, title, json).await
        }
        Verb::Card { verb: CardVerb::Move { card, column, board: Some(board), .. } } => {
            boards::carry_card(desk, &card, &board, &column, false, json).await
        }
        Verb::Card { verb: CardVerb::Copy { card, board, column } } => {
            boards::carry_card(desk, &card, &board, &column, true, json).await
        }
        Verb::Card { verb: CardVerb::Move { card, column, board: None, place } } => {
            boards::move_card(desk, &card, &column, place, json).await
        }
        Verb::Undo => boards::undo(desk, json).await,
        Verb::Redo => boards::redo(desk, json).await,
        Verb::Check => folder::check(desk, json).await,
        Verb::Backup { verb: None } => folder::backup(desk, json).await,
        Verb::Backup { verb: Some(BackupVerb::List) } => folder::backups(desk, json).await,
        Verb::Restore { file } => folder::restore(desk, &file, json).await,
        Verb::Login { url, user, password_stdin: _, certificate } => {
            servers::login(desk, &url, &user, certificate.as_deref(), json).await
        }
        Verb::Clone { url, board } => servers::clone(desk, &url, &board, json).await,
        Verb::Share { board, server } => servers::share(desk, &board, &server, json).await,
        Verb::Detach { board, keep, leave_refused } => {
            leaving::detach(desk, &board, keep, leave_refused, json).await
        }
        Verb::Unshare { board, leave_refused } => {
            leaving::unshare(desk, &board, leave_refused, json).await
        }
        Verb::Move { board, server, leave_refused } => {
            leaving::move_to_server(desk, &board, &server, leave_refused, json).await
        }
        Verb::Member { verb } => servers::member(desk, verb, json).await,
        Verb::Sync { watch } => servers::sync(desk, watch, json).await,
        Verb::Status { waiting: true } => waiting::list(desk, json).await,
        Verb::Status { waiting: false } => servers::status(desk, json).await,
        Verb::Call => calls::answer_lines(desk).await,
        Verb::Web { port } => folder::web(desk.clone(), port).await,
    }
}
