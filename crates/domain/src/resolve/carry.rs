//! Cards of one board on another: all of them that is live is made anew there, under new ids. Labels and people are those
//! of the same name where the other board has them, and are made where it has none.

use super::{EDIT_THINGS_MAX, Refusal, Resolved, Resolving, noun};
use crate::{
    board::{Board, Entity},
    change::Write,
    edit::Place,
    fresh::Fresh,
    id::*,
    register::{Field, Kind, Register, Slot},
    value::Value,
    view::is_live,
};
use std::collections::{BTreeMap, BTreeSet};

/// Cards on their way to another board. On the board that they leave nothing is written.
#[derive(Clone, Copy, Debug)]
pub struct Carry<'a> {
    pub from: &'a Board,
    /// Who carries them, as a person of the board that they leave.
    pub by: PersonId,
    /// In the order in which they will stand.
    pub cards: &'a [CardId],
    /// They stay where they are as well: a copy is made now, and has no comments.
    pub copy: bool,
    /// The first live one of the other board where it is absent.
    pub column: Option<ColumnId>,
    pub place: &'a Place,
}

/// What the other board writes.
#[derive(Debug)]
pub struct Carried {
    pub writes: Vec<Write>,
    /// The new cards, in the order of the old ones.
    pub created: Vec<EntityId>,
    /// What each thing became, labels and people too.
    pub twins: BTreeMap<EntityId, EntityId>,
}

impl Carry<'_> {
    /// What `me` writes on the board `to`.
    pub fn resolve(&self, to: &Board, me: PersonId, fresh: &mut Fresh) -> Result<Carried, Refusal> {
        if !to.entity(EntityId::BOARD).is_some_and(|board| is_live(board) && !board.purged()) {
            return Err(Refusal::Gone { what: "board" });
        }
        let to = Resolving { board: to, me, fresh, resolved: Resolved::default() };
        let twins = BTreeMap::from([(self.by.into(), me.into())]);
        let mut carrying = Carrying { carry: *self, to, twins };
        let created = carrying.cards()?;
        let Carrying { to: Resolving { resolved, .. }, twins, .. } = carrying;
        Ok(Carried { writes: resolved.writes, created, twins })
    }
}

struct Carrying<'a> {
    carry: Carry<'a>,
    to: Resolving<'a>,
    twins: BTreeMap<EntityId, EntityId>,
}

impl<'a> Carrying<'a> {
    fn cards(&mut self) -> Result<Vec<EntityId>, Refusal> {
        let column = self.column()?;
        let originals = self.originals()?;
        let keys = self.to.new_keys(column, &Kind::CARD, self.carry.place, originals.len());
        let mut created = Vec::with_capacity(originals.len());
        for ((id, original), key) in originals.into_iter().zip(keys) {
            let card = self.twin(id, original);
            self.to.set(Kind::CARD, card, Field::PLACE, Value::spot(column, &key));
            self.below(id, card, &Kind::ATTACHMENT);
            if !self.carry.copy {
                self.below(id, card, &Kind::COMMENT);
            }
            for (checklist, twin) in self.below(id, card, &Kind::CHECKLIST) {
                self.below(checklist, twin, &Kind::ITEM);
            }
            created.push(card);
        }
        Ok(created)
    }

    fn column(&self) -> Result<EntityId, Refusal> {
        if let Some(column) = self.carry.column {
            self.to.find_live(column.into(), &Kind::COLUMN)?;
            return Ok(column.into());
        }
        let mut columns = self.to.board.below(EntityId::BOARD, &Kind::COLUMN);
        let first = columns.find(|(_, column, _)| is_live(column));
        first.map(|(id, ..)| id).ok_or(Refusal::NoColumn)
    }

    /// Each once; what lies in the trash goes nowhere.
    fn originals(&self) -> Result<Vec<(EntityId, &'a Entity)>, Refusal> {
        let Carry { from, cards, .. } = self.carry;
        if cards.len() > EDIT_THINGS_MAX {
            return Err(Refusal::TooMany { max: EDIT_THINGS_MAX });
        }
        let mut seen = BTreeSet::new();
        let ids = cards.iter().map(|card| EntityId::from(*card)).filter(|id| seen.insert(*id));
        ids.map(|id| {
            let what = noun(&Kind::CARD);
            let card = from.of_kind(id, &Kind::CARD).ok_or(Refusal::NotFound { what })?;
            if card.flag(Field::DELETED) { Err(Refusal::Gone { what }) } else { Ok((id, card)) }
        })
        .collect()
    }

