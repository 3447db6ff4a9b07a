//! Our own format: the whole document as JSON, to carry a board from one folder to another, to keep
//! it in a repository, to read it with any tool. Fields stand in a fixed order, so that the same
//! board gives the same bytes.

use crate::{
    BadFile,
    identity::{Dangling, check_unique, name_the_unnamed},
    preview::{Format, Read},
    reading::{Found, Reading, titled},
    walk::{self, each_field},
};
use domain::{
    document::*,
    edit::Dates,
    text::{When, title_from},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::{collections::HashSet, sync::atomic::AtomicBool};

pub const FORMAT: &str = "holdfast-board";
pub const VERSION: u64 = 1;

#[derive(Serialize)]
struct Envelope<'a> {
    format: &'static str,
    version: u64,
    board: &'a BoardDocument,
}

/// The document as our own file. [`crate::read`] gives an equal document back.
#[expect(clippy::expect_used, reason = "texts, numbers and lists of them always are JSON")]
pub fn write_json(board: &BoardDocument) -> String {
    let envelope = Envelope { format: FORMAT, version: VERSION, board };
    let mut json = serde_json::to_string_pretty(&envelope).expect("a document is JSON");
    json.push('\n');
    json
}

pub(crate) fn read(root: &RawValue, file_name: &str, cancel: &AtomicBool) -> Result<Read, BadFile> {
    check_version(root)?;
    let mut reading = Reading::new(&[], cancel);
    let mut board = BoardDocument::default();
    let whole = Found { parent: "", key: "", raw: root };
    reading.fields(whole, "", |reading, found| match found.key {
        "format" | "version" => Ok(()),
        "board" => read_board(reading, found, &mut board),
        _ => reading.leave(found),
    })?;
    if board.title.is_empty() {
        board.title = titled(title_from(file_name.trim_end_matches(".json")));
    }
    check_ids(&board)?;
    let (left_out, mut notes) = reading.finish();
    notes.extend(drop_dangling(&mut board).into_notes());
    name_the_unnamed(&mut board);
    Ok(Read { format: Format::Holdfast, counts: board.counts(), board, left_out, notes })
}

/// Before anything else is read: what a newer version means by a field we do not know.
fn check_version(root: &RawValue) -> Result<(), BadFile> {
    let mut version = VERSION;
    each_field(root, |key, raw| {
        if key == "version" {
            version = raw.get().parse().unwrap_or(VERSION);
        }
        Ok(())
    })?;
    if version > VERSION { Err(BadFile::Newer { version }) } else { Ok(()) }
}

