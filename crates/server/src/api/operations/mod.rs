//! What can be asked for: one list, of which each route does one operation and a bulk up to a thousand. An
//! operation is edits, the same that the window sends.

mod boards;
mod cards;
mod details;
mod places;

use super::{
    fields::{Asked, Field, Holds, needed},
    problem::Problem,
    records::Thing,
};
use crate::ServerError;
use domain::{
    board::Board,
    change::Write,
    edit::Edit,
    id::*,
    resolve::{Refusal, Series},
    view,
};
use uuid::Uuid;

/// Something that can be asked for.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    pub says: &'static str,
    /// What it is done to, or what something is added to: in a path, or in a field of this name.
    pub names: Option<Thing>,
    pub fields: &'static [Field],
    /// What it makes, or else changes.
    pub thing: Thing,
    pub makes: bool,
    pub plan: fn(&mut Work) -> Result<(), Problem>,
}

/// All of them, as a bulk calls them.
pub static ALL: [&[Operation]; 3] = [&boards::ALL, &cards::ALL, &details::ALL];

pub fn find(name: &str) -> Option<&'static Operation> {
    ALL.into_iter().flatten().find(|operation| operation.name == name)
}

impl Operation {
    /// What it is done to.
    pub fn target(&self, asked: &Asked) -> Result<EntityId, Problem> {
        match self.names {
            Some(thing) => Ok(EntityId(asked.need::<Uuid>(thing.noun())?)),
            None => Ok(EntityId::BOARD),
        }
    }

    /// All that it takes where no path names anything.
    pub fn declared(&self) -> Vec<Field> {
        let names = self.names.map(|thing| needed(thing.noun(), Holds::Id, "What it is done to."));
        names.into_iter().chain(self.fields.iter().copied()).collect()
    }

    /// Resolves it upon what was resolved before.
    pub fn plan(&'static self, asked: &Asked, series: &mut Series<'_>) -> Result<(), ServerError> {
        let target = self.target(asked)?;
        let mut work = Work { operation: self, asked, series, target };
        work.is_there()?;
        let planned = (self.plan)(&mut work);
        Ok(planned.map_err(|problem| match asked.path("").strip_suffix('.') {
            Some(place) if problem.field.is_none() => problem.about(place),
            _ => problem,
        })?)
    }
}

/// One operation being resolved.
pub struct Work<'a, 'b> {
    operation: &'static Operation,
    pub asked: &'a Asked,
    series: &'a mut Series<'b>,
    pub target: EntityId,
}

impl Work<'_, '_> {
    pub fn board(&self) -> &Board {
        self.series.board()
    }

    /// What a path names must be shown: a comment that was deleted is no comment.
    fn is_there(&self) -> Result<(), Problem> {
        let Some(thing) = self.operation.names else { return Ok(()) };
        let entity = self.board().of_kind(self.target, &thing.kind());
        let keeps_trash = matches!(thing, Thing::Board | Thing::Column | Thing::Card);
        match entity.filter(|entity| keeps_trash || view::is_live(entity)) {
            Some(_) => Ok(()),
            None if self.asked.path("").is_empty() => Err(Problem::not_found(thing.noun())),
            None => Err(Problem::names_nothing(&self.asked.path(thing.noun()))),
        }
    }

    pub fn edit(&mut self, edit: &Edit) -> Result<Vec<EntityId>, Problem> {
        self.series.edit(edit).map_err(|refusal| self.refused(&refusal))
    }

    /// Makes one thing.
    pub fn make(&mut self, edit: &Edit) -> Result<EntityId, Problem> {
        let made = self.edit(edit)?;
        made.first().copied().ok_or_else(|| self.refused(&Refusal::NotFound { what: "" }))
    }

    /// Writes a register that no edit writes, as part of what `verb` says.
    pub fn write(&mut self, verb: &'static str, write: Write) {
        self.series.call(verb);
        self.series.write(vec![write]);
    }

    fn refused(&self, refusal: &Refusal) -> Problem {
        // In a bulk, what an operation is done to is a field like others.
        let in_path = self.operation.names.filter(|_| self.asked.path("").is_empty());
        Problem::refused(refusal, self.asked, in_path.map_or("", Thing::noun))
    }
}
