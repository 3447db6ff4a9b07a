//! What answers show: tickets, boards and comments as that server's clients know them.

use super::operations::{assignees, names, priority_of};
use domain::{
    board::{Board, Entity},
    id::EntityId,
    register::{Field, Kind},
    text::Priority,
    value::Value,
    view,
};
use serde::Serialize;

/// A card, under its number.
#[derive(Debug, Serialize)]
pub struct Ticket {
    pub id: u64,
    title: String,
    description: String,
    acceptance_criteria: Option<String>,
    priority: Option<String>,
    assignee: Option<String>,
    current_column: String,
    board_id: u64,
    created_at: String,
    updated_at: String,
    /// When it was last put somewhere.
    column_entered_at: String,
}

#[derive(Debug, Serialize)]
pub struct TicketBoard {
    pub id: u64,
    name: String,
    pub columns: Vec<String>,
    created_at: String,
}

#[derive(Debug, Serialize)]
pub struct Remark {
    pub id: u64,
    ticket_id: u64,
    author: String,
    text: String,
    created_at: String,
}

impl Ticket {
    /// `None` where there is no such card.
    pub fn of(board: &Board, board_number: u64, id: EntityId, number: u64) -> Option<Ticket> {
        let card = board.of_kind(id, &Kind::CARD)?;
        let placed_ms = card.register(&Field::PLACE.into()).map_or(0, |it| it.rank.stamp.ms);
        let created_ms = view::created_ms(card).unwrap_or(view::signed(placed_ms));
        let acceptance = card.text(Field::ACCEPTANCE);
        let people = assignees(board, card);
        Some(Ticket {
            id: number,
            title: card.text(Field::TITLE).to_owned(),
            description: card.text(Field::TEXT).to_owned(),
            acceptance_criteria: (!acceptance.is_empty()).then(|| acceptance.to_owned()),
            priority: priority(card),
            assignee: people.first().map(|it| it.1.text(Field::TITLE).to_owned()),
            current_column: column_of(board, card),
            board_id: board_number,
            created_at: instant(created_ms),
            updated_at: instant(changed_ms(card)),
            column_entered_at: instant(view::signed(placed_ms)),
        })
    }
}

/// The words that somebody chose, unless another priority was set since.
fn priority(card: &Entity) -> Option<String> {
    let words = card.text(Field::PRIORITY_WORDS);
    let set = card.value(Field::PRIORITY).and_then(Value::as_priority);
    if !words.is_empty() && priority_of(words) == set {
        return Some(words.to_owned());
    }
    let name = match set? {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    };
    Some(name.to_owned())
}

/// The name of the column that a card stands in, where it stands in one that is shown.
pub fn column_of(board: &Board, card: &Entity) -> String {
    if view::card_standing(board, card).recovered {
        return "Recovered".to_owned();
    }
    let column = view::spot(card).and_then(|spot| board.entity(spot.parent));
    column.map(|column| column.text(Field::TITLE).to_owned()).unwrap_or_default()
}

fn changed_ms(thing: &Entity) -> i64 {
    view::signed(thing.registers().iter().map(|it| it.rank.stamp.ms).max().unwrap_or(0))
}

impl TicketBoard {
    pub fn of(board: &Board, number: u64) -> TicketBoard {
        let itself = board.entity(EntityId::BOARD);
        TicketBoard {
            id: number,
            name: itself.map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default(),
            columns: names(board),
            created_at: instant(itself.and_then(view::created_ms).unwrap_or(0)),
        }
    }
}

impl Remark {
    /// `None` where there is no such comment any more.
    pub fn of(board: &Board, id: EntityId, number: u64, ticket: u64) -> Option<Remark> {
        let comment = board.of_kind(id, &Kind::COMMENT).filter(|it| view::is_live(it))?;
        let author = comment.value(Field::AUTHOR).and_then(Value::as_id);
        let author = author.and_then(|author| board.entity(author));
        Some(Remark {
            id: number,
            ticket_id: ticket,
            author: author.map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default(),
            text: comment.text(Field::TEXT).to_owned(),
            created_at: instant(view::created_ms(comment).unwrap_or(changed_ms(comment))),
        })
    }
}

/// RFC 3339.
fn instant(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        register::Register,
        stamp::{ChangeId, Rank, Stamp},
    };

    fn priority_with(set: Option<Priority>, words: &str) -> Option<String> {
        let replica = domain::id::ReplicaId(uuid::Uuid::nil());
        let stamp = Stamp { ms: 1, counter: 0, replica };
        let rank = Rank { stamp, minor: 0, change: ChangeId { replica, rseq: 1 } };
        let register = |field: Field, value| Register { slot: field.into(), value, rank };
        let registers = vec![
            register(Field::PRIORITY, Value::priority(set)),
            register(Field::PRIORITY_WORDS, Value::text(words)),
        ];
        priority(&Entity::from_registers(Kind::CARD, registers))
    }

    #[test]
    fn a_priority_is_as_it_was_worded_until_another_is_set() {
        let shown = |set, words, shown: Option<&str>| {
            assert_eq!(priority_with(set, words).as_deref(), shown);
        };
        shown(None, "", None);
        shown(None, "1.5", Some("1.5"));
        shown(Some(Priority::High), "High", Some("High"));
        shown(Some(Priority::Low), "High", Some("low"));
        shown(Some(Priority::Low), "1.5", Some("low"));
        shown(None, "High", None);
    }
}
