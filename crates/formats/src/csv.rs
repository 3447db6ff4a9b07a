//! A board as a table for a spreadsheet: one row for each card.

use crate::plain::{Names, instant, priority, when};
use domain::document::{BoardDocument, CardDocument, ChecklistDocument, ColumnDocument};

const HEAD: [&str; 14] = [
    "column",
    "title",
    "description",
    "labels",
    "people",
    "start",
    "due",
    "done",
    "priority",
    "archived",
    "checklists",
    "comments",
    "created",
    "id",
];

/// Columns and cards in order, archived ones too.
#[expect(clippy::expect_used, reason = "writing texts into memory has no way to fail")]
pub fn write_csv(board: &BoardDocument) -> String {
    let names = Names::new(board);
    let mut table = ::csv::Writer::from_writer(Vec::new());
    table.write_record(HEAD).expect("memory takes a row");
    for column in &board.columns {
        for card in &column.cards {
            let cells = row(column, card, &names).map(guarded);
            table.write_record(&cells).expect("memory takes a row");
        }
    }
    let bytes = table.into_inner().expect("memory takes a flush");
    String::from_utf8(bytes).expect("cells are text")
}

fn row(column: &ColumnDocument, card: &CardDocument, names: &Names) -> [String; HEAD.len()] {
    let labels: Vec<&str> = card.labels.iter().map(|id| names.label(id)).collect();
    let people: Vec<&str> = card.people.iter().map(|id| names.person(id)).collect();
    let checklists: Vec<String> = card.checklists.iter().map(checklist).collect();
    let archived = match (card.archived, column.archived) {
        (true, _) => "yes",
        (false, true) => "with its column",
        (false, false) => "no",
    };
    [
        column.title.clone(),
        card.title.clone(),
        card.description.clone(),
        labels.join(", "),
        people.join(", "),
        card.dates.start.as_ref().map(when).unwrap_or_default(),
        card.dates.due.as_ref().map(when).unwrap_or_default(),
        if card.done { "yes" } else { "no" }.to_owned(),
        card.priority.map(priority).unwrap_or_default().to_owned(),
        archived.to_owned(),
        checklists.join("\n"),
        card.comments.len().to_string(),
        card.created_ms.map(instant).unwrap_or_default(),
        card.id.clone(),
    ]
}

fn checklist(checklist: &ChecklistDocument) -> String {
    let items: Vec<String> = checklist
        .items
        .iter()
        .map(|item| format!("[{}] {}", if item.done { 'x' } else { ' ' }, item.title))
        .collect();
    format!("{}: {}", checklist.title, items.join("; "))
}

/// A spreadsheet would run a cell that begins like a formula; behind an apostrophe it is text.
fn guarded(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_guarded() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert_eq!(guarded(format!("{start}1+1")), format!("'{start}1+1"));
        }
        assert_eq!(guarded("1+1=2".to_owned()), "1+1=2");
        assert_eq!(guarded(String::new()), "");
    }
}
