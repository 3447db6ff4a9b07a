//! Preferences, kept by the store plugin and reached from Rust alone. The file has one entry for each
//! field, so that it is the same file that a browser's host reads and writes.

use replica::protocol::Preferences;
use serde_json::{Map, Value};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

/// Cheap to clone. Where the store cannot be opened nothing is kept, and the window works on.
#[derive(Clone)]
pub struct Kept {
    store: Option<Arc<Store<Wry>>>,
    file: PathBuf,
}

impl Kept {
    pub fn open(app: &AppHandle, folder: &Path) -> Kept {
        let file = folder.join("preferences.json");
        let opened = app.store_builder(&file).disable_auto_save().build();
        if let Err(error) = &opened {
            tracing::warn!(%error, "preferences cannot be kept");
        }
        Kept { store: opened.ok(), file }
    }

    pub fn read(&self) -> Preferences {
        let entries: Map<String, Value> =
            self.store.iter().flat_map(|store| store.entries()).collect();
        serde_json::from_value(Value::Object(entries)).unwrap_or_default()
    }

    pub fn write(&self, preferences: &Preferences) -> Result<(), tauri_plugin_store::Error> {
        let Some(store) = &self.store else {
            return Ok(());
        };
        if let Ok(Value::Object(entries)) = serde_json::to_value(preferences) {
            for (name, value) in entries {
                store.set(name, value);
            }
        }
        store.save()?;
        make_private(&self.file)?;
        Ok(())
    }
}

/// The plugin writes with the modes of the process; everything in the folder is its owner's alone.
fn make_private(file: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::{fs, os::unix::fs::PermissionsExt};
        fs::set_permissions(file, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
