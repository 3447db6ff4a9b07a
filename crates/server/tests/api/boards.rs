//! Boards that programs make, and the logs of boards.

use crate::{
    client::{Client, id, send},
    stage::Stage,
};
use domain::id::BoardId;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn make(client: &Client, key: &str, body: &Value) -> crate::client::Answer {
    send(client.everywhere(Method::POST, "boards").header("Idempotency-Key", key).json(body)).await
}

async fn listed(client: &Client) -> crate::client::Answer {
    send(client.everywhere(Method::GET, "boards")).await
}

#[tokio::test]
async fn a_board_that_a_program_made_is_there_for_its_owner_alone() {
    let mut stage = Stage::with(&["ada", "eve"]).await;
    let nowhere = BoardId(uuid::Uuid::nil());
    let mut peer = stage.peer("ada").await;
    let mut client = Client::program(&stage, "ada", nowhere, &["read", "write"]);
    let eve = Client::program(&stage, "eve", nowhere, &["read", "write"]);
    let body = json!({ "title": "Orchard", "colour": "lime", "columns": ["To do", "Done"] });
    let made = make(&client, "o", &body).await;
    assert_eq!((made.status, &made.body["role"]), (201, &json!("owner")));
    let board = id(&made.body);
    assert_eq!(made.header("location"), format!("/api/v1/boards/{board}"));
    // Whoever is connected hears of it.
    assert_eq!(peer.boards().await[0].board.to_string(), board);
    stage = stage.killed();
    client = client.again(&stage);
    let again = make(&client, "o", &body).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &made.body));
    make(&client, "o", &json!({ "title": "Other" })).await.refused(
        422,
        "keyReused",
        "Idempotency-Key",
    );
    assert_eq!(listed(&client).await.ids(), BTreeSet::from([board.clone()]));
    assert_eq!(listed(&eve.again(&stage)).await.ids(), BTreeSet::new());
    let client = client.on(board.parse().unwrap());
    let titles: Vec<Value> =
        client.get("columns").await.array().iter().map(|it| it["title"].clone()).collect();
    assert_eq!(titles, ["To do", "Done"]);
    eve.again(&stage).on(board.parse().unwrap()).get("cards").await.refused(404, "notFound", "");
    let second = make(&client, "p", &json!({ "title": "Pond" })).await.expect(201);
    let both = BTreeSet::from([board, id(&second)]);
    assert_eq!(listed(&client).await.ids(), both);
    let page = send(client.everywhere(Method::GET, "boards?limit=1")).await;
    assert_eq!((page.ordered().len(), page.header("x-total-count")), (1, "2"));
    make(&client, "q", &json!({ "title": "" })).await.refused(422, "empty", "title");
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn the_log_is_told_from_a_number_without_gaps() {
    let stage = Stage::with(&["ada"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 5).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let card = client.card(&column, "by a program").await;
    let pushed = replica.add("by a desktop");
    peer.push(replica.board(), pushed).await;
    let all = client.get("changes").await;
    let numbers = |answer: &crate::client::Answer| {
        answer.array().iter().map(|it| it["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&all), (1..=all.head()).collect::<Vec<_>>());
    let by_program =
        all.array().into_iter().find(|it| it["things"][0]["id"] == json!(card)).unwrap();
    assert_eq!(by_program["verb"], "addCards");
    let fields: BTreeSet<&str> = by_program["things"][0]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert_eq!(fields, BTreeSet::from(["created", "title", "place"]));
    let mut joined = Vec::new();
    let mut page = client.get("changes?since=2&limit=2").await;
    loop {
        joined.extend(numbers(&page));
        let Some(next) = page.next() else { break };
        page = send(client.at(&next)).await;
    }
    assert_eq!(joined, (3..=all.head()).collect::<Vec<_>>());
    let head = all.head();
    assert_eq!(client.get(&format!("changes?since={head}")).await.array(), [""; 0]);
    client.get(&format!("changes?since={}", head + 1)).await.refused(409, "notInLog", "since");
}
