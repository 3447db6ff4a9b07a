//! What stands around the page: what it can be asked, and what it sends up.

use super::{ExportFormat, FileHandle, Patch, Request};
use domain::id::BoardId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What the window asks of the shell around it: dialogs, files, links and preferences are the
/// shell's, and the page never names a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "ask", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ShellRequest {
    /// Opens the file dialog. → [`ShellReply::File`]
    ChooseFile,
    /// Opens the save dialog and writes a board there. → [`ShellReply::Saved`]
    SaveExport { board: BoardId, format: ExportFormat },
    /// http, https and mailto alone, opened by the system. → [`ShellReply::Done`]
    OpenLink { url: String },
    /// The `holdfast://` link that the program was opened with, once. → [`ShellReply::Link`]
    TakeLink,
    /// → [`ShellReply::Done`]
    ShowFolder,
    /// → [`ShellReply::Preferences`]
    Preferences,
    /// → [`ShellReply::Done`]
    SetPreferences { preferences: Preferences },
    /// Starts again on the same folder after a failure was mended. → [`ShellReply::Done`]
    Retry,
    /// → no reply: the window closes.
    Quit,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ShellReply {
    /// Absent where the person chose none.
    File {
        file: Option<ChosenFile>,
    },
    /// The file's name; absent where the person chose none.
    Saved {
        name: Option<String>,
    },
    Preferences {
        preferences: Preferences,
    },
    /// Absent where none came since the last was taken.
    Link {
        link: Option<String>,
    },
    Done,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChosenFile {
    pub file: FileHandle,
    pub name: String,
    pub bytes: u64,
}

/// May be lost at any time; nothing typed is ever kept here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Preferences {
    pub theme: Theme,
    pub last_board: Option<BoardId>,
    /// Keys of a single letter can be switched off.
    pub letter_keys_off: bool,
    /// Nobody is told what is open here.
    pub looks_hidden: bool,
    /// What lies deleted with edits, and was told and put aside.
    pub kept_seen: Vec<String>,
    /// In percent; 100 where absent.
    pub zoom: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// The one command of the bridge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "to", content = "request", rename_all = "camelCase")]
pub enum Call {
    Replica(Request),
    Shell(ShellRequest),
}

/// What the shell sends up unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    Patch {
        patch: Patch,
    },
    /// A file was dropped on the window.
    FileDropped {
        file: ChosenFile,
    },
    /// A link came, to be taken.
    LinkCame,
    /// A file is held over the window, or no longer.
    FileOver {
        over: bool,
    },
}
