//! Sets of ids, what the cards say, and their order: what a path showed against what was acknowledged. Nowhere is a
//! number of cards compared with a number of cards.

use crate::{
    act::{Card, Id, Standing},
    expected::Board,
    reading::{Numbers, Reading, Shows},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a path differs from what was acknowledged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Acknowledged and not shown.
    pub missing: Vec<Id>,
    /// Shown more than once, or the second card of one write.
    pub duplicated: Vec<Id>,
    /// Shown, though nobody asked for it.
    pub foreign: Vec<Id>,
    /// What says something else than was acknowledged.
    pub wrong: Vec<String>,
    /// What stands elsewhere than it should.
    pub order: Vec<String>,
}

impl Difference {
    pub fn is_none(&self) -> bool {
        *self == Difference::default()
    }
}

/// `numbers` say which changes of the log made each card and put it where it is.
pub fn compare(expected: &Board, reading: &Reading, numbers: &BTreeMap<Id, Numbers>) -> Difference {
    let mut difference = Difference::default();
    let shown = once(reading, &mut difference);
    let wholly = reading.shows != Shows::IdsAsMade;
    let must_show = |standing: Standing| !wholly || standing == reading.standing;
    for (id, card) in expected.cards.iter().filter(|(id, _)| !expected.open_cards.contains(*id)) {
        match shown.get(id) {
            None if must_show(card.standing) => difference.missing.push(id.clone()),
            Some(_) if !must_show(card.standing) => {
                let said = format!("{id} is shown among others and is {:?}", card.standing);
                difference.wrong.push(said);
            }
            Some(seen) if wholly => {
                if seen.standing != card.standing {
                    let said = format!("{id} says {:?} and is {:?}", seen.standing, card.standing);
                    difference.wrong.push(said);
                }
                let contested = expected.contested.get(id);
                let (titles, columns) = match contested {
                    Some(contested) => (contested.titles(), contested.columns()),
                    None => ([card.title.as_str()].into(), [card.column.as_str()].into()),
                };
                for (name, is, may_be) in
                    [("title", &seen.title, titles), ("column", &seen.column, columns)]
                {
                    if !may_be.contains(is.as_str()) {
                        let was = may_be.into_iter().map(|it| format!("{it:?}"));
                        let was = was.collect::<Vec<_>>().join(" or ");
                        difference.wrong.push(format!("{id} has the {name} {is:?}, not {was}"));
                    }
                }
            }
            _ => {}
        }
    }
    foreign(expected, &shown, wholly, &mut difference);
    if reading.shows == Shows::CardsById {
        by_id(reading, &mut difference);
    }
    if wholly {
        columns(expected, &reading.cards, numbers, &mut difference);
    }
    difference
}

/// Each card of a reading; those that came again are told.
fn once<'a>(reading: &'a Reading, difference: &mut Difference) -> BTreeMap<&'a Id, &'a Card> {
    let mut shown = BTreeMap::new();
    for card in &reading.cards {
        if shown.insert(&card.id, card).is_some() {
            difference.duplicated.push(card.id.clone());
        }
    }
    shown
}

/// Cards that nobody heard of: of an open write there may be one.
fn foreign(
    expected: &Board,
    shown: &BTreeMap<&Id, &Card>,
    wholly: bool,
    difference: &mut Difference,
) {
    let titles: BTreeSet<&str> = expected.cards.values().map(|card| card.title.as_str()).collect();
    let mut open: BTreeSet<&str> = expected.open_titles.iter().map(String::as_str).collect();
    let mut may_be = expected.open_titles.len();
    for (id, card) in shown.iter().filter(|(id, _)| !expected.cards.contains_key(**id)) {
        if !wholly && may_be > 0 {
            may_be -= 1;
        } else if wholly && open.remove(card.title.as_str()) {
        } else if titles.contains(card.title.as_str()) || expected.open_titles.contains(&card.title)
        {
            difference.duplicated.push((*id).clone());
        } else {
            difference.foreign.push((*id).clone());
        }
    }
}

fn by_id(reading: &Reading, difference: &mut Difference) {
    for pair in reading.cards.windows(2) {
        if pair[0].id > pair[1].id {
            difference.order.push(format!("{} is listed before {}", pair[0].id, pair[1].id));
        }
    }
}

