//! The data folder: checking, backups, and serving it to a browser.

use crate::{
    errand::{Errand, Outcome},
    print::{counted, json, line, plain},
};
use host::HostOptions;
use replica::{Desk, protocol::*};
use serde_json::json;
use std::path::Path;

pub async fn check(desk: &Desk, as_json: bool) -> Result<Outcome, Errand> {
    let problems = match desk.call(Request::Check).await {
        Ok(Reply::Checked { problems }) => problems,
        Ok(_) => Vec::new(),
        // A database too damaged to be opened is what `check` is asked to find.
        Err(failure) if failure.code == FailureCode::DatabaseCorrupt => vec![failure.message],
        Err(failure) => return Err(failure.into()),
    };
    let ok = problems.is_empty();
    if as_json {
        json(&json!({ "ok": ok, "problems": problems }));
    } else if ok {
        line("Everything is as it should be.");
    } else {
        for problem in &problems {
            line(&plain(problem));
        }
    }
    Ok(if ok { Outcome::Done } else { Outcome::Problems })
}

pub async fn backup(desk: &Desk, as_json: bool) -> Result<Outcome, Errand> {
    let Reply::Backups { backups } = desk.call(Request::MakeBackup).await? else {
        return Ok(Outcome::Done);
    };
    match backups.first() {
        Some(newest) if as_json => json(newest),
        Some(newest) => line(&newest.name),
        None => {}
    }
    Ok(Outcome::Done)
}

pub async fn backups(desk: &Desk, as_json: bool) -> Result<Outcome, Errand> {
    let Reply::Backups { backups } = desk.call(Request::Backups).await? else {
        return Ok(Outcome::Done);
    };
    if as_json {
        json(&backups);
        return Ok(Outcome::Done);
    }
    for backup in backups {
        let Backup { name, boards, cards, bytes, .. } = backup;
        let boards = counted(boards, "board");
        let cards = counted(cards, "card");
        line(&format!("{name}  {boards}, {cards}, {bytes} bytes"));
    }
    Ok(Outcome::Done)
}

pub async fn restore(desk: &Desk, file: &Path, as_json: bool) -> Result<Outcome, Errand> {
    let own = file.components().count() == 1 && !file.exists();
    let Reply::Overview { overview } = (match file.to_str().filter(|_| own) {
        Some(name) => desk.call(Request::Restore { backup: name.to_owned() }).await?,
        None => desk.restore_file(file).await?,
    }) else {
        return Ok(Outcome::Done);
    };
    let boards = overview.boards.len();
    if as_json {
        json(&json!({ "boards": boards }));
    } else {
        let boards = counted(u32::try_from(boards).unwrap_or(u32::MAX), "board");
        line(&format!("Restored: {boards}. What was there before is among the backups."));
    }
    Ok(Outcome::Done)
}

pub async fn web(desk: Desk, port: u16) -> Result<Outcome, Errand> {
    let announce = Box::new(|address: &str| {
        line(address);
        line("Open this address in a browser on this machine; Ctrl+C stops.");
    });
    desk.start_link();
    host::serve(desk, HostOptions { port, announce })
        .await
        .map_err(|error| Errand::failed("cannotServe", &format!("{error}.")))?;
    Ok(Outcome::Done)
}
