//! Lists of a board's things. A list is all that matches, each once, and what matches is decided on one board that
//! stays as it is meanwhile.

use super::{
    fields::{Asked, Field, Holds, needed, optional},
    paging::{AFTER, LIMIT},
    problem::Problem,
    records::Thing,
    search,
};
use domain::{
    board::{Board, Entity},
    id::*,
    record::Standing,
    register::{self, Kind},
    text::Priority,
    value::Value,
    view,
};
use uuid::Uuid;

/// A list that can be asked for.
#[derive(Debug)]
pub struct List {
    pub says: &'static str,
    pub thing: Thing,
    /// Whose they are, where they are another thing's than the board's.
    pub of: Option<Thing>,
    pub parameters: &'static [Field],
    /// By id, so that it can be asked for in pages; else in the order in which they stand.
    pub by_id: bool,
    find: fn(&Board, &Asked) -> Result<Vec<EntityId>, Problem>,
}

const ARCHIVED: Field =
    optional("archived", Holds::Flag, "Those in the archive, instead of those on the board.");
const DELETED: Field =
    optional("deleted", Holds::Flag, "Those in the trash, instead of those on the board.");

pub static COLUMNS: List = List {
    says: "The columns, in the order in which they stand.",
    thing: Thing::Column,
    of: None,
    parameters: &[ARCHIVED, DELETED],
    by_id: false,
    find: |board, asked| {
        let standing = standing(asked)?;
        let columns = board.below(EntityId::BOARD, &Kind::COLUMN);
        Ok(columns
            .filter(|it| it.1.standing() == standing && !it.1.purged())
            .map(|it| it.0)
            .collect())
    },
};

pub static CARDS: List = List {
    says: "The cards, by id. Those of a column stand in the order of `key`, then `id`.",
    thing: Thing::Card,
    of: None,
    parameters: &[
        optional("column", Holds::Id, "Those of this column."),
        optional("label", Holds::Id, "Those with this label."),
        optional("assignee", Holds::Id, "Those that this person is assigned to."),
        optional("done", Holds::Flag, "Those that are done, or that are not."),
        optional("priority", Holds::Priority, "Those of this priority."),
        ARCHIVED,
        DELETED,
        LIMIT,
        AFTER,
    ],
    by_id: true,
    find: |board, asked| {
        let wanted = Wanted::of(asked)?;
        let all = Thing::Card.all(board);
        Ok(all.filter(|(_, card)| wanted.takes(board, card)).map(|it| it.0).collect())
    },
};

pub static SEARCH: List = List {
    says: "The cards that hold all of the words, on the board and in the archive, by id.",
    thing: Thing::Card,
    of: None,
    parameters: &[
        needed("q", Holds::Text, "Words, each whole or the beginning of one."),
        LIMIT,
        AFTER,
    ],
    by_id: true,
    find: |board, asked| Ok(search::find(board, &asked.need::<String>("q")?)),
};

pub static LABELS: List = List {
    says: "The labels, by id.",
    thing: Thing::Label,
    of: None,
    parameters: &[LIMIT, AFTER],
    by_id: true,
    find: |board, _| Ok(live(board, Thing::Label)),
};

pub static PEOPLE: List = List {
    says: "Everybody who has a name on the board, by id.",
    thing: Thing::Person,
    of: None,
    parameters: &[LIMIT, AFTER],
    by_id: true,
    find: |board, _| Ok(live(board, Thing::Person)),
};

pub static CHECKLISTS: List = List {
    says: "The checklists of a card with their items, in the order in which they stand.",
    thing: Thing::Checklist,
    of: Some(Thing::Card),
    parameters: &[],
    by_id: false,
    find: |board, asked| below(board, asked, Thing::Card, &Kind::CHECKLIST),
};

pub static COMMENTS: List = List {
    says: "The comments on a card, by id.",
    thing: Thing::Comment,
    of: Some(Thing::Card),
    parameters: &[LIMIT, AFTER],
    by_id: true,
    find: |board, asked| below(board, asked, Thing::Card, &Kind::COMMENT),
};

impl List {
    /// All that match, in the order of the list.
    pub fn find(&self, board: &Board, asked: &Asked) -> Result<Vec<EntityId>, Problem> {
        let mut found = (self.find)(board, asked)?;
        if self.by_id {
            found.sort_unstable();
            #[cfg(feature = "mutants")]
            crate::mutants::spoil(&mut found);
        }
        Ok(found)
    }
}

fn live(board: &Board, thing: Thing) -> Vec<EntityId> {
    let kind = thing.kind();
    board.loose(&kind).filter(|it| view::is_live(it.1)).map(|it| it.0).collect()
}

fn below(
    board: &Board,
    asked: &Asked,
    parent: Thing,
    kind: &'static Kind,
) -> Result<Vec<EntityId>, Problem> {
    let id = EntityId(asked.need::<Uuid>(parent.noun())?);
    if board.of_kind(id, &parent.kind()).is_none() {
        return Err(Problem::not_found(parent.noun()));
    }
    Ok(board.below(id, kind).filter(|it| view::is_live(it.1)).map(|it| it.0).collect())
}

fn standing(asked: &Asked) -> Result<Standing, Problem> {
    let flag = |name| asked.get::<bool>(name).map(Option::unwrap_or_default);
    Ok(match (flag("deleted")?, flag("archived")?) {
        (true, _) => Standing::Deleted,
        (false, true) => Standing::Archived,
        (false, false) => Standing::Live,
    })
}

/// Which cards.
struct Wanted {
    column: Option<EntityId>,
    label: Option<EntityId>,
    assignee: Option<EntityId>,
    done: Option<bool>,
    priority: Option<Priority>,
    standing: Standing,
}

impl Wanted {
    fn of(asked: &Asked) -> Result<Wanted, Problem> {
        Ok(Wanted {
            column: asked.get("column")?,
            label: asked.get("label")?,
            assignee: asked.get("assignee")?,
            done: asked.get("done")?,
            priority: asked.get("priority")?,
            standing: standing(asked)?,
        })
    }

    fn takes(&self, board: &Board, card: &Entity) -> bool {
        let has = |element: Option<EntityId>, field: register::Field| {
            let slot = |id: EntityId| register::Slot::of(field, id.0);
            element.is_none_or(|id| {
                card.register(&slot(id)).and_then(|it| it.value.as_flag()) == Some(true)
            })
        };
        let priority = || card.value(register::Field::PRIORITY).and_then(Value::as_priority);
        self.column.is_none_or(|column| view::spot(card).is_some_and(|it| it.parent == column))
            && has(self.label, register::Field::LABEL)
            && has(self.assignee, register::Field::ASSIGNEE)
            && self.done.is_none_or(|done| card.flag(register::Field::DONE) == done)
            && (self.priority.is_none() || self.priority == priority())
            && view::card_standing(board, card).standing == self.standing
    }
}