/// The cards of each column, sorted as the API says, against the order in which they were put there.
fn columns(
    expected: &Board,
    cards: &[Card],
    numbers: &BTreeMap<Id, Numbers>,
    difference: &mut Difference,
) {
    let rank = |id: &Id| {
        let is_open = expected.open_cards.contains(id) || expected.contested.contains_key(id);
        let card = expected.cards.get(id).filter(|_| !is_open);
        let number = numbers.get(id)?.placed;
        match card {
            Some(card) => card.placed.rank(number),
            // A write of unknown outcome that was done after all.
            None => (!is_open).then_some(i128::from(number)),
        }
    };
    let mut columns: BTreeMap<&Id, Vec<(&Card, i128)>> = BTreeMap::new();
    // Not every path says how cards are sorted.
    for card in cards.iter().filter(|card| !card.key.is_empty()) {
        if let Some(rank) = rank(&card.id) {
            columns.entry(&card.column).or_default().push((card, rank));
        }
    }
    for column in columns.values_mut() {
        column.sort_by(|(one, _), (other, _)| (&one.key, &one.id).cmp(&(&other.key, &other.id)));
        for pair in column.windows(2) {
            if pair[0].1 > pair[1].1 {
                let said = format!("{} stands before {}", pair[0].0.id, pair[1].0.id);
                difference.order.push(said);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expected::{Expected, Placed, Since};

    fn card(id: &str, key: &str) -> Card {
        let (id, title, column) = (id.to_owned(), format!("card {id}"), "todo".to_owned());
        Card { id, title, column, key: key.to_owned(), standing: Standing::Live }
    }

    /// a, b and c were acknowledged and made in this order; of x nobody knows.
    fn expected() -> (Board, BTreeMap<Id, Numbers>) {
        let ids = ["a", "b", "c"];
        let cards = ids.map(|id| {
            let (title, column) = (format!("card {id}"), "todo".to_owned());
            let (standing, number, placed) = (Standing::Live, None, Placed::Last);
            (id.to_owned(), Expected { title, column, standing, number, placed, since: Since::Now })
        });
        let open_titles = BTreeSet::from(["card x".to_owned()]);
        let mut board = Board::default();
        (board.cards, board.open_titles) = (cards.into(), open_titles);
        let numbers = (1..).map(|number| Numbers { made: number, placed: number });
        (board, ids.into_iter().map(str::to_owned).zip(numbers).collect())
    }

    fn check(cards: &[Card]) -> Difference {
        let (board, numbers) = expected();
        let reading = Reading { cards: cards.to_vec(), ..Reading::new("list", Shows::CardsById) };
        compare(&board, &reading, &numbers)
    }

    #[test]
    fn what_was_acknowledged_and_an_open_write_that_was_done_are_no_difference() {
        assert!(check(&[card("a", "1"), card("b", "2"), card("c", "3")]).is_none());
        assert!(check(&[card("a", "1"), card("b", "2"), card("c", "3"), card("x", "4")]).is_none());
    }

    #[test]
    fn as_many_cards_are_not_the_same_cards() {
        let found = check(&[card("a", "1"), card("b", "2"), card("z", "3")]);
        assert_eq!((found.missing, found.foreign), (vec!["c".to_owned()], vec!["z".to_owned()]));
    }

    #[test]
    fn a_card_that_is_shown_again_and_a_second_card_of_one_write_are_duplicated() {
        let again = check(&[card("a", "1"), card("b", "2"), card("b", "2"), card("c", "3")]);
        assert_eq!(again.duplicated, ["b"]);
        let second = Card { title: "card b".to_owned(), ..card("d", "4") };
        let second = check(&[card("a", "1"), card("b", "2"), card("c", "3"), second]);
        assert_eq!(second.duplicated, ["d"]);
        let open = Card { title: "card x".to_owned(), ..card("y", "5") };
        let cards = [card("a", "1"), card("b", "2"), card("c", "3"), card("x", "4"), open];
        assert_eq!(check(&cards).duplicated, ["y"]);
    }

    #[test]
    fn a_card_that_was_put_in_front_stands_before_all_that_were_there() {
        let (mut board, mut numbers) = expected();
        for (id, placed) in [("b", 4), ("c", 5)] {
            board.cards.get_mut(id).unwrap().placed = Placed::First;
            numbers.get_mut(id).unwrap().placed = placed;
        }
        let check = |keys: [&str; 3]| {
            let cards = ["a", "b", "c"].into_iter().zip(keys).map(|(id, key)| card(id, key));
            let cards = cards.collect();
            let reading = Reading { cards, ..Reading::new("list", Shows::CardsById) };
            compare(&board, &reading, &numbers).order
        };
        assert!(check(["3", "2", "1"]).is_empty());
        assert_eq!(check(["3", "1", "2"]), ["b stands before c"]);
    }

    #[test]
    fn a_card_in_the_archive_is_on_the_board_no_more() {
        let (mut board, numbers) = expected();
        board.cards.get_mut("b").unwrap().standing = Standing::Archived;
        let check = |standing, cards: &[Card]| {
            let reading = Reading::new("list", Shows::CardsById);
            compare(&board, &Reading { standing, cards: cards.to_vec(), ..reading }, &numbers)
        };
        let archived = Card { standing: Standing::Archived, ..card("b", "2") };
        assert!(check(Standing::Live, &[card("a", "1"), card("c", "3")]).is_none());
        assert!(check(Standing::Archived, &[archived]).is_none());
        assert_eq!(check(Standing::Archived, &[]).missing, ["b"]);
        let said = check(Standing::Live, &[card("a", "1"), card("b", "2"), card("c", "3")]).wrong;
        assert_eq!(said, ["b is shown among others and is Archived"]);
    }

    #[test]
    fn what_a_card_says_and_where_it_stands_count() {
        let renamed = Card { title: "else".to_owned(), ..card("b", "2") };
        let found = check(&[card("a", "1"), renamed, card("c", "3")]);
        assert_eq!(found.wrong, ["b has the title \"else\", not \"card b\""]);
        let found = check(&[card("b", "2"), card("a", "1"), card("c", "3")]);
        assert_eq!(found.order, ["b is listed before a"]);
        let found = check(&[card("a", "3"), card("b", "2"), card("c", "4")]);
        assert_eq!(found.order, ["b stands before a"]);
    }
}
