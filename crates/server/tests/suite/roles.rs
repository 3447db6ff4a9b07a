//! Every verb of people on a board × everybody who may ask. The table is written by hand.

use crate::running::{
    Answer, Server,
    cast::{Person, behind, board, people},
    done, folder,
};
use domain::id::BoardId;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::account::Role;

#[derive(Clone, Copy, Debug)]
enum Verb {
    ListMembers,
    ListInvitations,
    InviteEditor,
    InviteAdmin,
    InviteOwner,
    RevokeInvitation,
    LowerEditor,
    RaiseEditorToAdmin,
    RaiseEditorToOwner,
    LowerAdmin,
    LowerOwner,
    RemoveEditor,
    RemoveAdmin,
    RemoveOwner,
    RemoveStranger,
    Leave,
    EndBoard,
}

const VERBS: [Verb; 17] = [
    Verb::ListMembers,
    Verb::ListInvitations,
    Verb::InviteEditor,
    Verb::InviteAdmin,
    Verb::InviteOwner,
    Verb::RevokeInvitation,
    Verb::LowerEditor,
    Verb::RaiseEditorToAdmin,
    Verb::RaiseEditorToOwner,
    Verb::LowerAdmin,
    Verb::LowerOwner,
    Verb::RemoveEditor,
    Verb::RemoveAdmin,
    Verb::RemoveOwner,
    Verb::RemoveStranger,
    Verb::Leave,
    Verb::EndBoard,
];

/// The statuses for an owner, an admin, an editor, a commenter, a viewer, a stranger, and a program that
/// acts for the owner with every scope of a person.
fn expected(verb: Verb) -> [u16; 7] {
    match verb {
        Verb::ListMembers => [200, 200, 200, 200, 200, 404, 200],
        Verb::ListInvitations => [200, 200, 403, 403, 403, 404, 403],
        Verb::InviteEditor => [201, 201, 403, 403, 403, 404, 403],
        Verb::InviteAdmin => [201, 201, 403, 403, 403, 404, 403],
        Verb::InviteOwner => [201, 403, 403, 403, 403, 404, 403],
        Verb::RevokeInvitation => [204, 204, 403, 403, 403, 404, 403],
        Verb::LowerEditor => [204, 204, 403, 403, 403, 404, 403],
        Verb::RaiseEditorToAdmin => [204, 204, 403, 403, 403, 404, 403],
        Verb::RaiseEditorToOwner => [204, 403, 403, 403, 403, 404, 403],
        Verb::LowerAdmin => [204, 204, 403, 403, 403, 404, 403],
        Verb::LowerOwner => [204, 403, 403, 403, 403, 404, 403],
        Verb::RemoveEditor => [204, 204, 403, 403, 403, 404, 403],
        Verb::RemoveAdmin => [204, 204, 403, 403, 403, 404, 403],
        Verb::RemoveOwner => [204, 403, 403, 403, 403, 404, 403],
        Verb::RemoveStranger => [404, 404, 403, 403, 403, 404, 403],
        Verb::Leave => [204, 204, 204, 204, 204, 404, 403],
        Verb::EndBoard => [204, 403, 403, 403, 403, 404, 403],
    }
}

const ACTORS: [&str; 7] =
    ["owner", "admin", "editor", "commenter", "viewer", "stranger", "program"];

struct Scene<'a> {
    server: &'a Server,
    people: &'a BTreeMap<String, Person>,
    board: BoardId,
}

impl Scene<'_> {
    async fn ask(&self, verb: Verb, actor: &Person) -> Answer {
        let change = async |whom: &str, role: &str| {
            self.member(Method::PUT, whom, actor, json!({ "role": role })).await
        };
        let remove = async |whom: &str| self.member(Method::DELETE, whom, actor, Value::Null).await;
        let invite = async |role: &str| self.invite(actor, role).await;
        match verb {
            Verb::ListMembers => self.server.get(&self.path("members"), &actor.token).await,
            Verb::ListInvitations => self.server.get(&self.path("invitations"), &actor.token).await,
            Verb::InviteEditor => invite("editor").await,
            Verb::InviteAdmin => invite("admin").await,
            Verb::InviteOwner => invite("owner").await,
            Verb::RevokeInvitation => {
                let made = self.invite(&self.people["other owner"], "viewer").await.expect(201);
                let path = self.path(&format!("invitations/{}", made["id"].as_str().unwrap()));
                self.server.ask(Method::DELETE, &path, &actor.token, Value::Null).await
            }
            Verb::LowerEditor => change("other editor", "viewer").await,
            Verb::RaiseEditorToAdmin => change("other editor", "admin").await,
            Verb::RaiseEditorToOwner => change("other editor", "owner").await,
            Verb::LowerAdmin => change("other admin", "viewer").await,
            Verb::LowerOwner => change("other owner", "viewer").await,
            Verb::RemoveEditor => remove("other editor").await,
            Verb::RemoveAdmin => remove("other admin").await,
            Verb::RemoveOwner => remove("other owner").await,
            Verb::RemoveStranger => remove("other stranger").await,
            Verb::Leave => remove(&actor.name).await,
            Verb::EndBoard => {
                let path = format!("/api/boards/{}", self.board);
                self.server.ask(Method::DELETE, &path, &actor.token, Value::Null).await
            }
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/boards/{}/{rest}", self.board)
    }

    async fn invite(&self, actor: &Person, role: &str) -> Answer {
        let body = json!({ "role": role });
        self.server.post(&self.path("invitations"), &actor.token, body).await
    }

    async fn member(&self, method: Method, whom: &str, actor: &Person, body: Value) -> Answer {
        let path = self.path(&format!("members/{}", self.people[whom].id));
        self.server.ask(method, &path, &actor.token, body).await
    }
}

