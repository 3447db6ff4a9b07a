//! Several operations as one act.

use crate::{
    client::{Client, id},
    stage::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[tokio::test]
async fn a_bulk_is_done_whole_in_one_change_and_repeats_as_one() {
    let stage = Stage::with(&["ada"]).await;
    let (mut peer, mut replica) = stage.shared("ada", 2).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let old = client.get("cards").await.ordered();
    let mut operations: Vec<Value> = (0..996)
        .map(|number| json!({ "op": "createCard", "column": column, "title": format!("bulk {number}"), "first": true }))
        .collect();
    operations.push(json!({ "op": "moveCard", "card": old[0], "column": column, "last": true }));
    operations.push(json!({ "op": "createComment", "card": old[0], "text": "so" }));
    operations.push(
        json!({ "op": "createChecklist", "card": old[0], "title": "steps", "items": ["a", "b"] }),
    );
    operations.push(json!({ "op": "deleteCard", "card": old[1] }));
    let before = client.get("cards").await.head();
    let body = json!({ "operations": operations });
    let first = client.keyed(Method::POST, "bulk", "b", body.clone()).await;
    assert_eq!(first.head(), before + 1, "one act, one change");
    let results = first.body["results"].as_array().unwrap().clone();
    let (ops, sent): (Vec<_>, Vec<_>) = (
        results.iter().map(|it| it["op"].clone()).collect(),
        operations.iter().map(|it| it["op"].clone()).collect(),
    );
    assert_eq!(ops, sent);
    let cards = client.get("cards").await.array();
    let titles: BTreeMap<String, &Value> =
        cards.iter().map(|card| (id(card), &card["title"])).collect();
    for (at, result) in results[..996].iter().enumerate() {
        assert_eq!(titles[&id(result)], &format!("bulk {at}"));
    }
    assert_eq!(client.get("cards?deleted=true").await.ids(), BTreeSet::from([id(&results[999])]));
    let made: BTreeSet<String> = results[..996].iter().map(id).collect();
    let mut expected = made.clone();
    expected.insert(old[0].clone());
    assert_eq!(client.get("cards").await.ids(), expected);
    let again = client.keyed(Method::POST, "bulk", "b", body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(
        (again.body, again.headers["x-holdfast-head"].clone()),
        (first.body, first.headers["x-holdfast-head"].clone())
    );
    assert_eq!(client.get("cards").await.ids(), expected);
    // Each went in front of the one before it.
    replica.hear_up_to(before + 1, &mut peer).await;
    let titles = replica.titles();
    let wanted: Vec<String> = (0..996).rev().map(|number| format!("bulk {number}")).collect();
    assert_eq!(titles[..996], wanted);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn a_bulk_of_which_one_operation_fails_does_nothing() {
    let stage = Stage::with(&["ada", "ben"]).await;
    let (_peer, replica) = stage.shared("ada", 2).await;
    let board = replica.board();
    stage.invited(board, "ada", "ben", "commenter").await;
    let client = Client::program(&stage, "ada", board, &["read", "write"]);
    let column = client.column().await;
    let before = client.get("cards").await;
    let card = before.ordered()[0].clone();
    let nowhere = "0198c0de-0000-7000-8000-000000000000";
    let good = || json!({ "op": "createCard", "column": column, "title": "good" });
    let with = |bad: Value| json!({ "operations": [good(), good(), bad] });
    for (bad, status, code, field) in [
        (
            json!({ "op": "createCard", "column": nowhere, "title": "bad" }),
            422,
            "notFound",
            "operations[2].column",
        ),
        (
            json!({ "op": "createCard", "column": column, "title": "" }),
            422,
            "empty",
            "operations[2].title",
        ),
        (
            json!({ "op": "createCard", "column": column, "titel": "" }),
            400,
            "unknownField",
            "operations[2].titel",
        ),
        (
            json!({ "op": "moveCard", "card": nowhere, "column": column }),
            422,
            "notFound",
            "operations[2].card",
        ),
        (json!({ "op": "paintCard", "card": card }), 400, "badField", "operations[2].op"),
        (json!({ "card": card }), 400, "missingField", "operations[2].op"),
        (json!(7), 400, "badField", "operations[2]"),
    ] {
        client.post("bulk", with(bad)).await.refused(status, code, field);
    }
    let none = json!({ "operations": [] });
    client.post("bulk", none).await.refused(422, "empty", "operations");
    let many = json!({ "operations": vec![good(); 1_001] });
    client.post("bulk", many).await.refused(422, "tooMany", "operations");
    // What one may and what one may not, in one act.
    let ben = Client::program(&stage, "ben", board, &["read", "write"]);
    let comment = json!({ "op": "createComment", "card": card, "text": "mine" });
    let mixed = json!({ "operations": [comment, good()] });
    ben.post("bulk", mixed).await.refused(403, "notAllowed", "");
    let after = client.get("cards").await;
    assert_eq!((after.head(), after.body), (before.head(), before.body));
    assert_eq!(client.get(&format!("cards/{card}/comments")).await.ordered(), [""; 0]);
    // And the board is as good as it was.
    client.post("bulk", json!({ "operations": [good()] })).await.expect(200);
    assert_eq!(stage.problems(), json!([]));
}

#[tokio::test]
async fn each_operation_of_a_bulk_is_answered_with_what_it_made_itself() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let card = client.get("cards").await.ordered()[0].clone();
    let below = format!("cards/{card}/checklists");
    let old = id(&client.post(&below, json!({ "title": "old" })).await.expect(201));
    let operations = json!([
        { "op": "createChecklist", "card": card, "title": "new", "items": ["a", "b"] },
        { "op": "createItem", "checklist": old, "title": "c" },
        { "op": "createChecklist", "card": card, "title": "newer", "items": ["d"] },
        { "op": "createItem", "checklist": old, "title": "e" },
    ]);
    let body = json!({ "operations": operations });
    let first = client.keyed(Method::POST, "bulk", "made", body.clone()).await.expect(200);
    let results: Vec<String> = first["results"].as_array().unwrap().iter().map(id).collect();
    for (result, path, title) in
        [(0, "checklists", "new"), (1, "items", "c"), (2, "checklists", "newer"), (3, "items", "e")]
    {
        let made = client.get(&format!("{path}/{}", results[result])).await.expect(200);
        assert_eq!(made["title"], title);
    }
    assert_eq!(client.keyed(Method::POST, "bulk", "made", body).await.expect(200), first);
}
