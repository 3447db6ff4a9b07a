//! Edits of the board itself and of its columns.

use super::*;
use crate::{
    edit::{CardsGo, Place},
    key::{KEY_BYTES_MAX, OrderKey, keys_between},
    view::{is_live, spot},
};

impl Resolving<'_> {
    pub(super) fn board_edit(&mut self, edit: &Edit) -> Result_ {
        let board = EntityId::BOARD;
        match edit {
            Edit::RenameBoard { title: typed } => {
                self.set(Kind::BOARD, board, Field::TITLE, title(typed, "title")?);
            }
            Edit::ColourBoard { colour: name } => {
                self.set(Kind::BOARD, board, Field::COLOUR, colour(name.as_ref())?);
            }
            // Only the replica knows the other boards: it goes through `move_board`.
            Edit::MoveBoard { .. } => return Err(Refusal::NotFound { what: "place" }),
            Edit::ArchiveBoard => self.flag(Kind::BOARD, board, Field::ARCHIVED, true),
            Edit::RestoreBoard => self.flag(Kind::BOARD, board, Field::ARCHIVED, false),
            Edit::DeleteBoard => self.flag(Kind::BOARD, board, Field::DELETED, true),
            Edit::UndeleteBoard => self.flag(Kind::BOARD, board, Field::DELETED, false),
            Edit::AddColumn { title: typed, place } => {
                let title = title(typed, "title")?;
                let gap = self.gap(board, &Kind::COLUMN, place, &[]);
                let column = self.create(Kind::COLUMN);
                self.set(Kind::COLUMN, column, Field::TITLE, title);
                self.put(board, &Kind::COLUMN, &gap, &[column]);
            }
            Edit::EmptyTrash => self.empty_trash(),
            _ => self.column_edit(edit)?,
        }
        Ok(())
    }

    fn column_edit(&mut self, edit: &Edit) -> Result_ {
        match edit {
            Edit::RenameColumn { column, title: typed } => {
                self.set_column(*column, Field::TITLE, title(typed, "title")?)?;
            }
            Edit::ColourColumn { column, colour: name } => {
                self.set_column(*column, Field::COLOUR, colour(name.as_ref())?)?;
            }
            Edit::LimitColumn { column, limit } => {
                let value =
                    limit.filter(|limit| *limit > 0).map_or_else(Value::null, Value::number);
                self.set_column(*column, Field::LIMIT, value)?;
            }
            Edit::CollapseColumn { column, collapsed } => {
                self.find((*column).into(), &Kind::COLUMN)?;
                let slot = Slot::of(Field::COLLAPSED, self.me.0);
                self.set(Kind::COLUMN, (*column).into(), slot, Value::flag(*collapsed));
            }
            Edit::MoveColumn { column, place } => self.move_column(*column, place)?,
            Edit::ArchiveColumn { column } => {
                self.set_column(*column, Field::ARCHIVED, Value::flag(true))?;
            }
            Edit::RestoreColumn { column } => {
                self.set_column(*column, Field::ARCHIVED, Value::flag(false))?;
            }
            Edit::DeleteColumn { column, cards } => self.delete_column(*column, cards)?,
            Edit::UndeleteColumn { column } => self.undelete_column(*column)?,
            _ => return Err(Refusal::NotFound { what: "verb" }),
        }
        Ok(())
    }

    fn set_column(&mut self, column: ColumnId, field: Field, value: Value) -> Result_ {
        self.find(column.into(), &Kind::COLUMN)?;
        self.set(Kind::COLUMN, column.into(), field, value);
        Ok(())
    }

    fn move_column(&mut self, column: ColumnId, place: &Place) -> Result_ {
        self.find_live(column.into(), &Kind::COLUMN)?;
        let moving = [column.into()];
        let gap = self.gap(EntityId::BOARD, &Kind::COLUMN, place, &moving);
        if self.stands_so(EntityId::BOARD, &Kind::COLUMN, &gap, &moving) {
            return Ok(());
        }
        self.put(EntityId::BOARD, &Kind::COLUMN, &gap, &moving);
        Ok(())
    }

    /// Whether the live things, and those that move, below a parent would have the order that they have.
    pub(super) fn stands_so(
        &self,
        parent: EntityId,
        kind: &Kind,
        gap: &place::Gap,
        moving: &[EntityId],
    ) -> bool {
        let shown =
            |id: EntityId| moving.contains(&id) || self.board.entity(id).is_some_and(is_live);
        let now: Vec<EntityId> =
            self.board.below(parent, kind).map(|(id, _, _)| id).filter(|id| shown(*id)).collect();
        gap.order(moving, shown) == now
    }

    fn delete_column(&mut self, column: ColumnId, cards: &CardsGo) -> Result_ {
        self.find(column.into(), &Kind::COLUMN)?;
        self.flag(Kind::COLUMN, column.into(), Field::DELETED, true);
        let inside: Vec<EntityId> = self
            .board
            .below(column.into(), &Kind::CARD)
            .filter(|(_, card, _)| !card.flag(Field::DELETED) && !card.purged())
            .map(|(id, _, _)| id)
            .collect();
        match cards {
            CardsGo::Trash => {
                for card in inside {
                    self.flag(Kind::CARD, card, Field::DELETED, true);
                }
            }
            CardsGo::Column { column: target } if target == &column => {
                return Err(Refusal::IntoItself);
            }
            CardsGo::Column { column: target } => {
                self.find_live((*target).into(), &Kind::COLUMN)?;
                self.evacuate(*target, &inside);
            }
        }
        Ok(())
    }

    /// Nobody aimed at these cards: a move that somebody else made meanwhile stands.
    fn evacuate(&mut self, target: ColumnId, cards: &[EntityId]) {
        let gap = self.gap(target.into(), &Kind::CARD, &Place::Last, &[]);
        let keys = self.keys_in(&gap, &Kind::CARD, cards.len());
        for (card, key) in cards.iter().zip(keys) {
            let replaces = self.board.winner(*card, &Field::PLACE.into()).map(|it| it.winner());
            self.write(Write {
                kind: Kind::CARD,
                entity: *card,
                slot: Field::PLACE.into(),
                value: Value::spot(target.into(), &key),
                replaces,
                seen: None,
            });
        }
    }

    /// The column comes back with the cards that went to the trash with it, not with those that
    /// lay there before.
    fn undelete_column(&mut self, column: ColumnId) -> Result_ {
        let entity = self.find(column.into(), &Kind::COLUMN)?;
        let deleted = entity.register(&Field::DELETED.into()).map(|it| it.rank);
        // A column that is there brings nothing back.
        let Some(deleted) = deleted.filter(|_| entity.flag(Field::DELETED)) else { return Ok(()) };
        let with_it = |card: &Entity| {
            card.flag(Field::DELETED)
                && card.register(&Field::DELETED.into()).is_some_and(|it| it.rank >= deleted)
        };
        let cards: Vec<EntityId> = self
            .board
            .below(column.into(), &Kind::CARD)
            .filter(|(_, card, _)| with_it(card))
            .map(|(id, _, _)| id)
            .collect();
        self.flag(Kind::COLUMN, column.into(), Field::DELETED, false);
        for card in cards {
            self.flag(Kind::CARD, card, Field::DELETED, false);
        }
        Ok(())
    }

    /// Purges what is deleted, and what hangs below a deleted card or checklist; a deleted board, whole.
    fn empty_trash(&mut self) {
        let deleted =
            |id: EntityId| self.board.entity(id).is_some_and(|it| it.flag(Field::DELETED));
        let board_deleted = deleted(EntityId::BOARD);
        let doomed = |id: EntityId, entity: &Entity| {
            board_deleted
                || deleted(id)
                || self.board.card_of(id).is_some_and(|card| deleted(card.into()))
                || entity.kind == Kind::ITEM && spot(entity).is_some_and(|it| deleted(it.parent))
        };
        let mut purged: Vec<(EntityId, Kind)> = self
            .board
            .entities()
            .filter(|(id, entity)| !entity.purged() && doomed(*id, entity))
            .map(|(id, entity)| (id, entity.kind.clone()))
            .collect();
        purged.sort();
        for (id, kind) in purged {
            self.flag(kind, id, Field::PURGED, true);
        }
    }
}

/// Puts a board into the sidebar of `me`, between the keys of its new neighbours there. `None` for
/// the keys means that the sidebar's keys leave no room: the caller gives every board a new one first.
pub fn move_board(
    me: PersonId,
    lower: Option<&OrderKey>,
    upper: Option<&OrderKey>,
    fresh: &mut Fresh,
) -> Option<Write> {
    let key = keys_between(lower, upper, 1, KEY_BYTES_MAX, fresh.rng())?.pop()?;
    Some(sidebar_write(me, &key))
}

/// Gives a board this key in the sidebar of `me`.
pub fn sidebar_write(me: PersonId, key: &OrderKey) -> Write {
    Write {
        kind: Kind::BOARD,
        entity: EntityId::BOARD,
        slot: Slot::of(Field::SIDEBAR, me.0),
        value: Value::key(key),
        replaces: None,
        seen: None,
    }
}

/// The column of a card, where it is known.
pub(super) fn column_of(card: &Entity) -> Option<EntityId> {
    spot(card).map(|spot| spot.parent)
}
