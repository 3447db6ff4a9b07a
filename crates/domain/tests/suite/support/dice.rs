//! Edits at random, by dice that shrink well: every verb, of things that the board has.

use super::{drawing::all, world::World};
use domain::{
    board::Board,
    edit::{CardsGo, Dates, Edit, Place},
    id::*,
    register::Kind,
    text::{COLOURS, Colour, Priority, When},
};
use proptest::prelude::*;

/// The verb, two things and a detail.
pub type Throw = [u16; 4];

pub fn throws(
    count: impl Into<proptest::collection::SizeRange>,
) -> impl Strategy<Value = Vec<Throw>> {
    proptest::collection::vec(any::<Throw>(), count)
}

/// A board with something of every kind on it.
pub fn furnished() -> World {
    let mut world =
        World::drawn("Todo: a b c [d archived] | Doing: e f | [Old archived]: g h | trash: i");
    super::words::perform(
        &mut world,
        "add label red red; add label blue blue; add person ann; label a red; assign a ann; \
         checklist a Steps; items Steps s t; checklist b More; items More u; comment a hello; \
         link b site https://example.org; date b 2026-11-01..2026-11-28; describe a words",
    );
    world.steps = Default::default();
    world
}

struct Dice<'a> {
    board: &'a Board,
    me: PersonId,
    throw: Throw,
}

impl Dice<'_> {
    fn one<Id: From<EntityId>>(&self, kind: &Kind, die: usize) -> Option<Id> {
        let all = all(self.board, kind);
        let at = usize::from(self.throw[die]).checked_rem(all.len())?;
        Some(all[at].into())
    }

    /// One to three cards.
    fn cards(&self) -> Option<Vec<CardId>> {
        let all = all(self.board, &Kind::CARD);
        let first = usize::from(self.throw[1]).checked_rem(all.len())?;
        let count = 1 + usize::from(self.throw[3]) % 3;
        let taken = (0..count).map(|at| all[(first + at * 5) % all.len()].into());
        Some(taken.collect())
    }

    fn place(&self, kind: &Kind) -> Place {
        match self.throw[3] % 4 {
            0 => Place::First,
            1 => Place::Last,
            _ => {
                let all = all(self.board, kind);
                let at = usize::from(self.throw[3] / 4);
                let neighbours = (0..3).filter_map(|next| all.get((at + next) % all.len().max(1)));
                Place::After { neighbours: neighbours.copied().collect() }
            }
        }
    }

    fn colour(&self) -> Option<Colour> {
        let at = usize::from(self.throw[3]) % (COLOURS.len() + 1);
        COLOURS.get(at).map(|name| Colour((*name).to_owned()))
    }

    fn text(&self) -> String {
        format!("t{}", self.throw[3] % 7)
    }

    fn on(&self) -> bool {
        self.throw[3].is_multiple_of(2)
    }

    fn dates(&self) -> Dates {
        let day = |date: u16| Some(When::Day { day: format!("2026-11-{date:02}") });
        let instant = || {
            let ms = 1_700_000_000_000 + i64::from(self.throw[3]);
            Some(When::Instant { ms, zone: "Europe/Oslo".to_owned() })
        };
        match self.throw[3] % 4 {
            0 => Dates::default(),
            1 => Dates { start: day(1 + self.throw[3] % 9), due: day(11 + self.throw[3] % 9) },
            2 => Dates { start: None, due: instant() },
            // Refused.
            _ => Dates { start: day(20), due: day(10) },
        }
    }
}

/// How many verbs the dice know; the last one is the emptying of the trash.
pub const VERBS: u16 = 53;

/// The edit that a throw comes to; `None` where the board has nothing that it could be about.
pub fn edit(world: &World, throw: Throw, with_emptying: bool) -> Option<Edit> {
    let verbs = if with_emptying { VERBS } else { VERBS - 1 };
    let dice = Dice { board: &world.board, me: world.me, throw };
    let verb = throw[0] % verbs;
    if verb < 19 { column_edit(&dice, verb) } else { card_edit(&dice, verb) }
}

