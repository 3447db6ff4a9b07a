//! One card of the export.

use super::{Export, checklist, created_ms, label};
use crate::{
    BadFile,
    reading::{Found, Reading, titled},
    walk::{self, Shape, each_field, says_something, shape},
};
use domain::{
    document::{AttachmentDocument, CardDocument},
    text::TITLE_BYTES_MAX,
};
use std::{borrow::Cow, collections::HashMap};

/// Where a card was put while the file is walked.
#[derive(Clone, Copy)]
pub struct CardPlace {
    pile: usize,
    index: usize,
}

/// The cards that name the same list, each put there as it is read and never moved to a second
/// place, since a hundred thousand of them are most of the memory that reading takes.
/// `labels` and `people` of a card hold ids as they stand in the file, also of things it lacks.
#[derive(Default)]
pub struct Piles {
    piles: Vec<Pile>,
    by_list: HashMap<String, usize>,
    count: usize,
}

struct Pile {
    list: String,
    cards: Vec<CardDocument>,
    positions: Vec<f64>,
}

impl Piles {
    fn put(&mut self, list: Option<String>, position: f64, card: CardDocument) -> CardPlace {
        // No list at all is told by an id that no list has.
        let list = list.unwrap_or_default();
        let pile = *self.by_list.entry(list).or_insert_with_key(|list| {
            let pile = Pile { list: list.clone(), cards: Vec::new(), positions: Vec::new() };
            self.piles.push(pile);
            self.piles.len() - 1
        });
        self.count += 1;
        let at = &mut self.piles[pile];
        at.cards.push(card);
        at.positions.push(position);
        CardPlace { pile, index: at.cards.len() - 1 }
    }

    pub fn get_mut(&mut self, place: CardPlace) -> Option<&mut CardDocument> {
        self.piles.get_mut(place.pile)?.cards.get_mut(place.index)
    }

    pub fn each(&self) -> impl Iterator<Item = (CardPlace, &CardDocument)> {
        self.piles.iter().enumerate().flat_map(|(pile, at)| {
            let place = move |index| CardPlace { pile, index };
            at.cards.iter().enumerate().map(move |(index, card)| (place(index), card))
        })
    }

    pub fn each_mut(&mut self) -> impl Iterator<Item = &mut CardDocument> {
        self.piles.iter_mut().flat_map(|pile| &mut pile.cards)
    }

    /// Ends the walk: each pile with the list that it names, in order by position.
    pub fn into_sorted(self) -> impl Iterator<Item = (String, Vec<CardDocument>)> {
        self.piles.into_iter().map(|mut pile| {
            let mut order: Vec<usize> = (0..pile.cards.len()).collect();
            order.sort_by(|a, b| pile.positions[*a].total_cmp(&pile.positions[*b]));
            arrange(&mut pile.cards, order);
            (pile.list, pile.cards)
        })
    }
}

/// Puts in place `n` what stands in place `order[n]`, by swaps.
fn arrange<T>(things: &mut [T], mut order: Vec<usize>) {
    for start in 0..things.len() {
        let mut to = start;
        loop {
            let from = std::mem::replace(&mut order[to], to);
            if from == start {
                break;
            }
            things.swap(to, from);
            to = from;
        }
    }
}

