//! Tokens of programs: what they open, and for how long.

use crate::{
    client::Client,
    events::Listener,
    running::{cast::behind, done},
    stage::Stage,
};
use domain::id::BoardId;
use serde_json::json;
use store::account::{self, ApiTokenId, NewApiToken, SecretHash};

/// A token that ends so soon as no command makes one.
async fn ending(stage: &Stage, name: &str, board: BoardId, expires_ms: i64) -> Client {
    let secret = format!("hfa_{}", blake3::hash(&expires_ms.to_be_bytes()).to_hex());
    let new = NewApiToken {
        id: ApiTokenId::fresh(),
        token: SecretHash(*blake3::hash(secret.as_bytes()).as_bytes()),
        account: stage.people[name].id,
        label: String::new(),
        scopes: "read write".to_owned(),
        made_ms: 1,
        expires_ms,
    };
    let mut store = behind(&stage.folder).await;
    account::add_api_token(store.connection(), &new).await.unwrap();
    store.close().await.unwrap();
    Client::new(stage, &secret, board)
}

#[tokio::test]
async fn a_token_opens_what_it_was_given_until_it_is_revoked() {
    let stage = Stage::with(&["ada", "eve"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let board = replica.board();
    let reads = Client::program(&stage, "ada", board, &["read"]);
    let writes = Client::program(&stage, "ada", board, &["write"]);
    let column = reads.column().await;
    let new = json!({ "column": column, "title": "new" });
    reads.post("cards", new.clone()).await.refused(403, "outOfScope", "");
    writes.get("cards").await.refused(403, "outOfScope", "");
    writes.post("cards", new.clone()).await.expect(201);
    let unknown = Client::new(&stage, "hfa_0000", board);
    unknown.get("cards").await.refused(401, "notSignedIn", "");
    let eve = Client::program(&stage, "eve", board, &["read", "write"]);
    eve.get("cards").await.refused(404, "notFound", "");
    eve.post("cards", new.clone()).await.refused(404, "notFound", "");
    let device = Client::new(&stage, stage.token("ada"), board);
    device.post("cards", new).await.expect(201);
    let made = done(&stage.folder, &["token", "list"], "");
    for token in made.as_array().unwrap() {
        let id = token["id"].as_str().unwrap();
        done(&stage.folder, &["token", "revoke", id], "");
    }
    reads.get("cards").await.refused(401, "notSignedIn", "");
}

#[tokio::test]
async fn a_token_that_is_over_opens_nothing() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = ending(&stage, "ada", replica.board(), server::now_ms() - 1).await;
    client.get("cards").await.refused(401, "notSignedIn", "");
    client.post("cards", json!({})).await.refused(401, "notSignedIn", "");
}

#[tokio::test]
async fn events_end_with_their_token_also_where_they_never_rest() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let writer = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = writer.column().await;
    let reader = ending(&stage, "ada", replica.board(), server::now_ms() + 3_000).await;
    let mut listener = Listener::begin(&reader, "events", None).await;
    // No moment passes in which nothing happens, and nothing is told once the token opens nothing.
    loop {
        let over = reader.get("columns").await.status == 401;
        writer.card(&column, "on and on").await;
        match listener.next().await {
            None => break,
            Some(event) => assert!(!over, "{event:?} was told"),
        }
    }
    reader.get("columns").await.refused(401, "notSignedIn", "");
}