fn column_edit(dice: &Dice, verb: u16) -> Option<Edit> {
    let column = || dice.one(&Kind::COLUMN, 1);
    Some(match verb {
        0 => Edit::RenameBoard { title: dice.text() },
        1 => Edit::ColourBoard { colour: dice.colour() },
        2 => Edit::ArchiveBoard,
        3 => Edit::RestoreBoard,
        4 => Edit::DeleteBoard,
        5 => Edit::UndeleteBoard,
        6 => Edit::AddColumn { title: dice.text(), place: dice.place(&Kind::COLUMN) },
        7 => Edit::RenameColumn { column: column()?, title: dice.text() },
        8 => Edit::ColourColumn { column: column()?, colour: dice.colour() },
        9 => Edit::MoveColumn { column: column()?, place: dice.place(&Kind::COLUMN) },
        10 => Edit::CollapseColumn { column: column()?, collapsed: dice.on() },
        11 => Edit::LimitColumn {
            column: column()?,
            limit: dice.on().then_some(u32::from(dice.throw[3])),
        },
        12 => Edit::ArchiveColumn { column: column()? },
        13 => Edit::RestoreColumn { column: column()? },
        14 => Edit::DeleteColumn { column: column()?, cards: CardsGo::Trash },
        15 => {
            let target = dice.one(&Kind::COLUMN, 2)?;
            Edit::DeleteColumn { column: column()?, cards: CardsGo::Column { column: target } }
        }
        16 => Edit::UndeleteColumn { column: column()? },
        _ => Edit::AddCards {
            column: column()?,
            place: dice.place(&Kind::CARD),
            titles: vec![dice.text(), " ".to_owned(), "more".to_owned()],
        },
    })
}

fn card_edit(dice: &Dice, verb: u16) -> Option<Edit> {
    let card = || dice.one(&Kind::CARD, 1);
    let label = || dice.one(&Kind::LABEL, 2);
    let person = || dice.one(&Kind::PERSON, 2);
    Some(match verb {
        19..=22 => Edit::MoveCards {
            cards: dice.cards()?,
            column: dice.one(&Kind::COLUMN, 2)?,
            place: dice.place(&Kind::CARD),
        },
        23 => Edit::RenameCard { card: card()?, title: dice.text() },
        24 => Edit::DescribeCard { card: card()?, text: dice.text(), seen: None },
        25 => Edit::LabelCard { card: card()?, label: label()?, on: dice.on() },
        26 => Edit::AssignCard { card: card()?, person: person()?, on: dice.on() },
        27 => Edit::DateCard { card: card()?, dates: dice.dates() },
        28 => Edit::FinishCard { card: card()?, done: dice.on() },
        29 => {
            let priority = dice.on().then_some(Priority::High);
            Edit::PrioritiseCard { card: card()?, priority }
        }
        30 => Edit::CoverCard { card: card()?, colour: dice.colour() },
        31 => Edit::DuplicateCard { card: card()? },
        32 => Edit::ArchiveCards { cards: dice.cards()? },
        33 => Edit::RestoreCards { cards: dice.cards()? },
        34 => Edit::DeleteCards { cards: dice.cards()? },
        35 => Edit::UndeleteCards { cards: dice.cards()? },
        36 => Edit::AddLabel { name: dice.text(), colour: dice.colour() },
        37 => Edit::ChangeLabel { label: label()?, name: dice.text(), colour: dice.colour() },
        38 => Edit::DeleteLabel { label: label()? },
        39 => Edit::AddPerson { name: dice.text() },
        40 => Edit::RenamePerson { person: person()?, name: dice.text() },
        41 => Edit::DeletePerson { person: person().filter(|person| *person != dice.me)? },
        _ => return detail_edit(dice, verb),
    })
}

fn detail_edit(dice: &Dice, verb: u16) -> Option<Edit> {
    let card = || dice.one(&Kind::CARD, 1);
    let item = || dice.one(&Kind::ITEM, 1);
    let checklist = || dice.one(&Kind::CHECKLIST, 2);
    let comment = || dice.one(&Kind::COMMENT, 1);
    Some(match verb {
        42 => Edit::AddChecklist { card: card()?, title: dice.text() },
        43 if dice.on() => Edit::RenameChecklist { checklist: checklist()?, title: dice.text() },
        43 => Edit::DeleteChecklist { checklist: checklist()? },
        44 => Edit::MoveChecklist { checklist: checklist()?, place: dice.place(&Kind::CHECKLIST) },
        45 => Edit::AddItems { checklist: checklist()?, titles: vec![dice.text(), dice.text()] },
        46 => Edit::RenameItem { item: item()?, title: dice.text() },
        47 => Edit::CheckItem { item: item()?, done: dice.on() },
        48 => Edit::MoveItem {
            item: item()?,
            checklist: checklist()?,
            place: dice.place(&Kind::ITEM),
        },
        49 if dice.on() => Edit::DeleteItem { item: item()? },
        49 => Edit::DeleteComment { comment: comment()? },
        50 if dice.on() => Edit::AddComment { card: card()?, text: dice.text() },
        50 => Edit::ChangeComment { comment: comment()?, text: dice.text() },
        51 if dice.on() => {
            let url = "https://example.org".to_owned();
            Edit::AddLink { card: card()?, name: dice.text(), url }
        }
        51 => Edit::DeleteLink { attachment: dice.one(&Kind::ATTACHMENT, 1)? },
        _ => Edit::EmptyTrash,
    })
}
