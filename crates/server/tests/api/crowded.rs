//! More than the server can do: it says so before anything is done, and does all that it said it did.

use crate::{
    client::{Client, id, send},
    peer::patiently,
    running::Server,
    stage::Stage,
};
use reqwest::Method;
use serde_json::json;
use std::{collections::BTreeSet, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::Notify,
    task::JoinSet,
};

/// More than may wait for the writer together with what it takes at once.
const WRITERS: usize = 1_700;

#[tokio::test]
async fn a_full_queue_is_said_before_anything_is_done() {
    let mut stage = Stage::with(&["ada"]).await;
    let (peer, replica) = stage.shared("ada", 0).await;
    drop(peer);
    // Behind a proxy, connections are not counted by address.
    stage.server.stop();
    stage.server = Server::start_with(&stage.folder, &["--base-url", "https://boards.example"]);
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let mut other = crate::running::cast::behind(&stage.folder).await;
    // The writer waits for another process, and everybody else for the writer.
    let held = other.begin().await.unwrap();
    let full = Arc::new(Notify::new());
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let (client, column, full) = (client.clone(), column.clone(), full.clone());
        writers.spawn(async move {
            let (key, title) = (format!("key {number}"), format!("card {number}"));
            let body = json!({ "column": column, "title": title });
            let answer = client.keyed(Method::POST, "cards", &key, body.clone()).await;
            if answer.status == 503 {
                assert!(!answer.header("retry-after").is_empty());
                full.notify_one();
            }
            (answer, key, body)
        });
    }
    full.notified().await;
    drop(held);
    other.close().await.unwrap();
    let (mut there, mut refused) = (BTreeSet::new(), Vec::new());
    for (answer, key, body) in writers.join_all().await {
        match answer.status {
            201 => assert!(there.insert(id(&answer.body))),
            503 => refused.push(body["title"].clone()),
            // It was handed over: its key says what became of it.
            504 => {
                answer.refused(504, "unknown", "");
                let known = client.keyed(Method::POST, "cards", &key, body).await;
                assert!(there.insert(id(&known.expect(201))));
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert!(!refused.is_empty() && !there.is_empty());
    let cards = client.get("cards").await;
    assert_eq!(cards.ids(), there);
    let titles: Vec<_> = cards.array().iter().map(|card| card["title"].clone()).collect();
    assert!(!refused.iter().any(|title| titles.contains(title)), "what was refused was done");
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn what_waited_too_long_is_said_not_to_be_done_and_is_not() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let mut other = crate::running::cast::behind(&stage.folder).await;
    let held = other.begin().await.unwrap();
    let body = json!({ "column": column, "title": "late" });
    let answer = client.keyed(Method::POST, "cards", "k", body.clone()).await;
    answer.refused(503, "busy", "");
    assert!(!answer.header("retry-after").is_empty());
    drop(held);
    other.close().await.unwrap();
    client.card(&column, "next").await;
    let titles: Vec<_> = client.get("cards").await.array();
    assert_eq!(titles.len(), 1, "what was said not to be done was done: {titles:?}");
    let known = client.keyed(Method::POST, "cards", "k", body.clone()).await.expect(201);
    let again = client.keyed(Method::POST, "cards", "k", body).await.expect(201);
    assert_eq!(known, again);
    assert_eq!(client.get("cards").await.ids().len(), 2);
}

/// Asks for a list and reads no more than that it has begun.
async fn stalled(stage: &Stage, client: &Client) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8 * 1024).unwrap();
    let mut stream = socket.connect(stage.server.address().parse().unwrap()).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {}\r\n\r\n",
        client.path("cards"),
        client.token()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begins = [0; 12];
    stream.read_exact(&mut begins).await.unwrap();
    assert_eq!(&begins, b"HTTP/1.1 200");
    stream
}

#[tokio::test]
async fn those_who_do_not_read_take_only_so_many_answers_and_not_for_ever() {
    let stage = Stage::patient(&["ada", "ben"], 1).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let board = replica.board();
    stage.invited(board, "ada", "ben", "viewer").await;
    let client = Client::program(&stage, "ada", board, &["read", "write"]);
    let column = client.column().await;
    let operations: Vec<_> = (0..100)
        .map(|number| {
            let text = "so much to say ".repeat(500);
            json!({ "op": "createCard", "column": column, "title": format!("{number}"), "description": text })
        })
        .collect();
    client.post("bulk", json!({ "operations": operations })).await.expect(200);
    let mut stalls = Vec::new();
    while client.get("cards").await.status == 200 {
        stalls.push(stalled(&stage, &client).await);
        assert!(stalls.len() < 150, "nobody says that it is enough");
    }
    let busy = client.get("cards").await;
    busy.refused(503, "busy", "");
    assert!(!busy.header("retry-after").is_empty());
    // Others are answered, and so is whoever writes.
    let ben = Client::program(&stage, "ben", board, &["read"]);
    assert_eq!(ben.get("cards").await.ids().len(), 100);
    client.card(&column, "one more").await;
    // Nobody of those who stalled has gone: the server gives them up.
    patiently(async {
        while client.get("cards").await.status != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let answer = send(client.request(Method::GET, "cards")).await;
    assert_eq!(answer.ids().len(), 101);
    drop(stalls);
}
