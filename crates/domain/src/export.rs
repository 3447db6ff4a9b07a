//! From a board to a document: all that is not in the trash.

use crate::{
    board::{Board, Entity},
    document::*,
    id::*,
    register::{Field, Kind},
    text::Colour,
    value::Value,
    view::*,
};

/// The board as `me` sees it. Archived things are in it and marked; cards without a live column
/// stand in the column that they name.
pub fn export(board: &Board, me: PersonId) -> BoardDocument {
    let own = board.entity(EntityId::BOARD);
    BoardDocument {
        id: board.id.to_string(),
        title: own.map(|own| own.text(Field::TITLE).to_owned()).unwrap_or_default(),
        colour: own.and_then(|own| colour(own, Field::COLOUR)),
        archived: own.is_some_and(|own| own.flag(Field::ARCHIVED)),
        created_ms: own.and_then(created_ms),
        people: board
            .loose(&Kind::PERSON)
            .filter(|it| kept(it.1))
            .map(|(id, person)| PersonDocument {
                id: id.to_string(),
                name: person.text(Field::TITLE).to_owned(),
                me: PersonId::from(id) == me,
            })
            .collect(),
        labels: board
            .loose(&Kind::LABEL)
            .filter(|it| kept(it.1))
            .map(|(id, label)| LabelDocument {
                id: id.to_string(),
                name: label.text(Field::TITLE).to_owned(),
                colour: colour(label, Field::COLOUR),
            })
            .collect(),
        columns: columns(board, me),
    }
}

fn columns(board: &Board, me: PersonId) -> Vec<ColumnDocument> {
    let mut columns: Vec<ColumnDocument> = board
        .below(EntityId::BOARD, &Kind::COLUMN)
        .filter(|it| kept(it.1))
        .map(|(id, column, _)| column_document(board, id, column, me))
        .collect();
    let mut homeless: Vec<EntityId> = board
        .parents()
        .filter(|id| !column(board, *id).is_some_and(kept))
        .filter(|id| board.below(*id, &Kind::CARD).any(|it| kept(it.1)))
        .collect();
    homeless.sort();
    columns.extend(homeless.into_iter().map(|id| ColumnDocument {
        id: id.to_string(),
        title: "Recovered".to_owned(),
        cards: cards(board, id),
        ..ColumnDocument::default()
    }));
    let placeless = placeless(board);
    if !placeless.is_empty() {
        let title = "Recovered".to_owned();
        columns.push(ColumnDocument { title, cards: placeless, ..ColumnDocument::default() });
    }
    columns
}

/// Cards whose place cannot be read.
fn placeless(board: &Board) -> Vec<CardDocument> {
    let cards = board.entities().filter(|(_, it)| it.kind == Kind::CARD && kept(it));
    let mut placeless: Vec<_> = cards.filter(|(_, card)| spot(card).is_none()).collect();
    placeless.sort_by_key(|(id, _)| *id);
    placeless.into_iter().map(|(id, card)| card_document(board, id, card)).collect()
}

fn column_document(board: &Board, id: EntityId, column: &Entity, me: PersonId) -> ColumnDocument {
    let record = column_record(id.into(), column, me);
    ColumnDocument {
        id: id.to_string(),
        title: record.title,
        colour: record.colour,
        limit: record.limit,
        collapsed: record.collapsed,
        archived: column.flag(Field::ARCHIVED),
        created_ms: created_ms(column),
        cards: cards(board, id),
    }
}

fn cards(board: &Board, column: EntityId) -> Vec<CardDocument> {
    board
        .below(column, &Kind::CARD)
        .filter(|it| kept(it.1))
        .map(|(id, card, _)| card_document(board, id, card))
        .collect()
}

fn card_document(board: &Board, id: EntityId, card: &Entity) -> CardDocument {
    let record = card_record(board, id.into(), card);
    let detail = card_detail(board, id.into(), card);
    CardDocument {
        id: id.to_string(),
        title: record.title,
        description: detail.description,
        archived: card.flag(Field::ARCHIVED),
        created_ms: detail.created_ms,
        labels: record.labels.iter().map(LabelId::to_string).collect(),
        people: record.people.iter().map(PersonId::to_string).collect(),
        dates: record.dates,
        done: record.done,
        priority: record.priority,
        cover: record.cover,
        checklists: detail.checklists.into_iter().map(checklist_document).collect(),
        comments: detail
            .comments
            .into_iter()
            .map(|comment| CommentDocument {
                id: comment.id.to_string(),
                author: comment
                    .author
                    .filter(|id| board.of_kind((*id).into(), &Kind::PERSON).is_some_and(kept))
                    .map(|author| author.to_string()),
                text: comment.text,
                created_ms: comment.created_ms,
            })
            .collect(),
        attachments: detail
            .attachments
            .into_iter()
            .map(|attachment| AttachmentDocument {
                id: attachment.id.to_string(),
                name: attachment.name,
                url: attachment.url,
            })
            .collect(),
    }
}

fn checklist_document(checklist: crate::record::ChecklistRecord) -> ChecklistDocument {
    ChecklistDocument {
        id: checklist.id.to_string(),
        title: checklist.title,
        items: checklist
            .items
            .into_iter()
            .map(|item| ItemDocument {
                id: item.id.to_string(),
                title: item.title,
                done: item.done,
            })
            .collect(),
    }
}

fn colour(entity: &Entity, field: Field) -> Option<Colour> {
    entity.value(field).and_then(Value::as_colour)
}

/// Neither deleted nor purged; archived or not.
fn kept(entity: &Entity) -> bool {
    !entity.flag(Field::DELETED) && !entity.purged()
}
