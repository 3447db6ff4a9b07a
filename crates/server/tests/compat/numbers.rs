//! Numbers: every card has one over the whole server, by whichever road it came, and keeps it.

use crate::{
    asker::{Asker, number},
    running::{Server, cast::behind},
    stage::Stage,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Which number each title has.
fn by_title(listed: &Value) -> BTreeMap<String, u64> {
    let title = |ticket: &Value| ticket["title"].as_str().unwrap().to_owned();
    listed.as_array().unwrap().iter().map(|it| (title(it), number(it))).collect()
}

#[tokio::test]
async fn a_card_has_its_number_by_whichever_road_it_came() {
    let stage = Stage::with(&["ada"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 3).await;
    let board = replica.board();
    let ada = Asker::new(&stage.server, stage.token("ada"));
    // Shared; then pushed, then over the API, then as a ticket.
    let pushed = replica.add("pushed");
    peer.push(board, pushed).await;
    let api = format!("/api/v1/boards/{board}");
    let column = ada.get(&format!("{api}/columns")).await.expect(200)[0]["id"].clone();
    let card = json!({ "column": column, "title": "by the API" });
    ada.post(&format!("{api}/cards"), card).await.expect(201);
    let two = json!([
        { "op": "createCard", "column": column, "title": "by a bulk" },
        { "op": "createCard", "column": column, "title": "by a bulk too" },
    ]);
    ada.post(&format!("{api}/bulk"), json!({ "operations": two })).await.expect(200);
    let ticket = json!({ "board_id": 1, "title": "a ticket" });
    let made = ada.post("/api/tickets/", ticket).await.expect(201);
    let (_second, _) = stage.shared("ada", 1).await;

    let listed = ada.get("/api/tickets/").await;
    assert_eq!(listed.numbers(), (1..=9).collect::<BTreeSet<u64>>());
    let numbers = by_title(&ada.get("/api/tickets/?board_id=1").await.body);
    let titles = [
        "a ticket",
        "by a bulk",
        "by a bulk too",
        "by the API",
        "card 0",
        "card 1",
        "card 2",
        "pushed",
    ];
    assert!(numbers.keys().eq(titles.iter()), "{numbers:?}");
    assert_eq!(
        (numbers["pushed"], numbers["by the API"], numbers["a ticket"]),
        (4, 5, number(&made))
    );
    let cards = ada.get(&format!("{api}/cards")).await.expect(200);
    assert_eq!(cards.as_array().unwrap().len(), numbers.len());

    // They stay over a kill.
    let stage = stage.killed();
    let again = Asker::new(&stage.server, stage.token("ada"));
    assert_eq!(again.get("/api/tickets/").await.body, listed.body);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn boards_of_before_there_were_numbers_get_them_when_the_server_is_renewed() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 5).await;
    let titles: BTreeSet<String> = replica.titles().into_iter().collect();
    let Stage { root, folder, server, people } = stage;
    server.stop();
    let mut store = behind(&folder).await;
    let before = "drop table thing_number; drop table board_number;
        drop table webhook_delivery; drop table webhook;
        delete from _sqlx_migrations where version >= 8;";
    sqlx::raw_sql(before).execute(store.connection()).await.unwrap();
    store.close().await.unwrap();
    let server = Server::start(&folder);
    let ada = Asker::new(&server, &people["ada"].token);
    let listed = ada.get("/api/tickets/?board_id=1").await;
    assert_eq!(listed.numbers(), (1..=5).collect::<BTreeSet<u64>>());
    assert!(by_title(&listed.body).into_keys().eq(titles));
    let stage = Stage { root, folder, server, people };
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn check_says_where_a_card_has_no_number() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, _) = stage.shared("ada", 2).await;
    let mut store = behind(&stage.folder).await;
    let take = "drop trigger thing_number_stays; delete from thing_number where number = 2;";
    sqlx::raw_sql(take).execute(store.connection()).await.unwrap();
    let output = crate::running::run(&stage.folder, &["check"], "");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("1 things have no number"), "{said}");
}
