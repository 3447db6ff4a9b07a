//! From registers to records: what a reader sees of a board. Derived rules live here: where a card
//! stands in its life, and which cards show in "Recovered".

use crate::{
    board::{Board, Entity},
    edit::Dates,
    id::*,
    mutants::is_left_out,
    record::*,
    register::{Field, Kind, Slot},
    value::{Spot, Value},
    versions,
};

/// How a card counts on the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardStanding {
    pub standing: Standing,
    /// Live, but its column is gone: it shows in "Recovered".
    pub recovered: bool,
}

/// `SPEC.md` V1: every card that is neither deleted nor archived is on the board exactly once.
pub fn card_standing(board: &Board, card: &Entity) -> CardStanding {
    let column = spot(card).and_then(|spot| column(board, spot.parent));
    standing_in(column, card)
}

/// The column, where it stands on the board.
pub(crate) fn column(board: &Board, id: EntityId) -> Option<&Entity> {
    board.of_kind(id, &Kind::COLUMN).filter(|column| stands_on_board(column))
}

fn stands_on_board(column: &Entity) -> bool {
    spot(column).is_some_and(|spot| spot.parent == EntityId::BOARD)
}

fn standing_in(column: Option<&Entity>, card: &Entity) -> CardStanding {
    let standing = card.standing();
    if standing != Standing::Live {
        return CardStanding { standing, recovered: false };
    }
    let recovered = CardStanding { standing: Standing::Live, recovered: true };
    let nowhere = CardStanding { standing: Standing::Deleted, recovered: false };
    let Some(column) = column else {
        return if is_left_out("a card of an unknown column is nowhere") {
            nowhere
        } else {
            recovered
        };
    };
    match column.standing() {
        Standing::Live => CardStanding { standing: Standing::Live, recovered: false },
        Standing::Deleted if is_left_out("a card of a deleted column is nowhere") => nowhere,
        Standing::Deleted => recovered,
        Standing::Archived => {
            let rank = |entity: &Entity, field: Field| {
                entity.register(&field.into()).map(|register| register.rank)
            };
            // It was put there by somebody who could not see that the column was put away.
            let later = rank(card, Field::PLACE) > rank(column, Field::ARCHIVED);
            if later && !is_left_out("a card put into an archived column rests there") {
                return recovered;
            }
            CardStanding { standing: Standing::Archived, recovered: false }
        }
    }
}

/// How many cards are live, and how many rest in the archive.
fn count_cards(board: &Board) -> (u32, u32) {
    let (mut live, mut archived) = (0, 0);
    for (parent, tally) in board.tallies() {
        let column = column(board, parent);
        if column.map(Entity::standing) != Some(Standing::Archived) {
            live += tally.live;
            archived += tally.archived;
            continue;
        }
        for (_, card, _) in board.below(parent, &Kind::CARD) {
            match standing_in(column, card).standing {
                Standing::Live => live += 1,
                Standing::Archived => archived += 1,
                Standing::Deleted => {}
            }
        }
    }
    (live, archived)
}

pub fn board_record(board: &Board, me: PersonId) -> BoardRecord {
    let entity = board.entity(EntityId::BOARD);
    let (cards, archived_cards) = count_cards(board);
    let key = entity
        .and_then(|it| it.register(&Slot::of(Field::SIDEBAR, me.0)))
        .and_then(|register| register.value.as_key());
    BoardRecord {
        id: board.id,
        title: entity.map(|it| it.text(Field::TITLE).to_owned()).unwrap_or_default(),
        colour: entity.and_then(|it| it.value(Field::COLOUR)).and_then(Value::as_colour),
        key: key.map(|key| key.hex()).unwrap_or_default(),
        standing: entity.map_or(Standing::Deleted, Entity::standing),
        cards,
        archived_cards,
    }
}

pub fn column_record(id: ColumnId, column: &Entity, me: PersonId) -> ColumnRecord {
    let collapsed = column
        .register(&Slot::of(Field::COLLAPSED, me.0))
        .and_then(|register| register.value.as_flag());
    ColumnRecord {
        id,
        title: column.text(Field::TITLE).to_owned(),
        colour: column.value(Field::COLOUR).and_then(Value::as_colour),
        key: hex_key(column),
        collapsed: collapsed.unwrap_or(false),
        limit: column.value(Field::LIMIT).and_then(Value::as_number),
        standing: column.standing(),
    }
}

