//! From a document to the registers of a new board.

use crate::{
    change::Write,
    document::*,
    edit::Dates,
    fresh::Fresh,
    id::*,
    key::{KEY_BYTES_MAX, OrderKey, keys_between},
    register::{Field, Kind, Slot},
    text::*,
    value::Value,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The name of the person whose folder it is, until somebody says otherwise.
pub const ME: &str = "You";

/// A board about to be.
#[derive(Debug)]
pub struct Import {
    pub board: BoardId,
    /// The person of the board who uses this folder.
    pub me: PersonId,
    pub writes: Vec<Write>,
    /// Texts that were over a limit and were cut.
    pub texts_cut: u32,
}

/// Plans a board from a document. Its ids are kept where they are uuids and `board_is_free` says
/// that this folder has no such board; else everything gets new ones. `source` names the product that
/// the file is from, and goes before ids that are not kept.
pub fn import(
    document: &BoardDocument,
    source: &str,
    board_is_free: impl Fn(BoardId) -> bool,
    fresh: &mut Fresh,
) -> Import {
    let kept = Uuid::parse_str(&document.id).ok().filter(|id| !id.is_nil()).map(BoardId);
    let kept = kept.filter(|board| board_is_free(*board));
    let board = kept.unwrap_or_else(|| BoardId(fresh.uuid()));
    let mut importing = Importing {
        keep_ids: kept.is_some(),
        source,
        fresh,
        used: HashSet::from([board.0]),
        writes: Vec::new(),
        texts_cut: 0,
    };
    let me = importing.board(document);
    let Importing { writes, texts_cut, .. } = importing;
    Import { board, me, writes, texts_cut }
}

struct Importing<'a> {
    keep_ids: bool,
    source: &'a str,
    fresh: &'a mut Fresh,
    used: HashSet<Uuid>,
    writes: Vec<Write>,
    texts_cut: u32,
}

type Names<'a> = HashMap<&'a str, EntityId>;