fn read_board(
    reading: &mut Reading,
    object: Found,
    board: &mut BoardDocument,
) -> Result<(), BadFile> {
    reading.fields(object, "board", |reading, found| {
        match found.key {
            "id" => board.id = reading.id(found)?.unwrap_or_default(),
            "title" => board.title = reading.title(found)?,
            "colour" => board.colour = reading.colour(found)?,
            "archived" => board.archived = reading.flag(found)?,
            "created_ms" => board.created_ms = exact(reading, found)?,
            "people" => board.people = each(reading, found, "board.people[]", read_person)?,
            "labels" => board.labels = each(reading, found, "board.labels[]", read_label)?,
            "columns" => board.columns = each(reading, found, "board.columns[]", read_column)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })
}

fn read_person(reading: &mut Reading, object: Found) -> Result<PersonDocument, BadFile> {
    let mut person = PersonDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => person.id = reading.id(found)?.unwrap_or_default(),
            "name" => person.name = reading.title(found)?,
            "me" => person.me = reading.flag(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(person)
}

fn read_label(reading: &mut Reading, object: Found) -> Result<LabelDocument, BadFile> {
    let mut label = LabelDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => label.id = reading.id(found)?.unwrap_or_default(),
            "name" => label.name = reading.title(found)?,
            "colour" => label.colour = reading.colour(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(label)
}

fn read_column(reading: &mut Reading, object: Found) -> Result<ColumnDocument, BadFile> {
    let mut column = ColumnDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => column.id = reading.id(found)?.unwrap_or_default(),
            "title" => column.title = reading.title(found)?,
            "colour" => column.colour = reading.colour(found)?,
            "limit" => column.limit = exact(reading, found)?,
            "collapsed" => column.collapsed = reading.flag(found)?,
            "archived" => column.archived = reading.flag(found)?,
            "created_ms" => column.created_ms = exact(reading, found)?,
            "cards" => column.cards = each(reading, found, "board.columns[].cards[]", read_card)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    column.title = titled(column.title);
    Ok(column)
}

fn read_card(reading: &mut Reading, object: Found) -> Result<CardDocument, BadFile> {
    reading.count_card()?;
    let path = object.parent;
    let inner = |key: &str| format!("{path}.{key}[]");
    let mut card = CardDocument::default();
    reading.fields(object, path, |reading, found| {
        match found.key {
            "id" => card.id = reading.id(found)?.unwrap_or_default(),
            "title" => card.title = reading.title(found)?,
            "description" => card.description = reading.body(found)?,
            "archived" => card.archived = reading.flag(found)?,
            "created_ms" => card.created_ms = exact(reading, found)?,
            "labels" => card.labels = reading.ids(found, &inner("labels"))?,
            "people" => card.people = reading.ids(found, &inner("people"))?,
            "dates" => card.dates = read_dates(reading, found)?,
            "done" => card.done = reading.flag(found)?,
            "priority" => card.priority = exact(reading, found)?,
            "cover" => card.cover = reading.colour(found)?,
            "checklists" => {
                card.checklists = each(reading, found, &inner("checklists"), read_checklist)?;
            }
            "comments" => card.comments = each(reading, found, &inner("comments"), read_comment)?,
            "attachments" => {
                card.attachments = each(reading, found, &inner("attachments"), read_attachment)?;
            }
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    card.title = titled(card.title);
    Ok(card)
}

fn read_dates(reading: &mut Reading, object: Found) -> Result<Dates, BadFile> {
    let mut dates = Dates::default();
    let path = format!("{}.dates", object.parent);
    reading.fields(object, &path, |reading, found| {
        let when = match found.key {
            "start" => &mut dates.start,
            "due" => &mut dates.due,
            _ => return reading.leave(found),
        };
        *when = exact(reading, found)?;
        if !when.as_ref().is_none_or(When::is_valid) {
            *when = None;
            reading.leave(found)?;
        }
        Ok(())
    })?;
    Ok(dates)
}

fn read_checklist(reading: &mut Reading, object: Found) -> Result<ChecklistDocument, BadFile> {
    let mut checklist = ChecklistDocument::default();
    let items = format!("{}.items[]", object.parent);
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => checklist.id = reading.id(found)?.unwrap_or_default(),
            "title" => checklist.title = reading.title(found)?,
            "items" => checklist.items = each(reading, found, &items, read_item)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    checklist.title = titled(checklist.title);
    Ok(checklist)
}

fn read_item(reading: &mut Reading, object: Found) -> Result<ItemDocument, BadFile> {
    let mut item = ItemDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => item.id = reading.id(found)?.unwrap_or_default(),
            "title" => item.title = reading.title(found)?,
            "done" => item.done = reading.flag(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    item.title = titled(item.title);
    Ok(item)
}

fn read_comment(reading: &mut Reading, object: Found) -> Result<CommentDocument, BadFile> {
    let mut comment = CommentDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => comment.id = reading.id(found)?.unwrap_or_default(),
            "author" => comment.author = reading.id(found)?,
            "text" => comment.text = reading.body(found)?,
            "created_ms" => comment.created_ms = exact(reading, found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(comment)
}

fn read_attachment(reading: &mut Reading, object: Found) -> Result<AttachmentDocument, BadFile> {
    let mut attachment = AttachmentDocument::default();
    reading.fields(object, object.parent, |reading, found| {
        match found.key {
            "id" => attachment.id = reading.id(found)?.unwrap_or_default(),
            "name" => attachment.name = reading.title(found)?,
            "url" => attachment.url = reading.title(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(attachment)
}

/// The things of an array, each read by `read`; what is no object is left.
fn each<T>(
    reading: &mut Reading,
    array: Found,
    path: &str,
    read: impl Fn(&mut Reading, Found) -> Result<T, BadFile>,
) -> Result<Vec<T>, BadFile> {
    let mut things = Vec::new();
    reading.elements(array, path, |reading, element| {
        if walk::shape(element.raw) != walk::Shape::Object {
            return reading.leave(element);
        }
        reading.count_thing()?;
        things.push(read(reading, element)?);
        Ok(())
    })?;
    Ok(things)
}

/// A value in exactly the form in which we write it, else none.
fn exact<T: DeserializeOwned>(reading: &mut Reading, found: Found) -> Result<Option<T>, BadFile> {
    match serde_json::from_str(found.raw.get()) {
        Ok(value) => Ok(value),
        Err(_) => reading.leave(found).map(|()| None),
    }
}

fn check_ids(board: &BoardDocument) -> Result<(), BadFile> {
    let cards = || board.columns.iter().flat_map(|column| &column.cards);
    let checklists = || cards().flat_map(|card| &card.checklists);
    check_unique("people", board.people.iter().map(|person| person.id.as_str()))?;
    check_unique("labels", board.labels.iter().map(|label| label.id.as_str()))?;
    check_unique("columns", board.columns.iter().map(|column| column.id.as_str()))?;
    check_unique("cards", cards().map(|card| card.id.as_str()))?;
    check_unique("checklists", checklists().map(|checklist| checklist.id.as_str()))?;
    let items = checklists().flat_map(|checklist| &checklist.items);
    check_unique("checklist items", items.map(|item| item.id.as_str()))?;
    let comments = cards().flat_map(|card| &card.comments);
    check_unique("comments", comments.map(|comment| comment.id.as_str()))?;
    let attachments = cards().flat_map(|card| &card.attachments);
    check_unique("attachments", attachments.map(|attachment| attachment.id.as_str()))
}

/// Takes out what refers to labels and people that the file lacks.
fn drop_dangling(board: &mut BoardDocument) -> Dangling {
    let labels: HashSet<&str> = board.labels.iter().map(|label| label.id.as_str()).collect();
    let people: HashSet<&str> = board.people.iter().map(|person| person.id.as_str()).collect();
    let mut dangling = Dangling::default();
    for card in board.columns.iter_mut().flat_map(|column| &mut column.cards) {
        dangling.keep_known(
            card,
            (&labels, "board.columns[].cards[].labels[]"),
            (&people, "board.columns[].cards[].people[]"),
        );
        for comment in &mut card.comments {
            if comment.author.as_deref().is_some_and(|author| !people.contains(author)) {
                comment.author = None;
                dangling.add("board.columns[].cards[].comments[].author");
            }
        }
    }
    dangling
}
