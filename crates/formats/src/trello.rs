//! Trello's board export, and the abridged shapes that other tools make of it. Lenient: no field
//! is required but the arrays `lists` and `cards`, and whatever is not used is booked as left out.
//!
//! The file is walked once, in its own order; what refers to something that stands further down is
//! put together behind that, in [`join`].

mod card;
mod checklist;
mod comment;
mod join;

use crate::{
    BadFile,
    preview::{Format, Read},
    reading::{Found, Reading, titled},
    walk::{Shape, shape},
};
use card::{CardPlace, Piles};
use checklist::Checklist;
use comment::Comment;
use domain::{
    document::{ColumnDocument, LabelDocument, PersonDocument},
    text::title_from,
};
use serde_json::value::RawValue;
use std::{collections::HashSet, sync::atomic::AtomicBool};

/// A board export holds at most this many actions, and with them comments.
const ACTIONS_MAX: u32 = 1_000;

/// Paths that say again what stands elsewhere in the same file, where it was read or is booked.
const REPEATS: &[&str] = &[
    // The board that the file is.
    "cards[].idBoard",
    "lists[].idBoard",
    "labels[].idBoard",
    "checklists[].idBoard",
    "cards[].labels[].idBoard",
    "cards[].checklists[].idBoard",
    "actions[].data.board",
    // The card, list or checklist around it, by its names of that day.
    "actions[].data.list",
    "actions[].data.card.name",
    "actions[].data.card.idShort",
    "actions[].data.card.shortLink",
    "actions[].data.idCard",
    "checklists[].checkItems[].idChecklist",
    "cards[].checklists[].idCard",
    "cards[].checklists[].checkItems[].idChecklist",
    "cards[].idAttachmentCover",
    // Counted or copied from the card's own fields.
    "cards[].checkItemStates[]",
    "cards[].badges.attachments",
    "cards[].badges.attachmentsByType",
    "cards[].badges.checkItems",
    "cards[].badges.checkItemsChecked",
    "cards[].badges.checkItemsEarliestDue",
    "cards[].badges.comments",
    "cards[].badges.description",
    "cards[].badges.due",
    "cards[].badges.dueComplete",
    "cards[].badges.start",
    "cards[].badges.subscribed",
];

/// What the walk through the file gathers, in the order of the file.
#[derive(Default)]
struct Export {
    id: Option<String>,
    title: String,
    archived: bool,
    lists: Vec<List>,
    cards: Piles,
    /// The checklists that cards name, in the cards' order.
    checklists_named: Vec<(CardPlace, Vec<String>)>,
    labels: Vec<LabelDocument>,
    /// Labels that stand whole on a card; abridged files have them nowhere else.
    labels_of_cards: Vec<LabelDocument>,
    ids_of_labels_of_cards: HashSet<String>,
    people: Vec<Member>,
    checklists: Vec<Checklist>,
    checklists_of_cards: Vec<Checklist>,
    comments: Vec<Comment>,
    actions: u32,
    /// Attachments whose bytes lie at Trello.
    uploads: u32,
}

struct List {
    document: ColumnDocument,
    position: f64,
}

struct Member {
    document: PersonDocument,
    username: String,
}

pub fn read(root: &RawValue, file_name: &str, cancel: &AtomicBool) -> Result<Read, BadFile> {
    let mut reading = Reading::new(REPEATS, cancel);
    let mut export = Export::default();
    export.read(&mut reading, root)?;
    if export.title.is_empty() {
        export.title = title_from(file_name.trim_end_matches(".json"));
    }
    let (left_out, mut notes) = reading.finish();
    let board = join::join(export, &mut notes)?;
    Ok(Read { format: Format::Trello, counts: board.counts(), board, left_out, notes })
}

impl Export {
    fn read(&mut self, reading: &mut Reading, root: &RawValue) -> Result<(), BadFile> {
        let whole = Found { parent: "", key: "", raw: root };
        // `board.name` stands in for a name that is missing, wherever it stands in the file.
        let mut inner_title = String::new();
        reading.fields(whole, "", |reading, found| {
            match found.key {
                "id" => self.id = reading.id(found)?.or(self.id.take()),
                "name" => self.title = reading.title(found)?,
                "closed" => self.archived = reading.flag(found)?,
                "board" => self.read_board(reading, found, &mut inner_title)?,
                "lists" => reading
                    .elements(found, "lists[]", |reading, list| self.read_list(reading, list))?,
                "cards" => reading
                    .elements(found, "cards[]", |reading, card| card::read(reading, card, self))?,
                "labels" => reading.elements(found, "labels[]", |reading, element| {
                    reading.count_thing()?;
                    let label = label(reading, element, "labels[]")?;
                    self.labels.extend(label);
                    Ok(())
                })?,
                "members" => reading.elements(found, "members[]", |reading, member| {
                    self.read_member(reading, member)
                })?,
                "checklists" => reading.elements(found, "checklists[]", |reading, element| {
                    let list = checklist::read(reading, element, "checklists[]", None)?;
                    self.checklists.extend(list);
                    Ok(())
                })?,
                "actions" => reading.elements(found, "actions[]", |reading, action| {
                    self.actions += 1;
                    self.comments.extend(comment::read_action(reading, action)?);
                    Ok(())
                })?,
                "comments" => self.read_comments(reading, found)?,
                _ => reading.leave(found)?,
            }
            Ok(())
        })?;
        if self.title.is_empty() {
            self.title = inner_title;
        }
        Ok(())
    }

