//! The examples of docs/api.md, as somebody would type them.

use crate::{client::Client, stage::Stage};
use serde_json::json;
use std::{collections::BTreeSet, process::Command};

/// What stands between the marks of a shell.
fn examples() -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documented_examples_do_what_they_say() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let board = replica.board();
    let client = Client::program(&stage, "ada", board, &["read", "write"]);
    let examples = examples();
    assert!(examples[0].contains("token create") && examples.len() == 5, "{}", examples.len());
    // The first makes the token, which is here already; the others go on from each other.
    let script = format!("set -eo pipefail\n{}", examples[1..].join("echo ==\n"));
    let run = Command::new("bash")
        .args(["-c", &script])
        .env("HOLDFAST", format!("{}/api/v1", stage.server.url))
        .env("TOKEN", client.token())
        .env("BOARD", board.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    let parts: Vec<&str> = said.split("==\n").map(str::trim).collect();
    assert!(run.status.success(), "{said}\n{}", String::from_utf8_lossy(&run.stderr));
    assert!(parts[0].contains(&board.to_string()), "{said}");
    assert!(parts[1].ends_with("}1"), "a card that is done, in a list of one: {said}");
    assert_eq!(parts[2].lines().count(), 3, "{said}");
    let cards = client.get("cards").await.array();
    let titles: BTreeSet<&str> = cards.iter().map(|card| card["title"].as_str().unwrap()).collect();
    assert_eq!(titles, BTreeSet::from(["Buy seeds"]));
    let archived = client.get("cards?archived=true").await.array();
    assert_eq!(
        (&archived[0]["title"], &archived[0]["done"]),
        (&json!("Water the plants"), &json!(true))
    );
    let numbers = client.get("changes").await.array();
    assert_eq!(parts[3], numbers.last().unwrap()["number"].to_string());
}

#[tokio::test]
async fn the_page_has_every_route_and_nothing_from_elsewhere() {
    let stage = Stage::with(&["ada"]).await;
    let response =
        reqwest::Client::get(&stage.server.client, format!("{}/api/docs", stage.server.url));
    let response = response.send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{policy}");
    let page = response.text().await.unwrap();
    for outside in ["<script", "http://", "https://", "style=", "src=", "onclick"] {
        assert!(!page.contains(outside), "{outside}");
    }
    for (method, path) in crate::described::routes() {
        assert!(page.contains(&format!("{method} {path}<")), "{method} {path}");
    }
    let described = stage.server.get("/api/v1/openapi.json", "").await.expect(200);
    assert_eq!(described, server::api::openapi());
}
