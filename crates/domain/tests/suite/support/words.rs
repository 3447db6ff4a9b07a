//! Boards and edits in words. Things are called by their titles, which have no spaces; of several with one
//! title the first made is meant. `unseen …` is done by somebody who saw the board as it was before the
//! first word, and arrives now; `unseen early …` too, but was stamped then.

use super::{
    drawing::{all, title},
    world::World,
};
use domain::{
    change::{Numbered, chain},
    edit::{CardsGo, Dates, Edit, Place},
    id::*,
    register::{Field, Kind},
    text::{Colour, Priority, When},
};

impl World {
    /// A board by its picture, made through edits.
    pub fn drawn(picture: &str) -> World {
        let mut world = World::new();
        let mut archived = Vec::new();
        for section in picture.split('|').map(str::trim).filter(|section| !section.is_empty()) {
            let (name, cards) = section.split_once(':').expect("a column has a colon");
            if name == "trash" {
                let column = all(&world.board, &Kind::COLUMN)[0].into();
                let trash = world.cards(column, &cards.split_whitespace().collect::<Vec<_>>());
                world.edit(&Edit::DeleteCards { cards: trash }).unwrap();
                continue;
            }
            let name = name.trim_matches(['[', ']']);
            let (title, away) = match name.strip_suffix(" archived") {
                Some(title) => (title, true),
                None => (name, false),
            };
            let column = world.column(title);
            fill(&mut world, column, cards);
            if away {
                archived.push(column);
            }
        }
        for column in archived {
            world.edit(&Edit::ArchiveColumn { column }).unwrap();
        }
        world.steps = Default::default();
        world
    }
}

fn fill(world: &mut World, column: ColumnId, cards: &str) {
    let mut away = false;
    for word in cards.split_whitespace() {
        if word == "archived]" {
            continue;
        }
        let title = word.strip_prefix('[');
        away |= title.is_some();
        let cards = world.cards(column, &[title.unwrap_or(word)]);
        if std::mem::take(&mut away) {
            world.edit(&Edit::ArchiveCards { cards }).unwrap();
        }
    }
}

/// Does what the words say, parted by semicolons, and tells what was refused, what wrote nothing, and
/// what an undo left alone.
pub fn perform(world: &mut World, words: &str) -> Vec<String> {
    let mut elsewhere = world.clone();
    let start_ms = world.now_ms;
    let mut told = Vec::new();
    for words in words.split(';').map(str::trim).filter(|words| !words.is_empty()) {
        let before = (world.board.head, world.log.len());
        let outcome = match words {
            "undo" | "redo" => {
                let kept = if words == "undo" { world.undo() } else { world.redo() };
                kept.map(|kept| names(world, &kept)).filter(|kept| !kept.is_empty())
            }
            _ if words.starts_with("unseen ") => {
                let early = words.starts_with("unseen early ");
                // An edit takes a second: an early one is done before the first here.
                elsewhere.now_ms = if early { start_ms - 500 } else { world.now_ms };
                let words = words.trim_start_matches("unseen ").trim_start_matches("early ");
                let known = elsewhere.log.len();
                elsewhere.foreign(2, &edit(&elsewhere, words)).expect("done elsewhere");
                for change in elsewhere.log[known..].iter().cloned() {
                    arrive(world, change);
                }
                world.now_ms = world.now_ms.max(elsewhere.now_ms);
                None
            }
            _ => {
                let refused = world.edit(&edit(world, words)).err();
                let idle = world.log.len() == before.1;
                if refused.is_some() {
                    assert!(idle, "a refused edit writes nothing");
                }
                let refused = refused.map(|refusal| format!("refused: {refusal}"));
                refused.or_else(|| idle.then(|| "nothing written".to_owned()))
            }
        };
        if world.log.len() == before.1 {
            assert_eq!(world.board.head, before.0, "without a change the head stays");
        }
        told.extend(outcome.map(|outcome| format!("{words} → {outcome}")));
    }
    told
}

fn names(world: &World, kept: &[EntityId]) -> String {
    let titles: Vec<String> = kept.iter().map(|id| title(&world.board, *id)).collect();
    if titles.is_empty() { String::new() } else { format!("stays: {}", titles.join(" ")) }
}

/// Takes a change that was signed elsewhere in as the next one here; its stamp is accepted as it is.
pub fn arrive(world: &mut World, mut numbered: Numbered) {
    let position = world.board.head.position;
    numbered.seq = position.seq + 1;
    numbered.epoch = position.epoch;
    numbered.chain = chain(position.chain, numbered.hash, numbered.cstamp, &numbered.weak_ranks);
    world.board.absorb(&numbered);
    world.log.push(numbered);
}

fn find(world: &World, kind: &Kind, called: &str) -> EntityId {
    let named = |id: &EntityId| {
        title(&world.board, *id) == called
            || world.board.entity(*id).unwrap().text(Field::TEXT) == called
    };
    // A name that nothing has stands for a thing that the board does not know.
    let found = all(&world.board, kind).into_iter().find(named);
    found.unwrap_or(EntityId(uuid::Uuid::from_u128(0xdead)))
}

