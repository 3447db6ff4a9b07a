//! Search: words against what a card says, its comments and its checklists, without regard to case and accents.

use super::records::Thing;
use domain::{
    board::{Board, Entity},
    id::EntityId,
    record::Standing,
    register::{Field, Kind},
    view,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The cards that hold all of the words; none where there is no word.
pub fn find(board: &Board, typed: &str) -> Vec<EntityId> {
    let wanted = words(typed);
    if wanted.is_empty() {
        return Vec::new();
    }
    let cards = Thing::Card.all(board);
    let shown =
        cards.filter(|(_, card)| view::card_standing(board, card).standing != Standing::Deleted);
    let holds = |(id, card): &(EntityId, &Entity)| {
        let said = said(board, *id, card);
        wanted.iter().all(|word| said.iter().any(|one| one.starts_with(word.as_str())))
    };
    shown.filter(holds).map(|it| it.0).collect()
}

/// All words of a card.
fn said(board: &Board, id: EntityId, card: &Entity) -> Vec<String> {
    let mut said = words(card.text(Field::TITLE));
    said.extend(words(card.text(Field::TEXT)));
    let live = |parent: EntityId, kind: &'static Kind| {
        board.below(parent, kind).filter(|it| view::is_live(it.1)).map(|it| (it.0, it.1))
    };
    const CHECKLIST: &Kind = &Kind::CHECKLIST;
    const ITEM: &Kind = &Kind::ITEM;
    const COMMENT: &Kind = &Kind::COMMENT;
    for (_, comment) in live(id, COMMENT) {
        said.extend(words(comment.text(Field::TEXT)));
    }
    for (checklist, entity) in live(id, CHECKLIST) {
        said.extend(words(entity.text(Field::TITLE)));
        for (_, item) in live(checklist, ITEM) {
            said.extend(words(item.text(Field::TITLE)));
        }
    }
    said
}

/// The words of a text, folded.
fn words(text: &str) -> Vec<String> {
    let folded: String =
        text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words = folded.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_signs_are_none() {
        assert_eq!(words("Blumen gießen, ÄPFEL—(2 kg)"), ["blumen", "gießen", "apfel", "2", "kg"]);
        assert!(words("–!?").is_empty());
    }
}
