//! What waits for servers, change by change.

use crate::{
    errand::{Errand, Outcome},
    print::{json, line, plain},
    servers::standing,
};
use replica::{Desk, protocol::*};
use serde_json::json as value;

/// All of it: a list is the whole list.
pub async fn list(desk: &Desk, as_json: bool) -> Result<Outcome, Errand> {
    let Reply::Status { boards } = desk.call(Request::Status).await? else {
        return Ok(Outcome::Done);
    };
    let mut told = Vec::new();
    for board in boards {
        let request = Request::Waiting { board: board.id, newest: u32::MAX };
        let Reply::Waiting { acts, .. } = desk.call(request).await? else { continue };
        if as_json {
            told.push(value!({ "board": board.id, "title": board.title, "waiting": acts }));
            continue;
        }
        line(&standing(&board));
        for act in acts {
            line(&format!("  {}", plain(&words(&act))));
        }
    }
    if as_json {
        json(&told);
    }
    Ok(Outcome::Done)
}

/// `moveCards: Ship it (from To do to Done)`: the verb is the one that scripts write.
fn words(act: &WaitingAct) -> String {
    let WaitingAct { verb, about, cards, what, .. } = act;
    let more = if *cards > 1 { format!(" and {} more", cards - 1) } else { String::new() };
    let said: Vec<String> = what.iter().filter_map(detail).collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) };
    format!("{verb}: {about}{more}{said}")
}

/// What the verb and the title leave open.
fn detail(what: &HistoryWhat) -> Option<String> {
    Some(match what {
        HistoryWhat::Renamed { from, .. } => format!("was {from}"),
        HistoryWhat::Moved { from, to } => format!("from {from} to {to}"),
        HistoryWhat::Labelled { label, on } => format!("{}{label}", sign(*on)),
        HistoryWhat::Assigned { person, on } => format!("{}{person}", sign(*on)),
        HistoryWhat::ItemChecked { title, done } => {
            format!("{title} {}", if *done { "done" } else { "not done" })
        }
        HistoryWhat::ItemAdded { title } | HistoryWhat::ChecklistAdded { title } => title.clone(),
        HistoryWhat::LinkAdded { name } => name.clone(),
        HistoryWhat::Created
        | HistoryWhat::Imported
        | HistoryWhat::Described
        | HistoryWhat::Merged
        | HistoryWhat::Dated { .. }
        | HistoryWhat::Finished { .. }
        | HistoryWhat::Prioritised { .. }
        | HistoryWhat::Covered { .. }
        | HistoryWhat::Archived { .. }
        | HistoryWhat::Deleted { .. }
        | HistoryWhat::Commented
        | HistoryWhat::Other => return None,
    })
}

fn sign(on: bool) -> &'static str {
    if on { "+" } else { "-" }
}