fn place(world: &World, kind: &Kind, words: &[&str]) -> Place {
    match words {
        [] | ["last"] => Place::Last,
        ["first"] => Place::First,
        ["after", neighbours @ ..] => {
            let found = |called: &&str| find(world, kind, called);
            Place::After { neighbours: neighbours.iter().map(found).collect() }
        }
        _ => panic!("no place: {words:?}"),
    }
}

fn colour(word: &str) -> Option<Colour> {
    (word != "none").then(|| Colour(word.to_owned()))
}

fn day(word: &str) -> Option<When> {
    if word.is_empty() {
        return None;
    }
    Some(match word.split_once('@') {
        Some((ms, zone)) => When::Instant { ms: ms.parse().unwrap(), zone: zone.to_owned() },
        None => When::Day { day: word.to_owned() },
    })
}

fn priority(word: &str) -> Option<Priority> {
    match word {
        "low" => Some(Priority::Low),
        "medium" => Some(Priority::Medium),
        "high" => Some(Priority::High),
        "urgent" => Some(Priority::Urgent),
        _ => None,
    }
}

/// The edit that the words ask for.
pub fn edit(world: &World, words: &str) -> Edit {
    let words: Vec<&str> = words.split_whitespace().collect();
    column_edit(world, &words)
        .or_else(|| card_edit(world, &words))
        .or_else(|| detail_edit(world, &words))
        .unwrap_or_else(|| panic!("no verb: {words:?}"))
}

fn column_edit(world: &World, words: &[&str]) -> Option<Edit> {
    let column = |called: &str| ColumnId::from(find(world, &Kind::COLUMN, called));
    Some(match words {
        ["rename", "board", title @ ..] => Edit::RenameBoard { title: title.join(" ") },
        ["colour", "board", hue] => Edit::ColourBoard { colour: colour(hue) },
        ["archive", "board"] => Edit::ArchiveBoard,
        ["restore", "board"] => Edit::RestoreBoard,
        ["delete", "board"] => Edit::DeleteBoard,
        ["undelete", "board"] => Edit::UndeleteBoard,
        ["move", "board"] => Edit::MoveBoard { place: Place::First },
        ["empty", "trash"] => Edit::EmptyTrash,
        ["column"] => Edit::AddColumn { title: " ".to_owned(), place: Place::Last },
        ["column", title, at @ ..] => {
            Edit::AddColumn { title: (*title).to_owned(), place: place(world, &Kind::COLUMN, at) }
        }
        ["rename", "column", it, title @ ..] => {
            Edit::RenameColumn { column: column(it), title: title.join(" ") }
        }
        ["colour", "column", it, hue] => {
            Edit::ColourColumn { column: column(it), colour: colour(hue) }
        }
        ["move", "column", it, at @ ..] => {
            Edit::MoveColumn { column: column(it), place: place(world, &Kind::COLUMN, at) }
        }
        ["fold", it] => Edit::CollapseColumn { column: column(it), collapsed: true },
        ["unfold", it] => Edit::CollapseColumn { column: column(it), collapsed: false },
        ["limit", it, limit] => Edit::LimitColumn { column: column(it), limit: limit.parse().ok() },
        ["archive", "column", it] => Edit::ArchiveColumn { column: column(it) },
        ["restore", "column", it] => Edit::RestoreColumn { column: column(it) },
        ["undelete", "column", it] => Edit::UndeleteColumn { column: column(it) },
        ["delete", "column", it, "to", "trash"] => {
            Edit::DeleteColumn { column: column(it), cards: CardsGo::Trash }
        }
        ["delete", "column", it, "to", target] => Edit::DeleteColumn {
            column: column(it),
            cards: CardsGo::Column { column: column(target) },
        },
        _ => return None,
    })
}

