//! Boards with members, put behind a running server's back: how a board comes to a server is another story.

use super::{PASSWORD, Server, done};
use domain::id::{BoardId, PersonId};
use std::{collections::BTreeMap, path::Path};
use store::{
    Folder, Opening, Store,
    account::{self, AccountId, Member, Role},
};
use uuid::Uuid;

/// Somebody with an account who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub id: AccountId,
    pub token: String,
}

/// Adds accounts by the command line and signs each in.
pub async fn people(server: &Server, folder: &Path, names: &[&str]) -> BTreeMap<String, Person> {
    let mut people = BTreeMap::new();
    for name in names {
        let added = done(folder, &["user", "add", name, "--password-stdin"], PASSWORD);
        let person = Person {
            name: (*name).to_owned(),
            id: added["id"].as_str().unwrap().parse().unwrap(),
            token: server.token(name).await,
        };
        people.insert((*name).to_owned(), person);
    }
    people
}

/// Works on the database as another process would.
pub async fn behind(folder: &Path) -> Store {
    let folder = Folder::prepare_server(folder).unwrap();
    let opening = Opening { thorough: false, checkpoints: false };
    Store::open(&folder, opening).await.unwrap()
}

/// A new board with these members.
pub async fn board(store: &mut Store, members: &[(&Person, Role)]) -> BoardId {
    let board = BoardId(Uuid::new_v4());
    let mut transaction = store.begin().await.unwrap();
    for (person, role) in members {
        let member = Member {
            board,
            account: person.id,
            role: *role,
            person: PersonId(Uuid::new_v4()),
            since_ms: 1,
            ended_ms: None,
        };
        account::put_member(&mut transaction, &member).await.unwrap();
    }
    store::commit(transaction).await.unwrap();
    board
}
