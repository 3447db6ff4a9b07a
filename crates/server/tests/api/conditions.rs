//! Keys and ETags: what is repeated is done once, and what somebody else changed is not written over.

use crate::{
    client::{Client, id, send},
    stage::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

async fn scene() -> (Stage, crate::peer::Peer, Client, String) {
    let stage = Stage::with(&["ada"]).await;
    let (peer, replica) = stage.shared("ada", 0).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    (stage, peer, client, column)
}

async fn if_match(client: &Client, below: &str, etag: &str, body: Value) -> crate::client::Answer {
    send(client.request(Method::PATCH, below).header("If-Match", etag).json(&body)).await
}

#[tokio::test]
async fn of_many_that_saw_the_same_one_writes_and_the_others_are_told() {
    let (_stage, _peer, client, column) = scene().await;
    let card = client.card(&column, "contended").await;
    let below = format!("cards/{card}");
    let seen = client.get(&below).await;
    let etag = seen.header("etag").to_owned();
    let mut writers = JoinSet::new();
    for writer in 0..20 {
        let (client, below, etag) = (client.clone(), below.clone(), etag.clone());
        writers.spawn(async move {
            let title = format!("by {writer}");
            let answer = if_match(&client, &below, &etag, json!({ "title": title })).await;
            (answer.status == 200).then_some(title).ok_or(answer)
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        writers.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.unwrap_err().refused(412, "changed", "If-Match");
    }
    let now = client.get(&below).await;
    assert_eq!(now.body["title"], won.into_iter().next().unwrap().unwrap());
    // Whoever reads again writes.
    let etag = now.header("etag");
    if_match(&client, &below, etag, json!({ "done": true })).await.expect(200);
    if_match(&client, &below, "*", json!({ "done": false })).await.expect(200);
}

#[tokio::test]
async fn an_etag_changes_exactly_when_its_record_does() {
    let (_stage, _peer, client, column) = scene().await;
    let card = client.card(&column, "one").await;
    let other = client.card(&column, "two").await;
    let below = format!("cards/{card}");
    let mut seen = client.get(&below).await;
    for (path, body, changes) in [
        (below.clone(), json!({ "title": "uno" }), true),
        (below.clone(), json!({ "title": "uno" }), false),
        (below.clone(), json!({}), false),
        (below.clone(), json!({ "description": "long" }), true),
        (format!("cards/{other}"), json!({ "title": "dos" }), false),
        (format!("{below}/comments"), json!({ "text": "so" }), true),
        (format!("{below}/checklists"), json!({ "title": "steps", "items": ["a"] }), true),
    ] {
        let method = if path.ends_with('s') { Method::POST } else { Method::PATCH };
        let wrote = client.ask(method, &path, body.clone()).await;
        assert!(wrote.status == 200 || wrote.status == 201, "{wrote:?}");
        let now = client.get(&below).await;
        let (record, etag) = (now.body != seen.body, now.header("etag") != seen.header("etag"));
        assert_eq!((record, etag), (changes, changes), "{path} {body}");
        if path == below {
            assert_eq!(wrote.header("etag"), now.header("etag"));
            assert_eq!(wrote.body, now.body);
        }
        seen = now;
    }
    let known = client.request(Method::GET, &below).header("If-None-Match", seen.header("etag"));
    let known = send(known).await;
    assert_eq!((known.status, known.body), (304, json!("")));
}

#[tokio::test]
async fn a_key_is_done_once_however_often_and_by_how_many_it_is_sent() {
    let (stage, _peer, client, column) = scene().await;
    let body = json!({ "column": column, "title": "once" });
    let mut senders = JoinSet::new();
    for _ in 0..20 {
        let (client, body) = (client.clone(), body.clone());
        senders.spawn(async move {
            let answer = client.keyed(Method::POST, "cards", "k1", body).await;
            (answer.header("idempotency-replayed") == "true", answer.expect(201))
        });
    }
    let answers = senders.join_all().await;
    assert_eq!(answers.iter().filter(|it| !it.0).count(), 1, "one was first");
    let card = id(&answers[0].1);
    assert!(answers.iter().all(|it| it.1 == answers[0].1));
    assert_eq!(client.get("cards").await.ordered(), [card.as_str()]);

    // Another body, another place, another account.
    let other = json!({ "column": column, "title": "twice" });
    let reused = client.keyed(Method::POST, "cards", "k1", other.clone()).await;
    reused.refused(422, "keyReused", "Idempotency-Key");
    let title = json!({ "title": "renamed" });
    let reused = client.keyed(Method::PATCH, &format!("cards/{card}"), "k1", title.clone()).await;
    reused.refused(422, "keyReused", "Idempotency-Key");
    let moved = client.keyed(Method::PATCH, &format!("cards/{card}"), "k2", title.clone()).await;
    moved.expect(200);
    client.patch(&format!("cards/{card}"), json!({ "title": "since" })).await.expect(200);
    let late = client.keyed(Method::PATCH, &format!("cards/{card}"), "k2", title).await;
    assert_eq!(late.header("idempotency-replayed"), "true");
    assert_eq!(late.expect(200)["title"], "since", "a repeat wrote again");
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_key_of_what_changed_nothing_is_not_done_later() {
    let (_stage, _peer, client, column) = scene().await;
    let card = client.card(&column, "still").await;
    let below = format!("cards/{card}");
    let still = json!({ "title": "still" });
    client.keyed(Method::PATCH, &below, "k", still.clone()).await.expect(200);
    client.patch(&below, json!({ "title": "moved on" })).await.expect(200);
    let late = client.keyed(Method::PATCH, &below, "k", still).await.expect(200);
    assert_eq!(late["title"], "moved on");
}
