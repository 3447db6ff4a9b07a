//! One checklist of the export, from the top level or from within a card.

use crate::{
    BadFile,
    reading::{Found, Reading, titled},
    walk::{self, Shape, shape},
};
use domain::document::{ChecklistDocument, ItemDocument};

pub struct Checklist {
    pub document: ChecklistDocument,
    pub card: Option<String>,
    pub position: f64,
}

/// `None` for what is no object. Where `card` is given, `idCard` only repeats it.
pub fn read(
    reading: &mut Reading,
    element: Found,
    path: &str,
    card: Option<&str>,
) -> Result<Option<Checklist>, BadFile> {
    if shape(element.raw) != Shape::Object {
        return reading.leave(element).map(|()| None);
    }
    reading.count_thing()?;
    let mut document = ChecklistDocument::default();
    let mut position = f64::INFINITY;
    let mut card = card.map(str::to_owned);
    let mut items: Vec<(f64, ItemDocument)> = Vec::new();
    let items_path = format!("{path}.checkItems[]");
    reading.fields(element, path, |reading, found| {
        match found.key {
            "id" => document.id = reading.id(found)?.unwrap_or_default(),
            "name" => document.title = reading.title(found)?,
            "pos" => position = reading.position(found)?,
            "idCard" if card.is_none() => card = reading.id(found)?,
            "checkItems" => reading.elements(found, &items_path, |reading, element| {
                items.extend(item(reading, element, &items_path)?);
                Ok(())
            })?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    document.title = titled(document.title);
    items.sort_by(|a, b| a.0.total_cmp(&b.0));
    document.items = items.into_iter().map(|(_, item)| item).collect();
    Ok(Some(Checklist { document, card, position }))
}

fn item(
    reading: &mut Reading,
    element: Found,
    path: &str,
) -> Result<Option<(f64, ItemDocument)>, BadFile> {
    if shape(element.raw) != Shape::Object {
        return reading.leave(element).map(|()| None);
    }
    reading.count_thing()?;
    let mut item = ItemDocument::default();
    let mut position = f64::INFINITY;
    reading.fields(element, path, |reading, found| {
        match found.key {
            "id" => item.id = reading.id(found)?.unwrap_or_default(),
            "name" => item.title = reading.title(found)?,
            "pos" => position = reading.position(found)?,
            "state" => match walk::text(found.raw).as_deref() {
                Some("complete") => item.done = true,
                Some("incomplete") => {}
                _ => reading.leave(found)?,
            },
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    item.title = titled(item.title);
    Ok(Some((position, item)))
}
