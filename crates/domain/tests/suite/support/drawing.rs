//! A board as text: `Todo: a [b archived] | [Old archived]: c | Recovered: d | trash: e Doing/`.
//! A card's details follow it in brackets: `a(red,@ann,items:1/2)`.

use domain::{
    board::{Board, Entity},
    id::*,
    record::{BoardContent, CardRecord, Standing},
    register::Kind,
    text::{Priority, When},
    view::{card_record, column_record, content},
};
use std::fmt::Write;

/// The board as `me` sees it, with what lies in the archive and in the trash.
pub fn draw(board: &Board, me: PersonId) -> String {
    let content = content(board, me);
    let mut parts = Vec::new();
    let title = &content.board.title;
    if title != "Board" || content.board.standing != Standing::Live {
        let colour = content.board.colour.as_ref().map_or(String::new(), |it| format!(" {}", it.0));
        let standing = match content.board.standing {
            Standing::Live => "",
            Standing::Archived => " archived",
            Standing::Deleted => " deleted",
        };
        parts.push(format!("<{title}{colour}{standing}>"));
    }
    for column in &content.columns {
        let cards = cards_in(board, &content, column.id.into());
        let mut name = column.title.clone();
        if column.collapsed {
            name.push_str(" folded");
        }
        if let Some(limit) = column.limit {
            write!(name, " max {limit}").unwrap();
        }
        if let Some(colour) = &column.colour {
            write!(name, " {}", colour.0).unwrap();
        }
        let name =
            if column.standing == Standing::Archived { format!("[{name} archived]") } else { name };
        parts.push(section(&name, &cards));
    }
    let recovered: Vec<String> = content
        .cards
        .iter()
        .filter(|it| it.recovered)
        .map(|it| card(board, &content, it))
        .collect();
    if !recovered.is_empty() {
        parts.push(section("Recovered", &recovered));
    }
    let lost = archived_elsewhere(board, &content);
    if !lost.is_empty() {
        parts.push(section("archive", &lost));
    }
    let trash = trash(board, me);
    if !trash.is_empty() {
        parts.push(section("trash", &trash));
    }
    parts.join(" | ")
}

fn section(name: &str, things: &[String]) -> String {
    if things.is_empty() { format!("{name}:") } else { format!("{name}: {}", things.join(" ")) }
}

/// The cards that stand in a column: live ones, and those of their own or the column's archive.
fn cards_in(board: &Board, content: &BoardContent, column: EntityId) -> Vec<String> {
    let cards = board.below(column, &Kind::CARD);
    cards
        .map(|(id, entity, _)| card_record(board, id.into(), entity))
        .filter(|it| it.standing != Standing::Deleted && !it.recovered)
        .map(|it| card(board, content, &it))
        .collect()
}

fn archived_elsewhere(board: &Board, content: &BoardContent) -> Vec<String> {
    let mut lost: Vec<CardRecord> = all(board, &Kind::CARD)
        .into_iter()
        .filter_map(|id| Some(card_record(board, id.into(), board.entity(id)?)))
        .filter(|it| it.standing == Standing::Archived)
        .filter(|it| !content.columns.iter().any(|column| column.id == it.column))
        .collect();
    lost.sort_by_key(|it| it.id);
    lost.iter().map(|it| card(board, content, it)).collect()
}

fn trash(board: &Board, me: PersonId) -> Vec<String> {
    let deleted = |kind: &Kind| -> Vec<EntityId> {
        let ids = all(board, kind).into_iter();
        ids.filter(|id| board.entity(*id).unwrap().standing() == Standing::Deleted).collect()
    };
    let cards = deleted(&Kind::CARD).into_iter().map(|id| title(board, id));
    let columns = deleted(&Kind::COLUMN).into_iter().map(|id| {
        let column = column_record(id.into(), board.entity(id).unwrap(), me);
        format!("{}/", column.title)
    });
    cards.chain(columns).collect()
}

/// Those of a kind that were not purged, in the order in which they were made.
pub fn all(board: &Board, kind: &Kind) -> Vec<EntityId> {
    let all = board.entities().filter(|(_, it)| it.kind == *kind && !it.purged());
    let mut all: Vec<EntityId> = all.map(|(id, _)| id).collect();
    all.sort();
    all
}

pub fn title(board: &Board, id: EntityId) -> String {
    let entity = board.entity(id).expect("a thing");
    entity.text(domain::register::Field::TITLE).to_owned()
}

fn card(board: &Board, content: &BoardContent, record: &CardRecord) -> String {
    let mut details: Vec<String> = Vec::new();
    for id in &record.labels {
        let label = content.labels.iter().find(|it| it.id == *id).expect("a live label");
        details.push(label.name.clone());
    }
    for id in &record.people {
        let person = content.people.iter().find(|it| it.id == *id).expect("a live person");
        details.push(format!("@{}", person.name));
    }
    let (start, due) = (when(record.dates.start.as_ref()), when(record.dates.due.as_ref()));
    if !start.is_empty() || !due.is_empty() {
        details.push(format!("{start}..{due}"));
    }
    for (on, word) in [(record.done, "done"), (record.described, "described")] {
        if on {
            details.push(word.to_owned());
        }
    }
    if let Some(priority) = record.priority {
        let word = match priority {
            Priority::Low => "low",
            Priority::Medium => "medium",
            Priority::High => "high",
            Priority::Urgent => "urgent",
        };
        details.push(word.to_owned());
    }
    if let Some(cover) = &record.cover {
        details.push(format!("cover:{}", cover.0));
    }
    if record.items > 0 {
        details.push(format!("items:{}/{}", record.items_done, record.items));
    }
    for (count, word) in [(record.comments, "comments"), (record.attachments, "links")] {
        if count > 0 {
            details.push(format!("{word}:{count}"));
        }
    }
    let mut drawn = record.title.clone();
    if !details.is_empty() {
        write!(drawn, "({})", details.join(",")).unwrap();
    }
    let own = board.entity(record.id.into()).map(Entity::standing);
    if own == Some(Standing::Archived) { format!("[{drawn} archived]") } else { drawn }
}

fn when(when: Option<&When>) -> String {
    match when {
        None => String::new(),
        Some(When::Day { day }) => day.clone(),
        Some(When::Instant { ms, zone }) => format!("{ms}@{zone}"),
    }
}
