//! What the page asks of the desktop. It never names a path: the dialogs open here, and what they chose
//! stays here.

use crate::{
    arrival::Arrival,
    links,
    window::window_theme,
    work::{self, Surroundings},
};
use replica::{
    FileSource,
    protocol::{
        ChosenFile, ExportFormat, Failure, FailureCode, Preferences, Reply, Request, ShellReply,
        ShellRequest,
    },
};
use std::path::PathBuf;
use tauri::Manager;
use tauri_plugin_dialog::{DialogExt, FilePath};
use tauri_plugin_opener::OpenerExt;
use tokio::sync::oneshot;

pub async fn answer(here: &Surroundings, request: ShellRequest) -> Result<ShellReply, Failure> {
    match request {
        ShellRequest::ChooseFile => Ok(ShellReply::File { file: choose_file(here).await? }),
        ShellRequest::SaveExport { board, format } => {
            let text = here.desk.call(Request::Export { board, format }).await?;
            Ok(ShellReply::Saved { name: save(here, format, text).await? })
        }
        ShellRequest::OpenLink { url } => open_link(here, &url),
        ShellRequest::ShowFolder => {
            let folder = here.desk.folder().to_string_lossy().into_owned();
            opened(here.window.opener().open_path(folder, None::<&str>))
        }
        ShellRequest::Preferences => {
            Ok(ShellReply::Preferences { preferences: here.preferences.read() })
        }
        ShellRequest::SetPreferences { preferences } => set_preferences(here, preferences),
        ShellRequest::TakeLink => {
            Ok(ShellReply::Link { link: here.window.state::<Arrival>().take() })
        }
        ShellRequest::Retry => {
            here.desk.retry().await;
            Ok(ShellReply::Done)
        }
        ShellRequest::Quit => {
            work::end(here).await;
            Ok(ShellReply::Done)
        }
    }
}

async fn choose_file(here: &Surroundings) -> Result<Option<ChosenFile>, Failure> {
    let (chosen, choice) = oneshot::channel();
    here.window
        .dialog()
        .file()
        .set_parent(&here.window)
        .set_title("Import a board")
        .add_filter("Exported boards", &["json"])
        .add_filter("All files", &["*"])
        .pick_file(|path| {
            // The page may be gone by now; then nobody waits for the file.
            chosen.send(path).ok();
        });
    match path(choice).await? {
        Some(path) => here.desk.take_file(name_of(&path), FileSource::Path(path)).map(Some),
        None => Ok(None),
    }
}

async fn save(
    here: &Surroundings,
    format: ExportFormat,
    text: Reply,
) -> Result<Option<String>, Failure> {
    let Reply::Text { name, text } = text else {
        return Err(Failure::new(FailureCode::Storage, "the export gave no text"));
    };
    let (words, extension) = match format {
        ExportFormat::Json => ("Holdfast board", "json"),
        ExportFormat::Csv => ("Table", "csv"),
        ExportFormat::Markdown => ("Markdown", "md"),
        ExportFormat::Refused => ("Changes that were not accepted", "json"),
    };
    let (chosen, choice) = oneshot::channel();
    here.window
        .dialog()
        .file()
        .set_parent(&here.window)
        .set_title("Save a copy of the board")
        .set_file_name(name)
        .add_filter(words, &[extension])
        .save_file(|path| {
            chosen.send(path).ok();
        });
    let Some(path) = path(choice).await? else {
        return Ok(None);
    };
    let name = name_of(&path);
    let written =
        tauri::async_runtime::spawn_blocking(move || replica::write_whole(&path, text.as_bytes()))
            .await;
    match written {
        Ok(Ok(())) => Ok(Some(name)),
        Ok(Err(error)) => Err(Failure::of_writing(&error, "The file")),
        Err(_) => Err(Failure::new(FailureCode::Storage, "the file was not written")),
    }
}

/// Where the dialog was closed without a choice there is no path.
async fn path(choice: oneshot::Receiver<Option<FilePath>>) -> Result<Option<PathBuf>, Failure> {
    let Ok(Some(chosen)) = choice.await else {
        return Ok(None);
    };
    match chosen.into_path() {
        Ok(path) => Ok(Some(path)),
        Err(_) => {
            Err(Failure::new(FailureCode::BadFile, "this place is not a folder of this machine"))
        }
    }
}

pub fn name_of(path: &std::path::Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn open_link(here: &Surroundings, address: &str) -> Result<ShellReply, Failure> {
    let Some(link) = links::parse(address) else {
        return Err(Failure::new(
            FailureCode::Refused,
            "only http, https and mailto links are opened",
        ));
    };
    opened(here.window.opener().open_url(link, None::<&str>))
}

fn opened(opened: Result<(), tauri_plugin_opener::Error>) -> Result<ShellReply, Failure> {
    match opened {
        Ok(()) => Ok(ShellReply::Done),
        Err(error) => {
            tracing::warn!(%error, "the system opened nothing");
            Err(Failure::new(FailureCode::Storage, "the system found no program to open it"))
        }
    }
}

fn set_preferences(here: &Surroundings, preferences: Preferences) -> Result<ShellReply, Failure> {
    if let Err(error) = here.window.set_theme(window_theme(preferences.theme)) {
        tracing::warn!(%error, "the window did not take the theme");
    }
    here.preferences.write(&preferences).map_err(|error| {
        tracing::warn!(%error, "the preferences were not kept");
        Failure::new(FailureCode::Storage, "the preferences were not kept")
    })?;
    Ok(ShellReply::Done)
}
