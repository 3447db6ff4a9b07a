//! Puts together what the walk gathered: cards into their lists, checklists and comments onto
//! their cards, names to those who wrote them.

use super::{
    ACTIONS_MAX, CardPlace, Export, Member, Piles,
    checklist::Checklist,
    comment::{Author, Comment},
    created_ms,
};
use crate::{
    BadFile,
    identity::{Dangling, check_unique, made_id, name_the_unnamed},
    preview::ImportNote,
    reading::titled,
};
use domain::document::{BoardDocument, ColumnDocument, LabelDocument, PersonDocument};
use std::collections::{HashMap, HashSet};

/// The title of the column for cards whose list is not in the file.
const HOMELESS_TITLE: &str = "Without a list";

pub fn join(mut export: Export, notes: &mut Vec<ImportNote>) -> Result<BoardDocument, BadFile> {
    check_ids(&export)?;
    note_limits(&export, notes);
    let labels = join_labels(export.labels, export.labels_of_cards);
    let mut dangling = Dangling::default();

    let index: HashMap<String, CardPlace> =
        export.cards.each().map(|(place, card)| (card.id.clone(), place)).collect();
    export.checklists.append(&mut export.checklists_of_cards);
    let named = export.checklists_named;
    join_checklists(&mut export.cards, &index, export.checklists, named, &mut dangling);
    let people =
        join_comments(&mut export.cards, &index, export.people, export.comments, &mut dangling);
    drop(index);

    let known_labels: HashSet<&str> = labels.iter().map(|label| label.id.as_str()).collect();
    let known_people: HashSet<&str> = people.iter().map(|person| person.id.as_str()).collect();
    for card in export.cards.each_mut() {
        dangling.keep_known(
            card,
            (&known_labels, "cards[].idLabels[]"),
            (&known_people, "cards[].idMembers[]"),
        );
    }
    notes.extend(dangling.into_notes());

    let mut lists = export.lists;
    lists.sort_by(|a, b| a.position.total_cmp(&b.position));
    let mut columns: Vec<ColumnDocument> = lists.into_iter().map(|list| list.document).collect();
    settle_cards(&mut columns, export.cards, notes);

    let mut board = BoardDocument {
        created_ms: export.id.as_deref().and_then(created_ms),
        id: export.id.unwrap_or_default(),
        title: titled(export.title),
        colour: None,
        archived: export.archived,
        people,
        labels,
        columns,
    };
    name_the_unnamed(&mut board);
    Ok(board)
}

fn check_ids(export: &Export) -> Result<(), BadFile> {
    check_unique("lists", export.lists.iter().map(|list| list.document.id.as_str()))?;
    check_unique("cards", export.cards.each().map(|(_, card)| card.id.as_str()))?;
    check_unique("labels", export.labels.iter().map(|label| label.id.as_str()))?;
    check_unique("members", export.people.iter().map(|member| member.document.id.as_str()))?;
    check_unique("checklists", export.checklists.iter().map(|list| list.document.id.as_str()))?;
    check_unique(
        "checklists",
        export.checklists_of_cards.iter().map(|list| list.document.id.as_str()),
    )
}

fn note_limits(export: &Export, notes: &mut Vec<ImportNote>) {
    if export.actions >= ACTIONS_MAX {
        notes.push(ImportNote::ActionsCut { actions: export.actions });
    }
    if export.uploads > 0 {
        notes.push(ImportNote::LinksOnly { attachments: export.uploads });
    }
}

/// Labels of the board, then those that stand on cards alone.
fn join_labels(mut labels: Vec<LabelDocument>, of_cards: Vec<LabelDocument>) -> Vec<LabelDocument> {
    let mut known: HashSet<String> = labels.iter().map(|label| label.id.clone()).collect();
    labels.extend(of_cards.into_iter().filter(|label| known.insert(label.id.clone())));
    labels
}

/// A checklist belongs to the card that it names, else to the one that names it.
fn join_checklists(
    cards: &mut Piles,
    index: &HashMap<String, CardPlace>,
    mut checklists: Vec<Checklist>,
    named_by_cards: Vec<(CardPlace, Vec<String>)>,
    dangling: &mut Dangling,
) {
    // The same checklist may stand at the top level and in its card.
    let mut seen = HashSet::new();
    checklists.retain(|checklist| {
        checklist.document.id.is_empty() || seen.insert(checklist.document.id.clone())
    });
    let mut named = HashMap::new();
    for (place, ids) in named_by_cards {
        for (order, id) in ids.into_iter().enumerate() {
            if seen.contains(&id) {
                named.insert(id, (place, order));
            } else {
                dangling.add("cards[].idChecklists[]");
            }
        }
    }
    let order = |checklist: &Checklist| {
        named.get(&checklist.document.id).map_or(usize::MAX, |(_, order)| *order)
    };
    checklists
        .sort_by(|a, b| a.position.total_cmp(&b.position).then_with(|| order(a).cmp(&order(b))));
    for checklist in checklists {
        let place = checklist.card.as_ref().and_then(|card| index.get(card)).copied();
        let named = named.get(&checklist.document.id).map(|(place, _)| *place);
        match place.or(named).and_then(|place| cards.get_mut(place)) {
            Some(card) => card.checklists.push(checklist.document),
            None => dangling.add("checklists[].idCard"),
        }
    }
}

