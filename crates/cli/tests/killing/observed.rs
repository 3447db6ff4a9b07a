//! What is there after a kill, and whether it may be.

use super::journal::{Act, Journal, Model, Picture};
use crate::program::*;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
};

/// How many cards an imported board has: all, or there is no board.
pub const IMPORTED_CARDS: usize = 1000;
pub const BACKUPS_KEPT: usize = 10;

pub struct Observed {
    pub picture: Picture,
    pub drafts: BTreeMap<String, String>,
    pub undo: Option<String>,
    pub redo: Option<String>,
    /// Names of the backups, the newest first.
    pub backups: Vec<Value>,
    pub ids: HashMap<String, String>,
    pub changes: usize,
}

/// What was found whole before, by a killer that looks at everything again now and then.
#[derive(Default)]
pub struct Known {
    imports: BTreeSet<String>,
    backups: BTreeSet<String>,
}

/// Asks the program for all that the journal speaks of. The shape of what it says is looked at too.
pub fn observe(
    data: &Path,
    calling: &mut Calling,
    board: &str,
    columns: &[String],
    known: &mut Known,
) -> Result<Observed, String> {
    let overview = calling.ask(&json!({ "ask": "open" }))["overview"].take();
    let content = calling.ask(&json!({ "ask": "board", "board": board }))["content"].take();
    let mut ids = HashMap::new();
    let mut picture = Picture { columns: vec![Vec::new(); columns.len()], ..Picture::default() };
    for card in in_order(&content["cards"]) {
        let column = columns.iter().position(|id| card["column"] == **id);
        let column = column.ok_or_else(|| format!("a card is in no column: {card}"))?;
        if card["recovered"] != false || card["standing"] != "live" {
            return Err(format!("a card is not where it was put: {card}"));
        }
        let title = text(&card["title"]);
        if ids.insert(title.clone(), text(&card["id"])).is_some() {
            return Err(format!("a card is there twice: {title}"));
        }
        picture.columns[column].push(title);
    }
    let others = overview["boards"].as_array().unwrap().iter().filter(|it| it["id"] != *board);
    for other in others {
        whole_import(calling, other, known)?;
        picture.imported.insert(text(&other["title"]));
    }
    let drafts = overview["drafts"].as_array().unwrap().iter();
    let backups = calling.ask(&json!({ "ask": "backups" }))["backups"].take();
    Ok(Observed {
        picture,
        drafts: drafts.map(|draft| (text(&draft["key"]), text(&draft["text"]))).collect(),
        undo: overview["undo"]["undo"].as_str().map(str::to_owned),
        redo: overview["undo"]["redo"].as_str().map(str::to_owned),
        backups: serde_json::from_value(backups).unwrap(),
        ids,
        changes: database::read(data, "select hex(board_id) from log").len(),
    })
}

/// An import came with all its cards. Their ids are read and counted once; after that its record
/// says how many there are.
fn whole_import(calling: &mut Calling, record: &Value, known: &mut Known) -> Result<(), String> {
    let id = text(&record["id"]);
    let mut cards = record["cards"] == json!(IMPORTED_CARDS);
    if !known.imports.contains(&id) {
        let content = calling.ask(&json!({ "ask": "board", "board": id }))["content"].take();
        let ids = content["cards"].as_array().unwrap().iter();
        let ids: BTreeSet<&str> = ids.filter_map(|card| card["id"].as_str()).collect();
        cards &= ids.len() == IMPORTED_CARDS;
    }
    if !cards {
        return Err(format!("an import did not come whole: {record}"));
    }
    known.imports.insert(id);
    Ok(())
}

/// Cards stand in a column by `(key, id)`.
fn in_order(cards: &Value) -> Vec<&Value> {
    let mut cards: Vec<&Value> = cards.as_array().unwrap().iter().collect();
    cards.sort_by_key(|card| (card["key"].as_str(), card["id"].as_str()));
    cards
}

/// Which of the models that may be there is there.
pub fn verify(journal: &Journal, observed: &Observed) -> Result<Model, String> {
    let possible = journal.possible();
    let found = possible.iter().rev().find(|model| is_there(model, observed));
    found.cloned().ok_or_else(|| {
        let waiting: Vec<&Act> = journal.waiting.iter().collect();
        format!(
            "what is there was never answered\n  answered: {:?} {:?} {:?}\n  waiting: {waiting:?}\n  there: {:?} {:?} {:?}",
            journal.answered.now,
            journal.answered.drafts,
            journal.answered.tops(),
            observed.picture,
            observed.drafts,
            (&observed.undo, &observed.redo),
        )
    })
}

fn is_there(model: &Model, observed: &Observed) -> bool {
    // Below the first step of the journal there is the making of the board.
    let (undo, redo) = model.tops();
    *model.now == observed.picture
        && model.changes == observed.changes
        && model.drafts == observed.drafts
        && observed.undo.as_deref() == undo.or(Some("createBoard"))
        && observed.redo.as_deref() == redo
}

/// Every backup that counts is whole, and none that was answered is missing but the oldest. Those
/// of which that is known are not read again. A kill can leave one too many, until the next one.
pub fn verify_backups(
    data: &Path,
    journal: &Journal,
    listed: &[Value],
    known: &mut Known,
) -> Result<(), String> {
    let names: Vec<String> = listed.iter().map(|backup| text(&backup["name"])).collect();
    let oldest = names.iter().min();
    for answered in &journal.backups {
        let made_room = names.len() >= BACKUPS_KEPT && Some(answered) < oldest;
        if !names.contains(answered) && !made_room {
            return Err(format!("the backup {answered} was answered and is not there"));
        }
    }
    for backup in listed.iter().filter(|backup| !known.backups.contains(&text(&backup["name"]))) {
        whole_backup(data, backup)?;
    }
    known.backups = names.into_iter().collect();
    Ok(())
}

fn whole_backup(data: &Path, backup: &Value) -> Result<(), String> {
    let file = data.join("backups").join(text(&backup["name"]));
    let found = database::read_copy(
        &file,
        "select integrity_check from pragma_integrity_check
         union all select 'a reference dangles' from pragma_foreign_key_check
         union all select 'a log ends before its head' from board_head h
             where seq <> (select count(*) from log l where l.board_id = h.board_id)
         union all select (select count(*) from board where standing <> 'deleted') || ' '
             || (select count(*) from card where own_standing <> 'deleted')",
    );
    let expected = ["ok".to_owned(), format!("{} {}", backup["boards"], backup["cards"])];
    if found == expected { Ok(()) } else { Err(format!("{backup}: {found:?}")) }
}
