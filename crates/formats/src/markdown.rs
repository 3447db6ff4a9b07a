//! A board as a text to read: columns as headings, cards as tasks, all that belongs to a card
//! indented under it, so that whatever stands in a description stays in its card.

use crate::plain::{Names, instant, priority, when};
use domain::document::{BoardDocument, CardDocument, ColumnDocument};
use std::fmt::{self, Write};

/// Columns and cards in order, archived ones too and marked.
#[expect(clippy::expect_used, reason = "writing text into memory has no way to fail")]
pub fn write_markdown(board: &BoardDocument) -> String {
    let names = Names::new(board);
    let mut out = String::new();
    write_board(&mut out, board, &names).expect("memory takes text");
    out
}

fn write_board(out: &mut String, board: &BoardDocument, names: &Names) -> fmt::Result {
    writeln!(out, "# {}{}", escaped(&board.title), archived(board.archived))?;
    for column in &board.columns {
        write_column(out, column, names)?;
    }
    Ok(())
}

fn write_column(out: &mut String, column: &ColumnDocument, names: &Names) -> fmt::Result {
    writeln!(out, "\n## {}{}", escaped(&column.title), archived(column.archived))?;
    if let Some(limit) = column.limit {
        writeln!(out, "\nAt most {limit} cards.")?;
    }
    if !column.cards.is_empty() {
        writeln!(out)?;
    }
    for card in &column.cards {
        write_card(out, card, names)?;
    }
    Ok(())
}

fn write_card(out: &mut String, card: &CardDocument, names: &Names) -> fmt::Result {
    writeln!(out, "- {} {}{}", tick(card.done), escaped(&card.title), archived(card.archived))?;
    if !card.description.is_empty() {
        writeln!(out)?;
        write_indented(out, "  ", &card.description)?;
        writeln!(out)?;
    }
    let list = |ids: &[String], name: &dyn Fn(&str) -> String| {
        ids.iter().map(|id| name(id)).collect::<Vec<_>>().join(", ")
    };
    let lines = [
        ("Labels", list(&card.labels, &|id| escaped(names.label(id)))),
        ("People", list(&card.people, &|id| escaped(names.person(id)))),
        ("Start", card.dates.start.as_ref().map(when).unwrap_or_default()),
        ("Due", card.dates.due.as_ref().map(when).unwrap_or_default()),
        ("Priority", card.priority.map(priority).unwrap_or_default().to_owned()),
    ];
    for (name, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "  - {name}: {text}")?;
    }
    for checklist in &card.checklists {
        writeln!(out, "  - {}", escaped(&checklist.title))?;
        for item in &checklist.items {
            writeln!(out, "    - {} {}", tick(item.done), escaped(&item.title))?;
        }
    }
    for attachment in &card.attachments {
        writeln!(out, "  - Link: {} <{}>", escaped(&attachment.name), address(&attachment.url))?;
    }
    for comment in &card.comments {
        let author = comment.author.as_deref().map_or("somebody", |id| names.person(id));
        let time = comment.created_ms.map(instant).unwrap_or_default();
        let gap = if time.is_empty() { "" } else { ", " };
        writeln!(out, "  - Comment by {}{gap}{time}\n", escaped(author))?;
        write_indented(out, "    > ", &comment.text)?;
        writeln!(out)?;
    }
    Ok(())
}

fn tick(done: bool) -> &'static str {
    if done { "[x]" } else { "[ ]" }
}

fn archived(archived: bool) -> &'static str {
    if archived { " (archived)" } else { "" }
}

/// Each line behind `indent`. A carriage return alone ends a line in Markdown, too.
fn write_indented(out: &mut String, indent: &str, text: &str) -> fmt::Result {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for line in text.trim_end_matches('\n').split('\n') {
        writeln!(out, "{}", format!("{indent}{line}").trim_end())?;
    }
    Ok(())
}

/// A title as plain words: whatever Markdown could take for structure is behind a backslash.
fn escaped(title: &str) -> String {
    let mut escaped = String::with_capacity(title.len());
    for (at, c) in title.chars().enumerate() {
        let opens_a_block = at == 0 && matches!(c, '#' | '+' | '-' | '=' | '|' | ':');
        let ends_a_number =
            matches!(c, '.' | ')') && title.chars().take(at).all(|before| before.is_ascii_digit());
        if opens_a_block
            || ends_a_number
            || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' | '!')
        {
            escaped.push('\\');
        }
        // Titles have one line; one that came otherwise must not gain a second here.
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

/// What would end an address between angle brackets is written as an address spells it.
fn address(url: &str) -> String {
    let mut address = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '\\' => address.push_str("%5C"),
            c if c.is_whitespace() || c.is_control() => address.push_str("%20"),
            c => address.push(c),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_cannot_break_the_structure() {
        assert_eq!(escaped("# not a heading"), "\\# not a heading");
        assert_eq!(escaped("- not a card"), "\\- not a card");
        assert_eq!(escaped("1. not a list"), "1\\. not a list");
        assert_eq!(escaped("two\nlines"), "two lines");
        assert_eq!(escaped("[x] <b> *a* `c` \\"), "\\[x\\] \\<b\\> \\*a\\* \\`c\\` \\\\");
        assert_eq!(escaped("Version 1.2"), "Version 1.2");
    }

    #[test]
    fn every_line_of_a_text_is_indented() {
        let mut out = String::new();
        write_indented(&mut out, "  ", "# one\r\ntwo\rthree\n\n## four\n").expect("memory");
        assert_eq!(out, "  # one\n  two\n  three\n\n  ## four\n");
    }
}