const CAST: [&str; 10] = [
    "owner",
    "admin",
    "editor",
    "commenter",
    "viewer",
    "stranger",
    "other owner",
    "other admin",
    "other editor",
    "other stranger",
];

#[tokio::test]
async fn every_verb_for_everybody_who_may_ask() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let mut people = people(&server, &folder, &CAST).await;
    let create = ["token", "create", "owner", "--scope", "read", "--scope", "write"];
    let token = done(&folder, &create, "")["token"].as_str().unwrap().to_owned();
    let program = Person { token, ..people["owner"].clone() };
    people.insert("program".to_owned(), Person { name: "owner".to_owned(), ..program });
    let mut store = behind(&folder).await;
    for verb in VERBS {
        for (actor, status) in ACTORS.iter().zip(expected(verb)) {
            let members: Vec<(&Person, Role)> = people
                .iter()
                .filter_map(|(name, person)| {
                    let role = name.strip_prefix("other ").unwrap_or(name);
                    Role::from_name(role).map(|role| (person, role))
                })
                .collect();
            let board = board(&mut store, &members).await;
            let scene = Scene { server: &server, people: &people, board };
            let answer = scene.ask(verb, &people[*actor]).await;
            assert_eq!(answer.status, status, "{verb:?} by {actor}: {}", answer.body);
        }
    }
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_board_keeps_an_owner() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let people = people(&server, &folder, &["owner", "other owner"]).await;
    let (owner, other) = (&people["owner"], &people["other owner"]);
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(owner, Role::Owner), (other, Role::Owner)]).await;
    store.close().await.unwrap();
    let scene = Scene { server: &server, people: &people, board };
    let lower = json!({ "role": "editor" });
    scene.member(Method::PUT, "owner", owner, lower.clone()).await.expect(204);
    scene.member(Method::PUT, "other owner", other, lower).await.refused(409, "lastOwner");
    scene.member(Method::DELETE, "other owner", other, Value::Null).await.refused(409, "lastOwner");
    scene.member(Method::PUT, "owner", other, json!({ "role": "owner" })).await.expect(204);
    scene.member(Method::DELETE, "other owner", other, Value::Null).await.expect(204);
    scene.member(Method::DELETE, "owner", owner, Value::Null).await.refused(409, "lastOwner");
}

#[tokio::test]
async fn a_board_that_ended_has_nobody_and_lets_nobody_in() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let people = people(&server, &folder, &["owner", "editor", "stranger"]).await;
    let (owner, editor) = (&people["owner"], &people["editor"]);
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(owner, Role::Owner), (editor, Role::Editor)]).await;
    let scene = Scene { server: &server, people: &people, board };
    let link = scene.invite(owner, "editor").await.expect(201)["link"].as_str().unwrap().to_owned();
    let path = format!("/api/boards/{board}");
    server.ask(Method::DELETE, &path, &owner.token, Value::Null).await.expect(204);
    // Whoever repeats it learns that there is no such board for them.
    server.ask(Method::DELETE, &path, &owner.token, Value::Null).await.refused(404, "notFound");
    for person in [owner, editor] {
        let listed = server.get("/api/boards", &person.token).await.expect(200);
        assert_eq!(listed["boards"], json!([]));
        server.get(&scene.path("members"), &person.token).await.refused(404, "notFound");
    }
    let accept = json!({ "secret": link });
    let stranger = &people["stranger"].token;
    server.post("/api/invitations/accept", stranger, accept).await.refused(410, "invitationEnded");
    store.close().await.unwrap();
}

#[tokio::test]
async fn an_owner_who_cannot_sign_in_keeps_no_board() {
    let (_root, folder) = folder();
    let server = Server::start(&folder);
    let people = people(&server, &folder, &["owner", "other owner"]).await;
    let (owner, other) = (&people["owner"], &people["other owner"]);
    let mut store = behind(&folder).await;
    let board = board(&mut store, &[(owner, Role::Owner), (other, Role::Owner)]).await;
    store.close().await.unwrap();
    done(&folder, &["user", "disable", "other owner"], "");
    let scene = Scene { server: &server, people: &people, board };
    scene.member(Method::DELETE, "owner", owner, Value::Null).await.refused(409, "lastOwner");
    scene.member(Method::DELETE, "other owner", owner, Value::Null).await.expect(204);
}
