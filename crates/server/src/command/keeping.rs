//! `check`, `backup` and `restore`.

use super::{Errand, accounts::print, existing, open};
use serde_json::json;
use std::path::Path;

pub async fn check(folder: &Path, json: bool) -> Result<(), Errand> {
    let runs = existing(folder)?.has_server();
    let mut store = open(folder).await?;
    let problems = if runs { store.check_beside().await? } else { store.check().await? };
    store.close().await?;
    let words = if problems.is_empty() {
        "everything is as it should be".to_owned()
    } else {
        problems.join("\n")
    };
    print(json, json!({ "problems": problems }), &words);
    if problems.is_empty() { Ok(()) } else { Err(Errand::problems(problems.len())) }
}

pub async fn backup(folder: &Path, file: &Path, json: bool) -> Result<(), Errand> {
    if file.exists() {
        return Err(Errand::failed("exists", "there is a file of that name already"));
    }
    let mut store = open(folder).await?;
    store.backup_to(file).await?;
    store.close().await?;
    let shown = file.display().to_string();
    print(json, json!({ "file": shown }), &format!("{shown} holds everything up to now"));
    Ok(())
}

pub async fn restore(folder: &Path, file: &Path, json: bool) -> Result<(), Errand> {
    // A folder that is lost altogether is where a restore is needed most.
    let folder = store::Folder::prepare_server(folder)?;
    store::backup::restore_file(&folder, file).await?;
    let words = "restored; everybody signs in again, and devices send what the backup did not know";
    print(json, json!({ "restored": true }), words);
    Ok(())
}
