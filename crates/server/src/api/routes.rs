//! The one list of routes. The router is made from it, and so is the description of the API: what is answered is
//! what is described.

use super::{
    lists::{self, List},
    operations::{self, Operation},
    records::Thing,
    webhooks::{self, Hooks},
};

/// With which method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

/// What a route does.
#[derive(Clone, Copy, Debug)]
pub enum Does {
    /// An operation, answered with this status.
    Write(&'static Operation, u16),
    /// One thing.
    Show(Thing),
    List(&'static List),
    Boards,
    MakeBoard,
    Bulk,
    Changes,
    Events,
    Webhooks(Hooks),
}

#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub method: Method,
    /// Below `/api/v1`.
    pub path: &'static str,
    pub does: Does,
}

/// What is done by operations: with which method and where, by which name, and its status.
const WRITES: [(Method, &str, &str, u16); 33] = [
    (Method::Patch, "/boards/{board}", "changeBoard", 200),
    (Method::Post, "/boards/{board}/archive", "archiveBoard", 200),
    (Method::Post, "/boards/{board}/restore", "restoreBoard", 200),
    (Method::Delete, "/boards/{board}", "deleteBoard", 204),
    (Method::Post, "/boards/{board}/columns", "createColumn", 201),
    (Method::Patch, "/boards/{board}/columns/{column}", "changeColumn", 200),
    (Method::Post, "/boards/{board}/columns/{column}/move", "moveColumn", 200),
    (Method::Post, "/boards/{board}/columns/{column}/archive", "archiveColumn", 200),
    (Method::Post, "/boards/{board}/columns/{column}/restore", "restoreColumn", 200),
    (Method::Delete, "/boards/{board}/columns/{column}", "deleteColumn", 204),
    (Method::Post, "/boards/{board}/cards", "createCard", 201),
    (Method::Patch, "/boards/{board}/cards/{card}", "changeCard", 200),
    (Method::Post, "/boards/{board}/cards/{card}/move", "moveCard", 200),
    (Method::Post, "/boards/{board}/cards/{card}/archive", "archiveCard", 200),
    (Method::Post, "/boards/{board}/cards/{card}/restore", "restoreCard", 200),
    (Method::Delete, "/boards/{board}/cards/{card}", "deleteCard", 204),
    (Method::Post, "/boards/{board}/labels", "createLabel", 201),
    (Method::Patch, "/boards/{board}/labels/{label}", "changeLabel", 200),
    (Method::Delete, "/boards/{board}/labels/{label}", "deleteLabel", 204),
    (Method::Post, "/boards/{board}/people", "createPerson", 201),
    (Method::Patch, "/boards/{board}/people/{person}", "changePerson", 200),
    (Method::Delete, "/boards/{board}/people/{person}", "deletePerson", 204),
    (Method::Post, "/boards/{board}/cards/{card}/checklists", "createChecklist", 201),
    (Method::Patch, "/boards/{board}/checklists/{checklist}", "changeChecklist", 200),
    (Method::Post, "/boards/{board}/checklists/{checklist}/move", "moveChecklist", 200),
    (Method::Delete, "/boards/{board}/checklists/{checklist}", "deleteChecklist", 204),
    (Method::Post, "/boards/{board}/checklists/{checklist}/items", "createItem", 201),
    (Method::Patch, "/boards/{board}/items/{item}", "changeItem", 200),
    (Method::Post, "/boards/{board}/items/{item}/move", "moveItem", 200),
    (Method::Delete, "/boards/{board}/items/{item}", "deleteItem", 204),
    (Method::Post, "/boards/{board}/cards/{card}/comments", "createComment", 201),
    (Method::Patch, "/boards/{board}/comments/{comment}", "changeComment", 200),
    (Method::Delete, "/boards/{board}/comments/{comment}", "deleteComment", 204),
];

const SHOWN: [(&str, Thing); 8] = [
    ("/boards/{board}", Thing::Board),
    ("/boards/{board}/columns/{column}", Thing::Column),
    ("/boards/{board}/cards/{card}", Thing::Card),
    ("/boards/{board}/labels/{label}", Thing::Label),
    ("/boards/{board}/people/{person}", Thing::Person),
    ("/boards/{board}/checklists/{checklist}", Thing::Checklist),
    ("/boards/{board}/items/{item}", Thing::Item),
    ("/boards/{board}/comments/{comment}", Thing::Comment),
];

const LISTED: [(&str, &List); 7] = [
    ("/boards/{board}/columns", &lists::COLUMNS),
    ("/boards/{board}/cards", &lists::CARDS),
    ("/boards/{board}/labels", &lists::LABELS),
    ("/boards/{board}/people", &lists::PEOPLE),
    ("/boards/{board}/search", &lists::SEARCH),
    ("/boards/{board}/cards/{card}/checklists", &lists::CHECKLISTS),
    ("/boards/{board}/cards/{card}/comments", &lists::COMMENTS),
];

const OTHERS: [(Method, &str, Does); 5] = [
    (Method::Get, "/boards", Does::Boards),
    (Method::Post, "/boards", Does::MakeBoard),
    (Method::Post, "/boards/{board}/bulk", Does::Bulk),
    (Method::Get, "/boards/{board}/changes", Does::Changes),
    (Method::Get, "/boards/{board}/events", Does::Events),
];

pub fn all() -> Vec<Route> {
    let others = OTHERS.into_iter().map(|(method, path, does)| Route { method, path, does });
    let writes = WRITES.into_iter().filter_map(|(method, path, name, status)| {
        let operation = operations::find(name)?;
        Some(Route { method, path, does: Does::Write(operation, status) })
    });
    let shown = SHOWN.into_iter().map(|(path, thing)| Route {
        method: Method::Get,
        path,
        does: Does::Show(thing),
    });
    let listed = LISTED.into_iter().map(|(path, list)| Route {
        method: Method::Get,
        path,
        does: Does::List(list),
    });
    let hooks = webhooks::ROUTES.into_iter().map(|(method, path, hooks)| Route {
        method,
        path,
        does: Does::Webhooks(hooks),
    });
    others.chain(writes).chain(shown).chain(listed).chain(hooks).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_one_route_and_every_route_an_operation() {
        let named: Vec<&str> = WRITES.iter().map(|it| it.2).collect();
        let all: BTreeSet<&str> = operations::ALL.into_iter().flatten().map(|it| it.name).collect();
        assert_eq!(named.iter().copied().collect::<BTreeSet<_>>(), all);
        assert_eq!(named.len(), all.len());
    }

    #[test]
    fn a_path_names_what_its_operation_is_done_to() {
        for (_, path, name, _) in WRITES {
            let names = operations::find(name).and_then(|it| it.names);
            let last = names.map_or("board", Thing::noun);
            let open = path.rfind('{').map(|at| &path[at + 1..]).unwrap_or_default();
            assert_eq!(open.split('}').next(), Some(last), "{path}");
        }
    }
}
