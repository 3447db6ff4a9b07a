//! One comment of the export: an action of the type `commentCard`, or an entry of the abridged map.

use super::created_ms;
use crate::{
    BadFile,
    reading::{Found, Reading},
    walk::{self, Shape, each_field, shape},
};
use domain::document::CommentDocument;

pub struct Comment {
    pub document: CommentDocument,
    pub card: Option<String>,
    /// Where the file names the card.
    pub card_path: &'static str,
    pub author: Author,
}

/// Who wrote a comment, by whatever the file says of them.
#[derive(Default)]
pub struct Author {
    pub id: Option<String>,
    pub username: String,
    pub full_name: String,
}

/// `None` for an action that is no comment; it is left whole.
pub fn read_action(reading: &mut Reading, action: Found) -> Result<Option<Comment>, BadFile> {
    let mut is_comment = false;
    each_field(action.raw, |key, raw| {
        if key == "type" {
            is_comment = walk::text(raw).as_deref() == Some("commentCard");
        }
        Ok(())
    })?;
    if !is_comment {
        return reading.leave(action).map(|()| None);
    }
    read_comment(reading, action, None)
}

/// `None` for what is no object. Where `card` is given, the comment is on that card.
pub fn read_comment(
    reading: &mut Reading,
    element: Found,
    card: Option<&str>,
) -> Result<Option<Comment>, BadFile> {
    if shape(element.raw) != Shape::Object {
        return reading.leave(element).map(|()| None);
    }
    reading.count_thing()?;
    let path = element.parent;
    let mut document = CommentDocument::default();
    let mut of_card = card.map(str::to_owned);
    let mut author = Author::default();
    let mut author_id = None;
    reading.fields(element, path, |reading, found| {
        match found.key {
            "id" => document.id = reading.id(found)?.unwrap_or_default(),
            "date" => document.created_ms = reading.instant(found)?,
            "type" => {}
            "data" => {
                let data = format!("{path}.data");
                reading.fields(found, &data, |reading, found| {
                    match found.key {
                        "text" => document.text = reading.body(found)?,
                        "card" => {
                            let inner = format!("{data}.card");
                            reading.fields(found, &inner, |reading, found| {
                                match found.key {
                                    "id" if card.is_none() => of_card = reading.id(found)?,
                                    "id" => {}
                                    _ => reading.leave(found)?,
                                }
                                Ok(())
                            })?;
                        }
                        _ => reading.leave(found)?,
                    }
                    Ok(())
                })?;
            }
            "idMemberCreator" => author_id = reading.id(found)?,
            "memberCreator" => read_author(reading, found, path, &mut author)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    author.id = author.id.or(author_id);
    document.created_ms = document.created_ms.or_else(|| created_ms(&document.id));
    let card_path = if card.is_some() { "comments" } else { "actions[].data.card.id" };
    Ok(Some(Comment { document, card: of_card, card_path, author }))
}

fn read_author(
    reading: &mut Reading,
    member: Found,
    path: &str,
    author: &mut Author,
) -> Result<(), BadFile> {
    let inner = format!("{path}.memberCreator");
    reading.fields(member, &inner, |reading, found| {
        match found.key {
            "id" => author.id = reading.id(found)?,
            "fullName" => author.full_name = reading.title(found)?,
            "username" => author.username = reading.title(found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })
}
