//! What the page asks of the shell around it, where that shell is a browser. Files and links are the
//! browser's own there; what is left is small.

use crate::{Shared, preferences};
use replica::protocol::{Failure, FailureCode, Preferences, ShellReply, ShellRequest};
use std::{io, path::PathBuf, sync::Arc};

pub async fn answer(shared: &Arc<Shared>, request: ShellRequest) -> Result<ShellReply, Failure> {
    let folder = shared.desk.folder().to_path_buf();
    match request {
        ShellRequest::ChooseFile
        | ShellRequest::SaveExport { .. }
        | ShellRequest::OpenLink { .. } => Err(bad_request("the browser does this itself")),
        // A browser keeps its links to itself.
        ShellRequest::TakeLink => Ok(ShellReply::Link { link: None }),
        ShellRequest::ShowFolder => Ok(ShellReply::Done),
        ShellRequest::Preferences => {
            Ok(ShellReply::Preferences { preferences: read(folder).await })
        }
        ShellRequest::SetPreferences { preferences } => write(folder, preferences).await,
        ShellRequest::Retry => {
            shared.desk.retry().await;
            Ok(ShellReply::Done)
        }
        ShellRequest::Quit => {
            shared.stop.send_replace(true);
            Ok(ShellReply::Done)
        }
    }
}

pub fn bad_request(why: &str) -> Failure {
    Failure::new(FailureCode::BadRequest, why.to_owned())
}

async fn read(folder: PathBuf) -> Preferences {
    tokio::task::spawn_blocking(move || preferences::read(&folder)).await.unwrap_or_default()
}

async fn write(folder: PathBuf, preferences: Preferences) -> Result<ShellReply, Failure> {
    let written = tokio::task::spawn_blocking(move || preferences::write(&folder, &preferences))
        .await
        .unwrap_or_else(|stopped| Err(io::Error::other(stopped)));
    match written {
        Ok(()) => Ok(ShellReply::Done),
        Err(error) => Err(Failure::of_writing(&error, "The preferences")),
    }
}