pub fn card_record(board: &Board, id: CardId, card: &Entity) -> CardRecord {
    let CardStanding { standing, recovered } = card_standing(board, card);
    let place = card.register(&Field::PLACE.into());
    let spot = place.and_then(|register| register.value.as_spot());
    let (mut items, mut items_done, mut comments, mut attachments) = (0, 0, 0, 0);
    for (checklist, entity, _) in board.below(id.into(), &Kind::CHECKLIST) {
        if is_live(entity) {
            for (_, item, _) in board.below(checklist, &Kind::ITEM).filter(|it| is_live(it.1)) {
                items += 1;
                items_done += u32::from(item.flag(Field::DONE));
            }
        }
    }
    for (_, comment, _) in board.below(id.into(), &Kind::COMMENT) {
        comments += u32::from(is_live(comment));
    }
    for (_, attachment, _) in board.below(id.into(), &Kind::ATTACHMENT) {
        attachments += u32::from(is_live(attachment));
    }
    CardRecord {
        id,
        title: card.text(Field::TITLE).to_owned(),
        column: spot.as_ref().map_or(ColumnId(uuid::Uuid::nil()), |spot| spot.parent.into()),
        recovered,
        key: spot.map(|spot| spot.key.hex()).unwrap_or_default(),
        standing,
        labels: live_elements(board, card, &Field::LABEL, &Kind::LABEL),
        people: live_elements(board, card, &Field::ASSIGNEE, &Kind::PERSON),
        dates: card_dates(card),
        done: card.flag(Field::DONE),
        priority: card.value(Field::PRIORITY).and_then(Value::as_priority),
        cover: card.value(Field::COVER).and_then(Value::as_colour),
        described: !card.text(Field::TEXT).is_empty(),
        // Registers do not say it: who holds the board fills it in.
        apart: false,
        items,
        items_done,
        comments,
        attachments,
        placed_ms: place.map_or(0, |register| signed(register.rank.stamp.ms)),
    }
}

pub fn card_detail(board: &Board, id: CardId, card: &Entity) -> CardDetail {
    CardDetail {
        id,
        description: card.text(Field::TEXT).to_owned(),
        version: versions::shown(card),
        apart: Vec::new(),
        created_ms: created_ms(card),
        checklists: checklists(board, id),
        comments: comments(board, id),
        attachments: board
            .below(id.into(), &Kind::ATTACHMENT)
            .filter(|it| is_live(it.1))
            .map(|(id, entity, _)| AttachmentRecord {
                id: id.into(),
                name: entity.text(Field::TITLE).to_owned(),
                url: entity.text(Field::URL).to_owned(),
            })
            .collect(),
    }
}

fn checklists(board: &Board, card: CardId) -> Vec<ChecklistRecord> {
    board
        .below(card.into(), &Kind::CHECKLIST)
        .filter(|it| is_live(it.1))
        .map(|(id, checklist, _)| checklist_record(board, id.into(), checklist))
        .collect()
}

pub fn checklist_record(board: &Board, id: ChecklistId, checklist: &Entity) -> ChecklistRecord {
    ChecklistRecord {
        id,
        title: checklist.text(Field::TITLE).to_owned(),
        items: board
            .below(id.into(), &Kind::ITEM)
            .filter(|it| is_live(it.1))
            .map(|(id, item, _)| item_record(id.into(), item))
            .collect(),
    }
}

pub fn item_record(id: ItemId, item: &Entity) -> ItemRecord {
    ItemRecord { id, title: item.text(Field::TITLE).to_owned(), done: item.flag(Field::DONE) }
}

/// Oldest first; those without a time come first, in the order in which they were made.
fn comments(board: &Board, card: CardId) -> Vec<CommentRecord> {
    let mut comments: Vec<CommentRecord> = board
        .below(card.into(), &Kind::COMMENT)
        .filter(|it| is_live(it.1))
        .map(|(id, comment, _)| comment_record(id.into(), comment))
        .collect();
    comments.sort_by_key(|comment| (comment.created_ms, comment.id));
    comments
}

pub fn comment_record(id: CommentId, comment: &Entity) -> CommentRecord {
    let text = comment.register(&Field::TEXT.into());
    let created = comment.register(&Field::CREATED.into());
    CommentRecord {
        id,
        author: comment.value(Field::AUTHOR).and_then(Value::as_id).map(Into::into),
        text: comment.text(Field::TEXT).to_owned(),
        created_ms: created_ms(comment),
        changed: text.map(|it| it.winner()) != created.map(|it| it.winner()),
    }
}

pub fn label_record(id: LabelId, label: &Entity) -> LabelRecord {
    LabelRecord {
        id,
        name: label.text(Field::TITLE).to_owned(),
        colour: label.value(Field::COLOUR).and_then(Value::as_colour),
    }
}

pub fn person_record(id: PersonId, person: &Entity, me: PersonId) -> PersonRecord {
    PersonRecord { id, name: person.text(Field::TITLE).to_owned(), me: id == me }
}

