//! Edits of cards as wholes.

use super::{board::column_of, *};
use crate::{
    change::SEEN_MAX,
    edit::{Dates, Place},
    mutants::is_left_out,
    record::Standing,
    versions::{self, TextVersion},
    view::{card_standing, is_live},
};

impl Resolving<'_> {
    pub(super) fn card_edit(&mut self, edit: &Edit) -> Result_ {
        match edit {
            Edit::AddCards { column, place, titles: typed } => {
                self.add_cards(*column, place, typed)?;
            }
            Edit::RenameCard { card, title: typed } => {
                self.set_card(*card, Field::TITLE, title(typed, "title")?)?;
            }
            Edit::DescribeCard { card, text: typed, seen } => {
                self.describe(*card, text(typed, "description")?, seen.as_deref())?;
            }
            Edit::MoveCards { cards, column, place } => self.move_cards(cards, *column, place)?,
            Edit::LabelCard { card, label, on } => {
                self.find((*card).into(), &Kind::CARD)?;
                self.find((*label).into(), &Kind::LABEL)?;
                let slot = Slot::of(Field::LABEL, label.0);
                self.set(Kind::CARD, (*card).into(), slot, Value::flag(*on));
            }
            Edit::AssignCard { card, person, on } => {
                self.find((*card).into(), &Kind::CARD)?;
                self.find((*person).into(), &Kind::PERSON)?;
                let slot = Slot::of(Field::ASSIGNEE, person.0);
                self.set(Kind::CARD, (*card).into(), slot, Value::flag(*on));
            }
            Edit::DateCard { card, dates } => {
                check_dates(dates)?;
                let none = *dates == Dates::default();
                let value = if none { Value::null() } else { Value::dates(dates) };
                self.set_card(*card, Field::DATES, value)?;
            }
            Edit::FinishCard { card, done } => {
                self.set_card(*card, Field::DONE, Value::flag(*done))?;
            }
            Edit::PrioritiseCard { card, priority } => {
                self.set_card(*card, Field::PRIORITY, Value::priority(*priority))?;
            }
            Edit::CoverCard { card, colour: name } => {
                self.set_card(*card, Field::COVER, colour(name.as_ref())?)?;
            }
            Edit::DuplicateCard { card } => self.duplicate(*card)?,
            Edit::ArchiveCards { cards } => self.flag_cards(cards, Field::ARCHIVED, true)?,
            Edit::RestoreCards { cards } => self.restore_cards(cards)?,
            Edit::DeleteCards { cards } => self.flag_cards(cards, Field::DELETED, true)?,
            Edit::UndeleteCards { cards } => self.flag_cards(cards, Field::DELETED, false)?,
            _ => return Err(Refusal::NotFound { what: "verb" }),
        }
        Ok(())
    }

    fn set_card(&mut self, card: CardId, field: Field, value: Value) -> Result_ {
        self.find(card.into(), &Kind::CARD)?;
        self.set(Kind::CARD, card.into(), field, value);
        Ok(())
    }

    /// Whoever had several versions before them decides between them, also where the text stays.
    fn describe(&mut self, card: CardId, value: Value, seen: Option<&[TextVersion]>) -> Result_ {
        let entity = self.find(card.into(), &Kind::CARD)?;
        let stands = versions::seen(&Kind::CARD, &Field::TEXT.into(), entity);
        let named = |seen: &[TextVersion]| {
            seen.iter().filter_map(TextVersion::change).take(SEEN_MAX).collect::<Vec<_>>()
        };
        let seen = seen.filter(|_| !is_left_out("what was seen is what stands at the end"));
        let seen = seen.map(named).or(stands);
        let decides = seen.as_ref().is_some_and(|seen| seen.len() > 1);
        let write = Write {
            kind: Kind::CARD,
            entity: card.into(),
            slot: Field::TEXT.into(),
            value,
            replaces: None,
            seen,
        };
        match decides {
            true => self.resolved.writes.push(write),
            false => self.write(write),
        }
        Ok(())
    }

    fn flag_cards(&mut self, cards: &[CardId], field: Field, flag: bool) -> Result_ {
        for card in self.distinct(cards)? {
            self.flag(Kind::CARD, card, field.clone(), flag);
        }
        Ok(())
    }

    /// The cards, each once, in order; all of them are on this board.
    fn distinct(&self, cards: &[CardId]) -> Result<Vec<EntityId>, Refusal> {
        if cards.len() > EDIT_THINGS_MAX {
            return Err(Refusal::TooMany { max: EDIT_THINGS_MAX });
        }
        let mut seen = std::collections::BTreeSet::new();
        let mut distinct = Vec::with_capacity(cards.len());
        for card in cards {
            self.find((*card).into(), &Kind::CARD)?;
            if seen.insert(*card) {
                distinct.push((*card).into());
            }
        }
        Ok(distinct)
    }

    fn add_cards(&mut self, column: ColumnId, place: &Place, typed: &[String]) -> Result_ {
        self.find_live(column.into(), &Kind::COLUMN)?;
        let titles = titles(typed, "title")?;
        let mut cards = Vec::with_capacity(titles.len());
        for title in titles {
            let card = self.create(Kind::CARD);
            self.set(Kind::CARD, card, Field::TITLE, title);
            cards.push(card);
        }
        let keys = self.new_keys(column.into(), &Kind::CARD, place, cards.len());
        for (card, key) in cards.into_iter().zip(keys) {
            self.set(Kind::CARD, card, Field::PLACE, Value::spot(column.into(), &key));
        }
        Ok(())
    }

    fn move_cards(&mut self, cards: &[CardId], column: ColumnId, place: &Place) -> Result_ {
        self.find_live(column.into(), &Kind::COLUMN)?;
        let moving = self.distinct(cards)?;
        let gap = self.gap(column.into(), &Kind::CARD, place, &moving);
        let all_here = moving
            .iter()
            .all(|card| self.board.entity(*card).and_then(column_of) == Some(column.into()));
        if all_here && self.stands_so(column.into(), &Kind::CARD, &gap, &moving) {
            return Ok(());
        }
        self.put(column.into(), &Kind::CARD, &gap, &moving);
        Ok(())
    }

    /// A card whose column rests in the archive is put there anew, so that it shows in "Recovered".
    fn restore_cards(&mut self, cards: &[CardId]) -> Result_ {
        for card in self.distinct(cards)? {
            self.flag(Kind::CARD, card, Field::ARCHIVED, false);
            let Some(entity) = self.board.entity(card) else { continue };
            let Some(place) = entity.register(&Field::PLACE.into()) else { continue };
            let column = column_of(entity).and_then(|id| self.board.of_kind(id, &Kind::COLUMN));
            let rests = column.is_some_and(|column| column.standing() == Standing::Archived);
            if rests && card_standing(self.board, entity).standing == Standing::Archived {
                let value = place.value.clone();
                self.resolved.writes.push(Write {
                    kind: Kind::CARD,
                    entity: card,
                    slot: Field::PLACE.into(),
                    value,
                    replaces: None,
                    seen: None,
                });
            }
        }
        Ok(())
    }

    fn duplicate(&mut self, card: CardId) -> Result_ {
        let original = self.find(card.into(), &Kind::CARD)?.clone();
        let column = column_of(&original).ok_or(Refusal::Gone { what: "column" })?;
        self.find_live(column, &Kind::COLUMN)?;
        let below = Place::After { neighbours: vec![card.into()] };
        let gap = self.gap(column, &Kind::CARD, &below, &[]);
        let copy = self.create(Kind::CARD);
        self.copy_registers(&original, copy, &[]);
        self.put(column, &Kind::CARD, &gap, &[copy]);
        self.copy_below(card.into(), copy, &Kind::ATTACHMENT);
        for checklist in self.live_below(card.into(), &Kind::CHECKLIST) {
            let twin = self.copy_one(checklist, copy, &Kind::CHECKLIST);
            self.copy_below(checklist, twin, &Kind::ITEM);
        }
        // Whoever asked wants the card, not its parts.
        self.resolved.created.truncate(1);
        Ok(())
    }

    fn live_below(&self, parent: EntityId, kind: &Kind) -> Vec<EntityId> {
        self.board.below(parent, kind).filter(|it| is_live(it.1)).map(|(id, _, _)| id).collect()
    }

    fn copy_below(&mut self, parent: EntityId, to: EntityId, kind: &Kind) {
        for id in self.live_below(parent, kind) {
            self.copy_one(id, to, kind);
        }
    }

    /// A copy under another parent, in the same order among its siblings.
    fn copy_one(&mut self, id: EntityId, to: EntityId, kind: &Kind) -> EntityId {
        let copy = self.create(kind.clone());
        let Some(original) = self.board.entity(id).cloned() else { return copy };
        self.copy_registers(&original, copy, &[Field::CARD]);
        if let Some(spot) = crate::view::spot(&original) {
            self.set(kind.clone(), copy, Field::PLACE, Value::spot(to, &spot.key));
        } else {
            self.set(kind.clone(), copy, Field::CARD, Value::id(to));
        }
        copy
    }

    /// All that is the thing's own: not when it was made, where it stands, and how.
    fn copy_registers(&mut self, original: &Entity, copy: EntityId, but: &[Field]) {
        let own = [Field::CREATED, Field::SOURCE, Field::PLACE, Field::ARCHIVED, Field::DELETED];
        for register in original.registers() {
            if !own.contains(&register.slot.field) && !but.contains(&register.slot.field) {
                let value = register.value.clone();
                self.set(original.kind.clone(), copy, register.slot.clone(), value);
            }
        }
    }
}

fn check_dates(dates: &Dates) -> Result_ {
    let both = [&dates.start, &dates.due];
    if both.into_iter().flatten().any(|when| !when.is_valid()) {
        return Err(Refusal::BadDate);
    }
    let after = match (&dates.start, &dates.due) {
        (Some(When::Day { day: start }), Some(When::Day { day: due })) => start > due,
        (Some(When::Instant { ms: start, .. }), Some(When::Instant { ms: due, .. })) => start > due,
        // A day and an instant cannot be compared without a zone.
        _ => false,
    };
    if after { Err(Refusal::StartAfterDue) } else { Ok(()) }
}
