//! Files in and out.

use crate::{
    arguments::{FileFormat, TextFormat},
    errand::{Errand, Outcome},
    names,
    print::{counted, json, line, plain},
};
use replica::{Desk, FileSource, protocol::*};
use serde_json::{Value, json};
use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

pub async fn import(
    desk: &Desk,
    path: &Path,
    format: FileFormat,
    dry_run: bool,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let taken = desk.take_file(name.unwrap_or_default(), FileSource::Path(path.to_owned()))?;
    let file = taken.file;
    let format = match format {
        FileFormat::Auto => None,
        FileFormat::Trello => Some(Format::Trello),
        FileFormat::Holdfast => Some(Format::Holdfast),
    };
    let Reply::Preview { preview } = desk.call(Request::PreviewImport { file, format }).await?
    else {
        return Ok(Outcome::Done);
    };
    if dry_run {
        report(&preview, None, as_json);
        return Ok(Outcome::Done);
    }
    let Reply::Imported { imported } = desk.call(Request::Import { file }).await? else {
        return Ok(Outcome::Done);
    };
    report(&imported.preview, Some(imported.board.to_string()), as_json);
    Ok(Outcome::Done)
}

fn report(preview: &ImportPreview, board: Option<String>, as_json: bool) {
    let counts = serde_json::to_value(preview.counts).unwrap_or_default();
    if as_json {
        let mut report = json!({
            "board": board.map(|id| json!({ "id": id, "title": preview.title })),
            "format": preview.format,
            "title": preview.title,
            "left_out": preview.left_out,
            "notes": preview.notes,
        });
        if let (Value::Object(report), Value::Object(counts)) = (&mut report, counts) {
            report.extend(counts);
        }
        return json(&report);
    }
    let done = if board.is_some() { "Imported" } else { "Would import" };
    line(&format!("{done} \"{}\"", plain(&preview.title)));
    if let Value::Object(counts) = counts {
        for (what, count) in counts {
            line(&format!("  {:>7}  {}", count.to_string(), what.replace('_', " ")));
        }
    }
    for note in &preview.notes {
        line(&plain(&words_of(note)));
    }
    if !preview.left_out.is_empty() {
        line("Does not come along:");
    }
    for left in &preview.left_out {
        line(&format!("  {:>7}  {}", left.count, plain(&left.path)));
    }
    if let Some(id) = board {
        line(&id);
    }
}

fn words_of(note: &ImportNote) -> String {
    match note {
        ImportNote::ActionsCut { actions } => format!(
            "Trello writes at most 1,000 actions into a file, and this one has {actions}: older comments may not be in it."
        ),
        ImportNote::TextsCut { texts } => {
            format!("{} over the limit: they are shortened.", counted(*texts, "text"))
        }
        ImportNote::LinksOnly { attachments } => format!(
            "{}: only the link comes along, the file itself stays with Trello.",
            counted(*attachments, "attachment")
        ),
        ImportNote::Dangling { path, count } => {
            format!("{path}: {count} times it names something that is not in the file.")
        }
        ImportNote::Homeless { cards } => format!(
            "{} whose list is not in the file: into a column of their own.",
            counted(*cards, "card")
        ),
    }
}

pub async fn export(
    desk: &Desk,
    typed: &str,
    output: Option<PathBuf>,
    format: TextFormat,
    as_json: bool,
) -> Result<Outcome, Errand> {
    let board = names::board(desk, typed).await?;
    let format = match format {
        TextFormat::Json => ExportFormat::Json,
        TextFormat::Csv => ExportFormat::Csv,
        TextFormat::Markdown => ExportFormat::Markdown,
        TextFormat::Refused => ExportFormat::Refused,
    };
    let request = Request::Export { board: board.id, format };
    let Reply::Text { text, .. } = desk.call(request).await? else { return Ok(Outcome::Done) };
    let failed = |error: std::io::Error| {
        Errand::failed("cannotWrite", &format!("The export cannot be written: {error}."))
    };
    match output {
        // Somebody reads it: the bytes need not be those of a file.
        None if std::io::stdout().is_terminal() => {
            text.lines().for_each(|text| line(&plain(text)));
        }
        None => std::io::stdout().lock().write_all(text.as_bytes()).map_err(failed)?,
        Some(path) => {
            replica::write_whole(&path, text.as_bytes()).map_err(failed)?;
            if as_json {
                json(&json!({ "file": path, "bytes": text.len() }));
            }
        }
    }
    Ok(Outcome::Done)
}