/// The whole board at its head.
pub fn content(board: &Board, me: PersonId) -> BoardContent {
    let cards = board
        .entities()
        .filter(|(_, entity)| entity.kind == Kind::CARD && !entity.purged())
        .map(|(id, entity)| card_record(board, id.into(), entity))
        .filter(|card| card.standing == Standing::Live);
    let mut cards: Vec<CardRecord> = cards.collect();
    cards.sort_by(|a, b| (a.column, &a.key, a.id).cmp(&(b.column, &b.key, b.id)));
    BoardContent {
        board: board_record(board, me),
        seq: board.head.position.seq,
        columns: board
            .below(EntityId::BOARD, &Kind::COLUMN)
            .map(|(id, column, _)| column_record(id.into(), column, me))
            .filter(|column| column.standing != Standing::Deleted)
            .collect(),
        cards,
        labels: board
            .loose(&Kind::LABEL)
            .filter(|it| is_live(it.1))
            .map(|(id, label)| label_record(id.into(), label))
            .collect(),
        people: board
            .loose(&Kind::PERSON)
            .filter(|it| is_live(it.1))
            .map(|(id, person)| person_record(id.into(), person, me))
            .collect(),
    }
}

/// What a reader who saw the board at `from` has to put and drop, now that these were touched.
pub fn patch(board: &Board, me: PersonId, from: u64, touched: &[EntityId]) -> BoardPatch {
    let mut patch = BoardPatch {
        board: board_record(board, me),
        from,
        to: board.head.position.seq,
        columns: Vec::new(),
        cards: Vec::new(),
        labels: Vec::new(),
        people: Vec::new(),
        dropped: Vec::new(),
        details: Vec::new(),
    };
    for id in affected(board, touched) {
        let Some(entity) = board.entity(id) else { continue };
        match () {
            () if entity.kind == Kind::COLUMN => {
                let column = column_record(id.into(), entity, me);
                let shown = column.standing != Standing::Deleted && stands_on_board(entity);
                put_or_drop(shown, column, id, &mut patch.columns, &mut patch.dropped);
            }
            () if entity.kind == Kind::CARD => {
                let card = card_record(board, id.into(), entity);
                patch.details.push(card.id);
                let shown = card.standing == Standing::Live;
                put_or_drop(shown, card, id, &mut patch.cards, &mut patch.dropped);
            }
            () if entity.kind == Kind::LABEL => {
                let label = label_record(id.into(), entity);
                put_or_drop(is_live(entity), label, id, &mut patch.labels, &mut patch.dropped);
            }
            () if entity.kind == Kind::PERSON => {
                let person = person_record(id.into(), entity, me);
                put_or_drop(is_live(entity), person, id, &mut patch.people, &mut patch.dropped);
            }
            () => {}
        }
    }
    patch
}

/// The things whose records can differ after these were touched: themselves, the cards that they belong
/// to, and the cards of a column.
pub fn affected(board: &Board, touched: &[EntityId]) -> Vec<EntityId> {
    let mut affected = std::collections::BTreeSet::new();
    for id in touched {
        affected.insert(*id);
        if let Some(card) = board.card_of(*id) {
            affected.insert(card.into());
        }
        match board.entity(*id).map(|entity| &entity.kind) {
            Some(kind) if *kind == Kind::COLUMN => {
                affected.extend(board.all_below(*id));
            }
            Some(kind) if *kind == Kind::LABEL || *kind == Kind::PERSON => {
                let field = if *kind == Kind::LABEL { Field::LABEL } else { Field::ASSIGNEE };
                let slot = Slot::of(field, id.0);
                let worn = board.entities().filter(|(_, it)| it.register(&slot).is_some());
                affected.extend(worn.map(|(card, _)| card));
            }
            _ => {}
        }
    }
    affected.into_iter().collect()
}

pub fn is_live(entity: &Entity) -> bool {
    entity.standing() == Standing::Live
}

pub fn card_dates(card: &Entity) -> Dates {
    card.value(Field::DATES).and_then(Value::as_dates).unwrap_or_default()
}

pub fn created_ms(entity: &Entity) -> Option<i64> {
    entity.value(Field::CREATED).and_then(Value::as_created).and_then(|(ms, _)| ms)
}

/// The spot of a thing that has one.
pub fn spot(entity: &Entity) -> Option<Spot> {
    entity.value(Field::PLACE).and_then(Value::as_spot)
}

/// Milliseconds as the window counts them.
pub fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn hex_key(entity: &Entity) -> String {
    spot(entity).map(|spot| spot.key.hex()).unwrap_or_default()
}

fn live_elements<Id: From<EntityId>>(
    board: &Board,
    card: &Entity,
    field: &Field,
    kind: &Kind,
) -> Vec<Id> {
    card.elements(field)
        .filter(|id| board.of_kind(*id, kind).is_some_and(is_live))
        .map(Id::from)
        .collect()
}

fn put_or_drop<T>(
    shown: bool,
    record: T,
    id: EntityId,
    put: &mut Vec<T>,
    dropped: &mut Vec<EntityId>,
) {
    if shown { put.push(record) } else { dropped.push(id) }
}
