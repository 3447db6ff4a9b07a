//! Every route for everybody who may ask. The table is written by hand.

use crate::{
    client::{Client, id},
    described,
    running::folder,
    stage::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ACTORS: [&str; 7] = ["owner", "admin", "editor", "commenter", "viewer", "stranger", "reader"];

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9/";

/// Who may, from the least role on; the last is a program of the owner's that may only read.
fn expected(method: &Method, least: &str, status: u16) -> [u16; 7] {
    let roles = &ACTORS[..5];
    let least = roles.iter().position(|role| *role == least).unwrap();
    let mut expected = [403; 7];
    expected[..=least].fill(status);
    expected[5] = 404;
    if *method == Method::GET {
        // Looking is all that the last one may.
        expected[6] = 200;
    }
    expected
}

/// Method, path, body, the least role, and what is answered where it is done. What stands in angle brackets is made
/// anew by the owner each time.
fn table() -> Vec<(&'static str, &'static str, Value, &'static str, u16)> {
    let nothing = json!({});
    let title = || json!({ "title": "<words>" });
    let name = || json!({ "name": "<words>" });
    let to_end = || json!({ "first": true });
    vec![
        ("GET", "", Value::Null, "viewer", 200),
        ("PATCH", "", title(), "admin", 200),
        ("POST", "archive", nothing.clone(), "admin", 200),
        ("POST", "restore", nothing.clone(), "admin", 200),
        ("DELETE", "", Value::Null, "owner", 204),
        ("GET", "columns", Value::Null, "viewer", 200),
        ("POST", "columns", title(), "editor", 201),
        ("GET", "columns/<column>", Value::Null, "viewer", 200),
        ("PATCH", "columns/<column>", title(), "editor", 200),
        ("POST", "columns/<column>/move", to_end(), "editor", 200),
        ("POST", "columns/<column>/archive", nothing.clone(), "editor", 200),
        ("POST", "columns/<archived column>/restore", nothing.clone(), "editor", 200),
        ("DELETE", "columns/<column>", Value::Null, "editor", 204),
        ("GET", "cards", Value::Null, "viewer", 200),
        ("POST", "cards", json!({ "column": "<column>", "title": "new" }), "editor", 201),
        ("GET", "cards/<card>", Value::Null, "viewer", 200),
        ("PATCH", "cards/<card>", title(), "editor", 200),
        ("POST", "cards/<card>/move", json!({ "column": "<column>" }), "editor", 200),
        ("POST", "cards/<card>/archive", nothing.clone(), "editor", 200),
        ("POST", "cards/<archived card>/restore", nothing.clone(), "editor", 200),
        ("DELETE", "cards/<card>", Value::Null, "editor", 204),
        ("GET", "labels", Value::Null, "viewer", 200),
        ("POST", "labels", name(), "editor", 201),
        ("GET", "labels/<label>", Value::Null, "viewer", 200),
        ("PATCH", "labels/<label>", name(), "editor", 200),
        ("DELETE", "labels/<label>", Value::Null, "editor", 204),
        ("GET", "people", Value::Null, "viewer", 200),
        ("POST", "people", name(), "editor", 201),
        ("GET", "people/<person>", Value::Null, "viewer", 200),
        // A name that somebody else added is an admin's to change.
        ("PATCH", "people/<person>", name(), "admin", 200),
        ("DELETE", "people/<person>", Value::Null, "admin", 204),
        ("GET", "cards/<card>/checklists", Value::Null, "viewer", 200),
        ("POST", "cards/<card>/checklists", title(), "editor", 201),
        ("GET", "checklists/<checklist>", Value::Null, "viewer", 200),
        ("PATCH", "checklists/<checklist>", title(), "editor", 200),
        ("POST", "checklists/<second checklist>/move", to_end(), "editor", 200),
        ("DELETE", "checklists/<checklist>", Value::Null, "editor", 204),
        ("POST", "checklists/<checklist>/items", title(), "editor", 201),
        ("GET", "items/<item>", Value::Null, "viewer", 200),
        ("PATCH", "items/<item>", title(), "editor", 200),
        ("POST", "items/<second item>/move", to_end(), "editor", 200),
        ("DELETE", "items/<item>", Value::Null, "editor", 204),
        ("GET", "cards/<card>/comments", Value::Null, "viewer", 200),
        ("POST", "cards/<card>/comments", json!({ "text": "mine" }), "commenter", 201),
        ("GET", "comments/<comment>", Value::Null, "viewer", 200),
        // A comment is its author's, and an admin may take it away.
        ("PATCH", "comments/<comment>", json!({ "text": "not mine" }), "owner", 200),
        ("DELETE", "comments/<comment>", Value::Null, "admin", 204),
        ("GET", "search?q=a", Value::Null, "viewer", 200),
        ("GET", "changes", Value::Null, "viewer", 200),
        ("GET", "webhooks", Value::Null, "admin", 200),
        ("POST", "webhooks", json!({ "url": NOBODY }), "admin", 201),
        ("GET", "webhooks/<webhook>", Value::Null, "admin", 200),
        ("PATCH", "webhooks/<webhook>", json!({ "paused": true }), "admin", 200),
        ("POST", "webhooks/<webhook>/ping", nothing.clone(), "admin", 200),
        ("GET", "webhooks/<webhook>/deliveries", Value::Null, "admin", 200),
        ("DELETE", "webhooks/<webhook>", Value::Null, "admin", 204),
        (
            "POST",
            "bulk",
            json!({ "operations": [{ "op": "changeCard", "card": "<card>", "done": true }] }),
            "editor",
            200,
        ),
    ]
}

/// A thing of the owner's for each word in angle brackets.
async fn made(owner: &Client, word: &str) -> String {
    let make = async |below: &str, body: Value| id(&owner.post(below, body).await.expect(201));
    let title = json!({ "title": "a" });
    match word {
        "words" => uuid::Uuid::new_v4().to_string(),
        "column" => make("columns", title).await,
        "archived column" => {
            let column = make("columns", title).await;
            owner.post(&format!("columns/{column}/archive"), json!({})).await.expect(200);
            column
        }
        "card" => {
            let column = make("columns", title).await;
            make("cards", json!({ "column": column, "title": "a" })).await
        }
        "archived card" => {
            let card = Box::pin(made(owner, "card")).await;
            owner.post(&format!("cards/{card}/archive"), json!({})).await.expect(200);
            card
        }
        "label" => make("labels", json!({ "name": "a" })).await,
        "person" => make("people", json!({ "name": "a" })).await,
        "checklist" | "second checklist" => {
            let card = Box::pin(made(owner, "card")).await;
            let below = format!("cards/{card}/checklists");
            if word == "second checklist" {
                make(&below, title.clone()).await;
            }
            make(&below, title).await
        }
        "item" | "second item" => {
            let checklist = Box::pin(made(owner, "checklist")).await;
            let below = format!("checklists/{checklist}/items");
            if word == "second item" {
                make(&below, title.clone()).await;
            }
            make(&below, title).await
        }
        "comment" => {
            let card = Box::pin(made(owner, "card")).await;
            make(&format!("cards/{card}/comments"), json!({ "text": "a" })).await
        }
        "webhook" => {
            // There is room for a few.
            for webhook in owner.get("webhooks").await.ids() {
                owner.delete(&format!("webhooks/{webhook}")).await;
            }
            make("webhooks", json!({ "url": NOBODY })).await
        }
        other => panic!("{other}"),
    }
}

async fn filled(owner: &Client, text: &str) -> String {
    let mut filled = text.to_owned();
    while let Some(begins) = filled.find('<') {
        let ends = begins + filled[begins..].find('>').unwrap();
        let thing = made(owner, &filled[begins + 1..ends]).await;
        filled.replace_range(begins..=ends, &thing);
    }
    filled
}

#[tokio::test]
async fn every_route_for_everybody_who_may_ask() {
    let (root, folder) = folder();
    let allow = ["--webhooks-allow", "127.0.0.0/8"];
    let stage = Stage::at(root, folder, &ACTORS[..6], &allow).await;
    let (_peer, replica) = stage.shared("owner", 1).await;
    let board = replica.board();
    for role in &ACTORS[1..5] {
        stage.invited(board, "owner", role, role).await;
    }
    let both = ["read", "write"];
    let mut actors: BTreeMap<&str, Client> = ACTORS[..6]
        .iter()
        .map(|name| (*name, Client::program(&stage, name, board, &both)))
        .collect();
    actors.insert("reader", Client::program(&stage, "owner", board, &["read"]));
    let owner = actors["owner"].clone();
    let mut looked_at = BTreeSet::new();
    for (method, path, body, least, status) in table() {
        let method: Method = method.parse().unwrap();
        for (actor, expected) in ACTORS.iter().zip(expected(&method, least, status)) {
            let path = filled(&owner, path).await;
            let body = serde_json::from_str(&filled(&owner, &body.to_string()).await).unwrap();
            // What stands already would be no change.
            match (method.as_str(), path.as_str()) {
                ("POST", "restore") => owner.post("archive", json!({})).await.expect(200),
                ("POST", "archive") | ("DELETE", "") => {
                    owner.post("restore", json!({})).await.expect(200)
                }
                _ => Value::Null,
            };
            let before = owner.get("changes").await.head();
            let answer = actors[actor].ask(method.clone(), &path, body).await;
            assert_eq!(answer.status, expected, "{method} {path} by {actor}: {}", answer.body);
            let after = owner.get("changes").await.head();
            // Webhooks are no part of a board.
            let writes = method != Method::GET && !path.starts_with("webhooks");
            let wrote = writes && answer.status < 300;
            assert_eq!(after - before, u64::from(wrote), "{method} {path} by {actor}");
        }
        let template = path.split('?').next().unwrap();
        looked_at.insert((method.to_string(), template.to_owned()));
    }
    // What nobody looked at here has a test of its own.
    let elsewhere = [
        ("GET", "/api/v1/boards"),
        ("POST", "/api/v1/boards"),
        ("GET", "/api/v1/boards/{board}/events"),
    ];
    let described = described::routes();
    let of_board = described
        .iter()
        .filter(|(method, path)| !elsewhere.contains(&(method.as_str(), path.as_str())));
    let forms = |path: &str| {
        let path = path.replace("second ", "").replace("archived ", "");
        path.replace('<', "{").replace('>', "}")
    };
    let looked_at: BTreeSet<(String, String)> = looked_at
        .iter()
        .map(|(method, path)| {
            let slash = if path.is_empty() { "" } else { "/" };
            (method.clone(), format!("/api/v1/boards/{{board}}{slash}{}", forms(path)))
        })
        .collect();
    assert_eq!(of_board.cloned().collect::<BTreeSet<_>>(), looked_at);
}

#[tokio::test]
async fn what_one_made_oneself_is_ones_own() {
    let stage = Stage::with(&["owner", "editor", "commenter"]).await;
    let (_peer, replica) = stage.shared("owner", 1).await;
    let board = replica.board();
    for role in ["editor", "commenter"] {
        stage.invited(board, "owner", role, role).await;
    }
    let client = |name: &str| Client::program(&stage, name, board, &["read", "write"]);
    let (editor, commenter) = (client("editor"), client("commenter"));
    let card = editor.get("cards").await.ordered()[0].clone();
    let below = format!("cards/{card}/comments");
    let comment = id(&commenter.post(&below, json!({ "text": "mine" })).await.expect(201));
    let comment = format!("comments/{comment}");
    commenter.patch(&comment, json!({ "text": "still mine" })).await.expect(200);
    editor.patch(&comment, json!({ "text": "not mine" })).await.refused(403, "notAllowed", "");
    assert_eq!(commenter.delete(&comment).await.status, 204);
    commenter.get(&comment).await.refused(404, "notFound", "");
    let person = id(&editor.post("people", json!({ "name": "Grace" })).await.expect(201));
    let person = format!("people/{person}");
    editor.patch(&person, json!({ "name": "Grace H" })).await.expect(200);
    // Whoever wrote has a name on the board.
    let names: BTreeSet<String> = editor
        .get("people")
        .await
        .array()
        .iter()
        .map(|person| person["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.is_superset(&["editor", "commenter", "Grace H"].map(str::to_owned).into()));
}