    /// What hangs live below a thing, made anew below its twin and in the same order; each with its own twin.
    fn below(
        &mut self,
        parent: EntityId,
        twin: EntityId,
        kind: &Kind,
    ) -> Vec<(EntityId, EntityId)> {
        let from = self.carry.from;
        let live = from.below(parent, kind).filter(|(_, thing, _)| is_live(thing));
        let mut made = Vec::new();
        for (id, thing, key) in live {
            let copy = self.twin(id, thing);
            match key {
                Some(key) => {
                    self.to.set(kind.clone(), copy, Field::PLACE, Value::spot(twin, key));
                }
                None => self.to.set(kind.clone(), copy, Field::CARD, Value::id(twin)),
            }
            made.push((id, copy));
        }
        made
    }

    /// All that is the thing's own; where it stands, and how, is said by whoever asks.
    fn twin(&mut self, id: EntityId, original: &Entity) -> EntityId {
        const ELSEWHERE: [Field; 6] = [
            Field::CREATED,
            Field::SOURCE,
            Field::PLACE,
            Field::CARD,
            Field::ARCHIVED,
            Field::DELETED,
        ];
        let kind = &original.kind;
        let twin = self.made(kind, original);
        self.twins.insert(id, twin);
        let own = original.registers().iter().filter(|it| !ELSEWHERE.contains(&it.slot.field));
        for register in own {
            if let Some((slot, value)) = self.there(register) {
                self.to.set(kind.clone(), twin, slot, value);
            }
        }
        twin
    }

    /// What is moved is as old as it was.
    fn made(&mut self, kind: &Kind, original: &Entity) -> EntityId {
        let created = original.value(Field::CREATED).and_then(Value::as_created);
        let Some((ms, by)) = created.filter(|_| !self.carry.copy) else {
            return self.to.create(kind.clone());
        };
        let by = by.and_then(|by| self.named(by, &Kind::PERSON));
        let id = self.to.fresh.entity();
        self.to.set(kind.clone(), id, Field::CREATED, Value::created(ms, by));
        id
    }

    /// A register as the other board says the same; `None` where it says nothing there.
    fn there(&mut self, register: &Register) -> Option<(Slot, Value)> {
        let Register { slot, value, .. } = register;
        let worn = [(Field::LABEL, Kind::LABEL), (Field::ASSIGNEE, Kind::PERSON)];
        if let Some((field, kind)) = worn.into_iter().find(|(field, _)| *field == slot.field) {
            let element = slot.element.filter(|_| value.as_flag() == Some(true))?;
            let twin = self.named(EntityId(element), &kind)?;
            return Some((Slot::of(field, twin.0), value.clone()));
        }
        if slot.field == Field::AUTHOR {
            let author = self.named(value.as_id()?, &Kind::PERSON)?;
            return Some((slot.clone(), Value::id(author)));
        }
        Some((slot.clone(), value.clone()))
    }

    /// A label or a person of the other board for one of this; one that is gone here has none.
    fn named(&mut self, id: EntityId, kind: &Kind) -> Option<EntityId> {
        if let Some(twin) = self.twins.get(&id) {
            return Some(*twin);
        }
        let original = self.carry.from.of_kind(id, kind).filter(|it| is_live(it))?;
        let same = |other: &Entity| {
            let title = original.text(Field::TITLE);
            other.text(Field::TITLE) == title
                // Labels without a name are told apart by their colour.
                && (!title.is_empty() || other.value(Field::COLOUR) == original.value(Field::COLOUR))
        };
        let mut theirs = self.to.board.loose(kind).filter(|(_, it)| is_live(it));
        let there = theirs.find(|(_, other)| same(other)).map(|(id, _)| id);
        let twin = there.unwrap_or_else(|| {
            let twin = self.to.create(kind.clone());
            for field in [Field::TITLE, Field::COLOUR] {
                if let Some(value) = original.value(field.clone()) {
                    self.to.set(kind.clone(), twin, field, value.clone());
                }
            }
            twin
        });
        self.twins.insert(id, twin);
        Some(twin)
    }
}
