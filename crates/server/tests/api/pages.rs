//! Pages while others write.

use crate::{client::Client, stage::Stage};
use serde_json::json;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

#[tokio::test]
async fn pages_join_to_all_that_was_there_while_others_write() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let mut before = BTreeSet::new();
    for number in 0..30 {
        before.insert(client.card(&column, &format!("before {number}")).await);
    }
    let over = Arc::new(AtomicBool::new(false));
    let writes = {
        let (client, over, cards) = (client.again(&stage), over.clone(), before.clone());
        tokio::spawn(async move {
            // Whoever writes moves what is being read, and puts more in front of it.
            let mut made = BTreeSet::new();
            for card in cards.iter().cycle() {
                if over.load(Ordering::Relaxed) && made.len() >= 10 {
                    return made;
                }
                let place = json!({ "first": true });
                client.post(&format!("cards/{card}/move"), place).await.expect(200);
                let title = json!({ "column": column, "title": "meanwhile", "first": true });
                made.insert(crate::client::id(&client.post("cards", title).await.expect(201)));
            }
            made
        })
    };
    for _ in 0..10 {
        let joined = client.pages("cards", 4).await;
        let once: BTreeSet<String> = joined.iter().cloned().collect();
        assert_eq!(once.len(), joined.len(), "pages overlap");
        assert!(before.is_subset(&once), "{:?} are on no page", before.difference(&once));
    }
    over.store(true, Ordering::Relaxed);
    let made = writes.await.unwrap();
    let all: BTreeSet<String> = before.union(&made).cloned().collect();
    assert_eq!(client.get("cards").await.ids(), all);
}

#[tokio::test]
async fn a_filter_finds_what_it_names_and_nothing_else() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let other = client.post("columns", json!({ "title": "Other" })).await.expect(201);
    let other = crate::client::id(&other);
    let label = client.post("labels", json!({ "name": "urgent" })).await.expect(201);
    let label = crate::client::id(&label);
    let person = client.post("people", json!({ "name": "Grace" })).await.expect(201);
    let person = crate::client::id(&person);
    let plain = client.card(&column, "plain").await;
    let rich = json!({
        "column": other, "title": "rich", "labels": [label], "people": [person], "done": true,
        "priority": "high", "description": "Über allem", "cover": "teal",
        "dates": { "start": null, "due": { "kind": "day", "day": "2026-11-28" } },
    });
    let made = client.post("cards", rich.clone()).await.expect(201);
    for (name, value) in rich.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let rich = crate::client::id(&made);
    let put_away = client.card(&column, "put away").await;
    client.post(&format!("cards/{put_away}/archive"), json!({})).await.expect(200);
    let thrown = client.card(&column, "thrown away").await;
    assert_eq!(client.delete(&format!("cards/{thrown}")).await.status, 204);

    let set = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();
    for (filter, expected) in [
        ("", set(&[&plain, &rich])),
        (&format!("?column={column}")[..], set(&[&plain])),
        (&format!("?column={other}"), set(&[&rich])),
        (&format!("?label={label}"), set(&[&rich])),
        (&format!("?assignee={person}"), set(&[&rich])),
        (&format!("?assignee={person}&column={column}"), set(&[])),
        ("?done=true", set(&[&rich])),
        ("?done=false", set(&[&plain])),
        ("?priority=high", set(&[&rich])),
        ("?priority=low", set(&[])),
        ("?archived=false", set(&[&plain, &rich])),
        ("?archived=true", set(&[&put_away])),
        ("?deleted=true", set(&[&thrown])),
    ] {
        assert_eq!(client.get(&format!("cards{filter}")).await.ids(), expected, "{filter}");
    }
    assert_eq!(client.get("search?q=uber%20rich").await.ids(), set(&[&rich]));
    assert_eq!(client.get("search?q=away").await.ids(), set(&[&put_away]));
    assert_eq!(client.get("search?q=uber%20plain").await.ids(), set(&[]));
}
