//! Where something goes: by neighbour, in front of or behind it, or to an end.

use super::Work;
use crate::api::{
    fields::{Field, Holds, optional},
    problem::Problem,
};
use axum::http::StatusCode;
use domain::{edit::Place, id::EntityId, register::Kind};
use uuid::Uuid;

pub const AFTER: Field = optional("after", Holds::Id, "Right behind this one.");
pub const BEFORE: Field = optional("before", Holds::Id, "Right in front of this one.");
pub const FIRST: Field = optional("first", Holds::Yes, "In front of all.");
pub const LAST: Field = optional("last", Holds::Yes, "Behind all; so it is where nothing is said.");

const NAMES: [&str; 4] = ["after", "before", "first", "last"];

impl Work<'_, '_> {
    pub fn says_place(&self) -> bool {
        NAMES.iter().any(|name| self.asked.has(name))
    }

    /// The place below a parent. A neighbour that has gone elsewhere leaves the end.
    pub fn place(&self, parent: EntityId, kind: &Kind) -> Result<Place, Problem> {
        let mut said = NAMES.into_iter().filter(|name| self.asked.has(name));
        let (place, second) = (said.next(), said.next());
        if let Some(second) = second {
            let words = "A place is one of after, before, first and last.";
            let problem = Problem::new(StatusCode::BAD_REQUEST, "twoPlaces", words);
            return Err(problem.about(&self.asked.path(second)));
        }
        match place {
            Some("first") => Ok(Place::First),
            Some(name @ ("after" | "before")) => {
                let neighbour = EntityId(self.asked.need::<Uuid>(name)?);
                if self.board().of_kind(neighbour, kind).is_none() {
                    return Err(Problem::names_nothing(&self.asked.path(name)));
                }
                let after = |id| Place::After { neighbours: vec![id] };
                Ok(if name == "after" {
                    after(neighbour)
                } else {
                    match self.in_front_of(parent, kind, neighbour) {
                        Front::Of(other) => after(other),
                        Front::OfAll => Place::First,
                        Front::Elsewhere => Place::Last,
                    }
                })
            }
            _ => Ok(Place::Last),
        }
    }

    fn in_front_of(&self, parent: EntityId, kind: &Kind, neighbour: EntityId) -> Front {
        let mut front = Front::OfAll;
        for (id, _, _) in self.board().below(parent, kind).filter(|it| it.0 != self.target) {
            if id == neighbour {
                return front;
            }
            front = Front::Of(id);
        }
        Front::Elsewhere
    }
}

/// What stands in front of a neighbour.
enum Front {
    Of(EntityId),
    OfAll,
    Elsewhere,
}
