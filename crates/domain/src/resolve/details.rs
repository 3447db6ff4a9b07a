//! Edits of labels, people, checklists, comments and links.

use super::*;
use crate::{edit::Place, view::spot};

/// A link is at most this long.
pub const LINK_BYTES_MAX: usize = 8 * 1024;

impl Resolving<'_> {
    pub(super) fn detail_edit(&mut self, edit: &Edit) -> Result_ {
        match edit {
            Edit::AddLabel { name: typed, colour: hue } => {
                let (name, hue) = (name(typed, "name")?, colour(hue.as_ref())?);
                let label = self.create(Kind::LABEL);
                self.set(Kind::LABEL, label, Field::TITLE, name);
                self.set(Kind::LABEL, label, Field::COLOUR, hue);
            }
            Edit::ChangeLabel { label, name: typed, colour: hue } => {
                let (name, hue) = (name(typed, "name")?, colour(hue.as_ref())?);
                self.find((*label).into(), &Kind::LABEL)?;
                self.set(Kind::LABEL, (*label).into(), Field::TITLE, name);
                self.set(Kind::LABEL, (*label).into(), Field::COLOUR, hue);
            }
            Edit::DeleteLabel { label } => self.delete(Kind::LABEL, (*label).into())?,
            Edit::AddPerson { name: typed } => {
                let name = title(typed, "name")?;
                let person = self.create(Kind::PERSON);
                self.set(Kind::PERSON, person, Field::TITLE, name);
            }
            Edit::RenamePerson { person, name: typed } => {
                let name = title(typed, "name")?;
                self.find((*person).into(), &Kind::PERSON)?;
                self.set(Kind::PERSON, (*person).into(), Field::TITLE, name);
            }
            // Without its reader a board would have nobody who "you" is.
            Edit::DeletePerson { person } if *person == self.me => return Err(Refusal::Oneself),
            Edit::DeletePerson { person } => self.delete(Kind::PERSON, (*person).into())?,
            Edit::AddComment { card, text: typed } => self.add_comment(*card, typed)?,
            Edit::ChangeComment { comment, text: typed } => {
                let text = filled(typed, "comment")?;
                self.find((*comment).into(), &Kind::COMMENT)?;
                self.set(Kind::COMMENT, (*comment).into(), Field::TEXT, text);
            }
            Edit::DeleteComment { comment } => self.delete(Kind::COMMENT, (*comment).into())?,
            Edit::AddLink { card, name, url } => self.add_link(*card, name, url)?,
            Edit::DeleteLink { attachment } => {
                self.delete(Kind::ATTACHMENT, (*attachment).into())?;
            }
            _ => self.checklist_edit(edit)?,
        }
        Ok(())
    }

    fn checklist_edit(&mut self, edit: &Edit) -> Result_ {
        match edit {
            Edit::AddChecklist { card, title: typed } => {
                self.find((*card).into(), &Kind::CARD)?;
                let title = title(typed, "title")?;
                let gap = self.gap((*card).into(), &Kind::CHECKLIST, &Place::Last, &[]);
                let checklist = self.create(Kind::CHECKLIST);
                self.set(Kind::CHECKLIST, checklist, Field::TITLE, title);
                self.put((*card).into(), &Kind::CHECKLIST, &gap, &[checklist]);
            }
            Edit::RenameChecklist { checklist, title: typed } => {
                let title = title(typed, "title")?;
                self.find((*checklist).into(), &Kind::CHECKLIST)?;
                self.set(Kind::CHECKLIST, (*checklist).into(), Field::TITLE, title);
            }
            Edit::MoveChecklist { checklist, place } => {
                let entity = self.find((*checklist).into(), &Kind::CHECKLIST)?;
                let parent = spot(entity).ok_or(Refusal::Gone { what: "card" })?.parent;
                self.move_below(parent, Kind::CHECKLIST, (*checklist).into(), place);
            }
            Edit::DeleteChecklist { checklist } => {
                self.delete(Kind::CHECKLIST, (*checklist).into())?;
            }
            Edit::UndeleteChecklist { checklist } => {
                let deleted =
                    self.find((*checklist).into(), &Kind::CHECKLIST)?.flag(Field::DELETED);
                if deleted {
                    self.flag(Kind::CHECKLIST, (*checklist).into(), Field::DELETED, false);
                }
            }
            Edit::AddItems { checklist, titles: typed } => self.add_items(*checklist, typed)?,
            Edit::RenameItem { item, title: typed } => {
                let title = title(typed, "item")?;
                self.find((*item).into(), &Kind::ITEM)?;
                self.set(Kind::ITEM, (*item).into(), Field::TITLE, title);
            }
            Edit::CheckItem { item, done } => {
                self.find((*item).into(), &Kind::ITEM)?;
                self.flag(Kind::ITEM, (*item).into(), Field::DONE, *done);
            }
            Edit::MoveItem { item, checklist, place } => {
                self.find((*item).into(), &Kind::ITEM)?;
                self.find_live((*checklist).into(), &Kind::CHECKLIST)?;
                self.move_below((*checklist).into(), Kind::ITEM, (*item).into(), place);
            }
            Edit::DeleteItem { item } => self.delete(Kind::ITEM, (*item).into())?,
            _ => return Err(Refusal::NotFound { what: "verb" }),
        }
        Ok(())
    }

    fn delete(&mut self, kind: Kind, id: EntityId) -> Result_ {
        self.find(id, &kind)?;
        self.flag(kind, id, Field::DELETED, true);
        Ok(())
    }

    fn move_below(&mut self, parent: EntityId, kind: Kind, id: EntityId, place: &Place) {
        let gap = self.gap(parent, &kind, place, &[id]);
        if !self.stands_so(parent, &kind, &gap, &[id]) {
            self.put(parent, &kind, &gap, &[id]);
        }
    }

    fn add_items(&mut self, checklist: ChecklistId, typed: &[String]) -> Result_ {
        self.find_live(checklist.into(), &Kind::CHECKLIST)?;
        let titles = titles(typed, "item")?;
        let gap = self.gap(checklist.into(), &Kind::ITEM, &Place::Last, &[]);
        let mut items = Vec::with_capacity(titles.len());
        for title in titles {
            let item = self.create(Kind::ITEM);
            self.set(Kind::ITEM, item, Field::TITLE, title);
            items.push(item);
        }
        self.put(checklist.into(), &Kind::ITEM, &gap, &items);
        Ok(())
    }

    fn add_comment(&mut self, card: CardId, typed: &str) -> Result_ {
        let text = filled(typed, "comment")?;
        self.find(card.into(), &Kind::CARD)?;
        let comment = self.create(Kind::COMMENT);
        self.set(Kind::COMMENT, comment, Field::CARD, Value::id(card.into()));
        self.set(Kind::COMMENT, comment, Field::AUTHOR, Value::id(self.me.into()));
        self.set(Kind::COMMENT, comment, Field::TEXT, text);
        Ok(())
    }

    fn add_link(&mut self, card: CardId, typed: &str, url: &str) -> Result_ {
        let name = name(typed, "name")?;
        let url = url.trim();
        let allowed = ["http://", "https://", "mailto:"].iter().any(|scheme| {
            url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if !allowed || url.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(Refusal::BadLink);
        }
        if url.len() > LINK_BYTES_MAX {
            return Err(Refusal::TooLong { what: "link", max: LINK_BYTES_MAX });
        }
        self.find(card.into(), &Kind::CARD)?;
        let attachment = self.create(Kind::ATTACHMENT);
        self.set(Kind::ATTACHMENT, attachment, Field::CARD, Value::id(card.into()));
        self.set(Kind::ATTACHMENT, attachment, Field::TITLE, name);
        self.set(Kind::ATTACHMENT, attachment, Field::URL, Value::text(url));
        Ok(())
    }
}

fn filled(typed: &str, what: &'static str) -> Result<Value, Refusal> {
    if typed.trim().is_empty() { Err(Refusal::Empty { what }) } else { text(typed, what) }
}
