//! What is not understood is named and nothing is done.

use crate::{client::Client, stage::Stage};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn what_is_not_understood_is_named_and_nothing_is_done() {
    let stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 1).await;
    let client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let before = client.get("cards").await;
    let card = before.ordered()[0].clone();
    let nowhere = "0198c0de-0000-7000-8000-000000000000";
    let (get, post, patch) = (Method::GET, Method::POST, Method::PATCH);
    let new = |more: Value| {
        let mut body = json!({ "column": column, "title": "no" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let none = Value::Null;
    let day = json!({ "kind": "day", "day": "2026-02-30" });
    let table: Vec<(&Method, String, Value, u16, &str, &str)> = vec![
        (&get, "cards?offset=1".into(), none.clone(), 400, "unknownParameter", "offset"),
        (&get, "cards?limit=0".into(), none.clone(), 400, "badParameter", "limit"),
        (&get, "cards?limit=seven".into(), none.clone(), 400, "badParameter", "limit"),
        (&get, "cards?limit=1&limit=2".into(), none.clone(), 400, "badParameter", "limit"),
        (&get, format!("cards/{card}?limit=1"), none.clone(), 400, "unknownParameter", "limit"),
        (&get, "search".into(), none.clone(), 400, "missingField", "q"),
        (&post, "cards?dry=1".into(), new(json!({})), 400, "unknownParameter", "dry"),
        (&post, "cards".into(), new(json!({ "colour": "red" })), 400, "unknownField", "colour"),
        (&post, "cards".into(), json!({ "title": "no" }), 400, "missingField", "column"),
        (&post, "cards".into(), new(json!({ "title": 7 })), 400, "badField", "title"),
        (&post, "cards".into(), new(json!({ "title": null })), 400, "badField", "title"),
        (&post, "cards".into(), new(json!({ "title": " " })), 422, "empty", "title"),
        (&post, "cards".into(), new(json!({ "column": nowhere })), 422, "notFound", "column"),
        (&post, "cards".into(), new(json!({ "after": nowhere })), 422, "notFound", "after"),
        (&post, "cards".into(), new(json!({ "labels": [nowhere] })), 422, "notFound", "labels"),
        (&post, "cards".into(), new(json!({ "cover": "#fff" })), 422, "badColour", "cover"),
        (
            &post,
            "cards".into(),
            new(json!({ "dates": { "end": null } })),
            400,
            "unknownField",
            "dates.end",
        ),
        (&post, "cards".into(), new(json!({ "dates": { "due": day } })), 422, "badDate", "dates"),
        (
            &post,
            "cards".into(),
            new(json!({ "first": true, "last": true })),
            400,
            "twoPlaces",
            "last",
        ),
        (
            &patch,
            format!("cards/{card}"),
            json!({ "column": column }),
            400,
            "unknownField",
            "column",
        ),
        (&patch, format!("cards/{nowhere}"), json!({ "title": "no" }), 404, "notFound", ""),
        (&post, format!("cards/{card}/move"), json!({}), 400, "missingField", "column"),
        (&post, format!("cards/{card}/archive"), json!({ "by": 1 }), 400, "unknownField", "by"),
        (&post, format!("cards/{card}/comments"), json!({ "text": "" }), 422, "empty", "text"),
        (&get, format!("cards/{nowhere}"), none.clone(), 404, "notFound", ""),
        (&get, "cards/7".into(), none.clone(), 404, "notFound", ""),
        (&get, "tickets".into(), none.clone(), 404, "notFound", ""),
        (&patch, "cards".into(), none.clone(), 405, "badRequest", ""),
    ];
    for (method, below, body, status, code, field) in table {
        let answer = client.ask(method.clone(), &below, body.clone()).await;
        assert_eq!(answer.status, status, "{method} {below} {body}: {}", answer.body);
        answer.refused(status, code, field);
    }
    let plain = client.request(Method::POST, "cards").body("title=no");
    crate::client::send(plain).await.refused(415, "badRequest", "");
    let after = client.get("cards").await;
    assert_eq!(
        (after.body, after.headers["x-holdfast-head"].clone()),
        (before.body, before.headers["x-holdfast-head"].clone())
    );
}
