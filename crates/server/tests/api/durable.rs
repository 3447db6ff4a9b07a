//! 201 means on disk.

use crate::{client::Client, stage::Stage};
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let mut stage = Stage::with(&["ada"]).await;
    let (_peer, replica) = stage.shared("ada", 0).await;
    let mut client = Client::program(&stage, "ada", replica.board(), &["read", "write"]);
    let column = client.column().await;
    let mut made = BTreeSet::new();
    for round in 0..5 {
        let body = json!({ "column": column, "title": format!("round {round}") });
        let key = format!("round {round}");
        let first = client.keyed(Method::POST, "cards", &key, body.clone()).await;
        made.insert(crate::client::id(&first.clone().expect(201)));
        stage = stage.killed();
        client = client.again(&stage);
        assert_eq!(client.get("cards").await.ids(), made);
        let again = client.keyed(Method::POST, "cards", &key, body).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.expect(201), first.expect(201), "a repeat got another answer");
        assert_eq!(client.get("cards").await.ids(), made, "a repeat was done again");
    }
    assert_eq!(stage.problems(), json!([]));
}