/// Puts comments onto their cards, oldest first, and gives the board's people: its members, and
/// whoever wrote a comment without being one any more.
fn join_comments(
    cards: &mut Piles,
    index: &HashMap<String, CardPlace>,
    members: Vec<Member>,
    mut comments: Vec<Comment>,
    dangling: &mut Dangling,
) -> Vec<PersonDocument> {
    let mut people = People::new(members);
    let mut seen: HashMap<(String, String), usize> = HashMap::new();
    // The file has the newest first; reversed, comments of one instant keep their order.
    comments.reverse();
    comments.sort_by_key(|comment| comment.document.created_ms);
    for Comment { mut document, card, card_path, author } in comments {
        let place = card.as_ref().and_then(|card| index.get(card));
        let Some(card) = place.and_then(|place| cards.get_mut(*place)) else {
            dangling.add(card_path);
            continue;
        };
        document.author = people.author(&author);
        if document.author.is_none() && author.id.is_some() {
            dangling.add("actions[].idMemberCreator");
        }
        let comments = &mut card.comments;
        // Exports that were put together from pages hold what lies on the seam twice.
        let first = *seen.entry((card.id.clone(), document.id.clone())).or_insert(comments.len());
        if document.id.is_empty() || comments.get(first) != Some(&document) {
            comments.push(document);
        }
    }
    people.documents
}

struct People {
    documents: Vec<PersonDocument>,
    /// Where a person stands, by id and by name of account.
    index: HashMap<String, usize>,
}

impl People {
    fn new(members: Vec<Member>) -> People {
        let mut people = People { documents: Vec::new(), index: HashMap::new() };
        let ids: HashSet<String> =
            members.iter().map(|member| member.document.id.clone()).collect();
        for Member { mut document, username } in members {
            let place = people.documents.len();
            if document.id.is_empty() {
                document.id = made_id("member", place, |id| ids.contains(id));
            }
            people.index.insert(format!("id {}", document.id), place);
            if !username.is_empty() {
                people.index.insert(format!("account {username}"), place);
            }
            people.documents.push(document);
        }
        people
    }

    /// The person's id, added where nobody is known under it; `None` where nothing is said of them.
    fn author(&mut self, author: &Author) -> Option<String> {
        let mut keys = Vec::new();
        keys.extend(author.id.as_ref().map(|id| format!("id {id}")));
        if !author.username.is_empty() {
            keys.push(format!("account {}", author.username));
        }
        let name = match author.full_name.as_str() {
            "" => &author.username,
            full_name => full_name,
        };
        if keys.is_empty() && !name.is_empty() {
            keys.push(format!("name {name}"));
        }
        if let Some(place) = keys.iter().find_map(|key| self.index.get(key)) {
            return self.documents.get(*place).map(|person| person.id.clone());
        }
        if name.is_empty() {
            return None;
        }
        let place = self.documents.len();
        let id = match &author.id {
            Some(id) => id.clone(),
            None => made_id(name, place, |id| self.index.contains_key(&format!("id {id}"))),
        };
        keys.push(format!("id {id}"));
        self.index.extend(keys.into_iter().map(|key| (key, place)));
        self.documents.push(PersonDocument { id: id.clone(), name: name.to_owned(), me: false });
        Some(id)
    }
}

/// Cards go into their lists; those without one into a column of their own.
fn settle_cards(columns: &mut Vec<ColumnDocument>, cards: Piles, notes: &mut Vec<ImportNote>) {
    let index: HashMap<String, usize> =
        columns.iter().enumerate().map(|(place, column)| (column.id.clone(), place)).collect();
    let mut homeless = Vec::new();
    for (list, mut pile) in cards.into_sorted() {
        let place = index.get(&list).filter(|_| !list.is_empty());
        match place.and_then(|place| columns.get_mut(*place)) {
            Some(column) => column.cards = pile,
            None => homeless.append(&mut pile),
        }
    }
    if homeless.is_empty() {
        return;
    }
    notes.push(ImportNote::Homeless { cards: u32::try_from(homeless.len()).unwrap_or(u32::MAX) });
    columns.push(ColumnDocument {
        id: made_id("without a list", columns.len(), |id| index.contains_key(id)),
        title: HOMELESS_TITLE.to_owned(),
        cards: homeless,
        ..ColumnDocument::default()
    });
}
