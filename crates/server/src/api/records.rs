//! What an answer shows of a thing: the records that the desktop draws, and their ETag, which differs exactly
//! where the record does.

use crate::{ServerError, sync::acting::Member};
use axum::http::HeaderValue;
use domain::{
    board::{Board, Entity},
    edit::Dates,
    id::*,
    record::Standing,
    register::{Field, Kind},
    text::{Colour, Priority},
    value::Value,
    versions::{self, TextVersion},
    view,
};
use serde::Serialize;
use sync::message::Role;

/// What a path can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Board,
    Column,
    Card,
    Label,
    Person,
    Checklist,
    Item,
    Comment,
}

impl Thing {
    /// What it is called, in paths and in words.
    pub const fn noun(self) -> &'static str {
        match self {
            Thing::Board => "board",
            Thing::Column => "column",
            Thing::Card => "card",
            Thing::Label => "label",
            Thing::Person => "person",
            Thing::Checklist => "checklist",
            Thing::Item => "item",
            Thing::Comment => "comment",
        }
    }

    /// Its path below a board.
    pub fn path(self) -> &'static str {
        match self {
            Thing::Board => "",
            Thing::Column => "columns",
            Thing::Card => "cards",
            Thing::Label => "labels",
            Thing::Person => "people",
            Thing::Checklist => "checklists",
            Thing::Item => "items",
            Thing::Comment => "comments",
        }
    }

    pub fn kind(self) -> Kind {
        match self {
            Thing::Board => Kind::BOARD,
            Thing::Column => Kind::COLUMN,
            Thing::Card => Kind::CARD,
            Thing::Label => Kind::LABEL,
            Thing::Person => Kind::PERSON,
            Thing::Checklist => Kind::CHECKLIST,
            Thing::Item => Kind::ITEM,
            Thing::Comment => Kind::COMMENT,
        }
    }

    /// Those of a kind that a board has, whatever their standing, in no order.
    pub fn all(self, board: &Board) -> impl Iterator<Item = (EntityId, &Entity)> {
        let kind = self.kind();
        board.entities().filter(move |(_, entity)| entity.kind == kind && !entity.purged())
    }

    /// Its record, as JSON; `None` where there is none, or it was deleted and has no trash to lie in.
    pub fn record(
        self,
        board: &Board,
        me: Member,
        id: EntityId,
    ) -> Result<Option<Vec<u8>>, ServerError> {
        let Some(entity) = board.of_kind(id, &self.kind()) else { return Ok(None) };
        let json = match self {
            Thing::Board => json(&BoardShown::of(board.id, entity, me))?,
            Thing::Column => json(&view::column_record(id.into(), entity, me.person))?,
            Thing::Card => json(&CardShown::of(board, id.into(), entity))?,
            _ if !view::is_live(entity) => return Ok(None),
            Thing::Label => json(&view::label_record(id.into(), entity))?,
            Thing::Person => json(&view::person_record(id.into(), entity, me.person))?,
            Thing::Checklist => json(&view::checklist_record(board, id.into(), entity))?,
            Thing::Item => json(&view::item_record(id.into(), entity))?,
            Thing::Comment => json(&view::comment_record(id.into(), entity))?,
        };
        Ok(Some(json))
    }
}

pub fn json(record: &impl Serialize) -> Result<Vec<u8>, ServerError> {
    serde_json::to_vec(record).map_err(|error| ServerError::Failed(error.to_string()))
}

/// A card with its text. Whether another description stands apart from that is no register: desktops work it out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CardShown<'a> {
    id: CardId,
    title: String,
    column: ColumnId,
    recovered: bool,
    key: String,
    standing: Standing,
    labels: Vec<LabelId>,
    people: Vec<PersonId>,
    dates: Dates,
    done: bool,
    priority: Option<Priority>,
    cover: Option<Colour>,
    description: &'a str,
    description_version: TextVersion,
    items: u32,
    items_done: u32,
    comments: u32,
    attachments: u32,
    created_ms: Option<i64>,
    placed_ms: i64,
}

impl<'a> CardShown<'a> {
    fn of(board: &Board, id: CardId, card: &'a Entity) -> CardShown<'a> {
        let record = view::card_record(board, id, card);
        CardShown {
            id,
            title: record.title,
            column: record.column,
            recovered: record.recovered,
            key: record.key,
            standing: record.standing,
            labels: record.labels,
            people: record.people,
            dates: record.dates,
            done: record.done,
            priority: record.priority,
            cover: record.cover,
            description: card.text(Field::TEXT),
            description_version: versions::shown(card),
            items: record.items,
            items_done: record.items_done,
            comments: record.comments,
            attachments: record.attachments,
            created_ms: view::created_ms(card),
            placed_ms: record.placed_ms,
        }
    }
}

/// A board, and who one is on it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BoardShown {
    pub id: BoardId,
    pub title: String,
    pub colour: Option<Colour>,
    pub standing: Standing,
    pub person: PersonId,
    pub role: &'static str,
}

impl BoardShown {
    /// `entity` is what carries the board's own registers.
    pub fn of(id: BoardId, entity: &Entity, me: Member) -> BoardShown {
        BoardShown {
            id,
            title: entity.text(Field::TITLE).to_owned(),
            colour: entity.value(Field::COLOUR).and_then(Value::as_colour),
            standing: entity.standing(),
            person: me.person,
            role: role_name(me.role),
        }
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Commenter => "commenter",
        Role::Editor => "editor",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

/// What a record is called by what it says.
pub fn etag(record: &[u8]) -> String {
    let hash = blake3::hash(record);
    format!("\"{}\"", &hash.to_hex()[..32])
}

/// Whether a list of ETags, or `*`, names a record.
pub fn names(header: &HeaderValue, record: Option<&[u8]>) -> bool {
    let (Ok(list), Some(record)) = (header.to_str(), record) else { return false };
    let own = etag(record);
    list.trim() == "*" || list.split(',').any(|one| one.trim().trim_start_matches("W/") == own)
}