impl Importing<'_> {
    fn board(&mut self, document: &BoardDocument) -> PersonId {
        let board = EntityId::BOARD;
        self.set(&Kind::BOARD, board, Field::CREATED, Value::created(document.created_ms, None));
        self.title(&Kind::BOARD, board, &document.title);
        self.colour(&Kind::BOARD, board, Field::COLOUR, document.colour.as_ref());
        let mut people = Names::new();
        let mut me = None;
        for person in &document.people {
            let id = self.create(&Kind::PERSON, &person.id, None);
            self.title(&Kind::PERSON, id, &person.name);
            people.insert(&person.id, id);
            me = me.or(person.me.then_some(id));
        }
        let me = me.unwrap_or_else(|| {
            let id = self.fresh.entity();
            self.set(&Kind::PERSON, id, Field::CREATED, Value::created(None, None));
            self.title(&Kind::PERSON, id, ME);
            id
        });
        let mut labels = Names::new();
        for label in &document.labels {
            let id = self.create(&Kind::LABEL, &label.id, None);
            self.title(&Kind::LABEL, id, &label.name);
            self.colour(&Kind::LABEL, id, Field::COLOUR, label.colour.as_ref());
            labels.insert(&label.id, id);
        }
        let mut archived = Vec::new();
        for (column, key) in document.columns.iter().zip(self.keys(document.columns.len())) {
            let id = self.column(column, &key, me);
            for (card, key) in column.cards.iter().zip(self.keys(column.cards.len())) {
                self.card(card, id, &key, &people, &labels);
            }
            if column.archived {
                archived.push(id);
            }
        }
        // Behind all cards, so that they rest with their column instead of showing as recovered.
        for column in archived {
            self.set(&Kind::COLUMN, column, Field::ARCHIVED, Value::flag(true));
        }
        if document.archived {
            self.set(&Kind::BOARD, board, Field::ARCHIVED, Value::flag(true));
        }
        me.into()
    }

    fn column(&mut self, column: &ColumnDocument, key: &OrderKey, me: EntityId) -> EntityId {
        let id = self.create(&Kind::COLUMN, &column.id, column.created_ms);
        self.title(&Kind::COLUMN, id, &column.title);
        self.colour(&Kind::COLUMN, id, Field::COLOUR, column.colour.as_ref());
        self.set(&Kind::COLUMN, id, Field::PLACE, Value::spot(EntityId::BOARD, key));
        if let Some(limit) = column.limit.filter(|limit| *limit > 0) {
            self.set(&Kind::COLUMN, id, Field::LIMIT, Value::number(limit));
        }
        if column.collapsed {
            let slot = Slot::of(Field::COLLAPSED, me.0);
            self.set(&Kind::COLUMN, id, slot, Value::flag(true));
        }
        id
    }

    fn card(
        &mut self,
        card: &CardDocument,
        column: EntityId,
        key: &OrderKey,
        people: &Names,
        labels: &Names,
    ) {
        let kind = Kind::CARD;
        let id = self.create(&kind, &card.id, card.created_ms);
        self.title(&kind, id, &card.title);
        self.set(&kind, id, Field::PLACE, Value::spot(column, key));
        if !card.description.is_empty() {
            self.text(&kind, id, &card.description);
        }
        for label in card.labels.iter().filter_map(|label| labels.get(label.as_str())) {
            self.set(&kind, id, Slot::of(Field::LABEL, label.0), Value::flag(true));
        }
        for person in card.people.iter().filter_map(|person| people.get(person.as_str())) {
            self.set(&kind, id, Slot::of(Field::ASSIGNEE, person.0), Value::flag(true));
        }
        if card.dates != Dates::default() {
            self.set(&kind, id, Field::DATES, Value::dates(&card.dates));
        }
        if card.priority.is_some() {
            self.set(&kind, id, Field::PRIORITY, Value::priority(card.priority));
        }
        self.colour(&kind, id, Field::COVER, card.cover.as_ref());
        for (flag, field) in [(card.done, Field::DONE), (card.archived, Field::ARCHIVED)] {
            if flag {
                self.set(&kind, id, field, Value::flag(true));
            }
        }
        self.parts(card, id, people);
    }

    fn parts(&mut self, card: &CardDocument, id: EntityId, people: &Names) {
        for (checklist, key) in card.checklists.iter().zip(self.keys(card.checklists.len())) {
            let list = self.create(&Kind::CHECKLIST, &checklist.id, None);
            self.title(&Kind::CHECKLIST, list, &checklist.title);
            self.set(&Kind::CHECKLIST, list, Field::PLACE, Value::spot(id, &key));
            for (item, key) in checklist.items.iter().zip(self.keys(checklist.items.len())) {
                let it = self.create(&Kind::ITEM, &item.id, None);
                self.title(&Kind::ITEM, it, &item.title);
                self.set(&Kind::ITEM, it, Field::PLACE, Value::spot(list, &key));
                if item.done {
                    self.set(&Kind::ITEM, it, Field::DONE, Value::flag(true));
                }
            }
        }
        for comment in &card.comments {
            let it = self.create(&Kind::COMMENT, &comment.id, comment.created_ms);
            self.set(&Kind::COMMENT, it, Field::CARD, Value::id(id));
            self.text(&Kind::COMMENT, it, &comment.text);
            let author = comment.author.as_deref().and_then(|author| people.get(author));
            if let Some(author) = author {
                self.set(&Kind::COMMENT, it, Field::AUTHOR, Value::id(*author));
            }
        }
        for attachment in &card.attachments {
            let it = self.create(&Kind::ATTACHMENT, &attachment.id, None);
            self.set(&Kind::ATTACHMENT, it, Field::CARD, Value::id(id));
            self.title(&Kind::ATTACHMENT, it, &attachment.name);
            let url = self.fitting(&attachment.url, TITLE_BYTES_MAX);
            self.set(&Kind::ATTACHMENT, it, Field::URL, Value::text(&url));
        }
    }

    /// A thing with the file's id, where ids are kept and this one is free; else with a new one,
    /// and the file's in its source.
    fn create(&mut self, kind: &Kind, source: &str, created_ms: Option<i64>) -> EntityId {
        let own = Uuid::parse_str(source).ok().filter(|id| self.keep_ids && !id.is_nil());
        let own = own.filter(|id| self.used.insert(*id));
        let id = own.map_or_else(|| self.fresh.entity(), EntityId);
        self.set(kind, id, Field::CREATED, Value::created(created_ms, None));
        if own.is_none() && !source.is_empty() {
            let name = format!("{}/{}", self.source, cut(source, 256));
            self.set(kind, id, Field::SOURCE, Value::text(&name));
        }
        id
    }

    fn set(&mut self, kind: &Kind, entity: EntityId, slot: impl Into<Slot>, value: Value) {
        let kind = kind.clone();
        self.writes.push(Write {
            kind,
            entity,
            slot: slot.into(),
            value,
            replaces: None,
            seen: None,
        });
    }

    fn title(&mut self, kind: &Kind, entity: EntityId, title: &str) {
        let title = self.fitting(&title_from(title), TITLE_BYTES_MAX);
        self.set(kind, entity, Field::TITLE, Value::text(&title));
    }

    fn text(&mut self, kind: &Kind, entity: EntityId, text: &str) {
        let text = self.fitting(text, TEXT_BYTES_MAX);
        self.set(kind, entity, Field::TEXT, Value::text(&text));
    }

    fn fitting(&mut self, text: &str, bytes_max: usize) -> String {
        self.texts_cut += u32::from(text.len() > bytes_max);
        cut(text, bytes_max).to_owned()
    }

    fn colour(&mut self, kind: &Kind, entity: EntityId, field: Field, colour: Option<&Colour>) {
        if let Some(colour) = colour.filter(|colour| colour.is_valid()) {
            self.set(kind, entity, field, Value::colour(Some(colour)));
        }
    }

    fn keys(&mut self, count: usize) -> Vec<OrderKey> {
        // Between no bounds there is always room.
        keys_between(None, None, count, KEY_BYTES_MAX, self.fresh.rng()).unwrap_or_default()
    }
}
