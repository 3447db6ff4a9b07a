//! Ids within a document: each unique among things of its kind, and each reference to one that is
//! there.

use crate::{BadFile, preview::ImportNote};
use domain::{
    document::{BoardDocument, CardDocument},
    text::{cut, title_from},
};
use std::collections::{HashMap, HashSet};

/// How much of an id a message shows.
const ID_BYTES_SHOWN: usize = 64;

/// Refuses a file in which two things of a kind have one id: what refers to it could mean either.
pub fn check_unique<'a>(
    kind: &'static str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<(), BadFile> {
    let mut seen = HashSet::new();
    for id in ids.filter(|id| !id.is_empty()) {
        if !seen.insert(id) {
            let id = title_from(cut(id, ID_BYTES_SHOWN));
            return Err(BadFile::DuplicateId { kind, id });
        }
    }
    Ok(())
}

/// Gives an id to whatever has none or one that was taken before. For things that nothing refers
/// to, where a second one under the same id is no reason to refuse a file.
fn make_unique<'a>(kind: &str, ids: impl Iterator<Item = &'a mut String>) {
    let ids: Vec<&mut String> = ids.collect();
    // Nearly always there is nothing to do, and then nothing is copied.
    let unique: HashSet<&str> = ids.iter().map(|id| id.as_str()).collect();
    if unique.len() == ids.len() && !unique.contains("") {
        return;
    }
    // Those further down count as taken too: what refers to them must go on meaning them.
    let mut taken: HashSet<String> = ids.iter().map(|id| id.to_string()).collect();
    let mut seen = HashSet::new();
    for (index, id) in ids.into_iter().enumerate() {
        if id.is_empty() || !seen.insert(id.clone()) {
            *id = made_id(kind, index, |made| taken.contains(made));
            taken.insert(id.clone());
        }
    }
}

/// Gives every thing of a board an id of its own.
pub fn name_the_unnamed(board: &mut BoardDocument) {
    fn cards(board: &mut BoardDocument) -> impl Iterator<Item = &mut CardDocument> {
        board.columns.iter_mut().flat_map(|column| &mut column.cards)
    }
    make_unique("person", board.people.iter_mut().map(|person| &mut person.id));
    make_unique("label", board.labels.iter_mut().map(|label| &mut label.id));
    make_unique("column", board.columns.iter_mut().map(|column| &mut column.id));
    make_unique("card", cards(board).map(|card| &mut card.id));
    let checklists = cards(board).flat_map(|card| &mut card.checklists);
    make_unique("checklist", checklists.map(|checklist| &mut checklist.id));
    let checklists = cards(board).flat_map(|card| &mut card.checklists);
    let items = checklists.flat_map(|checklist| &mut checklist.items);
    make_unique("item", items.map(|item| &mut item.id));
    let comments = cards(board).flat_map(|card| &mut card.comments);
    make_unique("comment", comments.map(|comment| &mut comment.id));
    let attachments = cards(board).flat_map(|card| &mut card.attachments);
    make_unique("attachment", attachments.map(|attachment| &mut attachment.id));
}

/// An id for a thing that has none in the file.
pub fn made_id(kind: &str, index: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let mut id = format!("{kind} {}", index + 1);
    while is_taken(&id) {
        id.push('+');
    }
    id
}

/// Counts references to things that are not in the file, by the path where they stand.
#[derive(Default)]
pub struct Dangling(HashMap<&'static str, u32>);

impl Dangling {
    pub fn add(&mut self, path: &'static str) {
        *self.0.entry(path).or_default() += 1;
    }

    /// Takes out of a card what it refers to and the file lacks, and what it names twice.
    pub fn keep_known(
        &mut self,
        card: &mut CardDocument,
        labels: (&HashSet<&str>, &'static str),
        people: (&HashSet<&str>, &'static str),
    ) {
        for (ids, (known, path)) in [(&mut card.labels, labels), (&mut card.people, people)] {
            let mut seen = HashSet::new();
            ids.retain(|id| {
                if !known.contains(id.as_str()) {
                    self.add(path);
                    return false;
                }
                seen.insert(id.clone())
            });
        }
    }

    pub fn into_notes(self) -> Vec<ImportNote> {
        let mut counts: Vec<_> = self.0.into_iter().collect();
        counts.sort_unstable();
        counts
            .into_iter()
            .map(|(path, count)| ImportNote::Dangling { path: path.to_owned(), count })
            .collect()
    }
}
