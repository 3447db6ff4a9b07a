//! The window. It carries requests to the replica and brings patches back; of its own it has what only a
//! desktop can do: dialogs, links, dropped files, preferences and the place of the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arrival;
mod display;
mod drop;
mod links;
mod preferences;
mod shell;
mod window;
mod work;

use clap::Parser;
use std::{path::PathBuf, process::ExitCode};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(version, about = "The window of Holdfast, a kanban that never loses a card")]
struct Options {
    /// Where the boards lie [default: $XDG_DATA_HOME/holdfast]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A link to join a board by; it only fills the form
    #[arg(value_name = "holdfast://…", value_parser = arrival::parse)]
    link: Option<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let filter = EnvFilter::try_from_env("HOLDFAST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("Holdfast could not open its window: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> anyhow::Result<()> {
    let folder = replica::folder::data_folder(options.data_dir)?;
    display::prepare()?;
    let (asked, waiting) = work::queue();
    let app = tauri::Builder::default()
        .plugin(single_instance(&folder))
        .plugin(window_state(&folder))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_store::Builder::new().build())
        .manage(arrival::Arrival::with(options.link))
        .invoke_handler(move |invoke| asked.take(invoke))
        .build(tauri::generate_context!())?;
    // The window is made before the loop runs, so that a failure is an error here and not a panic there.
    let preferences = preferences::Kept::open(app.handle(), &folder);
    let window = window::open(&app, preferences.read().theme)?;
    work::start(waiting, window, folder, preferences);
    app.run(|_, _| {});
    Ok(())
}

/// A second start on the same folder only raises the window of the first, and hands its link over. The folder's own lock decides
/// who works on it; this is a courtesy, and without a session bus it does nothing.
fn single_instance(folder: &std::path::Path) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let name = blake3::hash(folder.as_os_str().as_encoded_bytes()).to_hex();
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(format!("app.holdfast.desktop.folder_{}", &name[..32]))
        .callback(|app, arguments, _| arrival::again(app, &arguments))
        .build()
}

fn window_state(folder: &std::path::Path) -> tauri::plugin::TauriPlugin<tauri::Wry> {
    tauri_plugin_window_state::Builder::new()
        .with_filename(folder.join("window.json").to_string_lossy())
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

/// The one sentence that is said outside the window, where there is none.
#[expect(clippy::print_stderr, reason = "there is no window to say it in")]
fn say(sentence: &str) {
    eprintln!("{sentence}");
}