    /// The abridged shape keeps the board's own fields in an object of their own.
    fn read_board(
        &mut self,
        reading: &mut Reading,
        board: Found,
        title: &mut String,
    ) -> Result<(), BadFile> {
        reading.fields(board, "board", |reading, found| {
            match found.key {
                "id" => self.id = self.id.take().or(reading.id(found)?),
                "name" => *title = reading.title(found)?,
                "closed" => self.archived |= reading.flag(found)?,
                _ => reading.leave(found)?,
            }
            Ok(())
        })
    }

    fn read_list(&mut self, reading: &mut Reading, list: Found) -> Result<(), BadFile> {
        if shape(list.raw) != Shape::Object {
            return reading.leave(list);
        }
        reading.count_thing()?;
        let mut column = ColumnDocument::default();
        let mut position = f64::INFINITY;
        reading.fields(list, list.parent, |reading, found| {
            match found.key {
                "id" => column.id = reading.id(found)?.unwrap_or_default(),
                "name" => column.title = reading.title(found)?,
                "closed" => column.archived = reading.flag(found)?,
                "pos" => position = reading.position(found)?,
                "softLimit" => column.limit = reading.amount(found)?,
                "color" => column.colour = reading.colour(found)?,
                _ => reading.leave(found)?,
            }
            Ok(())
        })?;
        column.title = titled(column.title);
        column.created_ms = created_ms(&column.id);
        self.lists.push(List { document: column, position });
        Ok(())
    }

    fn read_member(&mut self, reading: &mut Reading, member: Found) -> Result<(), BadFile> {
        if shape(member.raw) != Shape::Object {
            return reading.leave(member);
        }
        reading.count_thing()?;
        let mut person = PersonDocument::default();
        let mut username = None;
        reading.fields(member, member.parent, |reading, found| {
            match found.key {
                "id" => person.id = reading.id(found)?.unwrap_or_default(),
                "fullName" => person.name = reading.title(found)?,
                "username" => username = Some(found.raw),
                _ => reading.leave(found)?,
            }
            Ok(())
        })?;
        let mut name = String::new();
        if let Some(raw) = username {
            let found = Found { parent: member.parent, key: "username", raw };
            name = reading.title(found)?;
            if person.name.is_empty() {
                person.name.clone_from(&name);
            } else {
                reading.leave(found)?;
            }
        }
        person.name = titled(person.name);
        self.people.push(Member { document: person, username: name });
        Ok(())
    }

    /// The abridged shape keeps comments by the id of their card.
    fn read_comments(&mut self, reading: &mut Reading, map: Found) -> Result<(), BadFile> {
        reading.fields(map, "comments", |reading, of_card| {
            let card = of_card.key;
            let list = Found { parent: "comments", key: "*", raw: of_card.raw };
            reading.elements(list, "comments.*[]", |reading, element| {
                self.comments.extend(comment::read_comment(reading, element, Some(card))?);
                Ok(())
            })
        })
    }
}

/// `None` for what is no object.
fn label(
    reading: &mut Reading,
    element: Found,
    path: &str,
) -> Result<Option<LabelDocument>, BadFile> {
    if shape(element.raw) != Shape::Object {
        return reading.leave(element).map(|()| None);
    }
    let mut label = LabelDocument::default();
    reading.fields(element, path, |reading, found| {
        match found.key {
            "id" => label.id = reading.id(found)?.unwrap_or_default(),
            "name" => label.name = reading.title(found)?,
            "color" => label.colour = reading.colour(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(Some(label))
}

/// Trello's ids have 24 hexadecimal digits, of which the first eight are the second in which the
/// thing was made. Other ids say nothing of time.
fn created_ms(id: &str) -> Option<i64> {
    if id.len() != 24 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    i64::from_str_radix(id.get(..8)?, 16).ok().map(|seconds| seconds * 1000)
}