fn card_edit(world: &World, words: &[&str]) -> Option<Edit> {
    let card = |called: &str| CardId::from(find(world, &Kind::CARD, called));
    let cards = |called: &[&str]| called.iter().map(|it| card(it)).collect::<Vec<_>>();
    let column = |called: &str| ColumnId::from(find(world, &Kind::COLUMN, called));
    let label = |called: &str| LabelId::from(find(world, &Kind::LABEL, called));
    let person = |called: &str| PersonId::from(find(world, &Kind::PERSON, called));
    let to = words.iter().position(|word| *word == "to");
    Some(match words {
        ["add", "label" | "person", ..] => return None,
        ["add", ..] => Edit::AddCards {
            titles: words[1..to?].iter().map(|title| title.replace('_', " ")).collect(),
            column: column(words[to? + 1]),
            place: place(world, &Kind::CARD, &words[to? + 2..]),
        },
        ["move", "checklist" | "item", ..] => return None,
        ["move", ..] => Edit::MoveCards {
            cards: cards(&words[1..to?]),
            column: column(words[to? + 1]),
            place: place(world, &Kind::CARD, &words[to? + 2..]),
        },
        ["rename", "label" | "person" | "checklist" | "item", ..] => return None,
        ["rename", it, title @ ..] => Edit::RenameCard { card: card(it), title: title.join(" ") },
        ["describe", it, text @ ..] => {
            Edit::DescribeCard { card: card(it), text: text.join(" "), seen: None }
        }
        ["label", it, called] => Edit::LabelCard { card: card(it), label: label(called), on: true },
        ["unlabel", it, called] => {
            Edit::LabelCard { card: card(it), label: label(called), on: false }
        }
        ["assign", it, called] => {
            Edit::AssignCard { card: card(it), person: person(called), on: true }
        }
        ["unassign", it, called] => {
            Edit::AssignCard { card: card(it), person: person(called), on: false }
        }
        ["date", it, dates] => {
            let (start, due) = dates.split_once("..").expect("two dots");
            Edit::DateCard { card: card(it), dates: Dates { start: day(start), due: day(due) } }
        }
        ["finish", it] => Edit::FinishCard { card: card(it), done: true },
        ["unfinish", it] => Edit::FinishCard { card: card(it), done: false },
        ["prioritise", it, word] => {
            Edit::PrioritiseCard { card: card(it), priority: priority(word) }
        }
        ["cover", it, hue] => Edit::CoverCard { card: card(it), colour: colour(hue) },
        ["duplicate", it] => Edit::DuplicateCard { card: card(it) },
        ["archive", called @ ..] => Edit::ArchiveCards { cards: cards(called) },
        ["restore", called @ ..] => Edit::RestoreCards { cards: cards(called) },
        ["delete", "label" | "person" | "checklist" | "item" | "comment", ..] => return None,
        ["delete", called @ ..] => Edit::DeleteCards { cards: cards(called) },
        ["undelete", "checklist", it] => {
            Edit::UndeleteChecklist { checklist: find(world, &Kind::CHECKLIST, it).into() }
        }
        ["undelete", called @ ..] => Edit::UndeleteCards { cards: cards(called) },
        _ => return None,
    })
}

fn detail_edit(world: &World, words: &[&str]) -> Option<Edit> {
    let one = |kind: &Kind, called: &str| find(world, kind, called);
    let list = |called: &str| ChecklistId::from(one(&Kind::CHECKLIST, called));
    let item = |called: &str| ItemId::from(one(&Kind::ITEM, called));
    let card = |called: &str| CardId::from(one(&Kind::CARD, called));
    let typed = |words: &[&str]| words.join(" ");
    Some(match words {
        ["add", "label", name, hue] => {
            Edit::AddLabel { name: (*name).to_owned(), colour: colour(hue) }
        }
        ["change", "label", it, name, hue] => Edit::ChangeLabel {
            label: one(&Kind::LABEL, it).into(),
            name: (*name).to_owned(),
            colour: colour(hue),
        },
        ["delete", "label", it] => Edit::DeleteLabel { label: one(&Kind::LABEL, it).into() },
        ["add", "person", name @ ..] => Edit::AddPerson { name: typed(name) },
        ["rename", "person", it, name @ ..] => {
            Edit::RenamePerson { person: one(&Kind::PERSON, it).into(), name: typed(name) }
        }
        ["delete", "person", it] => Edit::DeletePerson { person: one(&Kind::PERSON, it).into() },
        ["checklist", it, title @ ..] => Edit::AddChecklist { card: card(it), title: typed(title) },
        ["rename", "checklist", it, title @ ..] => {
            Edit::RenameChecklist { checklist: list(it), title: typed(title) }
        }
        ["move", "checklist", it, at @ ..] => {
            Edit::MoveChecklist { checklist: list(it), place: place(world, &Kind::CHECKLIST, at) }
        }
        ["delete", "checklist", it] => Edit::DeleteChecklist { checklist: list(it) },
        ["items", it, titles @ ..] => Edit::AddItems {
            checklist: list(it),
            titles: titles.iter().map(|title| (*title).to_owned()).collect(),
        },
        ["rename", "item", it, title @ ..] => {
            Edit::RenameItem { item: item(it), title: typed(title) }
        }
        ["check", it] => Edit::CheckItem { item: item(it), done: true },
        ["uncheck", it] => Edit::CheckItem { item: item(it), done: false },
        ["move", "item", it, "to", target, at @ ..] => Edit::MoveItem {
            item: item(it),
            checklist: list(target),
            place: place(world, &Kind::ITEM, at),
        },
        ["delete", "item", it] => Edit::DeleteItem { item: item(it) },
        ["comment", it, text @ ..] => Edit::AddComment { card: card(it), text: typed(text) },
        ["change", "comment", it, text @ ..] => {
            Edit::ChangeComment { comment: one(&Kind::COMMENT, it).into(), text: typed(text) }
        }
        ["delete", "comment", it] => {
            Edit::DeleteComment { comment: one(&Kind::COMMENT, it).into() }
        }
        ["link", it, name, url @ ..] => {
            Edit::AddLink { card: card(it), name: (*name).to_owned(), url: typed(url) }
        }
        ["unlink", it] => Edit::DeleteLink { attachment: one(&Kind::ATTACHMENT, it).into() },
        _ => return None,
    })
}