pub fn read(reading: &mut Reading, element: Found, export: &mut Export) -> Result<(), BadFile> {
    if shape(element.raw) != Shape::Object {
        return reading.leave(element);
    }
    reading.count_card()?;
    let (mut list, mut position) = (None, f64::INFINITY);
    let mut checklists = Vec::new();
    let first_checklist = export.checklists_of_cards.len();
    let mut document = CardDocument::default();
    reading.fields(element, "cards[]", |reading, found| {
        match found.key {
            "id" => document.id = reading.id(found)?.unwrap_or_default(),
            "name" => document.title = reading.title(found)?,
            "desc" => document.description = reading.body(found)?,
            "closed" => document.archived = reading.flag(found)?,
            "idList" => list = reading.id(found)?,
            "pos" => position = reading.position(found)?,
            "start" => document.dates.start = reading.when(found)?,
            "due" => document.dates.due = reading.when(found)?,
            "dueComplete" => document.done = reading.flag(found)?,
            "idLabels" => document.labels.extend(reading.ids(found, "cards[].idLabels[]")?),
            "idMembers" => document.people.extend(reading.ids(found, "cards[].idMembers[]")?),
            "idChecklists" => checklists = reading.ids(found, "cards[].idChecklists[]")?,
            "labels" => reading.elements(found, "cards[].labels[]", |reading, element| {
                if let Some(mut label) = label(reading, element, "cards[].labels[]")? {
                    if label.id.is_empty() {
                        let colour = label.colour.as_ref().map_or("", |colour| &colour.0);
                        label.id = format!("label {colour} {}", label.name);
                    }
                    reading.count_thing()?;
                    document.labels.push(label.id.clone());
                    if export.ids_of_labels_of_cards.insert(label.id.clone()) {
                        export.labels_of_cards.push(label);
                    }
                }
                Ok(())
            })?,
            "checklists" => {
                reading.elements(found, "cards[].checklists[]", |reading, element| {
                    let list = checklist::read(reading, element, "cards[].checklists[]", Some(""))?;
                    export.checklists_of_cards.extend(list);
                    Ok(())
                })?
            }
            "attachments" => {
                reading.elements(found, "cards[].attachments[]", |reading, element| {
                    let attachment = attachment(reading, element, &mut export.uploads)?;
                    document.attachments.extend(attachment);
                    Ok(())
                })?;
            }
            "cover" => document.cover = cover(reading, found)?,
            "badges" => badges(reading, found)?,
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    document.title = titled(document.title);
    document.created_ms = created_ms(&document.id);
    if document.id.is_empty() {
        document.id = format!("card {} without an id", export.cards.count + 1);
    }
    for checklist in &mut export.checklists_of_cards[first_checklist..] {
        checklist.card = Some(document.id.clone());
    }
    let place = export.cards.put(list, position, document);
    if !checklists.is_empty() {
        export.checklists_named.push((place, checklists));
    }
    Ok(())
}

/// A cover that is neither a colour nor a picture is none, and how it would be drawn says nothing.
fn cover(reading: &mut Reading, cover: Found) -> Result<Option<domain::text::Colour>, BadFile> {
    let mut is_set = false;
    each_field(cover.raw, |key, raw| {
        is_set |= !matches!(key, "size" | "brightness") && says_something(raw);
        Ok(())
    })?;
    let mut colour = None;
    reading.fields(cover, "cards[].cover", |reading, found| {
        match found.key {
            "color" => colour = reading.colour(found)?,
            "size" | "brightness" if !is_set => {}
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    Ok(colour)
}

/// Nothing in here is read: most of it is counted from the card itself, and the rest is left.
fn badges(reading: &mut Reading, badges: Found) -> Result<(), BadFile> {
    reading.fields(badges, "cards[].badges", |reading, found| match found.key {
        // No votes are no loss.
        "votes" if found.raw.get() == "0" => Ok(()),
        _ => reading.leave(found),
    })
}

/// `None` without a usable link. `uploads` counts those whose file lies at Trello.
fn attachment(
    reading: &mut Reading,
    element: Found,
    uploads: &mut u32,
) -> Result<Option<AttachmentDocument>, BadFile> {
    let (mut has_link, mut is_upload, mut bytes) = (false, None, false);
    each_field(element.raw, |key, raw| {
        match key {
            "url" => {
                let url = walk::text(raw).unwrap_or_default();
                has_link = !url.is_empty() && url.len() <= TITLE_BYTES_MAX;
            }
            "isUpload" => is_upload = Some(raw.get() == "true"),
            "bytes" => bytes = shape(raw) == Shape::Number && raw.get() != "0",
            _ => {}
        }
        Ok(())
    })?;
    if !has_link {
        return reading.leave(element).map(|()| None);
    }
    reading.count_thing()?;
    *uploads += u32::from(is_upload.unwrap_or(bytes));
    let mut attachment = AttachmentDocument::default();
    let mut file_name = None;
    reading.fields(element, "cards[].attachments[]", |reading, found| {
        match found.key {
            "id" => attachment.id = reading.id(found)?.unwrap_or_default(),
            "name" => attachment.name = reading.title(found)?,
            "url" => {
                attachment.url = walk::text(found.raw).map(Cow::into_owned).unwrap_or_default()
            }
            "fileName" => file_name = Some(found.raw),
            // It decides the note on links.
            "isUpload" => {}
            _ => reading.leave(found)?,
        }
        Ok(())
    })?;
    if let Some(raw) = file_name {
        let found = Found { parent: "cards[].attachments[]", key: "fileName", raw };
        if attachment.name.is_empty() {
            attachment.name = reading.title(found)?;
        } else if walk::text(raw).as_deref() != Some(attachment.name.as_str()) {
            reading.leave(found)?;
        }
    }
    if attachment.name.is_empty() {
        attachment.name.clone_from(&attachment.url);
    }
    Ok(Some(attachment))
}

#[cfg(test)]
mod tests {
    use super::arrange;

    #[test]
    fn things_are_arranged_as_their_order_says() {
        for order in [vec![], vec![0], vec![2, 0, 1], vec![3, 2, 1, 0, 4], vec![1, 0, 3, 4, 2]] {
            let mut things: Vec<usize> = (0..order.len()).map(|n| n * 10).collect();
            let expected: Vec<usize> = order.iter().map(|n| n * 10).collect();
            arrange(&mut things, order);
            assert_eq!(things, expected);
        }
    }
}
